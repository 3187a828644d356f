"""The stage as a whole: the same again, in any order, and nothing spent on friends."""

import msgspec
import numpy as np
import pytest

from tocsin.assess import stage
from tocsin.assess.settings import AssessSettings
from tocsin.assess.stage import AssessState, restore, snapshot, step
from tocsin.assess.world import prepare
from tocsin.model.errors import BadInput, BadSettings
from tocsin.model.track import Identity
from tocsin.model.units import S_NS

T0_NS = 1_780_000_000_000_000_000


def scene(make_track, t_ns: int):
    """Twelve tracks that turn a little from picture to picture."""
    rng = np.random.default_rng(8)
    seconds = (t_ns - T0_NS) / S_NS
    for number in range(12):
        east_m, north_m, course_rad, rate_radps = rng.uniform(-1.0, 1.0, 4) * (40e3, 40e3, 3, 0.03)
        course_rad += rate_radps * seconds
        yield make_track(
            id=number,
            t_ns=t_ns,
            pos_site_m=(east_m, north_m),
            vel_site_mps=(50.0 * np.cos(course_rad), 50.0 * np.sin(course_rad)),
            cooperative_prob=float(number == 3),
        )


def run(make_track, picture_of, world, settings, *, backwards: bool = False, state=None, first=0):
    found, state = [], state or AssessState()
    for number in range(first, 6):
        t_ns = T0_NS + number * 5 * S_NS
        tracks = list(scene(make_track, t_ns))
        picture = picture_of(*(reversed(tracks) if backwards else tracks), t_ns=t_ns)
        state, assessments = step(state, picture, world, settings)
        found.append(assessments)
    return state, found


def test_a_replay_and_any_order_of_tracks_give_the_same_bits(
    make_track, picture_of, world, settings, border, places, library
) -> None:
    """A replay that differs in the last bit proves nothing to an investigator."""
    again = prepare([border], places, [], settings, library)
    first = run(make_track, picture_of, world, settings)
    second = run(make_track, picture_of, again, settings, backwards=True)
    assert msgspec.msgpack.encode(first[1]) == msgspec.msgpack.encode(second[1])
    assert snapshot(first[0]) == snapshot(second[0])


def test_a_restored_state_goes_on_as_if_nothing_had_happened(
    make_track, picture_of, world, settings
) -> None:
    """A restart in the night must not change what is told."""
    whole_state, whole = run(make_track, picture_of, world, settings)
    state = AssessState()
    for number in range(3):
        t_ns = T0_NS + number * 5 * S_NS
        picture = picture_of(*scene(make_track, t_ns), t_ns=t_ns)
        state, _ = step(state, picture, world, settings)
    resumed = run(make_track, picture_of, world, settings, state=restore(snapshot(state)), first=3)
    assert resumed == (whole_state, whole[3:])


def test_a_broken_snapshot_is_one_clear_line() -> None:
    """Garbage must not become a state."""
    with pytest.raises(BadInput, match="snapshot: not a state of assess"):
        restore(b"\xc1\x00")


def test_no_future_is_marched_for_friends(
    make_track, picture_of, world, settings, monkeypatch
) -> None:
    """Half an hour of airliners must cost next to nothing."""

    def refuse(*_):
        raise AssertionError("futures for a friend")

    monkeypatch.setattr(stage.futures, "batch_of", refuse)
    friend = make_track(cooperative_prob=1.0, identity=Identity(icao=0x4A1234))
    _, (found,) = step(AssessState(), picture_of(friend), world, settings)
    assert (found.crossings, found.threats) == ((), ())
    assert found.noncooperative_prob < 0.01
    assert found.evidence == friend.evidence


def test_a_spoofed_claim_is_marched_after_half_a_minute(
    make_track, picture_of, world, settings
) -> None:
    """A drone with an airliner's address is not established as cooperative."""
    state = AssessState()
    for seconds in range(0, 45, 5):
        t_ns = T0_NS + seconds * S_NS
        spoof = make_track(
            t_ns=t_ns, cooperative_prob=1.0, identity=Identity(icao=1, conflict="moves otherwise")
        )
        state, (found,) = step(state, picture_of(spoof, t_ns=t_ns), world, settings)
    assert found.noncooperative_prob == pytest.approx(0.9)
    assert found.crossings[0].prob[-1] > 0.5


def test_a_claim_that_is_believed_again_is_believed(
    make_track, picture_of, world, settings
) -> None:
    """One bad plot must not brand a friend."""
    state = AssessState()
    for seconds, conflict in ((0, "jump"), (5, None), (40, "jump")):
        t_ns = T0_NS + seconds * S_NS
        track = make_track(
            t_ns=t_ns, cooperative_prob=1.0, identity=Identity(icao=1, conflict=conflict)
        )
        state, (found,) = step(state, picture_of(track, t_ns=t_ns), world, settings)
        assert found.noncooperative_prob < 0.01


@pytest.fixture
def marches(monkeypatch):
    """Count how often futures are drawn."""
    calls, real = [], stage.futures.batch_of

    def counted(*arguments):
        calls.append(arguments[0][0].t_ns)
        return real(*arguments)

    monkeypatch.setattr(stage.futures, "batch_of", counted)
    return calls


@pytest.mark.parametrize(
    ("east_m", "updates", "expected"), [(20e3, 30, 10), (45e3, 30, 4), (45e3, 3, 10)]
)
def test_near_and_new_tracks_are_marched_once_a_scan(
    east_m, updates, expected, make_track, picture_of, border, settings, marches
) -> None:
    """Twenty seconds between looks cost ten of lead; far away nothing is lost by waiting."""
    state, world = AssessState(), prepare([border], [], [], settings, None)
    for seconds in range(40):
        t_ns = T0_NS + seconds * S_NS
        track = make_track(t_ns=t_ns, pos_site_m=(east_m - 50.0 * seconds, -50e3), updates=updates)
        seen_ns = T0_NS + seconds // 4 * 4 * S_NS
        track = msgspec.structs.replace(track, t_update_ns=seen_ns)
        state, (found,) = step(state, picture_of(track, t_ns=t_ns), world, settings)
        assert found.t_ns == t_ns
        assert found.crossings
    assert len(marches) == expected


def test_losing_sight_is_told_at_once(make_track, picture_of, world, settings) -> None:
    """A window for something no longer seen must not stand for ten seconds more."""
    state, (seen,) = step(AssessState(), picture_of(make_track()), world, settings)
    t_ns = T0_NS + S_NS
    lost = make_track(t_ns=t_ns, status="coasting", t_update_ns=T0_NS)
    _, (found,) = step(state, picture_of(lost, t_ns=t_ns), world, settings)
    assert (seen.crossings[0].window_reason, seen.context) == ("", "straight")
    assert (found.crossings[0].window_reason, found.context) == ("no detection for 1 s", "lost")


def test_a_track_long_gone_is_forgotten(make_track, picture_of, world, settings) -> None:
    """A service that runs for months must not remember every track of it."""
    state, _ = step(AssessState(), picture_of(make_track()), world, settings)
    state, _ = step(state, picture_of(t_ns=T0_NS + 500 * S_NS), world, settings)
    assert set(state.memories) == {1}
    state, _ = step(state, picture_of(t_ns=T0_NS + 700 * S_NS), world, settings)
    assert not state.memories


def test_a_border_without_a_side_is_refused(border, settings) -> None:
    """Nothing can be inside of a line that encloses nothing."""
    bare = msgspec.structs.replace(border, inside_site_m=())
    with pytest.raises(BadSettings, match="border line"):
        prepare([bare], [], [], settings, None)


def test_a_site_without_places_is_assessed(border, settings, make_track, picture_of) -> None:
    """A border alone is already worth watching."""
    world = prepare([border], [], [], settings, None)
    _, (found,) = step(AssessState(), picture_of(make_track()), world, settings)
    assert found.threats == ()
    assert found.crossings


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("futures", 3),
        ("futures", 511),
        ("horizons_s", []),
        ("horizons_s", [600.0, 300.0]),
        ("step_s", 0.0),
        ("cell_m", 1.0),
        ("place_radius_m", float("nan")),
        ("class_memory_s", -1.0),
        ("colour", "red"),
    ],
)
def test_wrong_settings_are_refused_by_name(key: str, value) -> None:
    """A typing error in a site file must not wait for the night to show."""
    with pytest.raises(msgspec.ValidationError, match=key.split("_", maxsplit=1)[0]):
        msgspec.convert({key: value}, AssessSettings)


def test_drawn_are_the_futures_that_were_marched(make_track, picture_of, world, settings) -> None:
    """Scores of futures that are not those told would measure something else."""
    track = make_track()
    state, (found,) = step(AssessState(), picture_of(track), world, settings)
    drawn = stage.drawn(state, track, world, settings)
    east_m = stage.futures.positions_m(drawn, np.arange(0.0, 601.0, 10.0))[:, :, 0]
    line_m = -world.draws.line * world.borders[0].border.sigma_m
    crossed = (east_m <= line_m[:, None]).any(axis=1)
    assert found.crossings[0].prob[2] == pytest.approx(np.mean(crossed), abs=0.005)
