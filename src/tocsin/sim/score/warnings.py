"""Drafted warnings against what truly came: how long before, what was missed, what was for nothing.

Danger is a target that truly crossed the border inwards and then came within 3 km of a place: the
zone of that place should have been warned before. The lead is the time from the first warning of
the zone, still in force when the target arrived, to its arrival. A warning was for nothing when no
uncooperative target came into its area, or within `near_m` of it, while it was in force.
"""

import json
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import shapely

from tocsin.model.detection import F64
from tocsin.model.errors import BadInput
from tocsin.model.raw import Rejected
from tocsin.model.units import S_NS
from tocsin.sim.score.pictures import read_table
from tocsin.wire.cap.decode import parse
from tocsin.wire.cap.records import CapAlert

ZONE_CODE = "tocsin:zone"
LEVEL_PARAMETER = "tocsin:level"
ALL_CLEAR = "AllClear"
NEAR_M = 5_000.0
METRES_PER_DEG = 111_195.0
"""Of latitude, on the mean sphere: good enough to say "within five kilometres"."""


class Warned(msgspec.Struct, frozen=True, kw_only=True):
    """One warning of one zone."""

    zone_id: str
    level: str
    severity: str
    sent_ns: int
    expires_ns: int
    rings_latlon_deg: tuple[tuple[tuple[float, float], ...], ...]


class Danger(msgspec.Struct, frozen=True, kw_only=True):
    """What truly came to a zone, and when it was warned."""

    zone_id: str
    target_id: int
    t_crossed_ns: int
    t_arrived_ns: int
    lead_s: float | None
    """None: no warning of the zone was in force when it arrived."""
    before_crossing_s: float | None
    """The same warning's time before the border was crossed; negative: after it."""
    level: str


class WarningScore(msgspec.Struct, frozen=True, kw_only=True):
    """All warnings of a run."""

    warnings: int
    dangers: tuple[Danger, ...]
    missed: int
    lead_median_s: float | None
    lead_least_s: float | None
    for_nothing: int
    for_nothing_ratio: float | None


def score_warnings(alerts: list[Warned], truth_json: Path, truth: Path) -> WarningScore:
    """Score the warnings of a run against the truth of its scenario.

    Raises:
        BadInput: a file of the truth cannot be read.
    """
    about = read_about(truth_json)
    dangers = tuple(_dangers(about, alerts))
    leads = [d.lead_s for d in dangers if d.lead_s is not None]
    nothing = sum(not right for right in _came_true(alerts, truth))
    return WarningScore(
        warnings=len(alerts),
        dangers=dangers,
        missed=len(dangers) - len(leads),
        lead_median_s=float(np.median(leads)) if leads else None,
        lead_least_s=min(leads, default=None),
        for_nothing=nothing,
        for_nothing_ratio=nothing / len(alerts) if alerts else None,
    )


def read_warnings(folder: Path) -> list[Warned]:
    """Return the warnings of a run's `alerts` folder, in order of time; all-clears are none.

    Raises:
        BadInput: a file there is not a CAP alert.
    """
    found = [w for path in sorted(folder.glob("*.xml")) for w in _warned(path)]
    return sorted(found, key=lambda w: (w.sent_ns, w.zone_id))


def _warned(path: Path) -> list[Warned]:
    alert = parse(path.read_bytes(), path.name)
    if isinstance(alert, Rejected):
        raise BadInput(alert.detail, where=str(path), remedy="Check it with `tocsin cap`.")
    if not alert.infos or not alert.infos[0].areas or ALL_CLEAR in alert.infos[0].response_types:
        return []
    return [_of_alert(alert)]


def _of_alert(alert: CapAlert) -> Warned:
    info = alert.infos[0]
    area = info.areas[0]
    codes = {code.value_name: code.value for code in area.geocodes}
    facts = {fact.value_name: fact.value for fact in info.parameters}
    return Warned(
        zone_id=codes.get(ZONE_CODE, area.area_desc),
        level=facts.get(LEVEL_PARAMETER, ""),
        severity=info.severity,
        sent_ns=alert.sent_ns,
        expires_ns=info.expires_ns if info.expires_ns is not None else alert.sent_ns,
        rings_latlon_deg=area.polygons_latlon_deg,
    )


def read_about(path: Path) -> dict[str, Any]:
    """Read `truth.json`, or say that it cannot be read."""
    try:
        about: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadInput(
            f"cannot be read ({error})",
            where=str(path),
            remedy="Name the folder that `tocsin simulate` wrote.",
        ) from error
    return about


def _dangers(about: dict[str, Any], alerts: list[Warned]) -> list[Danger]:
    """Return the first arrival of each crosser in each zone, with its warning if there was one."""
    friends = {t["target_id"] for t in about.get("targets", ()) if t["cooperative"]}
    crossed: dict[int, int] = {}
    for crossing in about.get("crossings", ()):
        if crossing["inward"] and crossing["target_id"] not in friends:
            crossed.setdefault(crossing["target_id"], crossing["t_ns"])
    first: dict[tuple[str, int], int] = {}
    for arrival in about.get("arrivals", ()):
        target, zone = arrival["target_id"], arrival["zone_id"]
        if zone and target in crossed and arrival["t_closest_ns"] >= crossed[target]:
            first.setdefault((zone, target), max(arrival["t_ns"], crossed[target]))
    return [
        _danger(zone, target, crossed[target], t_ns, alerts)
        for (zone, target), t_ns in sorted(first.items(), key=lambda item: item[1])
    ]


def _danger(
    zone: str, target: int, t_crossed_ns: int, t_arrived_ns: int, alerts: list[Warned]
) -> Danger:
    warning = _in_force(zone, t_arrived_ns, alerts)
    return Danger(
        zone_id=zone,
        target_id=target,
        t_crossed_ns=t_crossed_ns,
        t_arrived_ns=t_arrived_ns,
        lead_s=None if warning is None else (t_arrived_ns - warning.sent_ns) / S_NS,
        before_crossing_s=None if warning is None else (t_crossed_ns - warning.sent_ns) / S_NS,
        level="" if warning is None else warning.level,
    )


def _in_force(zone: str, t_ns: int, alerts: list[Warned]) -> Warned | None:
    """Return the first of the unbroken chain of warnings of the zone that covers this time."""
    chain: Warned | None = None
    until_ns = -1
    for alert in sorted((a for a in alerts if a.zone_id == zone), key=lambda a: a.sent_ns):
        if alert.sent_ns > t_ns:
            break
        if alert.sent_ns > until_ns:
            chain = alert
        until_ns = max(until_ns, alert.expires_ns)
    return chain if until_ns >= t_ns else None


def _came_true(alerts: list[Warned], truth: Path) -> list[bool]:
    """Return of each warning whether somebody uncooperative came into or near its area in time."""
    table = read_table(truth)
    told = table["cooperative"].to_numpy(zero_copy_only=False)
    kind = np.array(table["kind"].to_pylist())
    rows = ~told & (kind != "bird")
    t_ns = table["t_ns"].to_numpy()[rows]
    lat_deg = table["lat_deg"].to_numpy()[rows]
    lon_deg = table["lon_deg"].to_numpy()[rows]
    return [_near(alert, t_ns, lat_deg, lon_deg) for alert in alerts]


def _near(alert: Warned, t_ns: F64, lat_deg: F64, lon_deg: F64) -> bool:
    if not alert.rings_latlon_deg:
        return False
    middle_deg = float(np.mean([lat for lat, _ in alert.rings_latlon_deg[0]]))
    squeeze = np.cos(np.radians(middle_deg))
    rings = [
        shapely.Polygon([(lon * squeeze, lat) for lat, lon in ring])
        for ring in alert.rings_latlon_deg
    ]
    area = shapely.union_all(rings).buffer(NEAR_M / METRES_PER_DEG)
    shapely.prepare(area)
    now = (t_ns >= alert.sent_ns) & (t_ns <= alert.expires_ns)
    return bool(shapely.contains_xy(area, lon_deg[now] * squeeze, lat_deg[now]).any())
