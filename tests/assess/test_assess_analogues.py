"""Analogues: what is learned of flights comes back where the context is theirs, and ends so."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tocsin.assess.analogues import (
    KNOT_S,
    KNOTS,
    UNIT_S,
    Flown,
    arrays_of,
    joined,
    learn,
    library_of,
    packed,
    paths_s,
)
from tocsin.assess.context import FEATURES, contexts
from tocsin.assess.futures import LIBRARY_SHARES, batch_of, one_of, positions_m
from tocsin.assess.stage import AssessState, step
from tocsin.assess.world import prepare
from tocsin.model.errors import BadInput


def circling(*, radius_m: float = 1500.0, speed_mps: float = 50.0, side: float = 1.0, **changes):
    t_s = np.arange(0.0, 3000.0, 4.0)
    angle_rad = side * speed_mps / radius_m * t_s
    ahead = np.stack([-np.sin(angle_rad), np.cos(angle_rad)], axis=1) * side
    around = np.stack([np.cos(angle_rad), np.sin(angle_rad)], axis=1)
    fields = {
        "kind": "slow_aircraft",
        "t_s": t_s,
        "pos_m": radius_m * around,
        "vel_mps": speed_mps * ahead,
        "manoeuvre_prob": np.full(len(t_s), 0.4),
    }
    return Flown(**(fields | changes))


def straight(kind: str = "drone", seconds: float = 2400.0, **changes) -> Flown:
    t_s = np.arange(0.0, seconds, 4.0)
    pos_m = np.stack([50.0 * t_s, 0.0 * t_s], axis=1)
    vel_mps = np.tile([50.0, 0.0], (len(t_s), 1))
    fields = {
        "kind": kind,
        "t_s": t_s,
        "pos_m": pos_m,
        "vel_mps": vel_mps,
        "manoeuvre_prob": np.zeros(len(t_s)),
    }
    return Flown(**(fields | changes))


def test_a_straight_flight_teaches_straight_on() -> None:
    """A displaced or turned frame would bend every future of the class."""
    library = learn([straight()], note="made up")
    ways_s = library.ways_s * UNIT_S
    expected_s = KNOT_S * np.arange(1, KNOTS + 1)
    assert np.allclose(ways_s[:, :, 0], expected_s, atol=UNIT_S)
    assert np.allclose(ways_s[:, :, 1], 0.0, atol=UNIT_S)
    assert np.isinf(library.ends_s).all()


def test_a_flight_that_ended_by_impact_ends_in_the_library() -> None:
    """Futures that fly on past an impact would warn places that it never reached."""
    library = learn([straight(impact=True, seconds=1200.0)], note="made up")
    assert library.ends_s.max() <= 1200.0 - 180.0
    ways_s = library.ways_s[0, :, 0] * UNIT_S
    assert ways_s[-1] == pytest.approx(library.ends_s[0], abs=1.0)


def test_a_loss_of_contact_is_no_impact() -> None:
    """What only left the coverage flew on: taking it for an end would hide half of all passages."""
    library = learn([straight(seconds=1000.0)], note="made up")
    assert np.isinf(library.ends_s).all()
    assert library.ways_s[0, -1, 0] * UNIT_S == pytest.approx(KNOT_S * KNOTS, abs=1.0)


def test_flights_too_short_to_learn_from_are_one_clear_line() -> None:
    """An empty library would silently leave every forecast to the other model."""
    with pytest.raises(BadInput, match="no flight is known for 13 minutes"):
        learn([straight(seconds=600.0)], note="made up")


def test_a_file_gives_back_the_library_and_the_same_bytes() -> None:
    """A replay reads what the run used, bit for bit."""
    library = learn([straight(), circling()], note="made up")
    again = library_of(arrays_of(library), where="file")
    assert np.array_equal(again.ways_s, library.ways_s)
    assert np.array_equal(again.kind, library.kind)
    assert np.abs(again.features - library.features).max() < 0.01
    assert packed(library) == packed(library)


@pytest.mark.parametrize("name", ["kind", "bends", "version", "names"])
def test_a_damaged_library_is_one_clear_line(name: str) -> None:
    """Half a library must not forecast."""
    arrays = arrays_of(learn([straight()], note="made up"))
    for spoilt in ({}, {name: np.array([7])}):
        wrong = {key: value for key, value in arrays.items() if key != name} | spoilt
        with pytest.raises(BadInput, match=r"site\.npz: no library of futures of version"):
            library_of(wrong, where="site.npz")


def test_a_site_s_own_library_replaces_only_the_classes_it_holds() -> None:
    """A library of gliders must not take the drones away."""
    own, shipped = learn([circling()], note="own"), learn([straight(), circling()], note="shipped")
    both = joined(own, shipped)
    slow = int(own.kind[0])
    assert (both.kind == slow).sum() == len(own.kind)
    assert (both.kind != slow).sum() == (shipped.kind != slow).sum() > 0


@hypothesis_settings(max_examples=25, deadline=None)
@given(steps=st.sampled_from([(5.0, 4), (10.0, 2), (20.0, 1), (30.0, 2)]), seed=st.integers(0, 9))
def test_ways_pass_through_their_knots_at_any_step(steps: tuple[float, int], seed: int) -> None:
    """Interpolation must not shorten the way or shift its times."""
    (step_s, every), rng = steps, np.random.default_rng(seed)
    library = learn([straight()], note="made up")
    object.__setattr__(library, "ways_s", rng.integers(-900, 900, library.ways_s.shape, np.int16))
    paths = paths_s(library, round(1200.0 / step_s), step_s)
    knots = (np.arange(every, paths.shape[1], every) * step_s / KNOT_S).round().astype(int)
    assert np.allclose(paths[:, ::every][:, 1:], library.ways_s[:, knots - 1] * UNIT_S, atol=1e-3)
    assert not paths[:, 0].any()


def follow(flown: Flown, world, settings, make_track, picture_of, to_s: float):
    """Take a flight through the stage; return the state and the track at its end."""
    state = AssessState()
    for k in np.flatnonzero(flown.t_s <= to_s)[::2]:
        track = make_track(
            t_ns=1_780_000_000_000_000_000 + round(flown.t_s[k] * 1e9),
            pos_site_m=flown.pos_m[k],
            vel_site_mps=flown.vel_mps[k],
            manoeuvre_prob=float(flown.manoeuvre_prob[k]),
        )
        state, (found,) = step(state, picture_of(track, t_ns=track.t_ns), world, settings)
    return state, track, found


@pytest.mark.parametrize("side", [1.0, -1.0])
def test_what_circles_goes_on_circling_to_its_own_side(
    side: float, border, settings, make_track, picture_of
) -> None:
    """It was learned turning left only: the mirrored rows must serve what turns right. Its class
    said drone, its context says otherwise."""
    library = learn([circling(), straight()], note="made up", every_s=4.0)
    world = prepare([border], [], [], settings, library)
    flown = circling(side=side)
    state, track, found = follow(flown, world, settings, make_track, picture_of, 400.0)
    memory = state.memories[track.id]
    batch = batch_of([track], [memory], contexts([memory], [track]), world)
    futures = one_of(batch, 0, world)
    analogue = np.diff(np.floor(LIBRARY_SHARES[1] * np.arange(settings.futures + 1))) > 0.0
    at_m = positions_m(futures, np.array([0.0, 300.0, 900.0]))[analogue]
    near = np.hypot(at_m[..., 0], at_m[..., 1]) < 4000.0
    assert near.all(axis=1).mean() > 0.8
    assert batch.shares[0, 1] > 0.5
    assert found.context == "manoeuvring"


def test_a_young_track_has_fewer_analogues_and_no_made_up_past(
    world, make_track, picture_of, settings
) -> None:
    """Three minutes of stillness that nobody saw would look like a balloon."""
    track = make_track()
    state, _ = step(AssessState(), picture_of(track), world, settings)
    memory = state.memories[track.id]
    found = contexts([memory], [track])
    assert found.known[0].sum() == 2
    assert found.span_s[0] == 0.0
    batch = batch_of([track], [memory], found, world)
    assert (batch.row < len(world.turn_left_s)).all()
    assert len(FEATURES) == found.features.shape[1]
