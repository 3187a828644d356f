"""Class beliefs: plausible, forgetful, and independent of how often a sensor turns."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.assess import classify
from tocsin.assess.classify import CLASSES, belief, prior_logs, revise
from tocsin.model.threat import ClassBelief
from tocsin.model.track import Identity, Track

TABLES = (classify.SPEEDS, classify.HEIGHTS, classify.MANOEUVRES, classify.TRANSPONDERS)


def watched(track: Track, seconds: float, every_s: float = 10.0) -> ClassBelief:
    logs = prior_logs()
    for _ in range(int(seconds / every_s)):
        logs = revise(logs, track, elapsed_s=every_s, memory_s=120.0)
    return belief(logs)


def likeliest(found: ClassBelief) -> str:
    shares = {name: getattr(found, f"{name}_prob") for name in CLASSES}
    return max(shares, key=shares.get)


@pytest.mark.parametrize(
    ("expected", "speed_mps", "alt_m", "cooperative_prob", "manoeuvre_prob"),
    [
        ("drone", 50.0, 500.0, 0.0, 0.05),
        ("drone", 110.0, 800.0, 0.0, 0.05),
        ("drone", 50.0, None, 0.0, 0.05),
        ("jet", 230.0, 11_000.0, 1.0, 0.05),
        ("jet", 130.0, 1500.0, 1.0, 0.2),
        ("slow_aircraft", 55.0, 700.0, 1.0, 0.4),
        ("bird", 14.0, 200.0, 0.0, 0.6),
    ],
)
def test_the_plausible_class_comes_first(
    expected, speed_mps, alt_m, cooperative_prob, manoeuvre_prob, make_track
) -> None:
    """A wrong class picks wrong futures and lets a flock of birds raise an alarm."""
    track = make_track(
        vel_site_mps=(-speed_mps, 0.0),
        alt_msl_m=alt_m,
        alt_sigma_m=None if alt_m is None else 100.0,
        cooperative_prob=cooperative_prob,
        manoeuvre_prob=manoeuvre_prob,
    )
    assert likeliest(watched(track, 120.0)) == expected


def test_tables_are_distributions() -> None:
    """A row that does not sum to 1 favours or punishes its class for nothing."""
    for table in TABLES:
        assert len(table) == len(CLASSES)
        assert np.allclose(np.sum(table, axis=1), 1.0, atol=0.011)


@given(
    speed_mps=st.floats(0.0, 400.0),
    alt_m=st.none() | st.floats(-100.0, 15_000.0),
    share=st.floats(0.0, 1.0),
    turns=st.floats(0.0, 1.0),
    elapsed_s=st.floats(0.1, 5000.0),
)
def test_beliefs_stay_probabilities(speed_mps, alt_m, share, turns, elapsed_s, make_track) -> None:
    """Sums beside 1 or a zero that can never recover would be wrong for ever."""
    track = make_track(
        vel_site_mps=(speed_mps, 0.0),
        alt_msl_m=alt_m,
        alt_sigma_m=None if alt_m is None else 50.0,
        cooperative_prob=share,
        manoeuvre_prob=turns,
    )
    logs = prior_logs()
    for _ in range(20):
        logs = revise(logs, track, elapsed_s=elapsed_s, memory_s=120.0)
    shares = np.exp(logs)
    assert shares.sum() == pytest.approx(1.0)
    assert shares.min() > 1e-20


def test_a_sensor_that_turns_faster_gives_no_surer_belief(make_track) -> None:
    """Looks a second apart tell the same thing twice."""
    track = make_track(vel_site_mps=(-40.0, 0.0), manoeuvre_prob=0.3)
    slow, fast = watched(track, 300.0, 10.0), watched(track, 300.0, 2.0)
    assert slow.drone_prob == pytest.approx(fast.drone_prob, abs=0.05)


def test_an_old_belief_fades(make_track) -> None:
    """What it looked like ten minutes ago must not outvote what is seen now."""
    jet = make_track(vel_site_mps=(-230.0, 0.0), alt_msl_m=9000.0, cooperative_prob=1.0)
    drone = make_track()
    logs = prior_logs()
    for track, looks in ((jet, 60), (drone, 30)):
        for _ in range(looks):
            logs = revise(logs, track, elapsed_s=10.0, memory_s=120.0)
    assert likeliest(belief(logs)) == "drone"


def test_an_unknown_height_says_nothing(make_track) -> None:
    """Unknown is not ground level."""
    low = make_track(alt_msl_m=None, alt_sigma_m=None)
    vague = make_track(alt_msl_m=500.0, alt_sigma_m=1e6)
    known = make_track(alt_msl_m=500.0, alt_sigma_m=50.0)
    assert watched(low, 60.0) != watched(known, 60.0)
    assert watched(low, 60.0).jet_prob < watched(vague, 60.0).jet_prob


def test_a_disbelieved_transponder_says_nothing(make_track) -> None:
    """A false claim must not make a drone an airliner."""
    spoofed = make_track(cooperative_prob=1.0, identity=Identity(icao=1, conflict="too slow"))
    assert likeliest(watched(spoofed, 120.0)) == "drone"
