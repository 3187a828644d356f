"""Counts over a whole recording: records, times, rejects."""

from collections import Counter

import msgspec
import numpy as np
from numpy.typing import NDArray

from tocsin.model.raw import RawChunk, Rejected
from tocsin.wire.asterix.columns import Columns, decode
from tocsin.wire.asterix.editions import Editions, SourceKey
from tocsin.wire.asterix.sources import by_source, split_key
from tocsin.wire.asterix.trial import DAY_S, times_of_day


class RejectCount(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes that could not be understood, by reason."""

    reason: str
    times: int
    bytes: int
    first: str
    """Where and what the first was."""


class TimeSpan:
    """Earliest and latest time of day of a source, unwrapped across midnight."""

    def __init__(self) -> None:
        self.earliest_s = np.inf
        self.latest_s = -np.inf
        self._previous_s: float | None = None
        self._day = 0

    def add(self, times_s: NDArray[np.float64]) -> None:
        """Go on with the times of more records, in the order received.

        A step back by more than half a day is midnight; smaller ones are late records.
        """
        if not len(times_s):
            return
        previous_s = times_s[0] if self._previous_s is None else self._previous_s
        steps = np.diff(times_s, prepend=previous_s)
        days = self._day + np.cumsum((steps < -DAY_S / 2).astype(np.int64) - (steps > DAY_S / 2))
        whole = times_s + days * DAY_S
        self.earliest_s = min(self.earliest_s, float(whole.min()))
        self.latest_s = max(self.latest_s, float(whole.max()))
        self._previous_s, self._day = float(times_s[-1]), int(days[-1])

    def bounds(self) -> tuple[float, float] | None:
        """Return the earliest and latest time in s of the first day; None before any time."""
        return (self.earliest_s, self.latest_s) if self._previous_s is not None else None


class Tally:
    """What a recording holds, decoded with chosen editions."""

    def __init__(self, chosen: Editions) -> None:
        self.chosen = chosen
        self.bytes = 0
        self.blocks: Counter[SourceKey] = Counter()
        self.records: Counter[SourceKey] = Counter()
        self.spans: dict[SourceKey, TimeSpan] = {}
        self.received_ns: tuple[int, int] | None = None
        self._first: dict[str, Rejected] = {}
        self._times: Counter[str] = Counter()
        self._bytes: Counter[str] = Counter()

    def add(self, chunk: RawChunk | Rejected) -> None:
        """Count one chunk or one damaged stretch."""
        if isinstance(chunk, Rejected):
            self._reject(chunk)
            return
        self.bytes += int(chunk.length.sum())
        self._receipt(chunk.t_received_ns)
        for key, blocks in by_source(chunk):
            self.blocks[key] += len(blocks)
        decoded = decode(chunk, self.chosen)
        for columns in decoded.columns:
            self._columns(columns)
        for bad in decoded.rejects:
            self._reject(bad)

    def rejects(self) -> tuple[RejectCount, ...]:
        """Return what was rejected, the most frequent reason first."""
        return tuple(
            RejectCount(
                reason=reason,
                times=times,
                bytes=self._bytes[reason],
                first=f"at byte {self._first[reason].offset}: {self._first[reason].detail}",
            )
            for reason, times in self._times.most_common()
        )

    def _receipt(self, t_received_ns: NDArray[np.int64]) -> None:
        known = t_received_ns[t_received_ns >= 0]
        if len(known):
            first, last = int(known.min()), int(known.max())
            earlier = self.received_ns or (first, last)
            self.received_ns = (min(first, earlier[0]), max(last, earlier[1]))

    def _columns(self, columns: Columns) -> None:
        times_s = times_of_day(columns)
        keys = np.where(columns.sac < 0, -1, columns.sac * 256 + columns.sic)
        for key in np.unique(keys).tolist():
            mine = keys == key
            source = (columns.category, *split_key(key))
            self.records[source] += int(mine.sum())
            self.spans.setdefault(source, TimeSpan()).add(times_s[mine & ~np.isnan(times_s)])

    def _reject(self, bad: Rejected) -> None:
        self._first.setdefault(bad.reason, bad)
        self._times[bad.reason] += 1
        self._bytes[bad.reason] += len(bad.raw)
