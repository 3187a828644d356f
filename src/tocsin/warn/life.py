"""The life of an alert: each step is a transition that says who, why and on what it rests.

- draft to approved to sent: people, or a standing authority, let it out.
- draft to rejected: by whom and why.
- draft to updated: a newer draft took its place. sent to updated: a newer alert did.
- draft to lapsed: nobody decided, or the danger was over before anybody had.
- sent to cleared: people approved an all-clear.
- sent to lapsed: its time ran out. Nobody said that it is over; this is no all-clear.
"""

from itertools import pairwise

import msgspec

from tocsin.model.alert import Draft, Sent, Stage, Transition
from tocsin.warn.outcome import Outcome
from tocsin.warn.state import Alert, Open, ZoneState

TOCSIN = "tocsin"
"""Who: time and evidence by themselves."""


class Ledger:
    """What happens in one step or decision, written down as it does."""

    def __init__(self) -> None:
        self.drafts: list[Draft] = []
        self.transitions: list[Transition] = []
        self.sent: list[Sent] = []
        self.waiting: list[str] = []

    def move(
        self, held: Open, steps: tuple[Stage, ...], t_ns: int, *, by: str = TOCSIN, why: str
    ) -> None:
        """Write down that a draft went through some stages, one after the other."""
        for before, after in pairwise(steps):
            self.transitions.append(
                Transition(
                    t_ns=t_ns,
                    draft_id=held.draft.id,
                    zone_id=held.draft.zone_id,
                    before=before,
                    after=after,
                    by=by,
                    why=why,
                    tracks=held.tracks,
                    evidence=held.evidence,
                )
            )

    def outcome(self) -> Outcome:
        """Return what has happened."""
        return Outcome(
            drafts=tuple(self.drafts),
            transitions=tuple(self.transitions),
            sent=tuple(self.sent),
            waiting=tuple(self.waiting),
        )


def opened(draft: Draft) -> Open:
    """Return a warning that waits for a decision, with what its reasons rest on."""
    found = sorted({entry for reason in draft.reasons for entry in reason.evidence})
    tracks = sorted({reason.track_id for reason in draft.reasons})
    return Open(draft=draft, tracks=tuple(tracks), evidence=tuple(found))


def begin(zone: ZoneState, held: Open, t_ns: int, ledger: Ledger, *, why: str) -> ZoneState:
    """Put a new warning before the people; one that still waited gives way to it."""
    if zone.draft is not None:
        ledger.move(zone.draft, ("draft", "updated"), t_ns, why=f"replaced by {held.draft.id}")
    ledger.drafts.append(held.draft)
    ledger.move(held, ("draft", "draft"), t_ns, why=why)
    return msgspec.structs.replace(zone, draft=held)


def release(
    zone: ZoneState, held: Open, t_ns: int, ledger: Ledger, *, by: str, why: str
) -> ZoneState:
    """Let a warning out; the alert that stood before is updated by it."""
    before = None if zone.alert is None or zone.alert.lapsed else zone.alert.sent
    sent = Sent(
        id=held.draft.id,
        draft=held.draft,
        t_sent_ns=t_ns,
        by=by,
        replaces=() if before is None else ((before.id, before.t_sent_ns),),
    )
    ledger.sent.append(sent)
    ledger.move(held, ("draft", "approved", "sent"), t_ns, by=by, why=why)
    if before is not None:
        ledger.move(opened(before.draft), ("sent", "updated"), t_ns, why=f"updated by {sent.id}")
    zone = withdraw_over(zone, t_ns, ledger, why=f"{sent.id} was sent")
    return msgspec.structs.replace(zone, draft=None, alert=Alert(sent=sent), t_calm_ns=None)


def clear(
    zone: ZoneState, held: Open, t_ns: int, ledger: Ledger, *, by: str, why: str
) -> ZoneState:
    """Let an all-clear out; the alert that stood is cleared, one that had lapsed stays lapsed."""
    alert = zone.alert
    ended = () if alert is None else ((alert.sent.id, alert.sent.t_sent_ns),)
    sent = Sent(id=held.draft.id, draft=held.draft, t_sent_ns=t_ns, by=by, replaces=ended)
    ledger.sent.append(sent)
    ledger.move(held, ("draft", "approved", "sent"), t_ns, by=by, why=why)
    if alert is not None and not alert.lapsed:
        ledger.move(opened(alert.sent.draft), ("sent", "cleared"), t_ns, by=by, why=why)
    return msgspec.structs.replace(zone, alert=None, over=None, t_calm_ns=None)


def withdraw_over(zone: ZoneState, t_ns: int, ledger: Ledger, *, why: str) -> ZoneState:
    """Take back an all-clear that waits for a decision."""
    if zone.over is None:
        return zone
    ledger.move(zone.over, ("draft", "lapsed"), t_ns, why=why)
    return msgspec.structs.replace(zone, over=None)


def withdraw_draft(zone: ZoneState, t_ns: int, ledger: Ledger, *, why: str) -> ZoneState:
    """Take back a warning that waits for a decision."""
    if zone.draft is None:
        return zone
    ledger.move(zone.draft, ("draft", "lapsed"), t_ns, why=why)
    return msgspec.structs.replace(zone, draft=None)


def lapse(zone: ZoneState, t_ns: int, ledger: Ledger) -> ZoneState:
    """Let lapse what has run out of time; that is no all-clear."""
    if zone.draft is not None and zone.draft.draft.t_expires_ns <= t_ns:
        zone = withdraw_draft(zone, t_ns, ledger, why="nobody decided in time")
    if zone.over is not None and zone.over.draft.t_expires_ns <= t_ns:
        zone = withdraw_over(zone, t_ns, ledger, why="nobody decided in time")
    if zone.told is not None and zone.told.t_expires_ns <= t_ns:
        zone = msgspec.structs.replace(zone, told=None)
    alert = zone.alert
    if alert is not None and not alert.lapsed and alert.sent.draft.t_expires_ns <= t_ns:
        why = "its time ran out; this is no all-clear"
        ledger.move(opened(alert.sent.draft), ("sent", "lapsed"), t_ns, why=why)
        zone = msgspec.structs.replace(zone, alert=Alert(sent=alert.sent, lapsed=True))
    return zone
