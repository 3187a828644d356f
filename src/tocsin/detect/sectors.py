"""Cut the plots of a turning antenna into sectors that advance with the antenna.

A sector closes LATE_NS after the antenna has left it, and yields a batch with a look even when
it holds no plot: only so can a miss be charged. It yields no look where the sensor was silent for
more than SILENT_TURNS about it, because silence is no evidence of absence. Plots belong to the
sector of their own azimuth; those that come too late, or before the antenna's phase is known, go
into batches without a look. Nothing depends on how the stream was cut into chunks.

See docs/decisions/0004-sector-batches.md.
"""

from dataclasses import dataclass, field

import msgspec
import numpy as np
from numpy.typing import NDArray

from tocsin.detect.antenna import (
    LOCK_SPAN_TURNS,
    Antenna,
    Samples,
    lock,
    no_samples,
    refit,
    remember,
)
from tocsin.detect.arrivals import LATE_NS, Arrivals, middle_ns
from tocsin.detect.rows import Header, Rows, join, make_batch, no_rows, take
from tocsin.model.detection import DetectionBatch, Look
from tocsin.model.sensor import Sensor
from tocsin.model.units import S_NS

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bools = NDArray[np.bool_]

SECTORS_PER_TURN = 8
SECTOR_MIN_S = 0.4
"""Shorter sectors cost more than they bring: a target moves little in half a second."""
SILENT_TURNS = 1.5


class SectorState(msgspec.Struct, frozen=True, kw_only=True):
    """What a turning sensor must remember between chunks."""

    antenna: Antenna | None
    samples: Samples
    """Directions already used for a fit."""
    next_sector: int
    """First sector not yet closed, counted since the lock."""
    waiting_ns: int | None
    """Since when samples are gathered for a lock."""
    rows: Rows
    row_at: I64
    """Places in `newest_ns`."""
    sample_at: I64
    sample_ns: I64
    sample_rad: F64
    sample_is_mark: Bools
    newest_ns: I64
    """shape (n,), newest time heard up to each record, of the records still of use."""
    seq: int
    locks: int
    """How often the antenna's phase was found anew; more than one tells of a bad feed."""


def start(seq: int = 0) -> SectorState:
    """Return the state before the first record; `seq` numbers the first batch."""
    places = np.zeros(0, dtype=np.int64)
    return SectorState(
        antenna=None,
        samples=no_samples(),
        next_sector=0,
        waiting_ns=None,
        rows=no_rows(),
        row_at=places,
        sample_at=places,
        sample_ns=places,
        sample_rad=np.zeros(0),
        sample_is_mark=np.zeros(0, dtype=np.bool_),
        newest_ns=places,
        seq=seq,
        locks=0,
    )


def sectors_per_turn(sensor: Sensor) -> int:
    """Return into how many sectors a turn of this sensor is cut."""
    if sensor.kind == "surface_radar":
        return 1
    return int(np.clip(sensor.revisit_s // SECTOR_MIN_S, 1, SECTORS_PER_TURN))


def cut(
    state: SectorState, arrivals: Arrivals, sensor: Sensor, *, end: bool = False
) -> tuple[SectorState, list[DetectionBatch]]:
    """Return the batches that are complete, in order of closing; with `end` all of them."""
    cutter = _Cutter.of(state, arrivals, sensor)
    while cutter.advance():
        pass
    if end:
        cutter.finish()
    return cutter.state(), cutter.batches


@dataclass(slots=True)
class _Cutter:
    """The state while one chunk is worked through."""

    sensor: Sensor
    per_turn: int
    antenna: Antenna | None
    samples: Samples
    next_sector: int
    waiting_ns: int | None
    rows: Rows
    row_at: I64
    queue: tuple[I64, I64, F64, Bools]
    newest_ns: I64
    seq: int
    locks: int
    done: Bools
    sector_of: I64
    batches: list[DetectionBatch] = field(default_factory=list)

    @classmethod
    def of(cls, state: SectorState, arrivals: Arrivals, sensor: Sensor) -> "_Cutter":
        """Join what was kept with what came."""
        known = len(state.newest_ns)
        newest = np.maximum.accumulate(np.concatenate((state.newest_ns, arrivals.heard_ns)))
        rows = join([state.rows, arrivals.rows])
        new = _samples_of(arrivals, known)
        kept = (state.sample_at, state.sample_ns, state.sample_rad, state.sample_is_mark)
        cutter = cls(
            sensor=sensor,
            per_turn=sectors_per_turn(sensor),
            antenna=state.antenna,
            samples=state.samples,
            next_sector=state.next_sector,
            waiting_ns=state.waiting_ns,
            rows=rows,
            row_at=np.concatenate((state.row_at, arrivals.row_at + known)),
            queue=tuple(np.concatenate(pair) for pair in zip(kept, new, strict=True)),  # type: ignore[arg-type]
            newest_ns=newest,
            seq=state.seq,
            locks=state.locks,
            done=np.zeros(len(rows), dtype=np.bool_),
            sector_of=np.zeros(len(rows), dtype=np.int64),
        )
        cutter.place_rows()
        return cutter

    def place_rows(self) -> None:
        """Find the sector of every row under the antenna as it is known now."""
        if self.antenna is not None and len(self.rows):
            turns = self.antenna.unwrapped(self.rows.t_measured_ns, self.rows.antenna_true_rad)
            # An azimuth on the edge belongs to the sector that begins there, rounding or not.
            self.sector_of = np.floor(turns * self.per_turn + 1e-9).astype(np.int64)

    def advance(self) -> bool:
        """Take one step: find the antenna or close a sector; False: wait for more records."""
        return self.lock_next() if self.antenna is None else self.close_next(self.antenna)

    def lock_next(self) -> bool:
        """Try once to find the antenna; False: wait for more."""
        if len(self.newest_ns) == 0:
            return False
        if self.waiting_ns is None:
            self.waiting_ns = int(self.newest_ns[0])
        due_ns = self.waiting_ns + round(LOCK_SPAN_TURNS * self.sensor.revisit_s * S_NS)
        place = int(np.searchsorted(self.newest_ns, due_ns))
        if place == len(self.newest_ns):
            return False
        self.learn(place)
        self.antenna = lock(self.samples, self.sensor.revisit_s)
        if self.antenna is None:
            self.emit_unseen(~self.done & (self.row_at <= place))
            self.waiting_ns = int(self.newest_ns[place])
            return True
        self.locks += 1
        since = np.array([self.waiting_ns])
        self.next_sector = int(self.antenna.turns_at(since)[0] * self.per_turn) + 1
        self.waiting_ns = None
        self.place_rows()
        return True

    def learn(self, place: int) -> None:
        """Move the samples up to a place in the stream from the queue to the memory."""
        at, t_ns, rad, mark = self.queue
        use = at <= place
        plots, marks = use & ~mark, use & mark
        self.samples = remember(
            self.samples,
            Samples(
                plot_t_ns=t_ns[plots],
                plot_rad=rad[plots],
                mark_t_ns=t_ns[marks],
                mark_rad=rad[marks],
            ),
        )
        self.queue = (at[~use], t_ns[~use], rad[~use], mark[~use])

    def close_next(self, antenna: Antenna) -> bool:
        """Close the next sector if its rows must have come; False: wait."""
        begin_ns = antenna.time_of_ns(self.next_sector, self.per_turn)
        end_ns = antenna.time_of_ns(self.next_sector + 1, self.per_turn)
        place = int(np.searchsorted(self.newest_ns, end_ns + LATE_NS))
        if place == len(self.newest_ns):
            return False
        silent_ns = round(SILENT_TURNS * antenna.turn_s * S_NS)
        self.emit_sector(place, begin_ns, end_ns, silent_ns)
        if self.next_sector % self.per_turn == self.per_turn - 1:
            self.follow(antenna, place)
        self.next_sector = max(self.next_sector + 1, self.after_silence(end_ns, silent_ns))
        return True

    def emit_sector(self, place: int, begin_ns: int, end_ns: int, silent_ns: int) -> None:
        """Emit the rows of the sector with a look if the sensor was heard, and late ones."""
        arrived = int(np.searchsorted(self.row_at, place, side="right"))
        open_rows = ~self.done[:arrived]
        late = open_rows & (self.sector_of[:arrived] < self.next_sector)
        if late.any():
            self.emit_unseen(np.pad(late, (0, len(self.rows) - arrived)))
        mine = np.flatnonzero(open_rows & (self.sector_of[:arrived] == self.next_sector))
        if self.heard_through(begin_ns, end_ns, silent_ns):
            width = 2.0 * np.pi / self.per_turn
            look = Look(
                azimuth_from_rad=(self.next_sector % self.per_turn) * width,
                azimuth_width_rad=width,
            )
            self.emit(mine, (begin_ns + end_ns) // 2, look)
        elif len(mine):
            self.emit(mine, middle_ns(self.rows.t_measured_ns[mine]), None)

    def heard_through(self, begin_ns: int, end_ns: int, silent_ns: int) -> bool:
        """Return whether no silence longer than `silent_ns` touches the sector."""
        first = int(np.searchsorted(self.newest_ns, begin_ns, side="right")) - 1
        last = int(np.searchsorted(self.newest_ns, end_ns))
        longest = int(np.diff(self.newest_ns[max(first, 0) : last + 1]).max(initial=0))
        return first >= 0 and longest <= silent_ns

    def after_silence(self, end_ns: int, silent_ns: int) -> int:
        """Return the sector in which a silence ends, so as not to step through hours; else 0."""
        place = int(np.searchsorted(self.newest_ns, end_ns))
        around = self.newest_ns[max(place - 1, 0) : place + 1]
        if self.antenna is None or len(around) < 2 or around[1] - around[0] <= silent_ns:
            return 0
        return int(np.floor(self.antenna.turns_at(around[1:])[0] * self.per_turn))

    def follow(self, antenna: Antenna, place: int) -> None:
        """Fit the antenna anew at the end of a turn, or give it up."""
        self.learn(place)
        self.antenna = refit(antenna, self.samples)
        if self.antenna is None:
            self.samples = no_samples()
            self.waiting_ns = int(self.newest_ns[place])
        self.place_rows()

    def emit_unseen(self, which: Bools) -> None:
        """Emit rows without a look, a second to a batch."""
        index = np.flatnonzero(which)
        index = index[np.argsort(self.rows.t_measured_ns[index], kind="stable")]
        seconds = self.rows.t_measured_ns[index] // S_NS
        for part in np.split(index, np.flatnonzero(np.diff(seconds)) + 1):
            if len(part):
                self.emit(part, middle_ns(self.rows.t_measured_ns[part]), None)

    def emit(self, index: I64, t_ns: int, look: Look | None) -> None:
        """Add one batch."""
        header = Header(
            sensor_id=self.sensor.id, measures="position", t_ns=t_ns, seq=self.seq, look=look
        )
        if len(index) > 1:
            index = index[np.argsort(self.rows.t_measured_ns[index], kind="stable")]
        self.batches.append(make_batch(header, self.rows, index))
        self.done[index] = True
        self.seq += 1

    def finish(self) -> None:
        """Close what the antenna has left, emit every row that remains."""
        if len(self.newest_ns) and self.antenna is None:
            self.learn(len(self.newest_ns))
            self.antenna = lock(self.samples, self.sensor.revisit_s)
            if self.antenna is not None:
                self.locks += 1
                since = self.waiting_ns if self.waiting_ns is not None else int(self.newest_ns[0])
                turns = float(self.antenna.turns_at(np.array([since]))[0])
                self.next_sector = int(turns * self.per_turn) + 1
                self.place_rows()
        heard_ns = int(self.newest_ns[-1]) if len(self.newest_ns) else 0
        self.newest_ns = np.append(self.newest_ns, heard_ns + LATE_NS)
        while self.antenna is not None and self.close_next(self.antenna):
            pass
        self.newest_ns = self.newest_ns[:-1]
        # Should the sensor come back: a sector whose rows are gone must not charge their misses.
        open_sectors = self.sector_of[~self.done]
        self.next_sector = max(self.next_sector, int(open_sectors.max(initial=-1)) + 1)
        self.emit_unseen(~self.done)

    def state(self) -> SectorState:
        """Return what must be kept: open rows, and the records from the last closing on."""
        first = self._first_needed()
        at, t_ns, rad, mark = self.queue
        return SectorState(
            antenna=self.antenna,
            samples=self.samples,
            next_sector=self.next_sector,
            waiting_ns=self.waiting_ns,
            rows=take(self.rows, ~self.done),
            row_at=self.row_at[~self.done] - first,
            sample_at=at - first,
            sample_ns=t_ns,
            sample_rad=rad,
            sample_is_mark=mark,
            newest_ns=self.newest_ns[first:],
            seq=self.seq,
            locks=self.locks,
        )

    def _first_needed(self) -> int:
        if self.antenna is None:
            needed_ns = self.waiting_ns
        else:
            needed_ns = self.antenna.time_of_ns(self.next_sector - 1, self.per_turn)
        if needed_ns is None or len(self.newest_ns) == 0:
            return 0
        return max(int(np.searchsorted(self.newest_ns, needed_ns)) - 1, 0)


def _samples_of(arrivals: Arrivals, offset: int) -> tuple[I64, I64, F64, Bools]:
    """Return what tells of the antenna: place, time, azimuth, and whether it is a message."""
    at = np.concatenate((arrivals.row_at, arrivals.mark_at))
    order = np.argsort(at, kind="stable")
    t_ns = np.concatenate((arrivals.rows.t_measured_ns, arrivals.heard_ns[arrivals.mark_at]))
    rad = np.concatenate((arrivals.rows.antenna_true_rad, arrivals.mark_rad))
    mark = np.arange(len(at)) >= len(arrivals.row_at)
    return at[order] + offset, t_ns[order], rad[order], mark[order]
