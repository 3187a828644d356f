"""Alarms: what the duty officer is called for. One call for a raid, not one for every draft.

The rule, in the order in which it is asked (docs/warning.md says why):

1. Where nothing has been going on anywhere, the first draft calls, whatever its level.
2. Then an area (a county) calls once for WARN and once for LAST CALL in an episode. PREPARE in
   another area joins silently.
3. Nothing calls within `call_gap_s` of the last call: whoever was called is at the screen. What
   was held back calls afterwards if it is still undecided.
4. After RECALL_S without any call, a WARN or LAST CALL that waits for a decision calls again.
"""

from collections.abc import Iterable, Mapping

import msgspec

from tocsin.model.alert import Alarm, Draft
from tocsin.model.place import Zone
from tocsin.model.units import S_NS
from tocsin.warn.draft import draft_id
from tocsin.warn.ground import Ground
from tocsin.warn.ladder import NO_LEVEL, PREPARE
from tocsin.warn.policy import LEVELS, Policy
from tocsin.warn.state import Area, ZoneState

RECALL_S = 900.0
"""After so long without a call nobody may be at the screen any more."""


def area_of(zone: Zone) -> str:
    """Return the area whose episode a zone belongs to."""
    return zone.county or zone.id


def alarm_id(areas: Mapping[str, Area], area_id: str, t_ns: int, policy: Policy) -> str:
    """Return the alarm that a draft of an area belongs to now: the one that goes on, or a new."""
    area = areas.get(area_id)
    if area is not None and t_ns - area.t_active_ns < policy.quiet_after_s * S_NS:
        return area.alarm_id
    return draft_id(area_id, "alarm", t_ns)


def call(
    areas: Mapping[str, Area],
    zones: Mapping[str, ZoneState],
    drafted: Iterable[Draft],
    t_ns: int,
    t_called_ns: int | None,
    ground: Ground,
    policy: Policy,
) -> tuple[dict[str, Area], tuple[Alarm, ...]]:
    """Carry the episodes on, and call the duty officer where there is cause.

    Args:
        areas: The episodes so far.
        zones: Where the zones stand after this look.
        drafted: What was drafted at this look; a standing authority may have sent it already.
        t_ns: Time of the look.
        t_called_ns: When the officer was called last.
        ground: Zones.
        policy: The site's policy.

    Returns:
        The episodes, and no alarm or one.
    """
    after = _carried(areas, zones, t_ns, ground, policy)
    gap_ns = None if t_called_ns is None else t_ns - t_called_ns
    if gap_ns is not None and gap_ns < policy.call_gap_s * S_NS:
        return after, ()
    first = all(area.called < 0 for area in after.values())
    waiting = _waiting(zones, drafted, ground)
    again = gap_ns is not None and gap_ns >= RECALL_S * S_NS
    causes = [
        (level, area_id)
        for area_id, level in waiting.items()
        if _calls(level, after[area_id], first=first, again=again)
    ]
    if not causes:
        return after, ()
    level, area_id = max(causes, key=lambda cause: (cause[0], cause[1]))
    before = after[area_id]
    after[area_id] = msgspec.structs.replace(before, called=max(level, before.called))
    alarm = Alarm(
        id=before.alarm_id,
        area_id=area_id,
        level=LEVELS[level],
        t_ns=t_ns,
        zones=before.zones,
        why=_why(level, before, causes),
    )
    return after, (alarm,)


def _calls(level: int, area: Area, *, first: bool, again: bool) -> bool:
    """Say whether an undecided draft of an area is cause for a call."""
    if first:
        return True
    return level > PREPARE and (level > area.called or again)


def _carried(
    areas: Mapping[str, Area],
    zones: Mapping[str, ZoneState],
    t_ns: int,
    ground: Ground,
    policy: Policy,
) -> dict[str, Area]:
    """Return the episodes that go on: new ones, and those not yet quiet for long enough."""
    busy: dict[str, list[str]] = {}
    for zone in ground.zones:
        held = zones.get(zone.id)
        if held is not None and _is_busy(held):
            busy.setdefault(area_of(zone), []).append(zone.id)
    after = {}
    for area_id in sorted(areas.keys() | busy.keys()):
        name = alarm_id(areas, area_id, t_ns, policy)
        before = areas.get(area_id)
        goes_on = before is not None and before.alarm_id == name
        if area_id in busy:
            held_before = before if goes_on and before is not None else None
            after[area_id] = _joined(held_before, name, t_ns, busy[area_id])
        elif goes_on and before is not None:
            after[area_id] = before
    return after


def _is_busy(held: ZoneState) -> bool:
    """Say whether something goes on in a zone."""
    stands = held.alert is not None and not held.alert.lapsed
    return held.rung.level != NO_LEVEL or held.draft is not None or stands


def _joined(before: Area | None, name: str, t_ns: int, zones: list[str]) -> Area:
    """Return an episode with the zones that are busy now."""
    known = () if before is None else before.zones
    return Area(
        alarm_id=name,
        t_active_ns=t_ns,
        zones=tuple(sorted({*known, *zones})),
        called=-1 if before is None else before.called,
    )


def _waiting(
    zones: Mapping[str, ZoneState], drafted: Iterable[Draft], ground: Ground
) -> dict[str, int]:
    """Return the highest level of the warnings that wait or were made just now, by area."""
    areas = {zone.id: area_of(zone) for zone in ground.zones}
    open_ = [held.draft.draft for held in zones.values() if held.draft is not None]
    found: dict[str, int] = {}
    for draft in (*open_, *drafted):
        if draft.purpose == "warning":
            area_id = areas[draft.zone_id]
            found[area_id] = max(LEVELS.index(draft.level), found.get(area_id, NO_LEVEL))
    return found


def _why(level: int, area: Area, causes: list[tuple[int, str]]) -> str:
    """Say in one line what the call is about."""
    if area.called < 0:
        what = "new"
    elif level > area.called:
        what = f"raised from {LEVELS[area.called]}"
    else:
        what = "again, after a quarter of an hour without a call"
    more = [f"{area_id} ({LEVELS[lvl]})" for lvl, area_id in sorted(causes, reverse=True)][1:]
    return f"{what}; also waiting: {', '.join(more)}" if more else what
