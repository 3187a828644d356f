"""Who may decide, and what comes of it."""

import re

import msgspec
import pytest

from tocsin.model.alert import Decision
from tocsin.warn.policy import Policy, StandingAuthority, ZonePolicy
from tocsin.warn.stage import decide

WARNED, CALLED = (0.1, 0.6, 0.7), (0.6, 0.7, 0.8)


def test_an_approved_draft_is_sent_in_the_name_of_the_approver(watch, assessment_of) -> None:
    """The life of an alert, step by step, each with what it rests on."""
    watch.look(assessment_of(track_id=4, probs=WARNED))
    (draft,) = watch.drafts
    outcome = watch.say("approve", draft.id, by="Ana", why="seen by the border police too")
    (sent,) = outcome.sent
    assert msgspec.structs.replace(sent.draft, texts=draft.texts) == draft
    assert (sent.by, sent.replaces) == ("Ana", ())
    assert watch.stages(draft.id) == ["draft", "approved", "sent"]
    assert [t.by for t in watch.transitions] == ["tocsin", "Ana", "Ana"]
    assert {t.tracks for t in watch.transitions} == {(4,)}
    assert {t.evidence for t in watch.transitions} == {((7, 4), (8, 2))}


@pytest.mark.parametrize(
    ("waited_s", "told", "valid"),
    [
        (0, "in 6 to 9 minutes from this message", "Valid for 20 minutes"),
        (125, "in 3 to 7 minutes from this message", "Valid for 17 minutes"),
        (400, "within 3 minutes from this message", "Valid for 13 minutes"),
        (700, "cannot be told", "Valid for 8 minutes"),
    ],
)
def test_minutes_count_from_the_message_not_from_the_draft(
    watch, assessment_of, waited_s, told, valid
) -> None:
    """People who are told six minutes must have six minutes, however long a name was missing."""
    watch.look(assessment_of(probs=WARNED), every_s=waited_s)
    (sent,) = watch.say("approve", watch.drafts[0].id).sent
    words = next(text.instruction for text in sent.draft.texts if text.language == "en-GB")
    assert told in words
    assert valid in words


def test_an_update_takes_the_place_of_what_stands(watch, assessment_of) -> None:
    """One standing alert a zone, and the message says which one it updates."""
    watch.look(assessment_of(probs=WARNED))
    watch.say("approve", watch.drafts[0].id)
    watch.look(assessment_of(probs=CALLED))
    (sent,) = watch.say("approve", watch.drafts[1].id).sent
    assert sent.replaces == ((watch.sent[0].id, watch.sent[0].t_sent_ns),)
    assert watch.stages(watch.drafts[0].id)[-1] == "updated"
    assert watch.state.zones["galati"].alert.sent == sent


def test_a_stranger_changes_nothing(watch, assessment_of) -> None:
    """A name that the policy does not know approves nothing."""
    watch.look(assessment_of(probs=WARNED))
    before = watch.state
    outcome = watch.say("approve", watch.drafts[0].id, by="Mallory")
    assert outcome.refused == (
        "Mallory has not the right to approve: not an approver (name them in warn.approvers of "
        "the site file)"
    )
    assert (outcome.sent, outcome.transitions, watch.state) == ((), (), before)


def test_a_county_may_have_its_own_approvers(watching, ground, assessment_of) -> None:
    """Who decides for Tulcea does not decide for Galati."""
    policy = Policy(approvers=("Ana",), zone={"tulcea": ZonePolicy(approvers=("Ion",))})
    watch = watching(ground, policy)
    watch.look(assessment_of(places=("p1", "p3"), probs=WARNED))
    galati, tulcea = watch.drafts
    assert (
        "has not the right to decide about galati"
        in watch.say("approve", galati.id, by="Ion").refused
    )
    assert watch.say("approve", tulcea.id, by="Ion").sent
    assert watch.say("approve", galati.id, by="Ana").sent


def test_an_alarm_is_approved_as_a_whole(watching, ground, assessment_of) -> None:
    """A raid over nineteen communes is one decision, not nineteen."""
    zones = tuple(msgspec.structs.replace(zone, county="lower-danube") for zone in ground.zones)
    watch = watching(msgspec.structs.replace(ground, zones=zones), Policy(approvers=("Ana",)))
    watch.look(assessment_of(places=("p1", "p3"), probs=WARNED))
    (alarm,) = {draft.alarm_id for draft in watch.drafts}
    assert [sent.draft.zone_id for sent in watch.say("approve", alarm).sent] == ["galati", "tulcea"]


def test_a_rejection_needs_a_reason_and_lasts(watch, assessment_of) -> None:
    """The same track must not come back every five minutes; another one must."""
    watch.look(assessment_of(probs=WARNED))
    assert watch.say("reject", watch.drafts[0].id).refused == "to reject needs a reason"
    watch.say("reject", watch.drafts[0].id, why="a crop duster, by telephone")
    assert watch.stages(watch.drafts[0].id) == ["draft", "rejected"]
    watch.look(assessment_of(probs=WARNED), times=100)
    assert len(watch.drafts) == 1
    watch.look(assessment_of(probs=WARNED), assessment_of(track_id=2, probs=WARNED))
    assert len(watch.drafts) == 2
    assert watch.drafts[1].replaces == ""


def test_a_higher_level_is_drafted_in_spite_of_a_rejection(watch, assessment_of) -> None:
    """Somebody said no to ten minutes; five minutes ask again."""
    watch.look(assessment_of(probs=WARNED))
    watch.say("reject", watch.drafts[0].id, why="too far")
    watch.look(assessment_of(probs=CALLED))
    assert watch.drafts[-1].level == "LAST_CALL"


@pytest.mark.parametrize(
    ("choice", "subject", "why", "said"),
    [
        ("approve", "galati-warn-1", "", "no open draft or alarm 'galati-warn-1'"),
        ("reject", "x", "no", "no open draft or alarm"),
        ("clear", "nowhere", "over", "no zone 'nowhere'"),
        ("clear", "galati", "over", "nothing to clear: no alert was sent for galati"),
        ("clear", "galati", " ", "to clear needs a reason"),
        ("explain", "99", "found", "no lost track '99' is remembered"),
        ("explain", "one", "found", "no lost track 'one' is remembered"),
        ("explain", "1", "found", "track 1 is seen now"),
        ("grant", "ALARM", "", "no level 'ALARM': known are PREPARE, WARN, LAST_CALL"),
        ("revoke", "WARN", "", "no standing authority for WARN to take back"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    watch, assessment_of, choice, subject, why, said
) -> None:
    """At three in the morning nobody reads a traceback."""
    watch.look(assessment_of(probs=WARNED))
    before = watch.state
    outcome = watch.say(choice, subject, why=why)
    assert said in outcome.refused
    assert "\n" not in outcome.refused
    assert watch.state == before


def test_a_draft_is_decided_once(watch, assessment_of) -> None:
    """Two officers who click at the same time send one alert."""
    watch.look(assessment_of(probs=WARNED))
    assert watch.say("approve", watch.drafts[0].id, by="Ana").sent
    refused = watch.say("approve", watch.drafts[0].id, by="Ion").refused
    assert re.fullmatch("no open draft .* for Ion to approve: .*; nothing was changed", refused)


def test_what_has_run_out_of_time_cannot_be_approved(watch, assessment_of) -> None:
    """An alert that is over when it arrives only confuses."""
    watch.look(assessment_of(probs=WARNED))
    (draft,) = watch.drafts
    decision = Decision(t_ns=draft.t_expires_ns, by="Ana", choice="approve", subject=draft.id)
    assert "lapsed" in decide(watch.state, decision, watch.ground, watch.policy)[1].refused


def test_two_persons_are_two_names(watching, ground, assessment_of) -> None:
    """One person twice is one person."""
    watch = watching(ground, Policy(approvers=("Ana", "Ion"), two_person=True))
    watch.look(assessment_of(probs=WARNED))
    first = watch.say("approve", watch.drafts[0].id, by="Ana")
    assert (first.sent, first.waiting) == ((), (watch.drafts[0].id,))
    assert "another person must" in watch.say("approve", watch.drafts[0].id, by="Ana").refused
    assert watch.say("approve", watch.drafts[0].id, by="Ion").sent[0].by == "Ana and Ion"


def test_a_standing_authority_sends_by_itself_and_says_whose_it_is(
    watching, ground, assessment_of
) -> None:
    """The name under the alert is a person's, with the date on which it was given."""
    given = StandingAuthority(given_by="Ana", given_on="2026-05-01", levels=("LAST_CALL",))
    watch = watching(ground, Policy(approvers=("Ana",), standing_authority=given))
    assert not watch.look(assessment_of(probs=WARNED)).sent
    (sent,) = watch.look(assessment_of(probs=CALLED)).sent
    assert (sent.by, sent.draft.level) == ("standing authority of Ana (2026-05-01)", "LAST_CALL")
    assert watch.stages(sent.draft.id) == ["draft", "approved", "sent"]


def test_an_authority_is_granted_and_taken_back_by_decisions(watch, assessment_of) -> None:
    """What was given at midnight can be taken back at one; open drafts still need a person."""
    watch.look(assessment_of(probs=WARNED))
    watch.say("grant", "WARN, LAST_CALL", by="Ion")
    assert not watch.sent
    (sent,) = watch.look(assessment_of(probs=CALLED)).sent
    assert sent.by == "standing authority of Ion (2026-05-28)"
    assert not watch.say("revoke", "LAST_CALL").refused
    watch.look(assessment_of(places=("p3",), probs=CALLED))
    assert len(watch.sent) == 1


def test_the_file_s_authority_can_be_taken_back(watching, ground, assessment_of) -> None:
    """A name in a file must not be stronger than a person."""
    given = StandingAuthority(given_by="Ana", given_on="2026-05-01", levels=("WARN",))
    watch = watching(ground, Policy(approvers=("Ana", "Ion"), standing_authority=given))
    watch.say("revoke", "WARN", by="Ion")
    assert not watch.look(assessment_of(probs=WARNED)).sent


def test_under_the_two_person_rule_an_authority_needs_two(watching, ground, assessment_of) -> None:
    """Otherwise one person could give both approvals beforehand."""
    watch = watching(ground, Policy(approvers=("Ana", "Ion"), two_person=True))
    assert watch.say("grant", "WARN", by="Ana").waiting == ("WARN",)
    assert not watch.look(assessment_of(probs=WARNED)).sent
    assert watch.say("grant", "WARN", by="Ion").waiting == ()
    (sent,) = watch.look(assessment_of(places=("p3",), probs=WARNED)).sent
    assert sent.by == "standing authority of Ana and Ion (2026-05-28)"


def test_an_alarm_may_be_approved_again_for_what_has_joined(
    watching, ground, assessment_of
) -> None:
    """Under the two-person rule the first name is given to each draft once."""
    zones = tuple(msgspec.structs.replace(zone, county="lower-danube") for zone in ground.zones)
    ground = msgspec.structs.replace(ground, zones=zones)
    watch = watching(ground, Policy(approvers=("Ana", "Ion"), two_person=True))
    watch.look(assessment_of(probs=WARNED))
    alarm = watch.drafts[0].alarm_id
    assert watch.say("approve", alarm, by="Ana").waiting == (watch.drafts[0].id,)
    watch.look(assessment_of(places=("p1", "p3"), probs=WARNED))
    assert watch.say("approve", alarm, by="Ana").waiting == (watch.drafts[1].id,)
    assert "another person must" in watch.say("approve", alarm, by="Ana").refused
    assert len(watch.say("approve", alarm, by="Ion").sent) == 2


def test_zones_are_cleared_and_authorised_by_those_who_may(watching, ground, assessment_of) -> None:
    """A grant holds where the person has the right; elsewhere it is as if it had not been."""
    policy = Policy(approvers=("Ana",), zone={"tulcea": ZonePolicy(approvers=("Ion",))})
    watch = watching(ground, policy)
    watch.say("grant", "WARN", by="Ion")
    watch.look(assessment_of(places=("p1", "p3"), probs=WARNED))
    assert [sent.draft.zone_id for sent in watch.sent] == ["tulcea"]
    refused = watch.say("clear", "tulcea", by="Ana", why="over").refused
    assert refused == "Ana has not the right to decide about tulcea"
