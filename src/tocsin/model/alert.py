"""A warning in the making: the draft that a person approves or rejects."""

from typing import Literal

import msgspec

Level = Literal["PREPARE", "WARN", "LAST_CALL"]


class AlertText(msgspec.Struct, frozen=True, kw_only=True):
    """The words in one language, from a reviewed template."""

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
