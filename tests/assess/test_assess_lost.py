"""Lost tracks: their reach holds them and grows; they are continued, or stay until explained."""

from collections.abc import Callable

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from tocsin.assess import lost
from tocsin.assess.links import may_be
from tocsin.assess.reach import people_of, radius_of, reach_of
from tocsin.assess.settings import AssessSettings
from tocsin.model.place import Place, Zone
from tocsin.model.threat import Assessment, ClassBelief
from tocsin.model.track import Picture, Track
from tocsin.model.units import S_NS

T0_NS = 1_780_000_000_000_000_000
MakeTrack = Callable[..., Track]
DRONE = ClassBelief(
    drone_prob=0.9, slow_aircraft_prob=0.04, jet_prob=0.02, bird_prob=0.02, other_prob=0.02
)
SETTINGS = AssessSettings()


def told(track: Track, **changes: object) -> Assessment:
    made = Assessment(
        track_id=track.id,
        t_ns=track.t_ns,
        exists_prob=track.exists_prob,
        noncooperative_prob=0.95,
        classes=DRONE,
        context="straight",
        crossings=(),
        threats=(),
        evidence=(),
    )
    return msgspec.structs.replace(made, **changes)


def zone(name: str, population: int) -> Zone:
    return Zone(id=name, name={"en": name}, rings_lonlat_deg=(), population=population)


def place(name: str, zone_id: str, at_m: tuple[float, float]) -> Place:
    return Place(
        id=name, name=name, name_en=name, lat_deg=45.0, lon_deg=28.0, pos_site_m=at_m,
        population=999, country="ROU", zone=zone_id,
    )  # fmt: skip


PEOPLE = people_of(
    [place("a", "east", (0.0, 0.0)), place("b", "east", (2e3, 0.0)), place("c", "west", (-4e4, 0))],
    [zone("west", 70), zone("east", 500)],
)


def silent(track: Track, for_s: float) -> Track:
    """Return the track as the tracker tells it when it has not been seen for a while."""
    return msgspec.structs.replace(track, t_ns=track.t_ns + round(for_s * S_NS), status="lost")


def look(
    state: lost.LostState, t_ns: int, *tracks: Track, **changes: object
) -> tuple[lost.LostState, tuple[Assessment, ...]]:
    picture = Picture(t_ns=t_ns, revision=0, tracks=tracks)
    assessed = tuple(told(track, **changes) for track in tracks)
    return lost.step(state, picture, assessed, PEOPLE, SETTINGS)


@given(
    turn_deg=st.lists(st.floats(-180, 180), min_size=1, max_size=8),
    faster=st.floats(0.3, 1.2),
    silent_s=st.floats(1.0, 7200.0),
)
@examples(max_examples=60, deadline=None)
def test_the_region_holds_whatever_turns_it_takes(make_track, turn_deg, faster, silent_s) -> None:
    track = make_track(pos_site_m=(10e3, 0.0), vel_site_mps=(-50.0, 0.0))
    course_rad = np.radians(np.cumsum(turn_deg))
    legs_m = faster * 50.0 * silent_s / len(turn_deg)
    end_m = np.array([10e3, 0.0]) + legs_m * np.array(
        [np.cos(course_rad).sum(), np.sin(course_rad).sum()]
    )
    radius_m = radius_of(track, track.t_ns + round(silent_s * S_NS), SETTINGS.reach_ratio)
    assert np.hypot(*(end_m - [10e3, 0.0])) <= radius_m


def test_the_region_counts_the_people_of_a_zone_once(make_track) -> None:
    track = make_track(pos_site_m=(1e3, 0.0), vel_site_mps=(0.0, 50.0))
    near = reach_of(track, track.t_ns + 60 * S_NS, PEOPLE, place_radius_m=3e3, reach_ratio=1.25)
    far = reach_of(track, track.t_ns + 1200 * S_NS, PEOPLE, place_radius_m=3e3, reach_ratio=1.25)
    assert (near.zones, near.people) == (("east",), 500)
    assert (far.zones, far.people) == (("east", "west"), 570)
    assert far.radius_m > near.radius_m


def test_a_track_that_left_the_picture_stays_with_a_growing_reach(make_track) -> None:
    track = make_track(pos_site_m=(10e3, 0.0), vel_site_mps=(-50.0, 0.0))
    state, seen = look(lost.LostState(), track.t_ns, track)
    assert seen[0].reach is None
    radii_m = []
    for minutes in (2, 10, 60):
        state, found = look(state, track.t_ns + minutes * 60 * S_NS)
        assert [ghost.context for ghost in found] == ["lost"]
        assert found[0].threats == ()
        assert found[0].reach is not None
        radii_m.append(found[0].reach.radius_m)
    assert radii_m == sorted(radii_m)
    assert radii_m[-1] > 150e3


@pytest.mark.parametrize(
    "changes",
    [{"noncooperative_prob": 0.1}, {"classes": msgspec.structs.replace(DRONE, bird_prob=0.9)}],
)
def test_friends_and_birds_leave_no_ghost(make_track, changes) -> None:
    track = make_track(pos_site_m=(10e3, 0.0), vel_site_mps=(-50.0, 0.0))
    state, _ = look(lost.LostState(), track.t_ns, track, **changes)
    _, found = look(state, track.t_ns + 300 * S_NS)
    assert found == ()


def test_a_coasting_track_has_a_reach_and_loses_it_when_it_is_seen_again(make_track) -> None:
    track = make_track(pos_site_m=(10e3, 0.0), vel_site_mps=(-50.0, 0.0))
    state, _ = look(lost.LostState(), track.t_ns, track)
    state, coasting = look(state, track.t_ns + 40 * S_NS, silent(track, 40.0))
    assert coasting[0].reach is not None
    again = make_track(
        pos_site_m=(8e3, 0.0), vel_site_mps=(-50.0, 0.0), t_ns=track.t_ns + 44 * S_NS
    )
    _, found = look(state, again.t_ns, again)
    assert found[0].reach is None


def test_a_track_that_comes_out_of_the_gap_is_its_continuation(make_track) -> None:
    track = make_track(pos_site_m=(40e3, 0.0), vel_site_mps=(-50.0, 0.0))
    state, _ = look(lost.LostState(), track.t_ns, track)
    t_ns = track.t_ns + 720 * S_NS
    state, _ = look(state, t_ns - 60 * S_NS)
    new = make_track(
        id=9, pos_site_m=(4.5e3, 2e3), vel_site_mps=(-49.0, 4.0), t_ns=t_ns, updates=12
    )
    new = msgspec.structs.replace(new, t_first_ns=t_ns - 50 * S_NS)
    state, found = look(state, t_ns, new)
    assert [a.track_id for a in found] == [9]
    assert found[0].may_be[0].track_id == track.id
    assert found[0].may_be[0].same_prob > 0.9
    # It is told for as long as the track lives, also when it is lost in its turn.
    _, later = look(lost_again := state, t_ns + 300 * S_NS)
    assert lost_again is state
    assert later[0].track_id == 9
    assert later[0].may_be[0].track_id == track.id


def test_what_cannot_have_got_there_is_no_continuation(make_track) -> None:
    track = make_track(pos_site_m=(40e3, 0.0), vel_site_mps=(-50.0, 0.0))
    new = make_track(
        id=9, pos_site_m=(-40e3, 0.0), vel_site_mps=(-50.0, 0.0), t_ns=track.t_ns + 600 * S_NS
    )
    new = msgspec.structs.replace(new, t_first_ns=new.t_ns - 50 * S_NS)
    assert may_be(new, {track.id: track}, 0, reach_ratio=1.25) == ()


def test_of_two_lost_tracks_the_likelier_is_named_first(make_track) -> None:
    one = make_track(id=1, pos_site_m=(40e3, 0.0), vel_site_mps=(-50.0, 0.0))
    two = make_track(id=2, pos_site_m=(40e3, 6e3), vel_site_mps=(-50.0, 0.0))
    new = make_track(
        id=9, pos_site_m=(10e3, 500.0), vel_site_mps=(-50.0, 0.0), t_ns=one.t_ns + 600 * S_NS
    )
    new = msgspec.structs.replace(new, t_first_ns=new.t_ns - 50 * S_NS)
    found = may_be(new, {1: one, 2: two}, 0, reach_ratio=1.25)
    assert found[0].track_id == 1
    assert sum(link.same_prob for link in found) <= 1.0


def test_the_state_goes_through_bytes_unchanged(make_track) -> None:
    track = make_track(pos_site_m=(10e3, 0.0), vel_site_mps=(-50.0, 0.0))
    state, _ = look(lost.LostState(), track.t_ns, track)
    state, _ = look(state, track.t_ns + 90 * S_NS)
    packed = msgspec.msgpack.encode(state)
    assert msgspec.msgpack.decode(packed, type=lost.LostState) == state


def test_links_are_probabilities_that_mean_what_they_say(make_track) -> None:
    """Of many gaps half ended by something else: what is sure is right, the rest unsure."""
    rng = np.random.default_rng(1002)
    sure = wrong = found = 0
    for trial in range(120):
        at_m, course = rng.uniform(-30e3, 30e3, 2), rng.uniform(0, 2 * np.pi)
        vel = 50.0 * np.array([np.cos(course), np.sin(course)])
        seen = make_track(pos_site_m=at_m, vel_site_mps=vel)
        gap_s = rng.uniform(120, 900)
        same = trial % 2 == 0
        turned = course + rng.normal(0.0, 0.15)
        new_vel = 50.0 * np.array([np.cos(turned), np.sin(turned)])
        new_m = at_m + (vel + new_vel) / 2 * gap_s if same else rng.uniform(-60e3, 60e3, 2)
        new = make_track(
            id=9, pos_site_m=new_m, vel_site_mps=new_vel, t_ns=seen.t_ns + round(gap_s * S_NS)
        )
        new = msgspec.structs.replace(new, t_first_ns=new.t_ns - 50 * S_NS)
        links = may_be(new, {1: seen}, 1, reach_ratio=1.25)
        prob = links[0].same_prob if links else 0.0
        sure += prob >= lost.CONTINUED_PROB
        wrong += prob >= lost.CONTINUED_PROB and not same
        found += prob >= lost.CONTINUED_PROB and same
    assert found >= 50
    assert wrong <= 0.1 * sure


def test_a_track_that_fades_is_unseen_from_the_first(make_track) -> None:
    """The tracker still calls it confirmed for some looks; for people it is already missing."""
    track = make_track(pos_site_m=(10e3, 0.0), vel_site_mps=(-50.0, 0.0))
    state, _ = look(lost.LostState(), track.t_ns, track)
    fading = make_track(
        pos_site_m=(9e3, 0.0), t_ns=track.t_ns + 20 * S_NS, t_update_ns=track.t_ns, exists_prob=0.75
    )
    state, found = look(state, fading.t_ns, fading)
    assert found[0].reach is not None
    _, ghosts = look(state, fading.t_ns + 60 * S_NS)
    assert [ghost.context for ghost in ghosts] == ["lost"]
