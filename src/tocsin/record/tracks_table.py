"""`tracks.parquet`: every track of every picture revision, written as the run goes on."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from tocsin.model.errors import BadStorage
from tocsin.model.track import Picture, Track

SCHEMA = pa.schema(
    [
        pa.field("t_ns", pa.int64(), nullable=False),
        pa.field("revision", pa.int64(), nullable=False),
        pa.field("track_id", pa.int64(), nullable=False),
        pa.field("status", pa.dictionary(pa.int8(), pa.string()), nullable=False),
        pa.field("exists_prob", pa.float32(), nullable=False),
        pa.field("t_first_ns", pa.int64(), nullable=False),
        pa.field("t_update_ns", pa.int64(), nullable=False),
        pa.field("lat_deg", pa.float64(), nullable=False),
        pa.field("lon_deg", pa.float64(), nullable=False),
        pa.field("alt_msl_m", pa.float32()),
        pa.field("alt_sigma_m", pa.float32()),
        pa.field("climb_mps", pa.float32()),
        pa.field("speed_mps", pa.float32(), nullable=False),
        pa.field("course_true_deg", pa.float32(), nullable=False),
        pa.field("cov_site_ee_m2", pa.float32(), nullable=False),
        pa.field("cov_site_en_m2", pa.float32(), nullable=False),
        pa.field("cov_site_nn_m2", pa.float32(), nullable=False),
        pa.field("manoeuvre_prob", pa.float32(), nullable=False),
        pa.field("cooperative_prob", pa.float32(), nullable=False),
        pa.field("updates", pa.int32(), nullable=False),
        pa.field("icao", pa.int32()),
        pa.field("callsign", pa.string()),
        pa.field("mode_a", pa.int16()),
        pa.field("identity_conflict", pa.string()),
        pa.field("sensors", pa.list_(pa.string()), nullable=False),
    ],
    metadata={
        "tocsin.table": "tracks",
        "tocsin.version": "1",
        "tocsin.frames": "WGS84; covariance in the site plane (east, north); times Unix ns UTC",
    },
)
ROW_GROUP = 16_384
"""Rows kept in memory before they are written: about 3 MB."""


class TracksTable:
    """A writer of `tracks.parquet` whose memory does not grow with the run."""

    def __init__(self, path: Path) -> None:
        """Open the file for writing.

        Raises:
            BadStorage: it cannot be written.
        """
        self.path = path
        self._columns: dict[str, list[Any]] = {name: [] for name in SCHEMA.names}
        try:
            self._writer = pq.ParquetWriter(path, SCHEMA, compression="zstd")
        except OSError as error:
            raise _refused(path, error) from error

    def write(self, picture: Picture) -> None:
        """Add every track of a picture.

        Raises:
            BadStorage: the disk refused.
        """
        for track in picture.tracks:
            for name, value in _row(picture, track).items():
                self._columns[name].append(value)
        self._flush_full()

    def write_columns(self, columns: Mapping[str, Sequence[Any]]) -> None:
        """Add rows given as columns, named and typed as in `SCHEMA`.

        Raises:
            BadStorage: the disk refused.
            KeyError: a column is missing.
        """
        for name, values in self._columns.items():
            values.extend(columns[name])
        self._flush_full()

    def _flush_full(self) -> None:
        if len(self._columns["t_ns"]) >= ROW_GROUP:
            self._flush()

    def _flush(self) -> None:
        try:
            self._writer.write_table(pa.table(self._columns, schema=SCHEMA))
        except OSError as error:
            raise _refused(self.path, error) from error
        for values in self._columns.values():
            values.clear()

    def close(self) -> None:
        """Write what is left and close the file.

        Raises:
            BadStorage: the disk refused.
        """
        try:
            if self._columns["t_ns"]:
                self._flush()
        finally:
            self._writer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _row(picture: Picture, track: Track) -> dict[str, Any]:
    return {
        "t_ns": picture.t_ns,
        "revision": picture.revision,
        "track_id": track.id,
        "status": track.status,
        "exists_prob": track.exists_prob,
        "t_first_ns": track.t_first_ns,
        "t_update_ns": track.t_update_ns,
        "lat_deg": track.lat_deg,
        "lon_deg": track.lon_deg,
        "alt_msl_m": track.alt_msl_m,
        "alt_sigma_m": track.alt_sigma_m,
        "climb_mps": track.climb_mps,
        "speed_mps": track.speed_mps,
        "course_true_deg": track.course_true_deg,
        "cov_site_ee_m2": track.cov[0],
        "cov_site_en_m2": track.cov[2],
        "cov_site_nn_m2": track.cov[10],
        "manoeuvre_prob": track.manoeuvre_prob,
        "cooperative_prob": track.cooperative_prob,
        "updates": track.updates,
        "icao": track.identity.icao,
        "callsign": track.identity.callsign,
        "mode_a": track.identity.mode_a,
        "identity_conflict": track.identity.conflict,
        "sensors": [c.sensor_id for c in track.contributions],
    }


def _refused(path: Path, error: OSError) -> BadStorage:
    return BadStorage(
        error.strerror or str(error),
        where=str(path),
        remedy="Free some space or name a folder that this user may write to",
    )
