"""Run a recording's batches through the tracker and keep which confirmed track took which plot."""

import io
from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from tocsin.config import Site, detection_site
from tocsin.detect import feed
from tocsin.model.detection import DetectionBatch
from tocsin.model.raw import RawChunk
from tocsin.model.sensor import Sensor
from tocsin.model.units import S_NS
from tocsin.track.bank import EVIDENCE_KEPT, HIGH
from tocsin.track.settings import TrackSettings
from tocsin.track.state import TrackerState, start
from tocsin.track.step import step
from tocsin.wire.asterix.columns import Columns, decode
from tocsin.wire.asterix.containers import read_chunks

Plot = tuple[int, int]
"""Chunk and record."""
Component = tuple[int, float]
"""Slot in the bank and time of birth: what a plot was given to, confirmed or not yet."""


class Followed(NamedTuple):
    """What the tracker made of every plot."""

    takers: dict[Plot, list[tuple[float, Component]]]
    """Components that took the plot, with their existence probability then."""
    label: dict[Component, int]
    confirmed_s: dict[int, float]
    """Unix time at which a track was first shown, by label."""

    def track_of(self, plots: Sequence[Plot]) -> np.ndarray:
        """Return the confirmed track that took each plot, -1 for none."""
        return np.array([self._track_of(plot) for plot in plots], dtype=np.int64)

    def _track_of(self, plot: Plot) -> int:
        known = [(e, self.label[c]) for e, c in self.takers.get(plot, []) if c in self.label]
        return max(known)[1] if known else -1


def chunks_of(data: bytes) -> list[RawChunk]:
    """Return the chunks of a recording in memory."""
    return [c for c in read_chunks(io.BytesIO(data), "recording") if isinstance(c, RawChunk)]


def columns_of(data: bytes, site: Site) -> list[list[Columns]]:
    """Return the decoded columns of every chunk."""
    editions = detection_site(site).editions
    return [list(decode(chunk, editions).columns) for chunk in chunks_of(data)]


def batches_of(data: bytes, site: Site, *, date_ns: int) -> list[DetectionBatch]:
    """Return the batches of a recording; `record` cites chunks by their number in it."""
    senses = detection_site(site, date_ns=date_ns)
    state, batches = feed.start(senses), []
    for number, chunk in enumerate(chunks_of(data)):
        state, found = feed.step(state, chunk, senses, journal_seq=number)
        batches += found.batches
    return batches + list(feed.flush(state, senses)[1].batches)


def hidden(batch: DetectionBatch) -> DetectionBatch:
    """Return the batch without anything that names its targets."""
    none = np.full(len(batch), -1, dtype=np.int64)
    return msgspec.structs.replace(
        batch,
        icao=none,
        track_number=none,
        mode_a=none,
        callsign=np.zeros(len(batch), dtype=batch.callsign.dtype),
    )


def only(batch: DetectionBatch, keep: np.ndarray) -> DetectionBatch:
    """Return the batch with some of its rows."""
    columns = [n for n in batch.__struct_fields__ if isinstance(getattr(batch, n), np.ndarray)]
    return msgspec.structs.replace(batch, **{n: getattr(batch, n)[keep] for n in columns})


def follow(
    batches: Sequence[DetectionBatch],
    sensors: tuple[Sensor, ...],
    *,
    watch: Callable[[TrackerState], None] = lambda _: None,
) -> Followed:
    """Run batches in order through the tracker with its default settings."""
    state = start(sensors, TrackSettings())
    made = Followed({}, {}, {})
    for batch in batches:
        step(state, batch)
        _note(state, made)
        watch(state)
    return made


def _note(state: TrackerState, made: Followed) -> None:
    bank, high = state.bank, int(state.bank.counters[HIGH])
    now_s = (state.epoch_ns or 0) / S_NS + state.t_s
    for i in np.flatnonzero(bank.live[:high] & (bank.t_update_s[:high] == state.t_s)):
        component = (int(i), float(bank.t_first_s[i]))
        seq, record = bank.evidence[i, (int(bank.hits[i].sum()) - 1) % EVIDENCE_KEPT]
        taker = (float(bank.exist[i]), component)
        made.takers.setdefault((int(seq), int(record)), []).append(taker)
        label = int(bank.label[i])
        if label > 0:
            made.label.setdefault(component, label)
            made.confirmed_s.setdefault(label, now_s)
