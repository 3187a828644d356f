"""No all-clear too early, as on 25 November 2025: given half an hour before the drone fell."""

import msgspec
import pytest

from tocsin.model.threat import MayBe
from tocsin.model.units import S_NS
from tocsin.warn.policy import Policy
from tocsin.warn.stage import advice
from tocsin.warn.state import Missing

T0_NS = 1_780_000_000_000_000_000
CALM, WARNED = (0.0, 0.0, 0.0), (0.1, 0.6, 0.7)


@pytest.fixture
def warned(watch, assessment_of):
    """Return a night on which galati was warned of track 1, which was then seen to turn away."""
    watch.look(assessment_of(probs=WARNED))
    watch.say("approve", watch.drafts[0].id)
    return watch


def all_clears(watch):
    return [draft for draft in watch.drafts if draft.purpose == "all_clear"]


def test_it_is_drafted_when_the_track_is_seen_to_have_gone(warned, assessment_of) -> None:
    """Seen, and threatening nobody for five minutes: a person may say that it is over."""
    warned.look(assessment_of(probs=CALM), times=60)
    assert all_clears(warned) == []
    warned.look(assessment_of(probs=CALM), times=20)
    (draft,) = all_clears(warned)
    assert (draft.zone_id, draft.replaces, draft.level) == ("galati", warned.sent[0].id, "WARN")
    assert warned.state.zones["galati"].alert.sent == warned.sent[0]


def test_only_a_person_lets_it_out(warned, assessment_of) -> None:
    """Then, and only then, the alert is cleared."""
    warned.say("grant", "PREPARE, WARN, LAST_CALL")
    warned.look(assessment_of(probs=CALM), times=90)
    (draft,) = all_clears(warned)
    assert len(warned.sent) == 1
    (sent,) = warned.say("approve", draft.id, by="Ion").sent
    assert (sent.by, sent.replaces[0][0]) == ("Ion", warned.sent[0].id)
    assert warned.stages(warned.sent[0].id)[-1] == "cleared"
    assert warned.state.zones.get("galati") is None or warned.state.zones["galati"].alert is None


def test_approving_an_alarm_clears_nothing(warned, assessment_of) -> None:
    """A click that is meant for warnings must not end one."""
    warned.look(assessment_of(probs=CALM), times=90)
    (draft,) = all_clears(warned)
    assert "no open draft" in warned.say("approve", draft.alarm_id).refused


def test_a_faint_threat_is_no_calm(warned, assessment_of) -> None:
    """What would never make a warning is reason enough not to end one."""
    warned.look(assessment_of(probs=(0.0, 0.0, 0.03)), times=100)
    assert all_clears(warned) == []
    warned.look(assessment_of(probs=(0.0, 0.0, 0.01)), times=62)
    assert len(all_clears(warned)) == 1


def test_what_flies_inside_the_border_keeps_every_zone_waiting(warned, assessment_of) -> None:
    """Hours to and fro over three counties: it may come back to the first."""
    warned.look(assessment_of(probs=CALM, state="inside"), times=100)
    assert all_clears(warned) == []


def test_losing_it_inside_the_border_ends_it_nowhere(warned, assessment_of, lost_of) -> None:
    """What seeing it did not end, losing it must not: not in the farthest county either."""
    warned.look(assessment_of(probs=CALM, state="inside"), times=10)
    far = lost_of(zones=(), radius_m=100.0, centre=(20.0, 45.1), t_seen_ns=warned.t_ns)
    warned.look(far, times=100)
    assert all_clears(warned) == []
    warned.say("explain", "1", why="found")
    warned.look(far)
    assert len(all_clears(warned)) == 1


def test_losing_the_track_makes_none(warned, lost_of) -> None:
    """Puiesti: the alert was ended as it left the radars; half an hour later it fell."""
    warned.look(lost_of(), times=12, every_s=300.0)
    assert all_clears(warned) == []
    assert warned.stages(warned.sent[0].id)[-1] == "lapsed"


def test_a_track_that_vanishes_without_a_word_makes_none(warned) -> None:
    """Nobody knows where it was: it may be anywhere."""
    warned.look(times=100, every_s=60.0)
    assert all_clears(warned) == []


def test_the_reach_grows_on_after_the_track_has_left_the_picture(warned, lost_of) -> None:
    """Out of the picture is not out of the world."""
    far = (27.4, 45.1)  # 47 km west of the zone
    seen_ns = warned.t_ns
    for radius_m in (2000.0, 5000.0, 8000.0):
        warned.look(lost_of(zones=(), radius_m=radius_m, centre=far, t_seen_ns=seen_ns), every_s=60)
    assert warned.state.missing[1].growth_mps == pytest.approx(50.0)
    warned.look(times=6, every_s=60.0)
    (early,) = all_clears(warned)
    warned.look(times=20, every_s=60.0)
    assert warned.stages(early.id) == ["draft", "lapsed"]
    (why,) = (t.why for t in warned.transitions if (t.draft_id, t.after) == (early.id, "lapsed"))
    assert why == "no longer safe: lost and not explained, may be there: track 1"


def test_a_lost_track_beyond_the_zone_does_not_block_it(warned, lost_of) -> None:
    """A region over another county is another county's case."""
    far = lost_of(zones=("tulcea",), radius_m=2000.0, centre=(27.0, 45.1), t_seen_ns=warned.t_ns)
    warned.look(far, times=62)
    assert len(all_clears(warned)) == 1


def test_a_track_that_never_counted_blocks_nothing(warned, assessment_of, lost_of) -> None:
    """A friend or a bird that leaves the picture is no danger."""
    friend = lost_of(track_id=2, noncooperative_prob=0.05)
    warned.look(assessment_of(probs=CALM), friend, times=70)
    assert len(all_clears(warned)) == 1


def test_being_seen_again_explains_it(warned, assessment_of, lost_of) -> None:
    """It is where it is seen, not where it might have been."""
    warned.look(lost_of(), times=70)
    warned.look(assessment_of(probs=CALM), times=62)
    assert len(all_clears(warned)) == 1


def test_another_track_may_explain_it(warned, assessment_of, lost_of) -> None:
    """Lost over a third country and seen again: the same drone under another number."""
    warned.look(lost_of(), times=10)
    again = assessment_of(track_id=9, probs=CALM, may_be=(MayBe(track_id=1, same_prob=0.95),))
    warned.look(lost_of(), again, times=62)
    assert len(all_clears(warned)) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"may_be": (MayBe(track_id=1, same_prob=0.7),)},
        {"may_be": (MayBe(track_id=1, same_prob=0.95),), "noncooperative_prob": 0.1},
        {"may_be": (MayBe(track_id=1, same_prob=0.95),), "probs": WARNED},
    ],
    ids=("too unsure", "a friend", "threatens itself"),
)
def test_a_poor_explanation_is_none(warned, assessment_of, lost_of, changes) -> None:
    """Perhaps, somebody else, or the danger itself."""
    again = assessment_of(track_id=9, **({"probs": CALM} | changes))
    warned.look(lost_of(), again, times=100)
    assert all_clears(warned) == []


def test_one_track_explains_one_lost_one(warned, assessment_of, lost_of) -> None:
    """Two went missing and one came back: one is still out there."""
    pair = (lost_of(), lost_of(track_id=2))
    links = (MayBe(track_id=1, same_prob=0.95), MayBe(track_id=2, same_prob=0.95))
    again = assessment_of(track_id=9, probs=CALM, may_be=links)
    warned.look(*pair, again, times=100)
    assert all_clears(warned) == []


def test_who_goes_on_as_another_and_is_lost_is_feared_again(warned, assessment_of, lost_of) -> None:
    """The explanation is worth as much as the track that gives it."""
    again = assessment_of(track_id=9, probs=CALM, may_be=(MayBe(track_id=1, same_prob=0.95),))
    warned.look(lost_of(), again, times=10)
    warned.look(lost_of(), lost_of(track_id=9), times=100)
    assert all_clears(warned) == []


def test_a_person_may_explain_it(warned, lost_of) -> None:
    """Found in a field: the reason and the name stay with it."""
    warned.look(lost_of(), times=90)
    assert not warned.say("explain", "1", by="Ion", why="found at Puiesti").refused
    warned.look(lost_of())
    (draft,) = all_clears(warned)
    assert warned.state.missing[1].explained == "Ion: found at Puiesti"
    assert "explained" in draft.texts[1].description


def test_what_was_explained_and_is_seen_again_counts_again(warned, assessment_of, lost_of) -> None:
    """Somebody was wrong about what he found."""
    warned.look(lost_of())
    warned.say("explain", "1", why="found")
    warned.look(assessment_of(probs=CALM))
    warned.look(lost_of(), times=100)
    assert all_clears(warned) == []


def test_a_draft_is_taken_back_when_it_is_no_longer_safe(warned, assessment_of, lost_of) -> None:
    """The officer must not click on yesterday's truth."""
    warned.look(assessment_of(probs=CALM), times=90)
    (draft,) = all_clears(warned)
    warned.look(assessment_of(probs=CALM), lost_of(track_id=2))
    assert warned.stages(draft.id) == ["draft", "lapsed"]
    assert "no open draft" in warned.say("approve", draft.id).refused


def test_an_override_needs_a_reason_and_is_called_one(warned, lost_of) -> None:
    """A person may know better; the record says that it was against the machine's advice."""
    warned.look(lost_of(), times=3)
    assert warned.say("clear", "galati").refused == "to clear needs a reason"
    outcome = warned.say("clear", "galati", by="Ion", why="seen to fall by the border police")
    (sent,) = outcome.sent
    assert (sent.draft.purpose, sent.by) == ("all_clear", "Ion")
    steps = [t for t in outcome.transitions if t.after in ("approved", "sent", "cleared")]
    assert len(steps) == 3
    assert all("override against the machine's advice" in t.why for t in steps)
    assert all("seen to fall by the border police" in t.why for t in steps)


def test_clearing_with_the_machine_s_advice_is_no_override(warned, assessment_of) -> None:
    """The same word on a draft that waits is an approval."""
    warned.look(assessment_of(probs=CALM), times=90)
    outcome = warned.say("clear", "galati", why="over")
    assert [sent.draft.id for sent in outcome.sent] == [all_clears(warned)[0].id]
    assert not any("override" in t.why for t in outcome.transitions)


def test_an_override_of_two_persons_needs_both(watching, ground, assessment_of, lost_of) -> None:
    """The rule holds where it matters most."""
    watch = watching(ground, Policy(approvers=("Ana", "Ion"), two_person=True))
    watch.look(assessment_of(probs=WARNED))
    for name in ("Ana", "Ion"):
        watch.say("approve", watch.drafts[0].id, by=name)
    watch.look(lost_of(), times=3)
    assert watch.say("clear", "galati", by="Ana", why="fell").sent == ()
    watch.look(lost_of(), times=3)
    (sent,) = watch.say("clear", "galati", by="Ion", why="fell").sent
    assert sent.by == "Ana and Ion"


def test_after_a_lapse_it_may_still_be_said_that_it_is_over(warned, assessment_of, lost_of) -> None:
    """People who wait in a cellar want to know; the lapse itself stays a lapse."""
    warned.look(lost_of(), times=40, every_s=60.0)
    assert warned.stages(warned.sent[0].id)[-1] == "lapsed"
    warned.look(assessment_of(probs=CALM), times=70)
    (draft,) = all_clears(warned)
    assert warned.say("approve", draft.id).sent
    assert "cleared" not in warned.stages(warned.sent[0].id)


def test_a_rejected_all_clear_is_not_asked_again_at_once(warned, assessment_of) -> None:
    """The officer has said no; twenty minutes later the question is fair."""
    warned.look(assessment_of(probs=CALM), times=90)
    warned.say("reject", all_clears(warned)[0].id, why="the police still look for it")
    warned.look(assessment_of(probs=CALM), times=250)
    assert len(all_clears(warned)) == 1
    warned.look(assessment_of(probs=CALM), times=100)
    assert len(all_clears(warned)) == 2


def test_people_may_be_counted(watching, ground, assessment_of, lost_of) -> None:
    """A delta with three fishermen may be cleared at another price; the default is nobody."""
    policy = Policy(approvers=("Ana",), all_clear_max_people=5000, all_clear_after_s=300.0)
    watch = watching(ground, policy)
    watch.look(assessment_of(probs=WARNED))
    watch.say("approve", watch.drafts[0].id)
    watch.look(lost_of(), times=70)
    assert len(all_clears(watch)) == 1


def test_a_warning_whose_danger_is_over_is_taken_back(watch, assessment_of) -> None:
    """A draft that nobody decided on must not be sent when it is no longer true."""
    watch.look(assessment_of(probs=WARNED))
    watch.look(assessment_of(probs=CALM), times=90)
    assert watch.stages(watch.drafts[0].id) == ["draft", "lapsed"]
    assert all_clears(watch) == []


def test_what_is_lost_is_forgotten_when_it_can_no_longer_fly(warned, lost_of) -> None:
    """Half a day later nothing so slow is still in the air."""
    warned.look(lost_of())
    warned.look(times=2, every_s=43_300.0)
    assert warned.state.missing == {}


def test_the_memory_of_a_lost_track_says_when_it_was_seen(warned, lost_of) -> None:
    """What is remembered is what was told, and since when."""
    told = lost_of(radius_m=4000.0)
    warned.look(told)
    kept = warned.state.missing[1]
    assert kept == Missing(
        t_seen_ns=T0_NS,
        evidence=told.evidence,
        seen=False,
        reach=told.reach,
        t_reach_ns=warned.t_ns - 5 * S_NS,
        growth_mps=kept.growth_mps,
    )
    assert msgspec.structs.replace(kept, seen=True) != kept


def test_an_alert_is_prolonged_while_its_drone_is_only_lost(warned, lost_of) -> None:
    """Else the clock would end what no person has ended, and nobody would notice."""
    (first,) = warned.sent
    warned.look(lost_of(), times=17, every_s=60.0)
    (draft,) = warned.drafts[1:]
    assert (draft.purpose, draft.level, draft.replaces) == ("warning", "WARN", first.id)
    assert 0 < first.draft.t_expires_ns - draft.t_drafted_ns < 300 * S_NS
    (why,) = (t.why for t in warned.transitions if t.draft_id == draft.id)
    assert why == "about to lapse; lost and not explained, may be there: track 1"
    warned.say("approve", draft.id)
    assert warned.stages(first.id)[-1] == "updated"


def test_an_alert_is_prolonged_for_the_track_that_goes_on_as_another(
    warned, assessment_of, lost_of
) -> None:
    """The zone was told of track 1; track 2 is the same drone, and is lost in its turn."""
    warned.look(lost_of(), times=2, every_s=60.0)
    links = (MayBe(track_id=1, same_prob=0.95),)
    warned.look(assessment_of(track_id=2, probs=WARNED, may_be=links), times=2, every_s=5.0)
    warned.look(lost_of(track_id=2), times=20, every_s=60.0)
    why = [t.why for t in warned.transitions if "about to lapse" in t.why]
    assert why
    assert why[0].endswith("track 2")


def test_it_is_prolonged_no_longer_than_the_policy_lets_it(warned, lost_of) -> None:
    """An hour and a half after the last sight of it people cannot be kept indoors by a guess."""
    for _ in range(300):
        warned.look(lost_of(), every_s=60.0)
        held = warned.state.zones["galati"].draft
        if held is not None:
            warned.say("approve", held.draft.id)
    assert 5 <= len(warned.sent) <= 7
    assert warned.sent[-1].draft.t_drafted_ns - T0_NS < warned.policy.max_duration_s * S_NS
    assert warned.stages(warned.sent[-1].id)[-1] == "lapsed"


def test_what_was_explained_prolongs_nothing(warned, lost_of) -> None:
    """Found: the alert may run out, or be cleared."""
    warned.look(lost_of())
    warned.say("explain", "1", why="found")
    warned.look(lost_of(), times=8, every_s=60.0)
    warned.say("reject", all_clears(warned)[0].id, why="wait for the police")
    warned.look(lost_of(), times=16, every_s=60.0)
    assert warned.stages(warned.sent[0].id)[-1] == "lapsed"
    assert [draft.purpose for draft in warned.drafts] == ["warning", "all_clear"]


def test_the_desk_is_told_what_stands_in_the_way(warned, assessment_of, lost_of) -> None:
    """An officer who waits for an all-clear must see what has to be explained."""

    def told():
        return advice(warned.state, warned.t_look_ns, warned.ground, warned.policy)

    warned.look(assessment_of(probs=WARNED))
    assert told() == {"galati": "a track that counts still threatens the zone"}
    warned.look(lost_of(), times=30)
    assert told() == {"galati": "nothing has threatened the zone for less than 300 s"}
    warned.look(lost_of(), *[lost_of(track_id=n) for n in range(2, 9)], times=60)
    assert told() == {
        "galati": "lost and not explained, may be there: tracks 1, 2, 3, 4, 5 and 3 more"
    }
    warned.say("explain", "1,2,3,4,5,6,7,8", why="fell at Izmail, border police")
    assert told() == {"galati": ""}


def test_what_was_safe_at_the_last_look_is_asked_again_at_the_click(
    watching, ground, assessment_of, lost_of
) -> None:
    """A region grows between two looks too; a feed may have stopped minutes ago."""
    watch = watching(ground, Policy(approvers=("Ana",), all_clear_after_s=300.0))
    watch.look(assessment_of(probs=WARNED))
    watch.say("approve", watch.drafts[0].id)
    seen_ns, far = watch.t_ns, (27.7, 45.1)  # 23 km west of the zone
    for n in range(1, 64):
        lost = lost_of(zones=(), radius_m=250.0 * n, centre=far, t_seen_ns=seen_ns)
        watch.look(lost)
    (draft,) = all_clears(watch)
    watch.t_ns += 300 * S_NS
    outcome = watch.say("approve", draft.id)
    assert "not safe to approve: lost and not explained, may be there: track 1" in outcome.refused
    cleared = watch.say("clear", "galati", why="seen to fall")
    assert watch.stages(draft.id) == ["draft", "lapsed"]
    assert any("override" in t.why for t in cleared.transitions)


def test_an_all_clear_that_nobody_decides_on_lapses_and_is_drafted_again(
    warned, assessment_of
) -> None:
    """It is asked again, twenty minutes later."""
    warned.look(assessment_of(probs=CALM), times=62)
    warned.look(assessment_of(probs=CALM), times=31, every_s=60.0)
    first, second = all_clears(warned)
    assert warned.stages(first.id) == ["draft", "lapsed"]
    assert second.t_drafted_ns >= first.t_expires_ns


@pytest.mark.parametrize("short", [{"exists_prob": 0.6}, {"seen_s": 4.0}])
def test_a_track_that_goes_on_as_another_is_looked_after_even_if_it_does_not_count(
    warned, assessment_of, lost_of, short
) -> None:
    """Its new number has a short history; it is the same drone."""
    links = (MayBe(track_id=1, same_prob=0.95),)
    young = assessment_of(track_id=9, probs=CALM, may_be=links, **short)
    warned.look(lost_of(), young, times=10)
    assert warned.state.missing[9].seen
    warned.look(lost_of(), lost_of(track_id=9, **short), times=100)
    assert all_clears(warned) == []
