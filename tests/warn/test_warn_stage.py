"""The stage as a whole: who is drafted, when, how often, and with which reasons."""

from itertools import pairwise

import msgspec
import pytest

from tocsin.model.errors import BadInput
from tocsin.model.threat import ClassBelief
from tocsin.model.units import S_NS
from tocsin.warn.policy import LevelRule, Policy
from tocsin.warn.stage import WarnState, restore, snapshot, step

T0_NS = 1_780_000_000_000_000_000
POLICY = Policy()
CALM, PREPARED, WARNED, CALLED = (0.0, 0.0, 0.0), (0.0, 0.1, 0.3), (0.1, 0.6, 0.7), (0.6, 0.7, 0.8)


def night(ground, looks, policy=POLICY, every_s=5):
    """Run looks (each a tuple of assessments) every few seconds; return all drafts."""
    state, drafts = WarnState(), []
    for number, look in enumerate(looks):
        state, found = step(state, T0_NS + number * every_s * S_NS, look, ground, policy)
        drafts.extend(found.drafts)
    return state, drafts


def test_a_raid_of_43_gives_one_draft_a_zone(ground, assessment_of) -> None:
    """Forty-three alarms at once are none."""
    raid = tuple(
        assessment_of(track_id=number, places=("p1", "p2", "p3"), probs=WARNED)
        for number in range(43)
    )
    _, drafts = night(ground, [raid] * 30)
    assert [draft.zone_id for draft in drafts] == ["galati", "tulcea"]
    assert all(len(draft.reasons) == 43 for draft in drafts)
    assert drafts[0].texts[1].description.count("43") == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"noncooperative_prob": 0.1},
        {"exists_prob": 0.5},
        {
            "classes": ClassBelief(
                drone_prob=0.1,
                slow_aircraft_prob=0.05,
                jet_prob=0.0,
                bird_prob=0.8,
                other_prob=0.05,
            )
        },
        {"places": ("p5",)},
        {"places": ("elsewhere",)},
    ],
)
def test_what_does_not_count_drafts_nothing(changes, ground, assessment_of) -> None:
    """Friends, ghosts, birds, and places that belong to no zone."""
    found = assessment_of(probs=(1.0, 1.0, 1.0), **changes)
    assert night(ground, [(found,)] * 10)[1] == []


def test_a_track_takes_part_once_it_was_seen_long_enough(ground, assessment_of) -> None:
    """Two or three looks can make geese as fast as a drone; eight seconds later it counts."""
    sure = {"probs": CALLED, "places": ("p1", "p3")}
    looks = [(assessment_of(seen_s=seen_s, **sure),) for seen_s in (0.0, 4.0, 7.9)]
    state, drafts = night(ground, looks)
    assert (state, drafts) == (WarnState(), [])
    looks.append((assessment_of(seen_s=8.0, **sure),))
    _, drafts = night(ground, looks)
    assert [(d.level, d.zone_id) for d in drafts] == [
        ("LAST_CALL", "galati"),
        ("LAST_CALL", "tulcea"),
    ]
    assert {d.t_drafted_ns for d in drafts} == {T0_NS + 15 * S_NS}
    _, drafts = night(ground, looks, Policy(min_seen_s=0.0))
    assert {d.t_drafted_ns for d in drafts} == {T0_NS}


def test_a_track_seen_too_shortly_is_no_reason_beside_another(ground, assessment_of) -> None:
    """What a draft rests on must count, each track for itself, and is named once it does."""
    known = assessment_of(probs=WARNED)
    new = [assessment_of(track_id=2, probs=CALLED, seen_s=seen_s) for seen_s in (4.0, 8.0)]
    _, drafts = night(ground, [(known, one) for one in new])
    told = [(draft.level, {reason.track_id for reason in draft.reasons}) for draft in drafts]
    assert told == [("WARN", {1}), ("LAST_CALL", {2})]


def test_levels_rise_with_one_draft_each_that_replaces_the_last(ground, assessment_of) -> None:
    """The officer sees one line of drafts, not three alarms."""
    history = [CALM, *[PREPARED] * 5, WARNED, CALLED]
    looks = [(assessment_of(probs=probs),) for probs in history]
    _, drafts = night(ground, looks)
    assert [draft.level for draft in drafts] == ["PREPARE", "WARN", "LAST_CALL"]
    assert drafts[0].replaces == ""
    assert [draft.replaces for draft in drafts[1:]] == [draft.id for draft in drafts[:-1]]
    assert [draft.replaces_t_ns for draft in drafts[1:]] == [
        draft.t_drafted_ns for draft in drafts[:-1]
    ]


def test_a_steady_level_is_not_drafted_again(ground, assessment_of) -> None:
    """Ten minutes of the same are one draft."""
    looks = [
        (assessment_of(t_ns=T0_NS + n * 5 * S_NS, probs=WARNED, window_min=(8 - n / 12, 10)),)
        for n in range(90)
    ]
    assert len(night(ground, looks)[1]) == 1


def test_noise_about_a_threshold_does_not_flicker(ground, assessment_of) -> None:
    """Up and down over the threshold every scan is still one draft."""
    long = Policy(warn=LevelRule(within_s=600.0, min_prob=0.5, valid_s=1800.0))
    noisy = [(0.0, 0.51 if n % 2 else 0.3, 0.6) for n in range(250)]
    looks = [(assessment_of(probs=probs, window_min=None),) for probs in noisy]
    _, drafts = night(ground, looks, long)
    assert [draft.level for draft in drafts] == ["WARN"]


def test_a_falling_probability_drafts_nothing(ground, assessment_of) -> None:
    """Going down is neither news for the public nor an all-clear."""
    looks = [(assessment_of(probs=CALLED),)]
    looks += [(assessment_of(probs=(0.26, 0.3, 0.4)),)] * 100
    looks += [(assessment_of(probs=CALM),)] * 100
    assert len(night(ground, looks)[1]) == 1


def test_a_lost_track_clears_nothing(ground, assessment_of) -> None:
    """When everything vanishes from the picture there is silence, not an all-clear."""
    _, drafts = night(ground, [(assessment_of(probs=CALLED),), *[()] * 200])
    assert [draft.level for draft in drafts] == ["LAST_CALL"]
    assert not any("AllClear" in repr(draft) for draft in drafts)


def test_another_drone_is_no_news_while_what_was_told_holds(ground, assessment_of) -> None:
    """People who are indoors need no second message that says the same."""
    first, second = assessment_of(probs=WARNED), assessment_of(track_id=2, probs=WARNED)
    looks = [(first,)] + [(first, second)] * 140
    assert len(night(ground, looks)[1]) == 1


def test_another_drone_is_news_when_what_was_told_is_over(ground, assessment_of) -> None:
    """The first should have passed long ago; the second comes in six minutes."""
    late_ns = T0_NS + 800 * S_NS
    looks = [(assessment_of(probs=WARNED),)] * 160
    looks += [(assessment_of(track_id=2, t_ns=late_ns, probs=WARNED),)]
    _, drafts = night(ground, looks)
    assert len(drafts) == 2
    assert drafts[1].replaces == drafts[0].id
    assert {reason.track_id for reason in drafts[1].reasons} == {2}


def test_an_earlier_arrival_is_news(ground, assessment_of) -> None:
    """Eight minutes that become three must be told."""
    soon_ns = T0_NS + 400 * S_NS
    looks = [(assessment_of(probs=WARNED, window_min=(18.0, 20.0)),)] * 80
    looks += [(assessment_of(t_ns=soon_ns, probs=WARNED, window_min=(4.0, 6.0)),)] * 10
    assert len(night(ground, looks)[1]) == 2


def test_a_level_that_lasts_is_renewed_before_it_lapses(ground, assessment_of) -> None:
    """A danger of an hour must not go unwarned in its second half."""
    looks = [(assessment_of(probs=WARNED, window_min=None),)] * 720
    _, drafts = night(ground, looks)
    assert len(drafts) == 4
    for before, after in pairwise(drafts):
        assert after.replaces == before.id
        assert after.t_drafted_ns < before.t_expires_ns


def test_after_a_lapse_a_new_alarm_replaces_nothing(ground, assessment_of) -> None:
    """An hour later it is another alarm."""
    looks = [(assessment_of(probs=WARNED),), *[()] * 720, (assessment_of(probs=WARNED),)]
    _, drafts = night(ground, looks)
    assert [draft.replaces for draft in drafts] == ["", ""]


def test_every_draft_expires_within_the_policy(ground, assessment_of) -> None:
    """A warning without an end is one that nobody believes the next time."""
    looks = [(assessment_of(probs=probs),) for probs in (PREPARED, WARNED, CALLED)]
    for draft in night(ground, looks)[1]:
        valid_ns = draft.t_expires_ns - draft.t_drafted_ns
        assert 0 < valid_ns <= POLICY.max_duration_s * S_NS


def test_the_place_in_the_reason_is_that_of_the_level(ground, assessment_of) -> None:
    """The most probable place within the horizon that is drafted comes first."""
    near, far = (
        assessment_of(places=("p1",), probs=(0.05, 0.1, 0.1)),
        assessment_of(places=("p2",), probs=(0.0, 0.1, 0.3)),
    )
    both = msgspec.structs.replace(near, threats=near.threats + far.threats)
    _, (draft,) = night(ground, [(both,)] * 5)
    assert draft.level == "PREPARE"
    assert [reason.place_id for reason in draft.reasons] == ["p2"]


def test_a_reason_says_what_where_when_and_on_what_it_rests(ground, assessment_of) -> None:
    """Read by one person at three in the morning, and by an investigator a year later."""
    _, drafts = night(ground, [(assessment_of(track_id=17, probs=(0.1, 0.55, 0.7)),)])
    (reason,) = drafts[0].reasons
    assert reason.sentence == (
        "Track 17, probably a drone (88 %), without a believed transponder: 55 % chance of "
        "passing within 3 km of Macin 1 inside 10 minutes; if it does, in 6 to 9 minutes. 60 % "
        "chance of crossing the border, in 6 to 9 minutes."
    )
    assert reason.evidence == ((7, 17), (8, 2))
    assert (reason.place_prob, reason.border_prob, reason.within_s) == (0.55, 0.6, 600.0)


def test_the_officer_may_read_romanian(ground, assessment_of) -> None:
    """The duty officer of Tulcea reads Romanian first."""
    policy = Policy(officer_language="ro")
    lost = assessment_of(probs=WARNED, context="lost", state="inside", window_min=None)
    _, drafts = night(ground, [(lost,)], policy)
    assert drafts[0].reasons[0].sentence == (
        "Ținta 1, probabil dronă (88 %), fără transponder credibil (contact pierdut, poziție "
        "estimată): probabilitate de 60 % să treacă la mai puțin de 3 km de Măcin 1 în 10 minute; "
        "momentul nu se poate estima. Este deja dincoace de frontieră."
    )


def test_ids_follow_from_zone_level_and_time(ground, assessment_of) -> None:
    """A replay must find the same draft under the same name."""
    look = [(assessment_of(probs=WARNED),)]
    _, (draft,) = night(ground, look)
    assert draft.id == "galati-warn-20260528T202640000Z"
    assert night(ground, look)[1] == [draft]


def test_the_order_of_tracks_does_not_matter(ground, assessment_of) -> None:
    """The picture is a set."""
    raid = tuple(assessment_of(track_id=n, places=("p1", "p2"), probs=WARNED) for n in range(9))
    forth, back = night(ground, [raid] * 80), night(ground, [raid[::-1]] * 80)
    assert msgspec.msgpack.encode(forth[1]) == msgspec.msgpack.encode(back[1])
    assert snapshot(forth[0]) == snapshot(back[0])


def test_a_restored_state_drafts_nothing_twice(ground, assessment_of) -> None:
    """A restart in the night must not alarm everybody again."""
    look = (assessment_of(probs=WARNED),)
    state, drafts = night(ground, [look])
    assert len(drafts) == 1
    again, more = step(restore(snapshot(state)), T0_NS + 5 * S_NS, look, ground, POLICY)
    assert (more.drafts, again.zones["galati"].told.id) == ((), drafts[0].id)


def test_a_broken_snapshot_is_one_clear_line() -> None:
    """Garbage must not become a state."""
    with pytest.raises(BadInput, match="snapshot: not a state of warn"):
        restore(b"\x93")


def test_a_calm_night_leaves_no_state(ground, assessment_of) -> None:
    """A service that runs for months must stay small."""
    bird = ClassBelief(
        drone_prob=0.1, slow_aircraft_prob=0.0, jet_prob=0.0, bird_prob=0.9, other_prob=0.0
    )
    calm = (
        assessment_of(probs=CALM, noncooperative_prob=0.1),
        assessment_of(track_id=2, classes=bird),
    )
    state, drafts = night(ground, [calm] * 50 + [()])
    assert (state, drafts) == (WarnState(), [])


def test_a_county_is_prepared_once_and_warned_zone_by_zone(ground, assessment_of) -> None:
    """Duty services are the county's; people are told where they live."""
    zones = tuple(msgspec.structs.replace(zone, county="lower-danube") for zone in ground.zones)
    county = msgspec.structs.replace(ground, zones=zones)
    north = assessment_of(probs=PREPARED)
    both = assessment_of(places=("p1", "p3"), probs=PREPARED)
    warned = assessment_of(places=("p1", "p3"), probs=WARNED)
    looks = [(north,)] * 10 + [(both,)] * 10 + [(warned,)] * 2
    told = [(draft.level, draft.zone_id) for draft in night(county, looks)[1]]
    assert told == [("PREPARE", "galati"), ("WARN", "galati"), ("WARN", "tulcea")]
    policy = Policy(prepare_per_county=False)
    told = [(draft.level, draft.zone_id) for draft in night(county, looks[:20], policy)[1]]
    assert told == [("PREPARE", "galati"), ("PREPARE", "tulcea")]
    at_once = [draft.zone_id for draft in night(county, [(both,)] * 10)[1]]
    assert at_once == ["galati"]
