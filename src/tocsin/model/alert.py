"""A warning in the making: the draft that a person approves or rejects."""

from typing import Literal

import msgspec

Level = Literal["PREPARE", "WARN", "LAST_CALL"]
Purpose = Literal["warning", "all_clear"]
Stage = Literal["draft", "approved", "rejected", "sent", "updated", "cleared", "lapsed"]
"""Where an alert stands. `lapsed` is not `cleared`: its time ran out, nobody said it is over."""
Choice = Literal["approve", "reject", "clear", "explain", "grant", "revoke"]


class AlertText(msgspec.Struct, frozen=True, kw_only=True):
    """The words in one language, from a template that people wrote."""

    language: str
    """Language tag as in CAP (`ro-RO`, `en-GB`)."""
    headline: str
    description: str
    instruction: str
    area: str


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """Why a draft was made: one track's share in it, with the journal entries it rests on."""

    track_id: int
    border_prob: float
    place_id: str
    place_prob: float
    within_s: float
    t_p05_ns: int | None
    t_p95_ns: int | None
    sentence: str
    evidence: tuple[tuple[int, int], ...]


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What a named person decided; an input of its own, journaled before it is acted upon."""

    t_ns: int
    by: str
    choice: Choice
    """`approve` and `reject` a draft; `clear` a zone against the machine's advice (an override,
    needs a reason); `explain` a lost track (found, fallen, a false one); `grant` and `revoke` a
    standing authority."""
    subject: str
    """Draft id; zone id for `clear`; track id for `explain`; levels, comma between, for `grant`."""
    why: str = ""
    """Reason; required for `reject`, `clear` and `explain`."""


class Transition(msgspec.Struct, frozen=True, kw_only=True):
    """One step in the life of an alert, with what it rests on."""

    t_ns: int
    draft_id: str
    zone_id: str
    before: Stage
    after: Stage
    by: str
    """Who: a person's name, `standing authority of NAME (DATE)`, or `tocsin` for what time and
    evidence do by themselves (draft, lapsed)."""
    why: str
    tracks: tuple[int, ...]
    """Tracks that it rests on."""
    evidence: tuple[tuple[int, int], ...]
    """Their detections: (journal seq, record index)."""


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A warning that the policy asks for. Nothing is sent without a named approver."""

    id: str
    zone_id: str
    level: Level
    t_drafted_ns: int
    t_expires_ns: int
    texts: tuple[AlertText, ...]
    rings_lonlat_deg: tuple[tuple[tuple[float, float], ...], ...]
    population: int
    reasons: tuple[Reason, ...]
    replaces: str
    """Id of the draft that this one updates, or empty."""
    replaces_t_ns: int | None = None
    """When that draft was made, so that a message can refer to it; None when it replaces none."""
    synthetic: bool
    """True: made from synthetic data; every rendering must say so."""
    purpose: Purpose = "warning"
    """An all-clear is a draft too, and a person approves it."""
    alarm_id: str = ""
    """The alarm that it belongs to: what the duty officer is called for, one for a raid."""
    zone_prob: float | None = None
    """Probability that something passes a place of the zone within the level's time; None where
    no track is seen to bear it (a prolonged warning, an all-clear)."""
    population_added: int = 0
    """People warned besides `population` because the outline was simplified."""


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """An alert that a named person, or a standing authority, has let out."""

    id: str
    draft: Draft
    t_sent_ns: int
    by: str
    """As in `Transition.by`."""
    replaces: tuple[tuple[str, int], ...] = ()
    """Id and time of sending of the alerts that it updates or ends."""


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """What the duty officer is called for: one for a raid, not one for a zone or a track.

    It calls people at a console, never the public.
    """

    id: str
    area_id: str
    """The larger area that its zones belong to (`Zone.county`), or the zone itself."""
    level: Level
    """Of the gravest draft in it."""
    t_ns: int
    zones: tuple[str, ...]
    """Zones that it is about, ascending by id."""
    why: str
