"""The context of a track: the same whatever the sensor's turn, mirrored by mirrored flights."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tocsin.assess.context import AGES_S, FEATURES, MIRROR, contexts_at
from tocsin.assess.stage import AssessState, step
from tocsin.model.units import S_NS

T0_NS = 1_780_000_000_000_000_000


def told(flown, make_track, picture_of, world, settings, *, every_s: int = 4, to_s: int = 300):
    """Return what is told at the end of a flight given as a function of time."""
    state, found = AssessState(), None
    for t_s in range(0, to_s + 1, every_s):
        (pos_m, ahead_m) = (np.array(flown(t)) for t in (t_s, t_s + 1.0))
        track = make_track(
            t_ns=T0_NS + t_s * S_NS,
            pos_site_m=pos_m,
            vel_site_mps=ahead_m - pos_m,
            sigma_mps=2.0,
        )
        state, (found,) = step(state, picture_of(track, t_ns=track.t_ns), world, settings)
    return found


def weave(t_s: float) -> tuple[float, float]:
    """Swing by 22 degrees about a westerly course, once in 100 s."""
    rate = 2.0 * np.pi / 100.0
    return 40e3 - 48.0 * t_s, 0.4 * 48.0 / rate * np.sin(rate * t_s)


@pytest.mark.parametrize(
    ("flown", "expected"),
    [
        (lambda t: (40e3 - 50.0 * t, 0.0), "straight"),
        (weave, "weaving"),
        (lambda t: (20e3 + 1500.0 * np.cos(t / 30.0), 1500.0 * np.sin(t / 30.0)), "manoeuvring"),
    ],
)
@pytest.mark.parametrize("every_s", [4, 10])
def test_the_word_for_a_flight(
    flown, expected: str, every_s: int, make_track, picture_of, world, settings
) -> None:
    """A duty officer reads the word before any number."""
    found = told(flown, make_track, picture_of, world, settings, every_s=every_s)
    assert found.context == expected


def test_a_track_out_of_sight_is_lost_whatever_it_did(
    make_track, picture_of, world, settings
) -> None:
    """Weaving that nobody sees is not known to go on."""
    track = make_track(status="coasting")
    _, (found,) = step(AssessState(), picture_of(track), world, settings)
    assert found.context == "lost"


numbers = st.floats(-1.0, 1.0).map(lambda x: round(x, 3))


@hypothesis_settings(max_examples=50, deadline=None)
@given(turns=st.lists(numbers, min_size=13, max_size=13), speed_mps=st.floats(20.0, 250.0))
def test_mirrored_flights_have_mirrored_contexts(turns: list[float], speed_mps: float) -> None:
    """Else the mirrored half of the library would be found by the wrong flights."""
    course_rad = np.cumsum(turns)[::-1]
    vel_mps = speed_mps * np.stack([np.cos(course_rad), np.sin(course_rad)], axis=1)
    pos_m = -np.cumsum(vel_mps, axis=0) * 15.0
    states = np.concatenate([pos_m, vel_mps], axis=1)[None]
    known, prob = np.ones((1, len(AGES_S)), dtype=bool), np.array([0.3])
    straight, mirrored = (
        contexts_at(states * flip, known, prob) for flip in (1.0, np.array([1.0, -1.0, 1.0, -1.0]))
    )
    assert np.allclose(mirrored.features, straight.features * MIRROR, atol=1e-6)
    assert np.allclose(mirrored.frame_mps, straight.frame_mps * [1.0, -1.0], atol=1e-6)
    assert straight.features.shape[1] == len(FEATURES)


def test_a_sharp_turn_is_the_new_course_and_a_swing_is_not() -> None:
    """Two minutes of smoothing would hide for as long where a drone goes now."""
    for turn_deg, leaves in ((8.0, False), (60.0, True)):
        course_rad = np.where(AGES_S <= 30.0, np.radians(turn_deg), 0.0)
        vel_mps = 50.0 * np.stack([np.cos(course_rad), np.sin(course_rad)], axis=1)
        pos_m = -np.cumsum(vel_mps, axis=0) * 15.0
        states = np.concatenate([pos_m, vel_mps], axis=1)[None]
        found = contexts_at(states, np.ones((1, len(AGES_S)), dtype=bool), np.array([0.1]))
        east, north = found.frame_mps[0]
        off_deg = turn_deg - np.degrees(np.arctan2(north, east))
        assert (off_deg < 2.0) == leaves
