"""What the duty officer is called for: a raid is one call, not one for every commune and track."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.model.units import S_NS
from tocsin.warn.alarms import RECALL_S
from tocsin.warn.policy import Policy

PREPARED, WARNED, CALLED = (0.0, 0.1, 0.3), (0.1, 0.6, 0.7), (0.6, 0.7, 0.8)
CALM = (0.0, 0.0, 0.0)


@pytest.fixture(scope="module")
def counties(ground):
    """The two zones as two counties of their own, and two more zones in the first."""
    galati, tulcea = ground.zones
    replace = msgspec.structs.replace
    return replace(
        ground,
        zones=(replace(galati, county="north"), replace(tulcea, county="south")),
    )


@pytest.fixture
def desk(watching, counties):
    return watching(counties, Policy(approvers=("Ana",)))


def calls(watch):
    return [(alarm.area_id, alarm.level) for alarm in watch.alarms]


def test_the_first_draft_of_a_calm_night_calls(desk, assessment_of) -> None:
    """Somebody has to be woken before there is something to decide about."""
    desk.look(assessment_of(probs=PREPARED), times=10)
    assert calls(desk) == [("north", "PREPARE")]
    assert desk.alarms[0].id == desk.drafts[0].alarm_id
    assert desk.alarms[0].zones == ("galati",)


def test_prepare_for_another_county_joins_silently(desk, assessment_of) -> None:
    """The officer is awake, and PREPARE asks the public nothing."""
    desk.look(assessment_of(probs=PREPARED), times=60)
    desk.look(assessment_of(places=("p1", "p3"), probs=PREPARED), times=60)
    assert {draft.zone_id for draft in desk.drafts} == {"galati", "tulcea"}
    assert calls(desk) == [("north", "PREPARE")]


def test_a_raised_level_calls_once(desk, assessment_of) -> None:
    """Each level asks for a decision of its own; the same level again does not."""
    for probs in (PREPARED, WARNED, CALLED, WARNED, CALLED):
        desk.look(assessment_of(probs=probs), times=30)
        if desk.state.zones["galati"].draft is not None:
            desk.say("approve", desk.drafts[-1].id)
    assert calls(desk) == [("north", "PREPARE"), ("north", "WARN"), ("north", "LAST_CALL")]
    assert len({alarm.id for alarm in desk.alarms}) == 1
    assert [alarm.why for alarm in desk.alarms] == [
        "new",
        "raised from PREPARE",
        "raised from WARN",
    ]


def test_a_last_call_right_after_a_warning_waits_for_who_is_at_the_screen(
    desk, assessment_of
) -> None:
    """Thirty seconds later the officer is reading; a second bell helps nobody."""
    desk.look(assessment_of(probs=WARNED), times=6)
    desk.look(assessment_of(probs=CALLED))
    desk.say("approve", desk.drafts[-1].id)
    desk.look(assessment_of(probs=CALLED), times=60)
    assert calls(desk) == [("north", "WARN")]


def test_what_is_still_undecided_after_the_pause_calls(desk, assessment_of) -> None:
    """Nobody was at the screen after all."""
    desk.look(assessment_of(probs=WARNED), times=6)
    desk.look(assessment_of(probs=CALLED), times=60)
    assert calls(desk) == [("north", "WARN"), ("north", "LAST_CALL")]
    gap_ns = desk.alarms[1].t_ns - desk.alarms[0].t_ns
    assert gap_ns == Policy().call_gap_s * S_NS


def test_the_gravest_calls_first_and_names_the_others(desk, assessment_of) -> None:
    """One bell, and the worst on top."""
    desk.look(assessment_of(probs=WARNED), assessment_of(track_id=2, places=("p3",), probs=CALLED))
    assert calls(desk) == [("south", "LAST_CALL")]
    assert desk.alarms[0].why == "new; also waiting: north (WARN)"


def test_an_undecided_warning_calls_again_after_a_quarter_of_an_hour(desk, assessment_of) -> None:
    """A call that nobody heard must not be the last one."""
    desk.look(assessment_of(probs=WARNED, window_min=None), times=200)
    assert calls(desk) == [("north", "WARN")] * 2
    assert desk.alarms[1].t_ns - desk.alarms[0].t_ns == RECALL_S * S_NS


def test_what_a_standing_authority_sends_calls_too(watching, counties, assessment_of) -> None:
    """What went out by itself needs eyes on it, and later an all-clear."""
    desk = watching(counties, Policy(approvers=("Ana",)))
    desk.say("grant", "WARN")
    desk.look(assessment_of(probs=WARNED), times=30)
    assert len(desk.sent) == 1
    assert calls(desk) == [("north", "WARN")]


def test_after_a_quiet_hour_it_is_another_alarm(desk, assessment_of) -> None:
    """The next raid is not the last one."""
    desk.look(assessment_of(probs=WARNED))
    desk.look(assessment_of(probs=CALM), times=60, every_s=60.0)
    desk.look(assessment_of(track_id=2, probs=WARNED))
    assert calls(desk) == [("north", "WARN")] * 2
    assert len({alarm.id for alarm in desk.alarms}) == 2
    assert [alarm.why for alarm in desk.alarms] == ["new", "new"]


def test_a_calm_site_forgets_its_episodes(desk, assessment_of) -> None:
    """A service that runs for months must stay small."""
    desk.look(assessment_of(probs=WARNED))
    desk.look(assessment_of(probs=CALM), times=120, every_s=60.0)
    assert desk.state.areas == {}


LEVELS = st.sampled_from([CALM, PREPARED, WARNED, CALLED])


@settings(max_examples=40, deadline=None)
@given(history=st.lists(st.tuples(LEVELS, LEVELS, st.booleans()), min_size=20, max_size=60))
def test_no_night_ever_floods_the_desk(watching, counties, assessment_of, history) -> None:
    """Whatever flies and whoever sleeps: at most six calls in ten minutes, by construction."""
    desk = watching(counties, Policy(approvers=("Ana",)))
    for north, south, decides in history:
        desk.look(
            assessment_of(track_id=1, probs=north),
            assessment_of(track_id=2, places=("p3",), probs=south),
            every_s=30.0,
        )
        if decides and desk.drafts:
            desk.say("approve", desk.drafts[-1].alarm_id)
    times_ns = [alarm.t_ns for alarm in desk.alarms]
    for begin_ns in times_ns:
        assert sum(begin_ns <= t_ns < begin_ns + 600 * S_NS for t_ns in times_ns) <= 6
