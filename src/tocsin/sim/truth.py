"""What is true about a scenario: states, crossings, arrivals, and which record came from whom.

Three files stand beside a made recording. `truth.parquet` has the state of every target once a
second; `links.parquet` says what each record was made from; `truth.json` says what it all is (the
label first), and when which target truly crosses a border or passes a place.
"""

import json
from collections.abc import Sequence
from pathlib import Path as FilePath
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tocsin.geo.border import BorderIndex, index_border
from tocsin.geo.plane import SitePlane
from tocsin.model.detection import F64
from tocsin.model.errors import BadStorage
from tocsin.model.place import Border, Place
from tocsin.model.units import S_NS
from tocsin.sim.feeds import Links
from tocsin.sim.inject import Injection
from tocsin.sim.movers import Target, bodies
from tocsin.sim.play import Played
from tocsin.sim.reports import true_velocity

ARRIVAL_M = 3_000.0
"""Within so much of a place's centre a target has arrived: the radius of its threat."""
ON_LINE_M = 200.0
"""A change of side farther from the line than this is an edge of the drawing, not the border."""
VERSION = 1
TRUTH_SCHEMA = pa.schema(
    [
        pa.field("t_ns", pa.int64(), nullable=False),
        pa.field("target_id", pa.int64(), nullable=False),
        pa.field("kind", pa.dictionary(pa.int8(), pa.string()), nullable=False),
        pa.field("lat_deg", pa.float64(), nullable=False),
        pa.field("lon_deg", pa.float64(), nullable=False),
        pa.field("alt_msl_m", pa.float64(), nullable=False),
        pa.field("ve_mps", pa.float64(), nullable=False),
        pa.field("vn_mps", pa.float64(), nullable=False),
        pa.field("cooperative", pa.bool_(), nullable=False),
        pa.field("icao", pa.int32()),
    ]
)
LINKS_SCHEMA = pa.schema(
    [
        pa.field("sensor_id", pa.dictionary(pa.int16(), pa.string()), nullable=False),
        pa.field("category", pa.int16(), nullable=False),
        pa.field("record", pa.int64(), nullable=False),
        pa.field("t_ns", pa.int64(), nullable=False),
        pa.field("target_id", pa.int64(), nullable=False),
    ]
)


class Crossing(msgspec.Struct, frozen=True, kw_only=True):
    """A true passage of a border line."""

    target_id: int
    border_id: str
    t_ns: int
    inward: bool
    lat_deg: float
    lon_deg: float


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """A true passage within `radius_m` of a place's centre."""

    target_id: int
    place_id: str
    zone_id: str
    """Zone that the place lies in, or empty."""
    radius_m: float
    t_ns: int
    """When it first comes so near."""
    closest_m: float
    t_closest_ns: int


def crossings(
    targets: Sequence[Target], borders: Sequence[Border], plane: SitePlane, *, start_ns: int
) -> list[Crossing]:
    """Return every passage of a border, to the millisecond, in order of time."""
    found = [
        crossing
        for index in map(index_border, borders)
        for target in bodies(targets)
        for crossing in _border_crossings(target, index, plane, start_ns)
    ]
    return sorted(found, key=lambda c: (c.t_ns, c.target_id))


def arrivals(
    targets: Sequence[Target],
    places: Sequence[Place],
    *,
    start_ns: int,
    radius_m: float = ARRIVAL_M,
) -> list[Arrival]:
    """Return when each target first comes within `radius_m` of each place, in order of time."""
    found = [a for t in bodies(targets) for a in _place_arrivals(t, places, start_ns, radius_m)]
    return sorted(found, key=lambda a: (a.t_ns, a.target_id, a.place_id))


def truth_table(
    targets: Sequence[Target], plane: SitePlane, *, start_ns: int, geoid_m: float
) -> pa.Table:
    """Return the states of all targets once a second as an Arrow table (`TRUTH_SCHEMA`)."""
    tables = [_state_table(t, plane, start_ns, geoid_m) for t in bodies(targets)]
    return pa.concat_tables([TRUTH_SCHEMA.empty_table(), *tables]).combine_chunks()


def write_truth(
    folder: FilePath, played: Played, *, borders: Sequence[Border], places: Sequence[Place]
) -> None:
    """Write `truth.parquet`, `links.parquet` and `truth.json` into a folder that is there.

    Raises:
        BadStorage: it cannot be written.
    """
    start_ns = played.scenario.start_ns
    table = truth_table(
        played.targets, played.plane, start_ns=start_ns, geoid_m=played.scenario.geoid_m
    )
    try:
        pq.write_table(labelled(table, played.scenario.label), folder / "truth.parquet")
        links = [LINKS_SCHEMA.empty_table(), *(links_table(f.links) for f in played.feeds)]
        pq.write_table(pa.concat_tables(links), folder / "links.parquet")
        text = json.dumps(sidecar(played, borders, places), indent=1, ensure_ascii=False)
        (folder / "truth.json").write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise BadStorage(
            f"cannot be written ({error.strerror})",
            where=str(folder),
            remedy="Name a folder that can be written and has room.",
        ) from error


def labelled(table: pa.Table, label: str) -> pa.Table:
    """Return the table with the scenario's label in its metadata."""
    return table.replace_schema_metadata({"tocsin.label": label, "tocsin.version": str(VERSION)})


def links_table(links: Links) -> pa.Table:
    """Return what each record was made from; `record` counts within sensor and category."""
    n = len(links.t_ns)
    columns = {
        "sensor_id": pa.array([links.sensor_id] * n, type=pa.string()),
        "category": np.full(n, links.category, dtype=np.int16),
        "record": np.arange(n),
        "t_ns": links.t_ns,
        "target_id": links.target_id,
    }
    return pa.table(columns).cast(LINKS_SCHEMA)


def sidecar(played: Played, borders: Sequence[Border], places: Sequence[Place]) -> dict[str, Any]:
    """Return what `truth.json` holds."""
    scenario = played.scenario
    start_ns = scenario.start_ns
    crossed = crossings(played.targets, borders, played.plane, start_ns=start_ns)
    arrived = arrivals(played.targets, places, start_ns=start_ns)
    return {
        "label": scenario.label,
        "title": scenario.title,
        "synthetic": True,
        "version": VERSION,
        "seed": scenario.seed,
        "start_ns": start_ns,
        "duration_s": scenario.duration_s,
        "targets": [_about(target, start_ns) for target in played.targets],
        "crossings": [msgspec.to_builtins(c) for c in crossed],
        "arrivals": [msgspec.to_builtins(a) for a in arrived],
    }


def _about(target: Target, start_ns: int) -> dict[str, Any]:
    return {
        "target_id": target.id,
        "mover": target.mover,
        "kind": target.kind,
        "cooperative": target.cooperative,
        "icao": target.icao,
        "callsign": target.callsign,
        "t_first_ns": start_ns + round(float(target.path.t_s[0]) * S_NS),
        "t_last_ns": start_ns + round(float(target.path.t_s[-1]) * S_NS),
        "ends": target.ends,
        "ghost": target.ghost,
        "unseen_ns": [
            [start_ns + round(begin_s * S_NS), start_ns + round(end_s * S_NS)]
            for begin_s, end_s in target.unseen_s
        ],
    }


def injection_table(
    made: Injection, plane: SitePlane, *, start_ns: int, undulation_m: float
) -> pa.Table:
    """Return the states of injected drones every half second.

    Args:
        made: the injection.
        plane: the plane about the radar.
        start_ns: midnight of the day on which the recording begins.
        undulation_m: height of mean sea level over the ellipsoid at the radar.
    """
    targets = [
        Target(
            id=path.target_id,
            mover="injected",
            kind="drone",
            path=path,
            ends="time",
            cooperative=False,
            icao=None,
            mode_a=None,
            callsign=None,
            unseen_s=(),
        )
        for path in made.paths
    ]
    return truth_table(targets, plane, start_ns=start_ns, geoid_m=undulation_m)


def injection_links(made: Injection, sensor_id: str, *, start_ns: int) -> pa.Table:
    """Return what each CAT048 record of the merged recording is: real, false or whose it is."""
    t_ns = start_ns + np.round(np.nan_to_num(made.t_s) * S_NS).astype(np.int64)
    return links_table(Links(sensor_id, 48, t_ns, made.target_id))


def _state_table(target: Target, plane: SitePlane, start_ns: int, geoid_m: float) -> pa.Table:
    path = target.path
    n = len(path.t_s)
    lat_deg, lon_deg = plane.geodetic_from_site(path.pos_site_m)
    velocity = true_velocity(plane, lat_deg, lon_deg, path.vel_site_mps)
    return pa.table(
        {
            "t_ns": start_ns + np.round(path.t_s * S_NS).astype(np.int64),
            "target_id": np.full(n, target.id, dtype=np.int64),
            "kind": pa.array([target.kind] * n),
            "lat_deg": lat_deg,
            "lon_deg": lon_deg,
            "alt_msl_m": path.alt_ellipsoid_m - geoid_m,
            "ve_mps": velocity[:, 0],
            "vn_mps": velocity[:, 1],
            "cooperative": np.full(n, target.cooperative),
            "icao": pa.array([target.icao] * n, type=pa.int32()),
        }
    ).cast(TRUTH_SCHEMA)


def _border_crossings(
    target: Target, index: BorderIndex, plane: SitePlane, start_ns: int
) -> list[Crossing]:
    path = target.path
    inside = index.inside(path.pos_site_m)
    found = []
    for k in np.flatnonzero(inside[1:] != inside[:-1]).tolist():
        inward = bool(inside[k + 1])
        t_s = _change_s(target, index, float(path.t_s[k]), float(path.t_s[k + 1]), inward=inward)
        pos_m = path.at(np.array([t_s])).pos_site_m
        if index.distance_m(pos_m)[0] > ON_LINE_M:
            continue
        lat_deg, lon_deg = plane.geodetic_from_site(pos_m[0])
        found.append(
            Crossing(
                target_id=target.id,
                border_id=index.border.id,
                t_ns=start_ns + round(t_s * S_NS),
                inward=inward,
                lat_deg=float(lat_deg),
                lon_deg=float(lon_deg),
            )
        )
    return found


def _change_s(
    target: Target, index: BorderIndex, before_s: float, after_s: float, *, inward: bool
) -> float:
    """Halve the interval until the change is known to the millisecond."""
    while after_s - before_s > 1e-3:
        middle_s = 0.5 * (before_s + after_s)
        pos_m = target.path.at(np.array([middle_s])).pos_site_m
        changed = bool(index.inside(pos_m)[0]) == inward
        before_s, after_s = (before_s, middle_s) if changed else (middle_s, after_s)
    return after_s


def _place_arrivals(
    target: Target, places: Sequence[Place], start_ns: int, radius_m: float
) -> list[Arrival]:
    path = target.path
    found = []
    for place in places:
        away_m = _away_m(path.pos_site_m, place)
        near = np.flatnonzero(away_m <= radius_m)
        if not len(near):
            continue
        closest = int(np.argmin(away_m))
        found.append(
            Arrival(
                target_id=target.id,
                place_id=place.id,
                zone_id=place.zone,
                radius_m=radius_m,
                t_ns=start_ns + round(float(path.t_s[near[0]]) * S_NS),
                closest_m=round(float(away_m[closest]), 1),
                t_closest_ns=start_ns + round(float(path.t_s[closest]) * S_NS),
            )
        )
    return found


def _away_m(pos_site_m: F64, place: Place) -> F64:
    offset_m = pos_site_m - np.array(place.pos_site_m)
    return np.asarray(np.hypot(offset_m[:, 0], offset_m[:, 1]))
