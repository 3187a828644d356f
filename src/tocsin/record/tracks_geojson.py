"""`tracks.geojson`: one feature a track, its line broken where nothing was seen."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.parquet as pq

from tocsin.model.errors import BadStorage
from tocsin.model.units import S_NS

_COLUMNS = [
    "t_ns",
    "track_id",
    "status",
    "t_first_ns",
    "t_update_ns",
    "lat_deg",
    "lon_deg",
    "alt_msl_m",
    "speed_mps",
    "exists_prob",
    "cooperative_prob",
    "updates",
    "icao",
    "callsign",
    "identity_conflict",
    "sensors",
]


class _Line(msgspec.Struct):
    """What is gathered of one track while the table is read."""

    parts: list[list[list[float]]]
    times_ns: list[list[int]]
    last: dict[str, Any]
    speed_max_mps: float = 0.0


def write_geojson(tracks_parquet: Path, path: Path, *, gap_s: float = 30.0, note: str = "") -> None:
    """Write the tracks of a run as GeoJSON (RFC 7946).

    A track's line has a point for every revision in which a measurement had updated it, and is
    broken where two updates lie more than `gap_s` apart: what was not seen is not drawn.

    Args:
        tracks_parquet: the table of the run.
        path: the file to write.
        gap_s: longest time between updates that is still one line.
        note: words for the whole collection, such as that the data is synthetic.

    Raises:
        BadStorage: the file cannot be written.
    """
    lines: dict[int, _Line] = {}
    for row in _rows(tracks_parquet):
        _add(lines, row, gap_s=gap_s)
    collection = {
        "type": "FeatureCollection",
        "note": note,
        "features": [_feature(number, line) for number, line in sorted(lines.items())],
    }
    try:
        path.write_text(json.dumps(collection, ensure_ascii=False, separators=(",", ":")))
    except OSError as error:
        raise BadStorage(
            error.strerror or str(error), where=str(path), remedy="Free some space there"
        ) from error


def _rows(tracks_parquet: Path) -> Iterator[dict[str, Any]]:
    with pq.ParquetFile(tracks_parquet) as table:
        for batch in table.iter_batches(batch_size=4096, columns=_COLUMNS):
            yield from batch.to_pylist()


def _add(lines: dict[int, _Line], row: dict[str, Any], *, gap_s: float) -> None:
    line = lines.get(row["track_id"])
    if line is None:
        line = lines[row["track_id"]] = _Line(parts=[[]], times_ns=[[]], last=row)
    elif row["t_update_ns"] <= line.last["t_update_ns"]:
        line.last = row
        return
    elif row["t_update_ns"] - line.last["t_update_ns"] > gap_s * S_NS:
        line.parts.append([])
        line.times_ns.append([])
    line.parts[-1].append(_point(row))
    line.times_ns[-1].append(row["t_ns"])
    line.speed_max_mps = max(line.speed_max_mps, row["speed_mps"])
    line.last = row


def _point(row: dict[str, Any]) -> list[float]:
    return [round(row["lon_deg"], 6), round(row["lat_deg"], 6)]


def _feature(number: int, line: _Line) -> dict[str, Any]:
    last = line.last
    parts = [part if len(part) > 1 else part * 2 for part in line.parts]
    return {
        "type": "Feature",
        "id": number,
        "geometry": {"type": "MultiLineString", "coordinates": parts},
        "properties": {
            "track_id": number,
            "t_first_ns": last["t_first_ns"],
            "t_update_ns": last["t_update_ns"],
            "times_ns": line.times_ns,
            "status_at_end": last["status"],
            "exists_prob": round(last["exists_prob"], 4),
            "cooperative_prob": round(last["cooperative_prob"], 4),
            "speed_max_mps": round(line.speed_max_mps, 1),
            "alt_msl_m": None if last["alt_msl_m"] is None else round(last["alt_msl_m"]),
            "updates": last["updates"],
            "icao": None if last["icao"] is None else f"{last['icao']:06X}",
            "callsign": last["callsign"],
            "identity_conflict": last["identity_conflict"],
            "sensors": last["sensors"],
            "gaps": len(line.parts) - 1,
        },
    }
