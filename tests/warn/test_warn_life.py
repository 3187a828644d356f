"""Whatever happens in a night, some things never do."""

from itertools import pairwise

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.model.alert import Decision
from tocsin.model.units import S_NS
from tocsin.warn.missing import may_be_in
from tocsin.warn.policy import Policy
from tocsin.warn.stage import WarnState, decide, restore, snapshot, step

CALM, PREPARED = (0.0, 0.0, 0.0), (0.0, 0.1, 0.3)
WARNED, CALLED = (0.1, 0.6, 0.7), (0.6, 0.7, 0.8)
NAMES = ("Ana", "Ion", "Mallory")
ENDS = {"rejected", "updated", "cleared", "lapsed"}

looks = st.tuples(
    st.just("look"),
    st.tuples(
        *[st.sampled_from([CALM, CALM, PREPARED, WARNED, CALLED, "lost", "lost", "gone"])] * 2
    ),
    st.sampled_from([5.0, 60.0, 400.0]),
)
acts = st.tuples(
    st.sampled_from(["approve", "reject", "clear", "explain", "grant", "revoke"]),
    st.sampled_from(NAMES),
    st.integers(0, 3),
)
BEGUN = [
    ("look", (WARNED, WARNED), 5.0),
    *[("approve", name, pick) for name in ("Ana", "Ion") for pick in (0, 1)],
]
nights = st.lists(st.one_of(looks, looks, acts), min_size=5, max_size=40).map(lambda x: BEGUN + x)
"""Both zones are warned, and then anything may happen."""


def played(watch, night, assessment_of, lost_of):
    """Play a night of looks and decisions; yield after each."""
    for what, who, rest in night:
        if what == "look":
            watch.look(*_seen(who, watch.t_ns, assessment_of, lost_of), every_s=rest)
        else:
            watch.say(what, _subject(watch, what, rest), by=who, why="so it is")
        yield what, who


def _seen(kinds, t_ns, assessment_of, lost_of):
    for number, (kind, zone, place) in enumerate(
        zip(kinds, ("galati", "tulcea"), ("p1", "p3"), strict=True), start=1
    ):
        if kind == "lost":
            yield lost_of(track_id=number, zones=(zone,), t_seen_ns=t_ns - 60 * S_NS)
        elif kind != "gone":
            yield assessment_of(track_id=number, t_ns=t_ns, places=(place,), probs=kind)


def _subject(watch, what, pick):
    if what in ("approve", "reject"):
        found = [draft.id for draft in watch.drafts[-4:]] + [d.alarm_id for d in watch.drafts[-1:]]
        return found[pick % len(found)] if found else "none"
    if what == "clear":
        return ("galati", "tulcea")[pick % 2]
    if what == "explain":
        return str(1 + pick % 2)
    return ("WARN", "LAST_CALL", "PREPARE,WARN", "WARN,LAST_CALL")[pick]


@pytest.fixture
def policy():
    return Policy(approvers=("Ana", "Ion"))


@settings(max_examples=60, deadline=None)
@given(night=nights, two=st.booleans())
def test_nothing_is_sent_without_a_person_who_may(
    watching, ground, assessment_of, lost_of, night, two
) -> None:
    """The one thing that must never happen."""
    watch = watching(ground, Policy(approvers=("Ana", "Ion"), two_person=two))
    for _ in played(watch, night, assessment_of, lost_of):
        pass
    for sent in watch.sent:
        assert "Mallory" not in sent.by
        names = {name for name in ("Ana", "Ion") if name in sent.by}
        assert len(names) >= (2 if two else 1)
        if sent.by.startswith("standing authority"):
            assert sent.draft.purpose == "warning"


@settings(max_examples=60, deadline=None)
@given(night=nights)
def test_strangers_change_nothing(watching, ground, assessment_of, lost_of, night) -> None:
    """Whatever a name without the right says."""
    watch = watching(ground, Policy(approvers=("Ana", "Ion")))
    before = watch.state
    for what, who in played(watch, night, assessment_of, lost_of):
        if what != "look" and who == "Mallory":
            assert watch.state == before
        before = watch.state


@settings(max_examples=80, deadline=None)
@given(night=nights)
def test_no_all_clear_while_something_lost_may_be_there(
    watching, ground, assessment_of, lost_of, night
) -> None:
    """Neither drafted, nor standing, nor sent, save as a person's override that says so."""
    watch = watching(ground, Policy(approvers=("Ana", "Ion")))
    zones = {zone.id: zone for zone in ground.zones}
    told = 0
    for _ in played(watch, night, assessment_of, lost_of):
        for zone_id, held in watch.state.zones.items():
            if held.over is not None and not held.over.override:
                now_ns = watch.t_look_ns
                assert not may_be_in(watch.state.missing, zones[zone_id], now_ns)
        for sent in watch.sent[told:]:
            if sent.draft.purpose == "all_clear":
                lost = may_be_in(watch.state.missing, zones[sent.draft.zone_id], sent.t_sent_ns)
                whys = [t.why for t in watch.transitions if t.draft_id == sent.id]
                assert not lost or any("override" in why for why in whys)
        told = len(watch.sent)


@settings(max_examples=60, deadline=None)
@given(night=nights)
def test_every_life_is_one_of_those_that_there_are(
    watching, ground, assessment_of, lost_of, night
) -> None:
    """Transitions chain without a gap, an end is an end, and a lapse is never cleared."""
    watch = watching(ground, Policy(approvers=("Ana", "Ion")))
    for _ in played(watch, night, assessment_of, lost_of):
        standing = [held.alert for held in watch.state.zones.values() if held.alert is not None]
        assert len({alert.sent.draft.zone_id for alert in standing}) == len(standing)
    lives = {}
    for t in watch.transitions:
        lives.setdefault(t.draft_id, []).append(t)
    for life in lives.values():
        assert (life[0].before, life[0].after) == ("draft", "draft")
        assert all(a.after == b.before and a.t_ns <= b.t_ns for a, b in pairwise(life))
        assert all(t.after not in ENDS for t in life[:-1])
    for sent in watch.sent:
        open_ = lives[sent.id][-1].after == "sent"
        held = watch.state.zones.get(sent.draft.zone_id)
        stands = held is not None and held.alert is not None and held.alert.sent.id == sent.id
        assert sent.draft.purpose == "all_clear" or open_ == (stands and not held.alert.lapsed)


@settings(max_examples=40, deadline=None)
@given(night=nights, cut=st.integers(0, 40))
def test_a_snapshot_resumes_exactly(watching, ground, assessment_of, lost_of, night, cut) -> None:
    """A restart in the middle of the night changes nothing of the rest of it."""
    ends = []
    for restart in (False, True):
        watch = watching(ground, Policy(approvers=("Ana", "Ion")))
        for number, _ in enumerate(played(watch, night, assessment_of, lost_of)):
            if restart and number == cut:
                watch.state = restore(snapshot(watch.state))
        ends.append((snapshot(watch.state), watch.drafts, watch.transitions, watch.sent))
    assert ends[0] == ends[1]


def test_a_draft_that_nobody_decides_on_lapses(watch, assessment_of) -> None:
    """And another one is drafted while the danger lasts."""
    watch.look(assessment_of(probs=WARNED))
    (draft,) = watch.drafts
    watch.t_ns = draft.t_expires_ns
    watch.look(assessment_of(probs=WARNED))
    assert watch.stages(draft.id) == ["draft", "lapsed"]
    assert len(watch.drafts) == 2


def test_a_lapse_says_that_it_is_none(watch, assessment_of) -> None:
    """Its time ran out; nobody has said that it is over."""
    watch.look(assessment_of(probs=WARNED))
    watch.say("approve", watch.drafts[0].id)
    watch.t_ns = watch.drafts[0].t_expires_ns
    outcome = watch.look()
    assert [(t.before, t.after) for t in outcome.transitions] == [("sent", "lapsed")]
    assert "no all-clear" in outcome.transitions[0].why
    assert watch.state.zones["galati"].alert.lapsed


def test_steps_and_decisions_are_pure(ground, assessment_of, policy) -> None:
    """What was handed in stays as it was."""
    look = (assessment_of(probs=WARNED),)
    empty, t_ns = restore(snapshot(WarnState())), look[0].t_ns
    state, outcome = step(empty, t_ns, look, ground, policy)
    kept = snapshot(state)
    decision = Decision(t_ns=t_ns, by="Ana", choice="approve", subject=outcome.drafts[0].id)
    after, _ = decide(state, decision, ground, policy)
    step(after, t_ns + S_NS, (), ground, policy)
    assert snapshot(state) == kept
    assert snapshot(empty) == snapshot(WarnState())
    assert msgspec.msgpack.encode(after) != kept
