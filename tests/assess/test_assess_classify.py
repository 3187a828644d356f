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


def test_a_bird_just_found_is_no_drone_yet(make_track) -> None:
    """Noise makes every speed too long: 15 m/s known to 30 m/s looks like 40."""
    new = make_track(vel_site_mps=(-30.0, 27.0), sigma_mps=30.0, alt_msl_m=None, alt_sigma_m=None)
    look = belief(revise(prior_logs(), new, elapsed_s=classify.LOOK_S, memory_s=120.0))
    assert look.drone_prob < 0.35
    assert look.bird_prob > look.drone_prob


def test_a_drone_shows_itself_as_soon_as_its_velocity_is_known(make_track) -> None:
    """Lead time is lost while the class is unsure: one look at 8 m/s must do."""
    drone = make_track(sigma_mps=8.0, alt_msl_m=None, alt_sigma_m=None)
    look = belief(revise(prior_logs(), drone, elapsed_s=classify.LOOK_S, memory_s=120.0))
    assert look.drone_prob > 0.5


def test_the_likelihood_of_a_speed_is_that_of_noisy_velocities() -> None:
    """Against velocities drawn afresh: the share of estimates near 40 m/s, bin by bin."""
    rng = np.random.default_rng(4)
    edges = np.array([0.0, *classify.SPEED_EDGES_MPS, 300.0])
    true_mps = rng.uniform(edges[:-1], edges[1:], (200_000, 10))
    noise = 20.0 * rng.standard_normal((2, *true_mps.shape))
    estimates_mps = np.hypot(true_mps + noise[0], noise[1])
    shares = np.mean(np.abs(estimates_mps - 40.0) < 2.0, axis=0)
    found = np.array(classify._speed_likelihoods(40.0, 20.0))
    assert np.allclose(found / found.sum(), shares / shares.sum(), atol=0.01)
