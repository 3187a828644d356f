"""`tracks.geojson`: one feature a track, its line broken where nothing was seen."""

import json
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tocsin.model.errors import BadStorage
from tocsin.model.units import S_NS

_POINTS = ["t_ns", "track_id", "t_update_ns", "lat_deg", "lon_deg", "speed_mps"]
_LAST = [
    "track_id",
    "status",
    "t_first_ns",
    "t_update_ns",
    "alt_msl_m",
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
    t_update_ns: int
    speed_max_mps: float = 0.0
    last: dict[str, Any] = {}


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
    with pq.ParquetFile(tracks_parquet) as table:
        for batch in table.iter_batches(batch_size=16_384, columns=sorted({*_POINTS, *_LAST})):
            _add_points(lines, batch, gap_ns=round(gap_s * S_NS))
            _add_last(lines, batch)
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


def _add_points(lines: dict[int, _Line], batch: pa.RecordBatch, *, gap_ns: int) -> None:
    for t_ns, number, update_ns, lat_deg, lon_deg, speed_mps in zip(
        *(batch.column(name).to_numpy().tolist() for name in _POINTS), strict=True
    ):
        line = lines.get(number)
        if line is None:
            line = lines[number] = _Line([[]], [[]], update_ns)
        elif update_ns <= line.t_update_ns:
            continue
        elif update_ns - line.t_update_ns > gap_ns:
            line.parts.append([])
            line.times_ns.append([])
        line.parts[-1].append([round(lon_deg, 6), round(lat_deg, 6)])
        line.times_ns[-1].append(t_ns)
        line.speed_max_mps = max(line.speed_max_mps, speed_mps)
        line.t_update_ns = update_ns


def _add_last(lines: dict[int, _Line], batch: pa.RecordBatch) -> None:
    """Keep the last row of each track that the batch holds."""
    numbers = batch.column("track_id").to_numpy()
    _, from_end = np.unique(numbers[::-1], return_index=True)
    for row in batch.select(_LAST).take(pa.array(len(numbers) - 1 - from_end)).to_pylist():
        lines[row["track_id"]].last = row


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
