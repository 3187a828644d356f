"""All measures of warning of one run, and their summary over many runs.

docs/scores.md explains each to a duty officer. Ratios over runs are taken of the sums: a run with
many warnings counts as much as it warned.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np

from tocsin.geo.border import index_border
from tocsin.model.alert import Alarm, Draft, Sent, Transition
from tocsin.model.place import Border, Place, Zone
from tocsin.sim.score.clears import Premature, clears_of, premature
from tocsin.sim.score.duty import Calls, Latency, calls, latency
from tocsin.sim.score.gaps import Gap, Links, Shown, gaps, unseen_of
from tocsin.sim.score.hazards import Hazard, nearness
from tocsin.sim.score.judged import Falsity, falsity, judge
from tocsin.sim.score.leads import Lead, leads
from tocsin.sim.score.notices import LEVELS, WARN, drafted, raises, sent_out
from tocsin.sim.score.people import PersonMinutes, person_minutes

KNOWN_S, IN_TIME_S = 180.0, 120.0
"""Where the course oracle knew three minutes before, a draft two minutes before is in time."""


class Case(NamedTuple):
    """One run and its truth."""

    hazards: Sequence[Hazard]
    places: Sequence[Place]
    zones: Sequence[Zone]
    borders: Sequence[Border]
    drafts: Sequence[Draft]
    sent: Sequence[Sent]
    transitions: Sequence[Transition]
    alarms: Sequence[Alarm] | None
    """None: a run of a version that called nobody."""
    span_s: float
    """How long the run lasted."""
    extreme: int
    """Drafts whose CAP message has the severity Extreme."""
    about: Mapping[str, Any]
    """`truth.json`."""
    shown: Shown
    links: Links


class Measures(msgspec.Struct, frozen=True, kw_only=True):
    """What the warnings of one run were worth."""

    leads: tuple[Lead, ...]
    falsity: dict[str, Falsity]
    """By level: raises to it or above."""
    people: PersonMinutes
    extreme: int
    clears: int
    premature: tuple[Premature, ...]
    calls: Calls | None
    latency: Latency | None
    gaps: tuple[Gap, ...]


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """The measures of one run or of many; None where there was nothing to measure."""

    runs: int
    arrivals: int
    """Those that any sensor could have foretold."""
    dark: int
    """The others: nobody could see the hazard while they were known to the oracle."""
    lead_median_ratio: float | None
    lead_p10_ratio: float | None
    known: int
    """Arrivals that the course oracle knew at least three minutes before."""
    in_time_ratio: float | None
    """Of these, the share drafted at least two minutes before."""
    raises: int
    false_ratio: float | None
    false_near_ratio: float | None
    false_track_ratio: float | None
    prepare_false_ratio: float | None
    last_call_false_ratio: float | None
    people_ratio: float | None
    extreme: int
    clears: int
    premature: int
    calls_per_h: float | None
    """The most of any run."""
    calls_worst_10_min: int | None
    first_alert_s: float | None
    """The longest of any run."""
    gaps: int
    gaps_known: int
    """Same track, or linked."""


def measure(case: Case) -> Measures:
    """Return all measures of a run."""
    nears = nearness(case.hazards, case.places)
    notices = drafted(case.drafts, case.transitions)
    public = sent_out(case.sent, case.transitions) if case.sent else notices
    clears = clears_of(case.drafts, case.sent)
    borders = [index_border(border) for border in case.borders]
    return Measures(
        leads=leads(case.hazards, nears, case.places, notices, unseen_ns=unseen_of(case.about)),
        falsity={
            name: falsity(judge(raises(notices, level), nears)) for level, name in enumerate(LEVELS)
        },
        people=person_minutes(public, case.zones),
        extreme=case.extreme,
        clears=len(clears),
        premature=premature(clears, case.hazards, nears, case.places, borders),
        calls=None if case.alarms is None else calls(case.alarms, case.span_s),
        latency=latency(notices, case.sent),
        gaps=gaps(case.about, case.hazards, case.shown, case.links),
    )


def summary(runs: Sequence[Measures]) -> Summary:
    """Return the summary over runs (one is allowed)."""
    all_leads = [lead for run in runs for lead in run.leads if not lead.dark]
    ratios = [lead.ratio for lead in all_leads]
    known = [lead for lead in all_leads if lead.known_s >= KNOWN_S]
    in_time = [lead.lead_s is not None and lead.lead_s >= IN_TIME_S for lead in known]
    warn = [run.falsity[LEVELS[WARN]] for run in runs]
    all_gaps = [gap for run in runs for gap in run.gaps]
    load = [run.calls for run in runs if run.calls is not None]
    return Summary(
        runs=len(runs),
        arrivals=len(all_leads),
        dark=sum(lead.dark for run in runs for lead in run.leads),
        lead_median_ratio=float(np.median(ratios)) if ratios else None,
        lead_p10_ratio=float(np.percentile(ratios, 10)) if ratios else None,
        known=len(known),
        in_time_ratio=_ratio(sum(in_time), len(known)),
        raises=sum(count.raises for count in warn),
        false_ratio=_summed(warn, lambda c: c.nothing, lambda c: c.raises),
        false_near_ratio=_summed(warn, lambda c: c.nothing_near, lambda c: c.raises),
        false_track_ratio=_summed(warn, lambda c: c.tracks_nothing, lambda c: c.tracks),
        prepare_false_ratio=_level(runs, "PREPARE"),
        last_call_false_ratio=_level(runs, "LAST_CALL"),
        people_ratio=_people(runs),
        extreme=sum(run.extreme for run in runs),
        clears=sum(run.clears for run in runs),
        premature=sum(len(run.premature) for run in runs),
        calls_per_h=max((one.alarms_per_h for one in load), default=None),
        calls_worst_10_min=max((one.worst_10_min for one in load), default=None),
        first_alert_s=max((r.latency.first_s for r in runs if r.latency), default=None),
        gaps=sum(gap.outcome != "not followed" for gap in all_gaps),
        gaps_known=sum(gap.outcome in {"same track", "linked"} for gap in all_gaps),
    )


def _level(runs: Sequence[Measures], level: str) -> float | None:
    counts = [run.falsity[level] for run in runs]
    return _summed(counts, lambda c: c.nothing, lambda c: c.raises)


def _people(runs: Sequence[Measures]) -> float | None:
    if any(run.people.counties_person_min is None for run in runs):
        return None
    return _ratio(
        sum(run.people.zones_person_min for run in runs),
        sum(run.people.counties_person_min or 0.0 for run in runs),
    )


def _summed(
    counts: Sequence[Falsity], part: Callable[[Falsity], int], whole: Callable[[Falsity], int]
) -> float | None:
    return _ratio(sum(map(part, counts)), sum(map(whole, counts)))


def _ratio(part_ratio: float, whole_ratio: float) -> float | None:
    return part_ratio / whole_ratio if whole_ratio else None
