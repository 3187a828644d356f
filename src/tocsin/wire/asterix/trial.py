"""Try every edition on a sample of a source's blocks."""

from typing import TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from tocsin.model.raw import RawChunk
from tocsin.wire.asterix.columns import Columns, decode
from tocsin.wire.asterix.editions import SourceKey, choose_editions
from tocsin.wire.asterix.sources import by_source, part_of
from tocsin.wire.asterix.tables import CATEGORIES, editions

FITS_SHARE = 0.9
"""An edition can be meant only if it understands this share of the sampled blocks ..."""
BEHIND_SHARE = 0.01
"""... and no more than this less than the best one (damage is the same for all)."""

TIMES = {
    1: ("I001/141",),
    2: ("I002/030",),
    10: ("I010/140",),
    19: ("I019/140",),
    20: ("I020/140",),
    21: ("I021/030", "I021/073", "I021/071", "I021/075", "I021/072", "I021/077"),
    34: ("I034/030",),
    48: ("I048/140",),
    62: ("I062/070",),
    63: ("I063/030",),
    65: ("I065/030",),
}
"""Time of day of a record, in seconds: the first of these that an edition has and a record holds.

I001/141 counts to 512 s only.
"""

DAY_S = 86_400.0
_LATITUDES = ("I021/130/LAT", "I021/131/LAT", "I010/041/LAT", "I020/041/LAT", "I062/105/LAT")


class EditionFit(msgspec.Struct, frozen=True, kw_only=True):
    """How one edition fared with the sample of one source."""

    edition: str
    accepted_share: float
    """Share of the sampled blocks that were understood to their last byte."""
    sane_share: float
    """Share of the understood records whose time of day and latitude are possible."""

    fits: bool
    """The source may speak this edition."""


class Trial:
    """The sample of one source, under every edition of its category."""

    def __init__(self, category: int) -> None:
        names = editions(category) if category in CATEGORIES else ()
        self.tried = 0
        self.accepted = dict.fromkeys(names, 0)
        self.records = dict.fromkeys(names, 0)
        self.sane = dict.fromkeys(names, 0)

    def run(self, chunk: RawChunk) -> None:
        """Decode blocks of the source under every edition."""
        self.tried += len(chunk.start)
        category = chunk.data[int(chunk.start[0])]
        for edition in self.accepted:
            decoded = decode(chunk, choose_editions({category: edition}))
            self.accepted[edition] += len(chunk.start) - len(decoded.rejects)
            for columns in decoded.columns:
                self.records[edition] += columns.n
                self.sane[edition] += int(_sane(columns).sum())

    def fits(self) -> tuple[EditionFit, ...]:
        """Return how every edition fared, oldest first."""
        good = {edition: self._accepted(edition) * self._sane(edition) for edition in self.accepted}
        least = max(FITS_SHARE, max(good.values(), default=0.0) - BEHIND_SHARE)
        return tuple(
            EditionFit(
                edition=edition,
                accepted_share=self._accepted(edition),
                sane_share=self._sane(edition),
                fits=share >= least,
            )
            for edition, share in good.items()
        )

    def _accepted(self, edition: str) -> float:
        return self.accepted[edition] / max(self.tried, 1)

    def _sane(self, edition: str) -> float:
        return self.sane[edition] / max(self.records[edition], 1)

    def best(self) -> str:
        """Return the edition that fared best, the newest of equals; empty where none is known."""
        fits = self.fits()
        ranked = [(fit.accepted_share, fit.sane_share, place) for place, fit in enumerate(fits)]
        return fits[max(ranked)[2]].edition if ranked else ""


Trials: TypeAlias = dict[SourceKey, Trial]


def try_editions(chunk: RawChunk, trials: Trials, wanted: int) -> None:
    """Try the editions on blocks of those sources of which fewer than `wanted` were tried."""
    for key, blocks in by_source(chunk):
        trial = trials.setdefault(key, Trial(key[0]))
        left = wanted - trial.tried
        if left > 0:
            trial.run(part_of(chunk, blocks[:left]))


def times_of_day(columns: Columns) -> NDArray[np.float64]:
    """Return the time of day of each record in seconds, NaN where it tells none."""
    times_s = np.full(columns.n, np.nan)
    for name in TIMES[columns.category]:
        if name in columns.fields:
            found = np.asarray(columns.fields[name].values, dtype=np.float64)
            times_s = np.where(np.isnan(times_s), found, times_s)
    return times_s


def _sane(columns: Columns) -> NDArray[np.bool_]:
    """Return which records have a possible time of day and latitude."""
    limits = dict.fromkeys(TIMES[columns.category], DAY_S) | dict.fromkeys(_LATITUDES, 90.0)
    sane = np.ones(columns.n, dtype=np.bool_)
    for name, limit in limits.items():
        if name in columns.fields:
            values = np.asarray(columns.fields[name].values, dtype=np.float64)
            sane &= ~(np.abs(values) > limit)
    return sane
