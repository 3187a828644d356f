"""The stage `detect`: raw chunks in, batches and signs of life out.

`start(site)`, `step(state, chunk, site, ...)`, `settle`, `flush`, and `snapshot`/`restore`. Pure:
no clock, no file, no socket; the same chunks give the same batches, however they were cut.
"""

from collections import Counter
from collections.abc import Collection
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.detect import asterix, clock, status
from tocsin.detect.arrivals import lonely, merge
from tocsin.detect.batches import cut
from tocsin.detect.duplicates import find_repeats
from tocsin.detect.facts import FeedOutput, Heartbeat
from tocsin.detect.feed_state import FeedState, restore, snapshot
from tocsin.detect.rows import Rows
from tocsin.detect.site import Site
from tocsin.detect.texts import dialect, read_text
from tocsin.detect.view import View
from tocsin.model.detection import DetectionBatch
from tocsin.model.raw import RawChunk, Rejected
from tocsin.model.units import DAY_NS, S_NS
from tocsin.wire.asterix.columns import Decoded, decode

__all__ = ["FeedOutput", "FeedState", "flush", "restore", "settle", "snapshot", "start", "step"]

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]


class _Found(NamedTuple):
    """What a chunk holds of one sensor, by category."""

    heard: list[tuple[I64, I64]]
    rows: list[tuple[Rows, I64]]
    marks: list[tuple[I64, F64]]


class _Tally(NamedTuple):
    """What is gathered while a chunk is worked through."""

    counts: Counter[str]
    notes: Counter[str]
    rejects: list[Rejected]
    heartbeats: list[Heartbeat]
    found: dict[str, _Found]


def start(site: Site) -> FeedState:
    """Return the state before the first chunk."""
    return FeedState(dated=site.date_ns is not None)


def step(
    state: FeedState,
    chunk: RawChunk,
    site: Site,
    *,
    journal_seq: int = 0,
    decoded: Decoded | None = None,
) -> tuple[FeedState, FeedOutput]:
    """Work through one chunk.

    Args:
        state: after the chunk before, of whatever source.
        chunk: raw bytes; ASTERIX blocks, aircraft.json, SBS lines or observers' reports.
        site: sensors, routes, editions.
        journal_seq: number of the journal entry that holds the chunk, cited by every detection.
        decoded: of the chunk, where it was decoded already; else it is decoded here.
    """
    tally = _Tally(Counter(), Counter(), [], [], {})
    state, keep = _without_repeats(state, chunk, tally)
    form = dialect(chunk)
    if form == "asterix":
        columns = decoded if decoded is not None else decode(chunk, site.editions)
        state = _read_asterix(state, chunk, columns, keep, site, journal_seq, tally)
    else:
        state = _read_text(state, chunk, keep, site, journal_seq, tally, form)
    return _cut_all(state, site, tally)


def flush(state: FeedState, site: Site) -> tuple[FeedState, FeedOutput]:
    """Emit what waits, at the end of a recording."""
    tally = _Tally(Counter(), Counter(), [], [], {})
    return _cut_all(state, site, tally, ends=state.cutters())


def settle(state: FeedState, site: Site, *, quiet_before_ns: int) -> tuple[FeedState, FeedOutput]:
    """Emit what waits of sensors that have not been heard since a time.

    A look is closed by what its sensor sends next; of a sensor that fell silent, the last
    detections would wait until it comes back, and be too late then.
    """
    tally = _Tally(Counter(), Counter(), [], [], {})
    quiet = [
        sensor_id
        for sensor_id in state.cutters()
        if state.waits(sensor_id) and (state.heard_ns(sensor_id) or 0) < quiet_before_ns
    ]
    return _cut_all(state, site, tally, ends=quiet)


def _without_repeats(
    state: FeedState, chunk: RawChunk, tally: _Tally
) -> tuple[FeedState, NDArray[np.bool_]]:
    """Note which blocks came before."""
    number = state.blocks.get(chunk.source, 0)
    seen, repeats = find_repeats(state.seen.get(chunk.source, {}), chunk, number)
    if repeats.any():
        tally.notes["*:duplicate_blocks"] += int(np.count_nonzero(repeats))
    state = state.having(
        seen=state.seen | {chunk.source: seen},
        blocks=state.blocks | {chunk.source: number + len(chunk.start)},
    )
    return state, ~repeats


def _read_asterix(
    state: FeedState,
    chunk: RawChunk,
    decoded: Decoded,
    keep: NDArray[np.bool_],
    site: Site,
    journal_seq: int,
    tally: _Tally,
) -> FeedState:
    """Sort the records of a chunk to their sensors."""
    tally.rejects.extend(decoded.rejects)
    tally.counts.update(f"*:{reject.reason}" for reject in decoded.rejects)
    for columns in decoded.columns:
        repeated = int(np.count_nonzero(~keep[columns.block]))
        if repeated:
            tally.counts["*:duplicate"] += repeated
    parts, lost = asterix.split_by_sensor(decoded.columns, keep, site)
    for name, views in lost.items():
        tally.counts[f"{name}:unknown_source"] += sum(map(len, views))
        tally.rejects.append(asterix.unknown_source(chunk, name, views))
    # Service messages first: they carry full times of day, which complete those of CAT001.
    for part in sorted(parts, key=lambda p: p.key[0] not in status.STATUS_CATEGORIES):
        state = _read_part(state, part, chunk, site, journal_seq, tally)
    return state


def _read_part(
    state: FeedState,
    part: asterix.Part,
    chunk: RawChunk,
    site: Site,
    journal_seq: int,
    tally: _Tally,
) -> FeedState:
    """Time the records of one source, then take detections and signs of life from them."""
    sensor_id = part.sensor_id
    tally.counts[f"{sensor_id}:records"] += len(part.view)
    state, view = _timed(state, part, chunk, site, tally)
    target = asterix.is_target(view)
    found = tally.found.setdefault(sensor_id, _Found([], [], []))
    found.heard.append((view.arrival, view.t_ns))
    if target.any():
        family = asterix.FAMILIES[part.key[0]]
        rows, arrival, aside = family(view.some(target), site.sensors[sensor_id], site, journal_seq)
        found.rows.append((rows, arrival))
        tally.counts.update({f"{sensor_id}:{reason}": n for reason, n in aside.items()})
        tally.counts[f"{sensor_id}:rows"] += len(rows)
    if not target.all():
        signs = status.signs(view.some(~target))
        found.marks.append((signs.arrival, signs.azimuth_true_rad))
        tally.heartbeats.extend(status.heartbeats(sensor_id, signs))
        tally.counts[f"{sensor_id}:heartbeats"] += len(signs.t_ns)
    return state


def _timed(
    state: FeedState, part: asterix.Part, chunk: RawChunk, site: Site, tally: _Tally
) -> tuple[FeedState, View]:
    """Return the records that state a usable time, with it in Unix nanoseconds."""
    view, sensor_id = part.view, part.sensor_id
    received = chunk.t_received_ns[view.columns.block[view.index]]
    tod_s, usable = asterix.times_of_day(view, _near_tod_s(state, received))
    if not usable.all():
        tally.counts[f"{sensor_id}:no_time"] += int(np.count_nonzero(~usable))
        view, tod_s, received = view.some(usable), tod_s[usable], received[usable]
    name = "/".join(map(str, part.key))
    before = state.clocks.get(name) or clock.start(
        site.date_ns, near_ns=state.newest_ns, dated=state.dated
    )
    after, t_ns = clock.step(before, tod_s, received)
    if after.jumps > before.jumps:
        tally.notes[f"{sensor_id}:clock_jumps"] += after.jumps - before.jumps
    alone = lonely(t_ns)
    timed = View(columns=view.columns, index=view.index, arrival=view.arrival, t_ns=t_ns)
    if alone.any():
        tally.counts[f"{sensor_id}:clock_outlier"] += int(np.count_nonzero(alone))
        timed = timed.some(~alone)
    return state.after_clock(name, after), timed


def _near_tod_s(state: FeedState, received: I64) -> float | None:
    """Return a time of day near to these records, to complete truncated ones."""
    known = received[received >= 0]
    near_ns = int(known[0]) if len(known) else state.newest_ns
    return None if near_ns is None else near_ns % DAY_NS / S_NS


def _read_text(
    state: FeedState,
    chunk: RawChunk,
    keep: NDArray[np.bool_],
    site: Site,
    journal_seq: int,
    tally: _Tally,
    form: str,
) -> FeedState:
    """Take reports from a text feed."""
    read = read_text(form, state.texts.get(chunk.source), chunk, keep, site, journal_seq)
    tally.rejects.extend(read.rejects)
    tally.heartbeats.extend(read.heartbeats)
    tally.counts.update(read.counts)
    newest_ns = state.newest_ns
    for sensor_id, rows, arrival in read.found:
        found = tally.found.setdefault(sensor_id, _Found([], [], []))
        found.heard.append((arrival, rows.t_measured_ns))
        found.rows.append((rows, arrival))
        newest_ns = max(newest_ns or 0, int(rows.t_measured_ns.max(initial=0)))
    texts = state.texts if read.memory is None else state.texts | {chunk.source: read.memory}
    dated = state.dated or newest_ns is not None
    return state.having(texts=texts, newest_ns=newest_ns, dated=dated)


def _cut_all(
    state: FeedState, site: Site, tally: _Tally, *, ends: Collection[str] = ()
) -> tuple[FeedState, FeedOutput]:
    """Cut what came from each sensor into batches, and what waits of those that end."""
    batches: list[DetectionBatch] = []
    for sensor_id in sorted(tally.found.keys() | ends):
        found = tally.found.get(sensor_id)
        arrivals = merge(*found) if found else merge([], [], [])
        state, made = cut(
            state, site.sensors[sensor_id], arrivals, tally.notes, end=sensor_id in ends
        )
        batches.extend(made)
    batches.sort(key=lambda b: (b.t_ns, b.sensor_id, b.seq))
    if not state.dated:
        tally.notes["*:undated"] = 1
    output = FeedOutput(
        batches=tuple(batches),
        heartbeats=tuple(tally.heartbeats),
        rejects=tuple(tally.rejects),
        counts=dict(tally.counts),
        notes=dict(tally.notes),
    )
    return state, output
