"""From a zone's dangers to a draft, and whether it says anything new."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec

from tocsin.model.alert import Draft, Level, Reason, Sent
from tocsin.model.place import Zone
from tocsin.model.threat import Threat
from tocsin.model.units import S_NS
from tocsin.warn.danger import Danger, bearing, zone_probs
from tocsin.warn.ground import Ground
from tocsin.warn.minutes import span_min
from tocsin.warn.names import names_of
from tocsin.warn.policy import LEVELS, Policy
from tocsin.warn.reasons import reason_of
from tocsin.warn.texts import Facts, texts_of

LAPSE_S = 300.0
"""A draft that lapses sooner than this is renewed while its level lasts."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What was told last of a zone, to see whether a new draft is news."""

    id: str
    level: int
    t_drafted_ns: int
    t_expires_ns: int
    tracks: tuple[int, ...]
    """Tracks named by this draft or by those it replaced, ascending."""
    window_ns: tuple[int, int] | None
    rejected: bool = False
    """A person said no, or said that it is over."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """Where a draft stands in the line of a zone's drafts and alerts."""

    replaces: str = ""
    replaces_t_ns: int | None = None
    alarm_id: str = ""
    update: bool = False
    """What it follows upon was sent."""


def draft_of(
    zone: Zone,
    level: int,
    t_ns: int,
    dangers: tuple[Danger, ...],
    ground: Ground,
    policy: Policy,
    line: Line,
) -> Draft:
    """Return the warning for a zone at a level, for the tracks that bear it."""
    rule = policy.rules()[level]
    least_prob = rule.min_prob * policy.release_ratio
    counted = bearing(dangers, level, least_prob, rule.within_s)
    reasons = tuple(
        reason_of(danger, rule.within_s, t_ns, policy.officer_language) for danger in counted
    )
    window = first_window_ns(one.threat for one in counted)
    facts = msgspec.structs.replace(
        _facts(zone, LEVELS[level], ground, policy),
        place=names_of(counted[0].place),
        tracks=len(counted),
        span_min=None if window is None else span_min(t_ns, *window),
        update=line.update,
    )
    return msgspec.structs.replace(
        _draft(zone, t_ns, facts, ground, policy, line),
        reasons=reasons,
        zone_prob=zone_probs(dangers)[level],
    )


def retold(
    draft: Draft,
    tracks: int,
    t_ns: int,
    zone: Zone,
    ground: Ground,
    policy: Policy,
    *,
    update: bool,
) -> Draft:
    """Return a warning with its words as of the time that it is let out.

    What is told in minutes counts from the message that people read, not from the draft that
    waited for a name; what is told of an arrival that is over by then is left out.

    Args:
        draft: The warning as it was drafted.
        tracks: How many tracks it rests on.
        t_ns: When it is let out.
        zone: Its zone.
        ground: Zones and places.
        policy: The zone's policy.
        update: An alert of the zone is in force already.
    """
    window = first_window_ns(draft.reasons)
    named = [place for one in draft.reasons[:1] if (place := ground.places.get(one.place_id))]
    facts = msgspec.structs.replace(
        _facts(zone, draft.level, ground, policy),
        place=names_of(named[0]) if named else {},
        tracks=tracks,
        span_min=None if window is None or window[1] <= t_ns else span_min(t_ns, *window),
        valid_min=max(1, (draft.t_expires_ns - t_ns) // (60 * S_NS)),
        update=update,
    )
    return msgspec.structs.replace(draft, texts=texts_of(facts, policy.languages))


def prolonged_of(
    zone: Zone, level: int, t_ns: int, tracks: int, ground: Ground, policy: Policy, line: Line
) -> Draft:
    """Return the warning anew for tracks that are lost: when and where cannot be told."""
    facts = _facts(zone, LEVELS[level], ground, policy)
    facts = msgspec.structs.replace(facts, tracks=tracks, update=line.update)
    return _draft(zone, t_ns, facts, ground, policy, line)


def all_clear_of(
    zone: Zone,
    t_ns: int,
    ended: Sent,
    ground: Ground,
    policy: Policy,
    *,
    left: int,
    explained: int,
) -> Draft:
    """Return the all-clear that ends an alert; its level is that of the alert.

    Args:
        zone: The zone.
        t_ns: Time of the draft.
        ended: The alert that it ends.
        ground: Zones and places.
        policy: The zone's policy.
        left: Tracks that were seen to leave.
        explained: Tracks that people have explained.
    """
    facts = msgspec.structs.replace(
        _facts(zone, ended.draft.level, ground, policy),
        purpose="all_clear",
        tracks_left=left,
        tracks_explained=explained,
    )
    line = Line(
        replaces=ended.id,
        replaces_t_ns=ended.draft.t_drafted_ns,
        alarm_id=ended.draft.alarm_id,
    )
    return _draft(zone, t_ns, facts, ground, policy, line)


def _facts(zone: Zone, level: Level, ground: Ground, policy: Policy) -> Facts:
    """Gather what every message of a zone tells."""
    valid_s = policy.rules()[LEVELS.index(level)].valid_s
    return Facts(
        level=level,
        source=policy.source_name,
        zone=zone.name,
        place={},
        tracks=0,
        span_min=None,
        valid_min=round(valid_s / 60.0),
        synthetic=ground.synthetic,
    )


def _draft(
    zone: Zone, t_ns: int, facts: Facts, ground: Ground, policy: Policy, line: Line
) -> Draft:
    """Return a draft of a message; its id follows from zone, kind and time."""
    kind = facts.level.lower() if facts.purpose == "warning" else facts.purpose
    outline = ground.outlines[zone.id]
    valid_s = policy.rules()[LEVELS.index(facts.level)].valid_s
    return Draft(
        id=draft_id(zone.id, kind, t_ns),
        zone_id=zone.id,
        level=facts.level,
        t_drafted_ns=t_ns,
        t_expires_ns=t_ns + round(valid_s * S_NS),
        texts=texts_of(facts, policy.languages),
        rings_lonlat_deg=outline.rings_lonlat_deg,
        population=zone.population,
        population_added=outline.population_added,
        reasons=(),
        replaces=line.replaces,
        replaces_t_ns=line.replaces_t_ns,
        synthetic=ground.synthetic,
        purpose=facts.purpose,
        alarm_id=line.alarm_id,
    )


def draft_id(zone_id: str, kind: str, t_ns: int) -> str:
    """Return `zone-kind-time`, fit for a CAP identifier and a file name."""
    second, rest_ns = divmod(t_ns, S_NS)
    when = datetime.fromtimestamp(second, tz=UTC).strftime("%Y%m%dT%H%M%S")
    safe = re.sub(r"[^\w.-]+", "_", zone_id, flags=re.ASCII)
    return f"{safe}-{kind}-{when}{rest_ns // 1_000_000:03d}Z"


def is_material(
    standing: Standing | None,
    level: int,
    t_ns: int,
    dangers: tuple[Danger, ...],
    policy: Policy,
) -> bool:
    """Say whether a draft made now would tell something that was not told.

    A level that rises is always news. Otherwise a pause is kept, and then it is news that the
    draft is about to lapse, that the first arrival comes earlier than told, or that what was told
    is over; PREPARE is only renewed. After a rejection only another track is.
    """
    if standing is None or level > standing.level:
        return True
    if level < standing.level or t_ns - standing.t_drafted_ns < policy.update_after_s * S_NS:
        return False
    rule = policy.rules()[level]
    counted = bearing(dangers, level, rule.min_prob, rule.within_s)
    if standing.rejected:
        return not {one.assessment.track_id for one in counted}.issubset(standing.tracks)
    lapsing = standing.t_expires_ns - t_ns < LAPSE_S * S_NS
    return lapsing or (level > 0 and _moved(standing, t_ns, counted, policy))


def _moved(standing: Standing, t_ns: int, counted: tuple[Danger, ...], policy: Policy) -> bool:
    """Say whether the first arrival now comes earlier than told, or what was told is over."""
    now, told = first_window_ns(one.threat for one in counted), standing.window_ns
    if now is None or told is None:
        return now is not None
    shift_ns = round(policy.window_shift_s * S_NS)
    return now[0] < told[0] - shift_ns or told[1] + shift_ns < t_ns < now[1]


def standing_of(draft: Draft, level: int, before: Standing | None) -> Standing:
    """Return what has been told after a draft."""
    named = {reason.track_id for reason in draft.reasons}
    return Standing(
        id=draft.id,
        level=level,
        t_drafted_ns=draft.t_drafted_ns,
        t_expires_ns=draft.t_expires_ns,
        tracks=tuple(sorted(named.union(() if before is None else before.tracks))),
        window_ns=first_window_ns(draft.reasons),
    )


def first_window_ns(passages: Iterable[Reason | Threat]) -> tuple[int, int] | None:
    """Return the window of the track that may arrive first, or None where none has one."""
    windows = [
        (passage.t_p05_ns, passage.t_p95_ns)
        for passage in passages
        if passage.t_p05_ns is not None and passage.t_p95_ns is not None
    ]
    return min(windows, default=None)
