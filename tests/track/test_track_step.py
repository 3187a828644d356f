"""The loop: existence, order of plots, silence, claims, and covariances that stay covariances."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tracker_rig import (
    EPOCH_NS,
    RADAR,
    batch,
    dense,
    flights,
    follow_all,
    live_rows,
    sensor,
    shown,
    tracker,
    used,
)

from tocsin.geo.plane import SitePlane
from tocsin.model.detection import Look
from tocsin.track.picture import picture, reported
from tocsin.track.state import TrackerState
from tocsin.track.step import step

FEW = settings(max_examples=12, deadline=None)
PLANE = SitePlane(45.0, 28.0)


def straight(
    t_s: float, at: tuple[float, float] = (5000.0, 5000.0), v: tuple[float, float] = (40.0, 20.0)
) -> list[tuple[float, float]]:
    return [(at[0] + t_s * v[0], at[1] + t_s * v[1])]


def one_track(looks: int = 8, **columns) -> TrackerState:
    """Return a tracker that shows one track, fed by a radar without errors."""
    return follow_all(
        tracker(), [batch(straight(4.0 * k), 4.0 * k, **columns) for k in range(looks)]
    )


def test_a_straight_flight_becomes_one_track_with_its_velocity() -> None:
    """The simplest thing a tracker does."""
    labels, mean, cov = reported(one_track())
    assert len(labels) == 1
    np.testing.assert_allclose(mean[0, [1, 3]], [40.0, 20.0], atol=5.0)
    np.testing.assert_allclose(mean[0, [0, 2]], straight(28.0)[0], atol=10.0)
    assert np.all(np.linalg.eigvalsh(cov[0]) > 0.0)


def test_covariances_stay_symmetric_and_positive_through_a_scene() -> None:
    """A covariance that lost its shape makes gates of nonsense, hours later."""
    state = tracker()
    for look in flights(np.random.default_rng(11), 40, targets=12, clutter=40):
        step(state, look)
        columns = used(state)
        for i in live_rows(state):
            for m in range(2):
                p = dense(columns["cov"][i, m])
                scale = 1.0 / np.sqrt(np.diag(p))
                assert np.linalg.eigvalsh(p * np.outer(scale, scale)).min() > 0.0
        rows = live_rows(state)
        np.testing.assert_allclose(columns["model"][rows].sum(axis=1), 1.0)
        assert np.all((columns["exist"][rows] > 0.0) & (columns["exist"][rows] <= 1.0))


@FEW
@given(seed=st.integers(0, 2**32 - 1))
def test_the_order_of_plots_in_a_look_does_not_matter(seed: int) -> None:
    """A radar's plots have no order that means anything."""
    rng = np.random.default_rng(seed)
    looks = flights(rng, 10)
    other = [batch(rng.permutation(look.pos_site_m), 4.0 * k) for k, look in enumerate(looks)]
    _, mean, cov = reported(follow_all(tracker(), looks))
    _, mean_other, cov_other = reported(follow_all(tracker(), other))
    assert len(mean) == len(mean_other)
    order, order_other = np.argsort(mean[:, 0]), np.argsort(mean_other[:, 0])
    np.testing.assert_allclose(mean[order], mean_other[order_other], rtol=1e-6, atol=1e-4)
    np.testing.assert_allclose(cov[order], cov_other[order_other], rtol=1e-5, atol=1e-3)


def test_a_look_that_says_nothing_of_misses_charges_none() -> None:
    """A sensor that only tells what it saw is no evidence of absence."""
    state = one_track()
    i = int(shown(state)[0])
    before = float(state.bank.exist[i])
    for k in range(5):
        step(state, batch([], 32.0 + k, look=None))
    assert state.bank.exist[i] == pytest.approx(before * math.exp(-8.0 / 4000.0), rel=1e-6)


def test_a_look_that_shows_nothing_charges_a_miss() -> None:
    """The same without a word is evidence of absence where the sensor did look."""
    state = one_track()
    i = int(shown(state)[0])
    before = float(state.bank.exist[i])
    step(state, batch([], 32.0))
    assert state.bank.exist[i] < before
    for k in range(1, 8):
        step(state, batch([], 32.0 + 4.0 * k))
    assert len(shown(state)) == 0


@pytest.mark.parametrize(
    ("name", "changes", "height_m"),
    [
        ("out of range", {"range_max_m": 3000.0}, None),
        ("too near", {"range_min_m": 20_000.0}, None),
        ("above the beam", {"elevation_max_deg": 2.0}, 3000.0),
    ],
)
def test_a_sensor_that_cannot_see_it_says_little_against_a_track(
    name: str, changes: dict, height_m: float | None
) -> None:
    """A miss counts only where the sensor looked and could see (a site's figures err a little)."""
    seen = tracker(RADAR, sensor("second", **changes))
    alone = tracker(RADAR, sensor("second"))
    for state in (seen, alone):
        for k in range(8):
            columns = {} if height_m is None else {
                "alt_msl_m": np.array([height_m]), "alt_var_m2": np.array([100.0])}  # fmt: skip
            step(state, batch(straight(4.0 * k), 4.0 * k, **columns))
    i = int(shown(seen)[0])
    before = 1.0 - float(seen.bank.exist[i])
    for state in (seen, alone):
        step(state, batch([], 29.0, sensor_id="second"))
    blind, sighted = 1.0 - float(seen.bank.exist[i]), 1.0 - float(alone.bank.exist[i])
    assert blind < before + 0.03, name
    assert sighted > 4.0 * blind, name


def test_a_sector_elsewhere_is_no_look_at_the_track() -> None:
    """A turning radar charges a miss only when its beam has passed the track."""
    state = one_track()
    i = int(shown(state)[0])
    before = float(state.bank.exist[i])
    away = Look(azimuth_from_rad=math.pi, azimuth_width_rad=0.5 * math.pi)
    step(state, batch([], 30.0, look=away))
    assert state.bank.exist[i] == before
    towards = Look(azimuth_from_rad=0.25 * math.pi, azimuth_width_rad=0.5 * math.pi)
    step(state, batch([], 32.0, look=towards))
    assert state.bank.exist[i] < before


def test_the_same_address_is_followed_beyond_the_ordinary_gate() -> None:
    """After an unseen turn the address says who it is, where movement alone would start anew."""
    known = {"icao": np.array([0x4B1812]), "cooperative": np.array([True])}
    jump = [(straight(32.0)[0][0] + 400.0, straight(32.0)[0][1] - 300.0)]
    state = one_track(**known)
    label = reported(state)[0].tolist()
    step(state, batch(jump, 32.0, **known))
    i = int(shown(state)[0])
    assert reported(state)[0].tolist() == label
    assert state.bank.t_update_s[i] == 32.0


def test_another_address_in_the_same_place_is_another_aircraft() -> None:
    """Two addresses are two aircraft, however close."""
    first = {"icao": np.array([0x4B1812]), "cooperative": np.array([True])}
    second = {"icao": np.array([0x3C6444]), "cooperative": np.array([True])}
    state = one_track(**first)
    label = reported(state)[0].tolist()
    for k in range(8, 16):
        step(state, batch(straight(4.0 * k), 4.0 * k, **second))
    by_address = {t.identity.icao: t.id for t in picture(state, PLANE).tracks}
    assert by_address[0x3C6444] not in label


def test_an_address_claimed_twice_is_said_to_be_in_conflict() -> None:
    """A claim is checked against movement: one aircraft is not in two places."""
    state = tracker()
    same = {"icao": np.array([0x4B1812] * 2), "cooperative": np.array([True] * 2)}
    for k in range(10):
        places = straight(4.0 * k) + straight(4.0 * k, at=(-20_000.0, 9000.0), v=(-60.0, 10.0))
        step(state, batch(places, 4.0 * k, **same))
    tracks = picture(state, PLANE).tracks
    assert len(tracks) == 2
    for track in tracks:
        assert track.identity.icao == 0x4B1812
        assert "4B1812" in (track.identity.conflict or "")
        assert "2 tracks" in (track.identity.conflict or "")


def test_a_track_alone_with_its_claim_has_no_conflict() -> None:
    """A warning that is always there is none."""
    known = {"icao": np.array([7]), "cooperative": np.array([True]), "mode_a": np.array([0o7000]),
             "callsign": np.array(["ROT123"])}  # fmt: skip
    (track,) = picture(one_track(**known), PLANE).tracks
    assert track.identity.conflict is None
    assert (track.identity.icao, track.identity.mode_a) == (7, 0o7000)
    assert track.identity.callsign == "ROT123"


def test_clutter_alone_confirms_next_to_nothing() -> None:
    """False alarms at night cost trust."""
    state = tracker(sensor("radar", clutter_per_look=30.0))
    rng = np.random.default_rng(8)
    made = 0
    for k in range(60):
        step(state, batch(rng.uniform(-7e4, 7e4, (rng.poisson(30), 2)), 4.0 * k))
        made = max(made, int(state.bank.counters[2]) - 1)
    assert made <= 1


@pytest.mark.parametrize("nonsense", [math.nan, math.inf, -math.inf, 1e300])
def test_a_place_that_is_no_number_never_reaches_the_tracker(nonsense: float) -> None:
    """Compiled loops check no bounds: such a plot would write where it must not."""
    with pytest.raises(ValueError, match="pos_site_m"):
        batch([(nonsense, 0.0), (0.0, 240.0)], 24.0)


def test_an_unknown_sensor_is_refused() -> None:
    """Data of a sensor that nobody described cannot be judged."""
    with pytest.raises(KeyError):
        step(tracker(), batch([], 0.0, sensor_id="nobody"))


def test_the_first_look_is_the_epoch() -> None:
    """Times inside are seconds since then, so that doubles keep nanoseconds."""
    state = tracker()
    step(state, batch([], 3.0))
    assert state.epoch_ns == EPOCH_NS + 3_000_000_000
    assert state.t_s == 0.0
