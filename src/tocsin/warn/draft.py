"""From a zone's dangers to a draft, and whether it says anything new."""

import re
from datetime import UTC, datetime

import msgspec

from tocsin.model.alert import Draft, Reason
from tocsin.model.place import Zone
from tocsin.model.units import S_NS
from tocsin.warn.danger import Danger, bearing
from tocsin.warn.ground import Ground
from tocsin.warn.minutes import Span, span_min
from tocsin.warn.policy import LEVELS, Policy
from tocsin.warn.reasons import reason_of
from tocsin.warn.texts import Facts, texts_of

LAPSE_S = 300.0
"""A draft that lapses sooner than this is renewed while its level lasts."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What must be known of the draft that stands, to see whether a new one is news."""

    id: str
    level: int
    t_drafted_ns: int
    t_expires_ns: int
    tracks: tuple[int, ...]
    """Tracks named by this draft or by those it replaced, ascending."""
    window_ns: tuple[int, int] | None


def draft_of(
    zone: Zone,
    level: int,
    t_ns: int,
    dangers: tuple[Danger, ...],
    ground: Ground,
    policy: Policy,
    standing: Standing | None,
) -> Draft:
    """Return the draft for a zone at a level; its id follows from zone, level and time."""
    rule = policy.rules()[level]
    counted = bearing(dangers, level, rule.min_prob * policy.release_ratio)
    reasons = tuple(
        reason_of(danger, rule.within_s, t_ns, policy.officer_language) for danger in counted
    )
    facts = _facts(zone, level, t_ns, counted, reasons, ground, policy)
    return Draft(
        id=draft_id(zone.id, level, t_ns),
        zone_id=zone.id,
        level=LEVELS[level],
        t_drafted_ns=t_ns,
        t_expires_ns=t_ns + round(rule.valid_s * S_NS),
        texts=texts_of(facts, policy.languages),
        rings_lonlat_deg=zone.rings_lonlat_deg,
        population=zone.population,
        reasons=reasons,
        replaces="" if standing is None else standing.id,
        replaces_t_ns=None if standing is None else standing.t_drafted_ns,
        synthetic=ground.synthetic,
    )


def draft_id(zone_id: str, level: int, t_ns: int) -> str:
    """Return `zone-level-time`, fit for a CAP identifier and a file name."""
    second, rest_ns = divmod(t_ns, S_NS)
    when = datetime.fromtimestamp(second, tz=UTC).strftime("%Y%m%dT%H%M%S")
    safe = re.sub(r"[^\w.-]+", "_", zone_id, flags=re.ASCII)
    return f"{safe}-{LEVELS[level].lower()}-{when}{rest_ns // 1_000_000:03d}Z"


def is_material(standing: Standing | None, level: int, draft: Draft, policy: Policy) -> bool:
    """Say whether a draft tells something that the standing one does not."""
    if standing is None or level > standing.level:
        return True
    if level < standing.level:
        return False
    if draft.t_drafted_ns - standing.t_drafted_ns < policy.update_after_s * S_NS:
        return False
    least_prob = policy.rules()[level].min_prob
    bear = {reason.track_id for reason in draft.reasons if reason.place_prob >= least_prob}
    lapsing = standing.t_expires_ns - draft.t_drafted_ns < LAPSE_S * S_NS
    return lapsing or not bear.issubset(standing.tracks) or _moved(standing, draft, policy)


def _moved(standing: Standing, draft: Draft, policy: Policy) -> bool:
    """Say whether the first arrival now comes earlier than told, or what was told is over."""
    now, told = first_window_ns(draft.reasons), standing.window_ns
    if now is None or told is None:
        return now is not None
    shift_ns = round(policy.window_shift_s * S_NS)
    return now[0] < told[0] - shift_ns or told[1] + shift_ns < draft.t_drafted_ns


def standing_of(draft: Draft, level: int, before: Standing | None) -> Standing:
    """Return what stands after a draft."""
    named = {reason.track_id for reason in draft.reasons}
    return Standing(
        id=draft.id,
        level=level,
        t_drafted_ns=draft.t_drafted_ns,
        t_expires_ns=draft.t_expires_ns,
        tracks=tuple(sorted(named.union(() if before is None else before.tracks))),
        window_ns=first_window_ns(draft.reasons),
    )


def first_window_ns(reasons: tuple[Reason, ...]) -> tuple[int, int] | None:
    """Return the window of the track that may arrive first, or None where none has one."""
    windows = [
        (reason.t_p05_ns, reason.t_p95_ns)
        for reason in reasons
        if reason.t_p05_ns is not None and reason.t_p95_ns is not None
    ]
    return min(windows, default=None)


def _facts(
    zone: Zone,
    level: int,
    t_ns: int,
    counted: tuple[Danger, ...],
    reasons: tuple[Reason, ...],
    ground: Ground,
    policy: Policy,
) -> Facts:
    """Gather what the message tells."""
    window = first_window_ns(reasons)
    span: Span | None = None if window is None else span_min(t_ns, *window)
    place = counted[0].place
    return Facts(
        level=LEVELS[level],
        source=policy.source_name,
        zone=zone.name,
        place={"ro": place.name, "en": place.name_en or place.name},
        tracks=len(reasons),
        span_min=span,
        valid_min=round(policy.rules()[level].valid_s / 60.0),
        synthetic=ground.synthetic,
    )
