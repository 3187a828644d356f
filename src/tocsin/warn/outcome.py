"""What one step or one decision brings about; the pipeline journals it and lets it out."""

import msgspec

from tocsin.model.alert import Alarm, Draft, Sent, Transition


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What happened, each in the order in which it did."""

    drafts: tuple[Draft, ...] = ()
    transitions: tuple[Transition, ...] = ()
    sent: tuple[Sent, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    """Calls to the duty officer: an alarm that is new, or raised. What joins one silently is not
    here; `Draft.alarm_id` says where it belongs."""
    refused: str = ""
    """Why a decision was not acted upon, one line; empty otherwise. Then nothing else is set."""
    waiting: tuple[str, ...] = ()
    """Drafts, and levels of a standing authority, that now wait for a second name."""
