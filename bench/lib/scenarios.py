"""Flights among places, seen by one radar, followed and assessed as in service."""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec
import numpy as np
from flights import NOISE_M, PLANE, SCAN_S, radar

from tocsin.assess import stage
from tocsin.assess.analogues import Library
from tocsin.assess.settings import AssessSettings
from tocsin.assess.world import World, prepare
from tocsin.model.place import Place
from tocsin.model.track import Track
from tocsin.sim.families import Flight, scenario
from tocsin.sim.score.oracle import COURSE_S, WEAVING_S, Arrival, arrivals
from tocsin.sim.score.policy import Told
from tocsin.track.picture import picture
from tocsin.track.settings import TrackSettings
from tocsin.track.state import start
from tocsin.track.step import WHOLE, follow

PLACES, SIDE_M, RADIUS_M = 40, 150e3, 3_000.0
FAMILIES = ("steady", "through", "waypoint", "weave", "defl4", "mixlost")
RANGE_M, PD_PROB, CLUTTER_PER_LOOK = 260e3, 0.9, 5.0
LASTS_S = 3000.0
"""Nothing is assessed after this; what flew on later is known all the same."""
ON_TRACK_M = 2_000.0
HORIZONS_S = (300.0, 600.0, 1200.0)
"""Of the three levels, last call first."""
MEMBERS = 100
"""Numbers of flights and tracks of different scenarios are apart by this, times more for tracks."""


class Played(NamedTuple):
    """One scenario, played to its end."""

    family: str
    flights: tuple[Flight, ...]
    paths: list[tuple[np.ndarray, np.ndarray]]
    places_m: np.ndarray
    arrivals: dict[float, list[Arrival]]
    """By cap of the oracle."""
    told: dict[float, list[Told]]
    """By horizon."""


def made(family: str, seed: int) -> tuple[np.ndarray, tuple[Flight, ...]]:
    """Return places and flights of one scenario."""
    rng = np.random.default_rng([seed, FAMILIES.index(family)])
    places_m = rng.uniform(0.0, SIDE_M, (PLACES, 2)) - SIDE_M / 2.0
    return places_m, scenario(family, places_m, rng)


def world_of(places_m: np.ndarray, settings: AssessSettings, library: Library) -> World:
    """Prepare a site with these places and no border."""
    places = [
        Place(
            id=str(k),
            name=f"Place {k}",
            name_en=f"Place {k}",
            lat_deg=PLANE.lat_deg,
            lon_deg=PLANE.lon_deg,
            pos_site_m=(float(east_m), float(north_m)),
            population=1000,
            country="",
            zone="",
        )
        for k, (east_m, north_m) in enumerate(places_m)
    ]
    return prepare([], places, [], settings, library)


def play(family: str, seed: int, settings: AssessSettings, library: Library) -> Played:
    """Play one scenario through the real tracker and the real assess stage, every scan."""
    places_m, flights = made(family, seed)
    paths = [(f.t_s, f.pos_m) for f in flights]
    said: dict[float, dict[tuple[int, int], list[tuple[float, float]]]]
    said = {horizon_s: {} for horizon_s in HORIZONS_S}
    on: dict[int, int] = {}
    world = world_of(places_m, settings, library)
    for t_s, tracks, assessments in _assessed(flights, seed, world, settings):
        for track in tracks:
            on.setdefault(track.id, _flight_under(track, flights, t_s))
        for assessment in assessments:
            _note(said, assessment, t_s)
    return Played(
        family=family,
        flights=flights,
        paths=paths,
        places_m=places_m,
        arrivals={cap_s: _arrivals(flights, places_m, cap_s) for cap_s in HORIZONS_S},
        told={h: _told(pairs, on) for h, pairs in said.items()},
    )


def _assessed(
    flights: tuple[Flight, ...], seed: int, world: World, settings: AssessSettings
) -> Iterator[tuple[float, tuple[Track, ...], tuple]]:
    rng = np.random.default_rng([seed, 77])
    sensor = msgspec.structs.replace(
        radar(),
        range_max_m=RANGE_M,
        pd_noncooperative_prob=PD_PROB,
        clutter_per_look=CLUTTER_PER_LOOK,
    )
    tracker, state = start((sensor,), TrackSettings()), stage.AssessState()
    view = tracker.views[sensor.id]
    sigma_m = rng.uniform(*NOISE_M, len(flights))
    for number in range(int(LASTS_S / SCAN_S)):
        t_s = number * SCAN_S
        plots = _plots(flights, sigma_m, t_s, rng)
        claims = np.full((len(plots), 4), -1, dtype=np.int64)
        refs = np.column_stack([np.full(len(plots), number), np.arange(len(plots))])
        follow(tracker, view, t_s, plots, claims, refs, WHOLE)
        now = picture(tracker, PLANE)
        state, assessments = stage.step(state, now, world, settings)
        yield t_s, now.tracks, assessments


def _plots(
    flights: tuple[Flight, ...], sigma_m: np.ndarray, t_s: float, rng: np.random.Generator
) -> np.ndarray:
    """Return one look: flights that are detected, and false plots."""
    rows = [k for k, f in enumerate(flights) if _seen(f, t_s) and rng.random() < PD_PROB]
    false = int(rng.poisson(CLUTTER_PER_LOOK))
    angle_rad, away_m = rng.uniform(0.0, 2.0 * np.pi, false), RANGE_M * np.sqrt(rng.random(false))
    plots = np.zeros((len(rows) + false, 14))
    for at, k in enumerate(rows):
        true_m = flights[k].pos_m[round((t_s - flights[k].start_s) / flights[k].step_s)]
        plots[at, :2] = true_m + sigma_m[k] * rng.standard_normal(2)
        plots[at, [3, 5]] = sigma_m[k] ** 2
    plots[len(rows) :, 0] = away_m * np.sin(angle_rad)
    plots[len(rows) :, 1] = away_m * np.cos(angle_rad)
    plots[len(rows) :, [3, 5]] = rng.uniform(*NOISE_M, (false, 1)) ** 2
    plots[:, [7, 9]] = np.inf
    return plots


def _seen(flight: Flight, t_s: float) -> bool:
    since_s = t_s - flight.start_s
    if not 0.0 <= since_s <= (len(flight.pos_m) - 1) * flight.step_s:
        return False
    if any(begin <= since_s < end for begin, end in flight.unseen_s):
        return False
    return bool(np.hypot(*flight.pos_m[round(since_s / flight.step_s)]) < RANGE_M)


def _flight_under(track: Track, flights: tuple[Flight, ...], t_s: float) -> int:
    """Return the flight that a track is of, or -1."""
    away_m = [np.inf] * len(flights)
    for k, flight in enumerate(flights):
        step = round((t_s - flight.start_s) / flight.step_s)
        if 0 <= step < len(flight.pos_m):
            away_m[k] = float(np.hypot(*(flight.pos_m[step] - track.pos_site_m)))
    nearest = int(np.argmin(away_m))
    return nearest if away_m[nearest] < ON_TRACK_M else -1


def _note(said: dict, assessment: stage.Assessment, t_s: float) -> None:
    """Keep what is said of each place; what is no longer said of is said to be 0."""
    found = {int(threat.place_id): threat for threat in assessment.threats}
    for horizon_s, pairs in said.items():
        for place, threat in found.items():
            prob = threat.prob[threat.within_s.index(horizon_s)]
            pairs.setdefault((assessment.track_id, place), []).append((t_s, prob))
        for (track, place), values in pairs.items():
            if track == assessment.track_id and place not in found:
                values.append((t_s, 0.0))


def _told(pairs: dict[tuple[int, int], list[tuple[float, float]]], on: dict[int, int]) -> list:
    return [
        Told(
            track=track,
            flight=on.get(track, -1),
            place=place,
            t_s=np.array(values)[:, 0],
            prob=np.array(values)[:, 1],
        )
        for (track, place), values in sorted(pairs.items())
    ]


def _arrivals(flights: tuple[Flight, ...], places_m: np.ndarray, cap_s: float) -> list[Arrival]:
    """Return every arrival in the time that is assessed, with what the oracles knew."""
    found = [
        arrival
        for k, f in enumerate(flights)
        for arrival in arrivals(
            k,
            f.t_s,
            f.pos_m,
            places_m,
            radius_m=RADIUS_M,
            cap_s=cap_s,
            course_s=WEAVING_S if f.family == "weave" else COURSE_S,
        )
    ]
    return [arrival for arrival in found if arrival.t_s < LASTS_S]
