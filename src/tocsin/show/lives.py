"""The lives of alerts as the journal tells them: decisions, steps, what was sent, who was called.

A run from before alerts had lives holds none of these entries; `Lives.known` says so.
"""

import msgspec

from tocsin.model.alert import Alarm, Decision, Draft, Sent, Transition
from tocsin.model.threat import ClassBelief, ZoneThreat
from tocsin.record.entries import (
    alarm_of,
    decision_of,
    draft_of,
    sent_of,
    transitions_of,
)
from tocsin.record.reader import JournalReader
from tocsin.show.assessed import likeliest

ODDS_NAMED = 6
"""Most tracks whose probability for a zone is told with a draft, the greatest first."""
ODDS_FAINT_PROB = 0.01


class ZoneOdds(msgspec.Struct, frozen=True, kw_only=True):
    """What was held of one track and one zone, and what the track was held to be."""

    threat: ZoneThreat
    kind: str
    kind_prob: float


class _Assessed(msgspec.Struct):
    """The fields of `model.threat.Assessment` that tell odds; the rest is not decoded."""

    noncooperative_prob: float
    classes: ClassBelief
    zones: tuple[ZoneThreat, ...] = ()


class DraftEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A draft and the entry it stands in."""

    idx: int
    draft: Draft
    odds: tuple[ZoneOdds, ...] = ()
    """What was held of its zone when it was drafted: the tracks that are its reasons first, then
    the most threatening."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A transition and the entry it stands in."""

    idx: int
    transition: Transition


class SentEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A sent alert and the entry it stands in."""

    idx: int
    sent: Sent


class HeldBack(msgspec.Struct, frozen=True, kw_only=True):
    """An approved alert that did not leave, with the reason, and the entry that says so."""

    idx: int
    t_ns: int
    why: str


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """A decision, and why it was refused, or empty."""

    idx: int
    decision: Decision
    refused: str


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """An alarm to the duty officer and the entry it stands in."""

    idx: int
    alarm: Alarm


class Lives(msgspec.Struct, frozen=True, kw_only=True):
    """All lives of alerts in a run, each list in the order written."""

    known: bool
    """False: the run is from before alerts had lives, and says nothing of what became of them."""
    drafts: tuple[DraftEntry, ...]
    steps: dict[str, tuple[Step, ...]]
    """By draft id."""
    sent: dict[str, SentEntry]
    """By draft id: what left."""
    held_back: dict[str, HeldBack]
    """By draft id: what people let out, and no sound message could be made of."""
    acts: tuple[Act, ...]
    calls: tuple[Call, ...]


def gather_lives(journal: JournalReader) -> Lives:
    """Read every entry of the lives of alerts."""
    steps: dict[str, list[Step]] = {}
    for entry in journal.read(kind="transition"):
        for step in transitions_of(entry) if entry.body is not None else ():
            steps.setdefault(step.draft_id, []).append(Step(idx=entry.idx, transition=step))
    refused = {
        int(entry.fields()["decision"]): HeldBack(
            idx=entry.idx, t_ns=entry.t_event_ns, why=str(entry.fields()["why"])
        )
        for entry in journal.read(kind="refused", bodies=False)
    }
    let_out = [
        SentEntry(idx=entry.idx, sent=sent_of(entry))
        for entry in journal.read(kind="sent")
        if entry.body is not None
    ]
    acts = _acts(journal, refused)
    return Lives(
        known=bool(steps or let_out or acts),
        drafts=_drafts(journal),
        steps={draft_id: tuple(found) for draft_id, found in steps.items()},
        sent={e.sent.draft.id: e for e in let_out if e.idx not in refused},
        held_back={e.sent.draft.id: refused[e.idx] for e in let_out if e.idx in refused},
        acts=acts,
        calls=tuple(
            Call(idx=entry.idx, alarm=alarm_of(entry))
            for entry in journal.read(kind="alarm")
            if entry.body is not None
        ),
    )


def _acts(journal: JournalReader, refused: dict[int, HeldBack]) -> tuple[Act, ...]:
    return tuple(
        Act(
            idx=entry.idx,
            decision=decision_of(entry),
            refused=refused[entry.idx].why if entry.idx in refused else "",
        )
        for entry in journal.read(kind="decision")
        if entry.body is not None
    )


def _drafts(journal: JournalReader) -> tuple[DraftEntry, ...]:
    """Return the drafts, each with the assessments on which it was made."""
    found: list[DraftEntry] = []
    basis_idx, held_idx, held = -1, -1, {}
    for entry in journal.read(kind=("assessment", "draft"), bodies=False):
        if entry.kind == "assessment":
            basis_idx = entry.idx
            continue
        whole = journal.entry(entry.idx)
        if whole is None or whole.body is None:
            continue
        draft = draft_of(whole)
        if basis_idx != held_idx:
            held_idx, held = basis_idx, _by_zone(journal, basis_idx)
        odds = _ranked(draft, held.get(draft.zone_id, []))[:ODDS_NAMED]
        found.append(DraftEntry(idx=entry.idx, draft=draft, odds=odds))
    return tuple(found)


def _by_zone(journal: JournalReader, idx: int) -> dict[str, list[ZoneOdds]]:
    """Return what one assessment entry holds of each zone and of tracks without transponder."""
    entry = journal.entry(idx) if idx >= 0 else None
    if entry is None or entry.body is None:
        return {}
    found: dict[str, list[ZoneOdds]] = {}
    for one in msgspec.msgpack.decode(entry.body, type=list[_Assessed]):
        kind, kind_prob = likeliest(one.classes)
        for threat in one.zones if one.noncooperative_prob >= 0.5 else ():
            if threat.prob and threat.prob[-1] >= ODDS_FAINT_PROB:
                odds = ZoneOdds(threat=threat, kind=kind, kind_prob=kind_prob)
                found.setdefault(threat.zone_id, []).append(odds)
    return found


def _ranked(draft: Draft, odds: list[ZoneOdds]) -> tuple[ZoneOdds, ...]:
    named = {reason.track_id for reason in draft.reasons}
    return tuple(
        sorted(
            odds,
            key=lambda one: (
                one.threat.track_id not in named,
                -one.threat.prob[-1],
                one.threat.track_id,
            ),
        )
    )
