"""Who was called and who decided what: two tables of the page."""

from bisect import bisect_right

import msgspec

from tocsin.model.alert import Choice
from tocsin.model.units import S_NS
from tocsin.show.night import Night
from tocsin.show.words import LocalTime, count, zone_name

HOUR_NS, BURST_NS = 3600 * S_NS, 600 * S_NS
"""ISA-18.2 looks at alarms an hour, and at bursts within ten minutes."""
CHOICES_TOLD: dict[Choice, str] = {
    "approve": "approve",
    "reject": "reject",
    "clear": "clear the zone",
    "explain": "explain the lost track",
    "grant": "grant standing authority",
    "revoke": "revoke standing authority",
}


class CallRow(msgspec.Struct, frozen=True, kw_only=True):
    """One alarm to the duty officer."""

    idx: int
    at: str
    t_ns: int
    level: str
    area: str
    zones: str
    why: str


class ActRow(msgspec.Struct, frozen=True, kw_only=True):
    """One decision of a person."""

    idx: int
    at: str
    by: str
    choice: str
    subject: str
    why: str
    result: str


def call_rows(night: Night, local: LocalTime) -> list[CallRow]:
    """Return the alarms in the order of time."""
    names = {zone.id: zone_name(zone.name) for zone in night.site.zones}
    return [
        CallRow(
            idx=call.idx,
            at=local.clock(call.alarm.t_ns),
            t_ns=call.alarm.t_ns,
            level=call.alarm.level.replace("_", " "),
            area=names.get(call.alarm.area_id, call.alarm.area_id),
            zones=", ".join(names.get(zone_id, zone_id) for zone_id in call.alarm.zones),
            why=call.alarm.why,
        )
        for call in night.lives.calls
    ]


def call_load(night: Night) -> str:
    """Return how much the officer was called, in one sentence; empty where it was not."""
    times_ns = sorted(call.alarm.t_ns for call in night.lives.calls)
    if not times_ns:
        return ""
    hours = max(1.0, (night.to_ns - night.from_ns) / HOUR_NS)
    burst = max(bisect_right(times_ns, t + BURST_NS - 1) - n for n, t in enumerate(times_ns))
    return (
        f"The duty officer was called {count(len(times_ns), 'time')}: "
        f"{len(times_ns) / hours:.1f} an hour, at most {burst} within 10 min."
    )


def act_rows(night: Night, local: LocalTime) -> list[ActRow]:
    """Return the decisions in the order of time, also those that were refused."""
    return [
        ActRow(
            idx=act.idx,
            at=local.clock(act.decision.t_ns),
            by=act.decision.by,
            choice=CHOICES_TOLD[act.decision.choice],
            subject=act.decision.subject,
            why=act.decision.why,
            result=f"refused: {act.refused}" if act.refused else "acted upon",
        )
        for act in night.lives.acts
    ]
