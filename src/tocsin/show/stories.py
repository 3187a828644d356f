"""What became of each draft, as a card of the page: words, steps, odds and reasons."""

from collections.abc import Iterator

import msgspec

from tocsin.model.alert import AlertText, Decision, Draft, Reason, Stage, Transition
from tocsin.show.lives import Act, DraftEntry, Lives, Step, ZoneOdds
from tocsin.show.night import Night
from tocsin.show.words import LocalTime, ahead, chance, first_upper, thousands, zone_name
from tocsin.wire.cell_broadcast.pages import PAGES_LIMIT, alphabet_of, page_count
from tocsin.wire.cell_broadcast.text import sendable_text

UNFOLDED = 8
"""Most drafts whose words all stand open; more would hide each other."""
MACHINE = "tocsin"
"""Who, in a transition: what time and evidence do by themselves."""
LIFE_UNKNOWN = "drafted; no sending is on record"
HELD_BACK = "approved, NOT SENT: no sound message could be made of it"
STANDINGS: dict[tuple[Stage, Stage], str] = {
    ("draft", "draft"): "waits for a decision",
    ("draft", "approved"): "approved, not yet sent",
    ("draft", "rejected"): "rejected, never sent",
    ("draft", "updated"): "replaced before anybody decided, never sent",
    ("draft", "lapsed"): "lapsed undecided, never sent",
    ("approved", "sent"): "sent",
    ("sent", "updated"): "sent, then updated",
    ("sent", "cleared"): "sent, then cleared",
    ("sent", "lapsed"): "sent, then LAPSED: nobody has said that it is over",
}
"""How a draft stands after its last step. Lapsed is not cleared."""


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a draft's story, and the entry that it rests on."""

    at: str
    t_ns: int
    text: str
    idx: int


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """The words in one language, and what they cost as a cell broadcast."""

    text: AlertText
    pages: str


class Odds(msgspec.Struct, frozen=True, kw_only=True):
    """What was held of the zone when the draft was made, of one track."""

    track_id: int
    kind: str
    chances: tuple[str, ...]
    """One for each horizon of the card."""
    window: str


class DraftCard(msgspec.Struct, frozen=True, kw_only=True):
    """One draft as the page shows it."""

    idx: int
    draft: Draft
    kind: str
    """Class of its colour and mark: the level, or `all_clear`."""
    level: str
    zone: str
    standing: str
    grave: bool
    """It lapsed after it was sent, or did not leave: nobody must read over it."""
    drafted: str
    expires: str
    people: str
    texts: tuple[Words, ...]
    reasons: tuple[Reason, ...]
    horizons: tuple[str, ...]
    odds: tuple[Odds, ...]
    story: tuple[Event, ...]
    replaced: bool
    """A later draft took its place."""
    folded: bool
    """Its words are shown only when asked for: replaced, or one of many."""


def draft_cards(night: Night, local: LocalTime) -> list[DraftCard]:
    """Return the drafts in the order written."""
    names = {z.id: zone_name(z.name, z.id) for z in night.site.zones}
    replaced = {entry.draft.replaces for entry in night.drafts}
    many = len(night.drafts) > UNFOLDED
    return [
        _card(night.lives, entry, local, names, replaced=entry.draft.id in replaced, many=many)
        for entry in night.drafts
    ]


def _card(
    lives: Lives,
    entry: DraftEntry,
    local: LocalTime,
    names: dict[str, str],
    *,
    replaced: bool,
    many: bool,
) -> DraftCard:
    draft = entry.draft
    level, is_over = draft.level.replace("_", " "), draft.purpose == "all_clear"
    steps = lives.steps.get(draft.id, ())
    return DraftCard(
        idx=entry.idx,
        draft=draft,
        kind="all_clear" if is_over else draft.level.lower(),
        level=f"ALL CLEAR of {level}" if is_over else level,
        zone=names.get(draft.zone_id, draft.zone_id),
        standing=standing(lives, draft),
        grave=draft.id in lives.held_back
        or (bool(steps) and _pair(steps[-1].transition) == ("sent", "lapsed")),
        drafted=local.clock(draft.t_drafted_ns),
        expires=local.clock(draft.t_expires_ns),
        people=_people(draft),
        texts=tuple(Words(text=text, pages=_pages(text)) for text in draft.texts),
        reasons=draft.reasons,
        horizons=tuple(f"{within_s / 60:g} min" for within_s in _horizons_s(entry)),
        odds=tuple(_odds(odds, draft.t_drafted_ns) for odds in entry.odds),
        story=tuple(sorted(_story(lives, draft, local), key=lambda e: (e.t_ns, e.idx))),
        replaced=replaced,
        folded=replaced or many,
    )


def _pages(text: AlertText) -> str:
    """Return what a network would have to carry; pages are what a long text costs."""
    words = sendable_text(text)
    pages = page_count(words)
    told = f"As a cell broadcast: {alphabet_of(words)}, {pages} of at most {PAGES_LIMIT} pages"
    return f"{told}: NOT SENDABLE." if pages > PAGES_LIMIT else f"{told}."


def standing(lives: Lives, draft: Draft) -> str:
    """Return how a draft stood at the end of the record, in words."""
    if not lives.known:
        return LIFE_UNKNOWN
    if draft.id in lives.held_back:
        return HELD_BACK
    steps = lives.steps.get(draft.id, ())
    return STANDINGS.get(_pair(steps[-1].transition), "") if steps else STANDINGS["draft", "draft"]


def _pair(step: Transition) -> tuple[Stage, Stage]:
    return step.before, step.after


def _people(draft: Draft) -> str:
    told = f"{thousands(draft.population)} people"
    if not draft.population_added:
        return told
    added = thousands(draft.population_added)
    return f"{told}, and {added} more because the outline was simplified"


def _horizons_s(entry: DraftEntry) -> tuple[float, ...]:
    """Return the horizons of the odds: those of one model are the same for all."""
    return entry.odds[0].threat.within_s if entry.odds else ()


def _odds(odds: ZoneOdds, t_ns: int) -> Odds:
    threat = odds.threat
    if threat.t_p05_ns is None or threat.t_p95_ns is None:
        window = "no window"
    else:
        window = ahead(threat.t_p05_ns - t_ns, threat.t_p95_ns - t_ns)
    return Odds(
        track_id=threat.track_id,
        kind=f"{odds.kind}, {chance(odds.kind_prob)}",
        chances=tuple(map(chance, threat.prob)),
        window=window,
    )


def _story(lives: Lives, draft: Draft, local: LocalTime) -> Iterator[Event]:
    steps = lives.steps.get(draft.id, ())
    if held := lives.held_back.get(draft.id):
        yield _event(held.t_ns, f"NOT SENT: {held.why}", held.idx, local)
    for step in steps:
        if text := _told(step.transition, draft, left=draft.id not in lives.held_back):
            yield _event(step.transition.t_ns, text, step.idx, local)
    for act in lives.acts:
        if text := _act_told(act, draft, steps):
            yield _event(act.decision.t_ns, text, act.idx, local)


def _event(t_ns: int, text: str, idx: int, local: LocalTime) -> Event:
    return Event(at=local.clock(t_ns), t_ns=t_ns, text=text, idx=idx)


def _told(step: Transition, draft: Draft, *, left: bool) -> str:
    """Say one step in words; an approval is told with the sending that follows it."""
    what = "All-clear" if draft.purpose == "all_clear" else "Alert"
    what += " sent" if left else " approved"
    what += " to duty services only" if left and draft.level == "PREPARE" else ""
    templates: dict[tuple[Stage, Stage], str] = {
        ("draft", "draft"): "Drafted: {why}.",
        ("draft", "approved"): "",
        ("approved", "sent"): what + ", by {by}: {why}.",
        ("draft", "rejected"): "Rejected by {by}: {why}.",
        ("draft", "updated"): "Never sent: {why}.",
        ("draft", "lapsed"): "Lapsed as a draft, never sent: {why}.",
        ("sent", "updated"): "No longer the newest: {why}.",
        ("sent", "cleared"): "Cleared by {by}: {why}.",
        ("sent", "lapsed"): "LAPSED: {why}.",
    }
    told = templates.get(_pair(step), f"{step.before} to {step.after}, by {{by}}: {{why}}.")
    return told.format(by=step.by, why=step.why.rstrip("."))


def _act_told(act: Act, draft: Draft, steps: tuple[Step, ...]) -> str:
    """Tell a decision on this draft that no step of it tells."""
    decision = act.decision
    named = {name.strip() for name in decision.subject.split(",")}
    if not named & {draft.id, draft.alarm_id} - {""}:
        return ""
    if act.refused:
        return first_upper(f"{decision.by} wanted to {decision.choice} it. Refused: {act.refused}.")
    if decision.choice != "approve" or not _left_waiting(decision, draft, steps):
        return ""
    return f"Approved by {decision.by}; a second name was needed."


def one_name_short(lives: Lives) -> tuple[Draft, ...]:
    """Return the drafts that one person approved, and no second one though two were needed."""
    drafts = (entry.draft for entry in lives.drafts if entry.draft.id not in lives.held_back)
    return tuple(
        draft
        for draft in drafts
        if draft.id not in lives.sent
        and any(_act_told(act, draft, lives.steps.get(draft.id, ())) for act in _approvals(lives))
    )


def _approvals(lives: Lives) -> Iterator[Act]:
    return (act for act in lives.acts if act.decision.choice == "approve" and not act.refused)


def _left_waiting(decision: Decision, draft: Draft, steps: tuple[Step, ...]) -> bool:
    """Say whether a draft was open when a person approved it, and stayed so."""
    alive = draft.t_drafted_ns <= decision.t_ns < _decided_ns(draft, steps)
    return alive and not any(_made(step, decision) for step in steps)


def _made(step: Step, decision: Decision) -> bool:
    return step.transition.t_ns == decision.t_ns and step.transition.after == "approved"


def _decided_ns(draft: Draft, steps: tuple[Step, ...]) -> int:
    """Return when a draft stopped waiting for a decision."""
    ends = (
        s.transition.t_ns for s in steps if s.transition.before == "draft" != s.transition.after
    )
    return min(ends, default=draft.t_expires_ns)
