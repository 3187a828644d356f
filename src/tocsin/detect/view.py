"""The records of one source among the columns of a category, read with units converted."""

from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from tocsin.model.units import FL_M, FT_M, KT_MPS, NM_M
from tocsin.wire.asterix.columns import Columns

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bools = NDArray[np.bool_]

SI: Mapping[str, float] = {
    "NM": NM_M,
    "NM/s": NM_M,
    "FL": FL_M,
    "ft": FT_M,
    "kt": KT_MPS,
    "°": float(np.pi / 180.0),
    "ms": 1e-3,
}
"""Factor from the unit of the specification to metres, metres per second, radians, seconds."""


class View(msgspec.Struct, frozen=True, kw_only=True):
    """Some records of a `Columns`, and where each stands in its chunk."""

    columns: Columns
    index: I64
    """shape (n,), rows of `columns`."""
    arrival: I64
    """shape (n,), place in the order of bytes among all records of the chunk."""
    t_ns: I64
    """shape (n,), time of measurement; filled in once the clock has been asked."""

    def __len__(self) -> int:
        return len(self.index)

    def name(self, item: str) -> str:
        """Return the full name of an item of this category."""
        return f"I{self.columns.category:03d}/{item}"

    def has(self, item: str) -> Bools:
        """Return which records carry a field; none where the edition does not know it."""
        field = self.columns.fields.get(self.name(item))
        if field is None:
            return np.zeros(len(self.index), dtype=np.bool_)
        return field.present[self.index]

    def real(self, item: str) -> F64:
        """Return a measured quantity in SI units and radians; NaN where absent."""
        field = self.columns.fields.get(self.name(item))
        if field is None:
            return np.full(len(self.index), np.nan)
        values: Any = field.values[self.index]
        return np.where(field.present[self.index], values * SI.get(field.unit, 1.0), np.nan)

    def whole(self, item: str, absent: int = -1) -> I64:
        """Return a code or number as on the wire; `absent` where it is not there."""
        field = self.columns.fields.get(self.name(item))
        if field is None:
            return np.full(len(self.index), absent, dtype=np.int64)
        present = field.present[self.index]
        return np.where(present, field.values[self.index], absent).astype(np.int64)

    def text(self, item: str) -> NDArray[np.str_]:
        """Return a text field; empty where absent."""
        field = self.columns.fields.get(self.name(item))
        if field is None:
            return np.zeros(len(self.index), dtype="<U8")
        return np.asarray(field.values[self.index]).astype("<U8")

    def some(self, keep: Bools) -> "View":
        """Return the records for which `keep` is true."""
        return View(
            columns=self.columns,
            index=self.index[keep],
            arrival=self.arrival[keep],
            t_ns=self.t_ns[keep],
        )
