"""Measures of warning against cases whose answers are known by hand."""

from itertools import pairwise

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.geo.border import index_border
from tocsin.model.alert import Alarm, Draft, Reason, Sent, Transition
from tocsin.model.place import Border, Place, Zone
from tocsin.sim.score.clears import clears_of, premature
from tocsin.sim.score.duty import calls, latency
from tocsin.sim.score.gaps import Shown, gaps
from tocsin.sim.score.hazards import Hazard, nearness
from tocsin.sim.score.judged import falsity, judge
from tocsin.sim.score.leads import Lead, course_s_of, leads, oracle_lead_s
from tocsin.sim.score.measures import Case, measure, summary
from tocsin.sim.score.notices import Notice, drafted, joined, raises, sent_out, warned_since_ns
from tocsin.sim.score.people import person_minutes

S = 10**9
T0 = 1_780_000_000 * S
SPEED = 50.0


def flight(pos_m: np.ndarray, target_id: int = 1, start_s: float = 0.0) -> Hazard:
    """A flight with a position each second."""
    n = len(pos_m)
    return Hazard(
        target_id=target_id,
        t_ns=T0 + np.round((start_s + np.arange(n)) * S).astype(np.int64),
        pos_site_m=pos_m,
        vel_site_mps=np.gradient(pos_m, axis=0),
    )


def line(from_m: tuple[float, float], to_m: tuple[float, float]) -> np.ndarray:
    """Positions a second apart on a straight line, at 50 m/s."""
    from_m, to_m = np.array(from_m), np.array(to_m)
    n = int(np.hypot(*(to_m - from_m)) / SPEED)
    return from_m + (to_m - from_m) * (np.arange(n + 1) / n)[:, None]


def place(zone: str = "z", pos_m: tuple[float, float] = (0.0, 0.0)) -> Place:
    return Place(
        id=f"p-{zone}-{pos_m}",
        name="L",
        name_en="P",
        lat_deg=45.0,
        lon_deg=28.0,
        pos_site_m=pos_m,
        population=10,
        country="ROU",
        zone=zone,
    )


def notice(begin_s: float, end_s: float, level: int = 1, zone: str = "z", tracks=(7,)) -> Notice:
    return Notice(
        zone_id=zone,
        level=level,
        t_ns=T0 + round(begin_s * S),
        t_end_ns=T0 + round(end_s * S),
        tracks=tracks,
    )


def draft(t_s: float, level: str = "WARN", zone: str = "z", life_s: float = 1800.0, **changes):
    usual = {
        "id": f"{zone}-{level}-{t_s:.0f}",
        "zone_id": zone,
        "level": level,
        "t_drafted_ns": T0 + round(t_s * S),
        "t_expires_ns": T0 + round((t_s + life_s) * S),
        "texts": (),
        "rings_lonlat_deg": (),
        "population": 10,
        "reasons": (
            Reason(
                track_id=7,
                border_prob=1.0,
                place_id="p",
                place_prob=0.5,
                within_s=600.0,
                t_p05_ns=None,
                t_p95_ns=None,
                sentence="",
                evidence=(),
            ),
        ),
        "replaces": "",
        "synthetic": True,
    }
    return Draft(**(usual | changes))


def cleared(t_s: float, zone: str = "z") -> Transition:
    return Transition(
        t_ns=T0 + round(t_s * S),
        draft_id="d",
        zone_id=zone,
        before="sent",
        after="cleared",
        by="Ana Pop",
        why="found",
        tracks=(),
        evidence=(),
    )


# The course oracle


def test_the_oracle_knows_a_straight_flight_for_the_whole_cap() -> None:
    """40 km at 50 m/s: the 3 km are reached after 740 s, known 600 s before."""
    coming = flight(line((40_000.0, 0.0), (0.0, 0.0)))
    (near,) = nearness([coming], [place()])
    (lead,) = leads([coming], [near], [place()], [notice(440.0, 2_000.0)])
    assert (lead.t_arrived_ns - T0) / S == pytest.approx(740.0, abs=1.0)
    assert lead.known_s == pytest.approx(600.0, abs=2.0)
    assert lead.lead_s == pytest.approx(300.0, abs=1.0)
    assert lead.ratio == pytest.approx(0.5, abs=0.01)


def test_a_turn_surprises_the_oracle_too() -> None:
    """A course that turned to the place 240 s before arrival was known no earlier than that."""
    turn_m = (15_000.0, 0.0)
    path = np.concatenate([line((15_000.0, 30_000.0), turn_m), line(turn_m, (0.0, 0.0))[1:]])
    coming = flight(path)
    (near,) = nearness([coming], [place()])
    (lead,) = leads([coming], [near], [place()], [])
    assert lead.known_s == pytest.approx(240.0 - 20.0, abs=20.0)
    assert lead.lead_s is None
    assert lead.ratio == 0.0


def test_a_weaving_flight_is_held_to_its_mean_course() -> None:
    """Swinging 15 degrees at 25 km, the present course would miss time and again."""
    s = np.arange(0.0, 900.0)
    path = np.stack([45_000.0 - SPEED * s, 260.0 * np.sin(2 * np.pi * s / 100.0)], axis=1)
    weaving = flight(path)
    assert course_s_of(weaving) == 120.0
    assert course_s_of(flight(line((40_000.0, 0.0), (0.0, 0.0)))) == 20.0
    (near,) = nearness([weaving], [place()])
    (lead,) = leads([weaving], [near], [place()], [])
    assert lead.known_s > 500.0


def test_the_oracle_is_not_asked_beyond_its_cap() -> None:
    """The same flight under LAST CALL's cap is known for 300 s."""
    coming = flight(line((40_000.0, 0.0), (0.0, 0.0)))
    arrived_ns = T0 + 740 * S
    known_s = oracle_lead_s(coming, np.zeros((1, 2)), arrived_ns, cap_s=300.0)
    assert known_s == pytest.approx(300.0, abs=2.0)


def test_an_arrival_that_nobody_could_see_coming_is_told_apart() -> None:
    """Unseen since before the oracle knew: dark. Unseen only in the end: it could be foretold."""
    coming = flight(line((40_000.0, 0.0), (0.0, 0.0)))
    nears = nearness([coming], [place()])

    def dark(begin_s: float, end_s: float) -> bool:
        spans = {1: [(T0 + round(begin_s * S), T0 + round(end_s * S))]}
        (lead,) = leads([coming], nears, [place()], [], unseen_ns=spans)
        return lead.dark

    assert dark(100.0, 900.0)
    assert not dark(300.0, 900.0)
    assert not dark(100.0, 700.0)


# Notices


def test_updates_are_no_raises_and_a_gap_makes_a_new_one() -> None:
    """PREPARE, WARN, its update, LAST CALL, a lapse, WARN again: two raises to WARN."""
    all_notices = [
        notice(0, 1800, 0),
        notice(300, 900, 1),
        notice(600, 1200, 1),
        notice(800, 1500, 2),
        notice(3000, 3600, 1),
    ]
    assert [(r.t_ns - T0) // S for r in raises(all_notices, 1)] == [300, 3000]
    assert [(r.t_ns - T0) // S for r in raises(all_notices, 0)] == [0, 3000]
    assert [(r.t_ns - T0) // S for r in raises(all_notices, 2)] == [800]
    assert warned_since_ns(all_notices, "z", T0 + 1400 * S) == T0 + 300 * S
    assert warned_since_ns(all_notices, "z", T0 + 1600 * S) is None
    assert warned_since_ns(all_notices, "other", T0 + 1400 * S) is None


def test_a_clear_ends_what_stood_and_not_what_comes_after() -> None:
    """Cleared at 500 s: the first warning ends there, a later one lasts."""
    one, two = drafted([draft(0.0), draft(900.0)], [cleared(500.0), cleared(500.0, "other")])
    assert (one.t_end_ns - T0) // S == 500
    assert (two.t_end_ns - T0) // S == 2700
    assert drafted([draft(0.0, purpose="all_clear")]) == ()


def test_a_draft_taken_back_warns_nobody_from_then_on() -> None:
    """Rejected after 60 s: it stood for a minute."""
    back = msgspec.structs.replace(
        cleared(60.0), before="draft", after="rejected", draft_id="z-WARN-0"
    )
    one, two = drafted([draft(0.0), draft(0.0, "LAST_CALL")], [back])
    assert {(one.t_end_ns - T0) // S, (two.t_end_ns - T0) // S} == {60, 1800}


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=12))
def test_joined_spans_cover_the_same_times_once(spans: list[tuple[int, int]]) -> None:
    """A minute in two warnings is one minute."""
    found = joined(spans)
    covered = {t for begin, end in spans for t in range(begin, end)}
    assert sum(end - begin for begin, end in found) == len(covered)
    assert all(a[1] < b[0] for a, b in pairwise(found))


# For nothing


def test_a_raise_is_judged_by_what_came_while_it_was_in_force() -> None:
    """Within 3 km: right. At 5 km: near. After it lapsed: for nothing, and so is its track."""
    passing = flight(line((20_000.0, 5_000.0), (-20_000.0, 5_000.0)))
    hitting = flight(line((20_000.0, 0.0), (0.0, 0.0)), target_id=2)
    raised = raises([notice(0, 900, tracks=(1,)), notice(2_000, 2_900, tracks=(2,))], 1)
    near_only = falsity(judge(raised, nearness([passing], [place()])))
    assert (near_only.raises, near_only.nothing, near_only.nothing_near) == (2, 2, 1)
    right = falsity(judge(raised, nearness([hitting], [place()])))
    assert (right.nothing, right.nothing_near) == (1, 1)
    assert (right.tracks, right.tracks_nothing) == (2, 1)


# People


def test_person_minutes_are_beside_the_whole_county() -> None:
    """100 of 1,000 people warned for 10 minutes, in a county warned for the same ten."""

    def zone(zone_id: str, people: int, county: str) -> Zone:
        return Zone(id=zone_id, name={}, rings_lonlat_deg=(), population=people, county=county)

    zones = [zone("a", 100, "c"), zone("b", 900, "c"), zone("far", 5_000, "d")]
    told = person_minutes([notice(0, 600, zone="a"), notice(60, 900, 0, zone="b")], zones)
    assert (told.zones_person_min, told.counties_person_min) == (1_000.0, 10_000.0)
    assert told.ratio == pytest.approx(0.1)
    both = person_minutes([notice(0, 600, zone="a"), notice(300, 900, zone="b")], zones)
    assert (both.zones_person_min, both.counties_person_min) == (10_000.0, 15_000.0)
    assert person_minutes([notice(0, 600, zone="a")], [zone("a", 100, "")]).ratio is None
    assert person_minutes([], zones).ratio is None


# All-clears

BORDER = Border(
    id="b",
    source="made up",
    vintage="-",
    licence="-",
    kind="invented",
    sigma_m=10.0,
    line_site_m=(np.array([[1e4, -1e5], [1e4, 1e5]]),),
    inside_site_m=(np.array([[1e4, -1e5], [1e4, 1e5], [-1e5, 1e5], [-1e5, -1e5], [1e4, -1e5]]),),
)


@pytest.mark.parametrize(
    ("path", "clear_s", "why"),
    [
        (line((60_000.0, 0.0), (0.0, 0.0)), 100.0, "came to it later"),
        (line((60_000.0, 0.0), (0.0, 0.0)), 1_300.0, None),  # it was down by then
        (line((-20_000.0, 8_000.0), (-60_000.0, 8_000.0)), 10.0, "flew inside, within reach"),
        (line((20_000.0, 8_000.0), (20_000.0, 48_000.0)), 10.0, None),  # outside, and it stays so
        (line((-60_000.0, 8_000.0), (-90_000.0, 8_000.0)), 10.0, None),  # inside, out of reach
    ],
)
def test_an_all_clear_is_premature_while_something_still_flies(
    path: np.ndarray, clear_s: float, why: str | None
) -> None:
    """Told that it is over while a drone is on its way: the worst that can be told."""
    hazard = flight(path)
    clears = clears_of([draft(clear_s, purpose="all_clear")], [])
    found = premature(
        clears, [hazard], nearness([hazard], [place()]), [place()], [index_border(BORDER)]
    )
    assert [one.why for one in found] == ([] if why is None else [why])


def test_a_clear_that_was_let_out_counts_like_a_drafted_one() -> None:
    """Both are in the list: what people did is scored too."""
    over = draft(5.0, purpose="all_clear")
    told = Sent(id="s", draft=over, t_sent_ns=T0 + 20 * S, by="Ana Pop")
    clears = clears_of([over, draft(1.0)], [told])
    assert [(c.made, c.by) for c in clears] == [("drafted", "tocsin"), ("sent", "Ana Pop")]


# The duty officer


def alarm(t_s: float) -> Alarm:
    return Alarm(id="a", area_id="c", level="WARN", t_ns=T0 + round(t_s * S), zones=("z",), why="")


def test_calls_are_counted_in_the_worst_ten_minutes() -> None:
    """Eleven within 599 s are a flood; the twelfth at 600 s is of the next ten minutes."""
    load = calls([alarm(60.0 * k) for k in range(10)] + [alarm(599.0), alarm(600.0)], 7_200.0)
    assert (load.alarms, load.alarms_per_h, load.worst_10_min) == (12, 6.0, 11)
    assert calls([], 600.0).worst_10_min == 0
    assert calls([alarm(0.0)], 600.0).alarms_per_h == 1.0  # never scaled up from a short run


def test_latency_runs_from_the_first_draft_to_the_first_publication() -> None:
    """PREPARE sent early is no warning; a zone never sent is counted apart."""
    drafts = [draft(0.0, "PREPARE"), draft(100.0), draft(130.0, "LAST_CALL"), draft(50.0, zone="y")]
    sent = [Sent(id="s", draft=drafts[1], t_sent_ns=T0 + 116 * S, by="Ana Pop")]
    found = latency(drafted(drafts), sent)
    assert found is not None
    assert (found.first_s, found.worst_s, found.unsent) == (16.0, 16.0, 1)
    assert latency(drafted(drafts), []) is None
    assert sent_out(sent)[0].t_ns == T0 + 116 * S


# Gaps


def shown(rows: list[tuple[float, int, float, bool]]) -> Shown:
    """Rows: second, track, offset from the flight below, measured just then."""
    t_s = np.array([r[0] for r in rows])
    pos_m = np.stack([60_000.0 - SPEED * t_s + [r[2] for r in rows], np.zeros(len(rows))], axis=1)
    t_ns = T0 + np.round(t_s * S).astype(np.int64)
    return Shown(
        t_ns=t_ns,
        t_update_ns=np.where([r[3] for r in rows], t_ns, T0 + 295 * S),
        track_id=np.array([r[1] for r in rows]),
        pos_site_m=pos_m,
    )


BEFORE = [(290.0, 5, 40.0, True), (295.0, 5, -30.0, True)]
COASTING = [(s, 5, 100.0, False) for s in (400.0, 610.0)]


@pytest.mark.parametrize(
    ("rows", "links", "outcome"),
    [
        ([*BEFORE, (640.0, 5, 90.0, True)], {}, "same track"),
        ([*BEFORE, (640.0, 9, 20.0, True)], {9: {5: 0.7}}, "linked"),
        ([*BEFORE, (640.0, 9, 20.0, True)], {9: {4: 0.7}}, "not linked"),
        ([*BEFORE, *COASTING], {}, "not followed"),
        ([*BEFORE, (640.0, 9, 3_000.0, True)], {9: {5: 0.7}}, "not followed"),
        ([(640.0, 9, 20.0, True)], {}, "not followed"),
    ],
)
def test_a_gap_is_recognised_by_number_or_by_link(rows: list, links: dict, outcome: str) -> None:
    """Coasting through the dark recognises nobody; a link must be to the right one."""
    hazard = flight(line((60_000.0, 0.0), (0.0, 0.0)))
    span = [T0 + 300 * S, T0 + 600 * S]
    about = {"targets": [{"target_id": 1, "unseen_ns": [span, [T0 + 900 * S, T0 + 910 * S]]}]}
    (found,) = gaps(about, [hazard], shown(rows), links)
    assert found.outcome == outcome
    assert found.same_prob == (0.7 if outcome == "linked" else None)


# Together


def test_the_summary_takes_ratios_of_sums() -> None:
    """One run with ten raises for nothing outweighs one with a single right one."""
    coming = flight(line((40_000.0, 0.0), (0.0, 0.0)))
    empty = shown([])
    base = Case(
        hazards=[coming],
        places=[place(), place("y", (0.0, 60_000.0))],
        zones=[Zone(id="z", name={}, rings_lonlat_deg=(), population=10, county="c")],
        borders=[BORDER],
        drafts=[draft(200.0)],
        sent=[],
        transitions=[],
        alarms=[],
        span_s=3_600.0,
        extreme=0,
        about={},
        shown=empty,
        links={},
    )
    right = measure(base)
    wrong = measure(base._replace(drafts=[draft(4_000.0 * k, zone="y") for k in range(3)]))
    told = summary([right, wrong])
    assert (told.runs, told.raises, told.false_ratio) == (2, 4, 0.75)
    assert (told.arrivals, told.known, told.in_time_ratio) == (2, 2, 0.5)
    assert told.lead_median_ratio == pytest.approx(0.45, abs=0.02)
    assert told.calls_per_h == 0.0
    assert summary([right]).false_ratio == 0.0
    assert right.leads == (Lead(
        zone_id="z", target_id=1, t_arrived_ns=T0 + 740 * S,
        known_s=right.leads[0].known_s, lead_s=540.0,
    ),)  # fmt: skip
