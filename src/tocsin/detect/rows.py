"""Rows: detections of one sensor as columns, before they are cut into looks."""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from tocsin.model.detection import DetectionBatch, Look, Measures

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bools = NDArray[np.bool_]
Index = I64 | Bools | slice
Column = F64 | I64 | Bools | NDArray[np.str_]

CALLSIGN = "<U8"


class Rows(msgspec.Struct, frozen=True, kw_only=True):
    """The columns of `DetectionBatch`, and the direction in which the antenna looked.

    All of n rows; see `tocsin.model.detection` for units, frames and what unknown is.
    """

    t_measured_ns: I64
    pos_site_m: F64
    cov_site_m2: F64
    bias_var_m2: F64
    azimuth_site_rad: F64
    azimuth_var_rad2: F64
    alt_msl_m: F64
    alt_var_m2: F64
    range_rate_mps: F64
    range_rate_var_m2ps2: F64
    cooperative: Bools
    icao: I64
    track_number: I64
    mode_a: I64
    callsign: NDArray[np.str_]
    extent_m: F64
    extent_axis_site_rad: F64
    record: I64
    antenna_true_rad: F64
    """Azimuth of the antenna at the detection; 0 for sensors that do not turn."""

    def __len__(self) -> int:
        return len(self.t_measured_ns)


_NAMES = Rows.__struct_fields__
_COLUMNS = _NAMES[:-1]


def make_rows(t_measured_ns: I64, record: I64, **known: Column) -> Rows:
    """Return rows from the columns that a sensor knows; the others are unknown.

    Args:
        t_measured_ns: shape (n,).
        record: shape (n, 2), journal sequence number and record index.
        known: further columns by name.
    """
    n = len(t_measured_ns)
    columns: dict[str, Column] = {
        "pos_site_m": np.zeros((n, 2)),
        "cov_site_m2": np.tile([np.inf, 0.0, np.inf], (n, 1)),
        "cooperative": np.zeros(n, dtype=np.bool_),
        "callsign": np.zeros(n, dtype=CALLSIGN),
        **{name: np.full(n, np.inf) for name in _UNKNOWN_VARIANCES},
        **{name: np.full(n, -1, dtype=np.int64) for name in _UNKNOWN_NUMBERS},
        **{name: np.zeros(n) for name in _UNKNOWN_ESTIMATES},
    }
    columns |= known | {"t_measured_ns": t_measured_ns, "record": record}
    return Rows(**columns)  # type: ignore[arg-type]


_UNKNOWN_VARIANCES = ("azimuth_var_rad2", "alt_var_m2", "range_rate_var_m2ps2")
_UNKNOWN_NUMBERS = ("icao", "track_number", "mode_a")
_UNKNOWN_ESTIMATES = (
    "bias_var_m2",
    "azimuth_site_rad",
    "alt_msl_m",
    "range_rate_mps",
    "extent_m",
    "extent_axis_site_rad",
    "antenna_true_rad",
)


def no_rows() -> Rows:
    """Return rows of nothing."""
    return make_rows(np.zeros(0, dtype=np.int64), np.zeros((0, 2), dtype=np.int64))


def take(rows: Rows, index: Index) -> Rows:
    """Return some rows in the order of `index`."""
    return Rows(**{name: getattr(rows, name)[index] for name in _NAMES})


def join(parts: Sequence[Rows]) -> Rows:
    """Return rows one after another."""
    filled = [part for part in parts if len(part)]
    if len(filled) <= 1:
        return filled[0] if filled else no_rows()
    return Rows(**{name: np.concatenate([getattr(p, name) for p in filled]) for name in _NAMES})


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """What a batch says beside its rows."""

    sensor_id: str
    measures: Measures
    t_ns: int
    seq: int
    look: Look | None


def make_batch(header: Header, rows: Rows, index: Index = slice(None)) -> DetectionBatch:
    """Return the batch of some rows."""
    return DetectionBatch(
        sensor_id=header.sensor_id,
        measures=header.measures,
        t_ns=header.t_ns,
        seq=header.seq,
        look=header.look,
        **{name: getattr(rows, name)[index] for name in _COLUMNS},
    )
