"""A made-up site: a straight border along the north axis, protected to the west of it."""

from collections.abc import Callable

import numpy as np
import pytest

from tocsin.assess.analogues import Library
from tocsin.assess.settings import AssessSettings
from tocsin.assess.stage import AssessState, step
from tocsin.assess.world import World, prepare
from tocsin.config import shipped_library
from tocsin.model.place import Border, Place
from tocsin.model.track import Identity, Picture, Track
from tocsin.model.units import S_NS

T0_NS = 1_780_000_000_000_000_000
MakeTrack = Callable[..., Track]


@pytest.fixture(scope="session")
def settings() -> AssessSettings:
    return AssessSettings()


@pytest.fixture(scope="session")
def border() -> Border:
    area = np.array([[0, -120e3], [-150e3, -120e3], [-150e3, 120e3], [0, 120e3], [0, -120e3]])
    return Border(
        id="line",
        source="made up",
        vintage="2026",
        licence="none",
        kind="invented",
        sigma_m=50.0,
        line_site_m=(np.array([[0.0, -120e3], [0.0, 120e3]]),),
        inside_site_m=(area.astype(float),),
    )


def place(number: int, east_m: float, north_m: float) -> Place:
    return Place(
        id=f"place{number}",
        name="Loc",
        name_en="Place",
        lat_deg=45.0,
        lon_deg=28.0,
        pos_site_m=(east_m, north_m),
        population=1000,
        country="RO",
        zone=f"zone{number % 9}" if number % 5 else "",
    )


@pytest.fixture(scope="session")
def places() -> tuple[Place, ...]:
    rng = np.random.default_rng(5)
    scattered = rng.uniform(-60e3, 60e3, (60, 2))
    return (place(0, -10e3, 0.0), *(place(n + 1, *at) for n, at in enumerate(scattered.tolist())))


@pytest.fixture(scope="session")
def library() -> Library:
    return shipped_library()


@pytest.fixture(scope="session")
def world(
    border: Border, places: tuple[Place, ...], settings: AssessSettings, library: Library
) -> World:
    return prepare([border], places, [], settings, library)


@pytest.fixture(scope="session")
def follow(make_track, picture_of, world, settings):
    """Return a maker of (state, track): a track followed along positions, ten seconds apart."""

    def make(pos_m, **changes) -> tuple[AssessState, Track]:
        state = AssessState()
        vel_mps = np.gradient(np.asarray(pos_m, float), 10.0, axis=0)
        for k, (at_m, v_mps) in enumerate(zip(pos_m, vel_mps, strict=True)):
            now = {"t_ns": T0_NS + k * 10 * S_NS, "pos_site_m": at_m, "vel_site_mps": v_mps}
            track = make_track(**(now | changes))
            state, _ = step(state, picture_of(track, t_ns=track.t_ns), world, settings)
        return state, track

    return make


@pytest.fixture(scope="session")
def straight():
    return straight_m


def straight_m(end_m, vel_mps, seconds: float = 200.0) -> np.ndarray:
    """Return positions ten seconds apart on a straight way to where it ends."""
    ages_s = np.arange(seconds, -1.0, -10.0)
    return np.asarray(end_m, float) - ages_s[:, None] * np.asarray(vel_mps, float)


@pytest.fixture(scope="session")
def make_track() -> MakeTrack:
    """Return a maker of tracks: by default a drone 20 km outside, flying straight at the line."""

    def make(**changes) -> Track:
        pos_site_m = tuple(map(float, changes.pop("pos_site_m", (20e3, 0.0))))
        vel_site_mps = tuple(map(float, changes.pop("vel_site_mps", (-50.0, 0.0))))
        sigma_m, sigma_mps = changes.pop("sigma_m", 60.0), changes.pop("sigma_mps", 1.0)
        cov = np.diag([sigma_m**2, sigma_mps**2, sigma_m**2, sigma_mps**2])
        t_ns = changes.pop("t_ns", T0_NS)
        fields = {
            "id": 1,
            "status": "confirmed",
            "t_ns": t_ns,
            "t_first_ns": T0_NS,
            "t_update_ns": t_ns,
            "exists_prob": 1.0,
            "pos_site_m": pos_site_m,
            "vel_site_mps": vel_site_mps,
            "cov": tuple(cov.ravel().tolist()),
            "lat_deg": 45.0,
            "lon_deg": 28.0,
            "speed_mps": float(np.hypot(*vel_site_mps)),
            "course_true_deg": 270.0,
            "alt_msl_m": 500.0,
            "alt_sigma_m": 100.0,
            "climb_mps": None,
            "manoeuvre_prob": 0.05,
            "cooperative_prob": 0.0,
            "updates": 20,
            "identity": Identity(),
            "contributions": (),
            "evidence": ((3, 14), (4, 1)),
        }
        return Track(**(fields | changes))

    return make


@pytest.fixture(scope="session")
def picture_of() -> Callable[..., Picture]:
    def make(*tracks: Track, t_ns: int = T0_NS) -> Picture:
        return Picture(t_ns=t_ns, revision=1, tracks=tracks)

    return make


def fly_by_turn_events(rng, model, count: int, seconds: int) -> np.ndarray:
    """Simulate the turn-event model afresh, second by second, at unit starting speed.

    Written without looking at the library: turns are drawn as they come (a Bernoulli trial each
    second), nothing is stratified or mirrored. Returns along and left, shape
    (count, seconds + 1, 2).
    """
    heading, owed, jitter = np.zeros(count), np.zeros(count), np.zeros(count)
    at = np.zeros((count, seconds + 1, 2))
    most = np.radians(model.turn_rate_degps)
    keep = np.exp(-1.0 / model.speed_return_s)
    for t in range(seconds):
        turns = rng.random(count) < 1.0 / model.between_turns_s
        anywhere = rng.uniform(-180.0, 180.0, count)
        small = rng.random(count) < model.small_prob
        sigma = np.where(small, model.small_sigma_deg, model.large_sigma_deg)
        size = np.where(
            rng.random(count) < model.uniform_prob, anywhere, sigma * rng.standard_normal(count)
        )
        owed += np.where(turns, np.radians(size), 0.0)
        now = np.clip(owed, -most, most)
        owed -= now
        heading += now + model.wander_sigma_rad * rng.standard_normal(count)
        jitter = keep * jitter + np.sqrt(1.0 - keep**2) * rng.standard_normal(count)
        speed = np.clip(1.0 + model.speed_sigma_ratio * jitter, 0.5, 1.5)
        move = speed[:, None] * np.stack([np.cos(heading), np.sin(heading)], axis=1)
        at[:, t + 1] = at[:, t] + move
    return at


@pytest.fixture(scope="session")
def fly():
    return fly_by_turn_events
