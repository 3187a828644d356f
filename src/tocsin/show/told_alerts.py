"""Sentences on the lives of alerts: what was drafted, sent, cleared, and what merely lapsed."""

from collections.abc import Iterator

import msgspec

from tocsin.model.alert import Sent
from tocsin.show.lives import Lives
from tocsin.show.night import Night
from tocsin.show.words import LocalTime, count, first_upper

CITED = 4
"""Most entries named behind one sentence."""


class Sentence(msgspec.Struct, frozen=True, kw_only=True):
    """One statement and the journal entries that it rests on."""

    text: str
    entries: tuple[int, ...]


def drafted(night: Night, local: LocalTime) -> Iterator[Sentence]:
    """Say what was drafted and what became of it."""
    warnings = [entry for entry in night.drafts if entry.draft.purpose == "warning"]
    if not warnings:
        yield Sentence(text="No warning was drafted.", entries=())
        return
    first = warnings[0].draft
    zones = len({entry.draft.zone_id for entry in warnings})
    text = (
        f"{count(len(warnings), 'warning')} drafted for {count(zones, 'zone')}, the first "
        f"({first.level.replace('_', ' ')}) at {local.clock(first.t_drafted_ns)}; "
    )
    let_out = [night.lives.sent[d.draft.id] for d in warnings if d.draft.id in night.lives.sent]
    yield from _held_back(night.lives)
    if not let_out:
        entries = tuple(entry.idx for entry in warnings)[:CITED]
        yield Sentence(text=first_upper(text) + "none was sent.", entries=entries)
        return
    text += f"{len(let_out)} sent, {_first_sent(let_out[0].sent, local)}."
    entries = (warnings[0].idx, *(entry.idx for entry in let_out))[:CITED]
    yield Sentence(text=first_upper(text), entries=entries)
    yield from _ended(night.lives)


def _held_back(lives: Lives) -> Iterator[Sentence]:
    """Say first what people believe to have been sent, and was not."""
    if lives.held_back:
        number = count(len(lives.held_back), "approved alert")
        text = f"{first_upper(number)} NOT SENT: no sound message could be made."
        entries = tuple(held.idx for held in lives.held_back.values())[:CITED]
        yield Sentence(text=text, entries=entries)


def _first_sent(sent: Sent, local: LocalTime) -> str:
    return f"the first at {local.clock(sent.t_sent_ns)} by {sent.by}"


def _ended(lives: Lives) -> Iterator[Sentence]:
    """Say which sent alerts were cleared, and which only ran out of time."""
    ends: dict[str, list[int]] = {}
    for step in (step for steps in lives.steps.values() for step in steps):
        if step.transition.before == "sent":
            ends.setdefault(step.transition.after, []).append(step.idx)
    force = [s[-1] for s in lives.steps.values() if s[-1].transition.after == "sent"]
    standing = [step for step in force if _warns(lives, step.transition.draft_id)]
    if standing:
        text = f"{first_upper(count(len(standing), 'alert'))} in force when the record ends."
        yield Sentence(text=text, entries=tuple(step.idx for step in standing[:CITED]))
    if cleared := ends.get("cleared"):
        text = f"{first_upper(count(len(cleared), 'alert'))} cleared by a person."
        yield Sentence(text=text, entries=tuple(cleared[:CITED]))
    if lapsed := ends.get("lapsed"):
        text = (
            f"{first_upper(count(len(lapsed), 'alert'))} LAPSED: the time ran out and nobody said "
            "that it is over. That is no all-clear."
        )
        yield Sentence(text=text, entries=tuple(lapsed[:CITED]))


def _warns(lives: Lives, draft_id: str) -> bool:
    entry = lives.sent.get(draft_id)
    return entry is not None and entry.sent.draft.purpose == "warning"


def alerts_unknown(night: Night) -> list[str]:
    """Return what the record does not say of the alerts that were sent."""
    lives, told = night.lives, []
    if lives.sent:
        told.append(
            f"Whether {count(len(lives.sent), 'sent alert')} reached any phone, and who acted on "
            "it: this record tells what left this system, not what arrived."
        )
    last = (steps[-1].transition for steps in lives.steps.values())
    lapsed = {s.zone_id for s in last if (s.before, s.after) == ("sent", "lapsed")}
    if lapsed:
        told.append(
            f"Whether it was over when alerts for {count(len(lapsed), 'zone')} lapsed: nobody "
            "has said so."
        )
    return told
