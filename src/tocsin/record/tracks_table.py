"""`tracks.parquet`: every track of every picture revision, written as the run goes on."""

from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from operator import attrgetter
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


_OF_TRACK: dict[str, Callable[[Track], Any]] = {
    "track_id": attrgetter("id"),
    "icao": attrgetter("identity.icao"),
    "callsign": attrgetter("identity.callsign"),
    "mode_a": attrgetter("identity.mode_a"),
    "identity_conflict": attrgetter("identity.conflict"),
    "cov_site_ee_m2": lambda track: track.cov[0],
    "cov_site_en_m2": lambda track: track.cov[2],
    "cov_site_nn_m2": lambda track: track.cov[10],
}
"""Columns that are not a field of `Track` by the same name."""


class TracksTable:
    """A writer of `tracks.parquet` whose memory does not grow with the run."""

    def __init__(self, path: Path) -> None:
        """Open the file for writing.

        Raises:
            BadStorage: it cannot be written.
        """
        self.path = path
        self._waiting: list[Picture] = []
        self._rows = 0
        try:
            self._writer = pq.ParquetWriter(path, SCHEMA, compression="zstd")
        except OSError as error:
            raise _refused(path, error) from error

    def write(self, picture: Picture) -> None:
        """Add every track of a picture.

        Raises:
            BadStorage: the disk refused.
        """
        self._waiting.append(picture)
        self._rows += len(picture.tracks)
        if self._rows >= ROW_GROUP:
            self._flush()

    def write_columns(self, columns: Mapping[str, Sequence[Any]]) -> None:
        """Add rows given as columns, named and typed as in `SCHEMA`, as one row group.

        Raises:
            BadStorage: the disk refused.
            KeyError: a column is missing.
        """
        self._flush()
        self._write(pa.table({name: columns[name] for name in SCHEMA.names}, schema=SCHEMA))

    def _flush(self) -> None:
        if self._rows:
            self._write(_table(self._waiting))
        self._waiting.clear()
        self._rows = 0

    def _write(self, table: pa.Table) -> None:
        try:
            self._writer.write_table(table)
        except OSError as error:
            raise _refused(self.path, error) from error

    def close(self) -> None:
        """Write what is left and close the file.

        Raises:
            BadStorage: the disk refused.
        """
        try:
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


def _table(pictures: Sequence[Picture]) -> pa.Table:
    """Turn pictures into columns; a list a column is several times quicker than a dict a row."""
    tracks = [track for picture in pictures for track in picture.tracks]
    columns = {
        "t_ns": [picture.t_ns for picture in pictures for _ in picture.tracks],
        "revision": [picture.revision for picture in pictures for _ in picture.tracks],
        "sensors": _sensors(tracks),
    }
    for name in SCHEMA.names:
        if name not in columns:
            columns[name] = list(map(_OF_TRACK.get(name) or attrgetter(name), tracks))
    return pa.table({name: columns[name] for name in SCHEMA.names}, schema=SCHEMA)


def _sensors(tracks: Sequence[Track]) -> pa.ListArray:
    lengths = accumulate((len(track.contributions) for track in tracks), initial=0)
    names = [one.sensor_id for track in tracks for one in track.contributions]
    return pa.ListArray.from_arrays(
        pa.array(lengths, pa.int32()),
        pa.array(names, pa.string()),
        type=SCHEMA.field("sensors").type,
    )


def _refused(path: Path, error: OSError) -> BadStorage:
    return BadStorage(
        error.strerror or str(error),
        where=str(path),
        remedy="Free some space or name a folder that this user may write to",
    )
