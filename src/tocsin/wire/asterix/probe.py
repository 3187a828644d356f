"""What is in a recording: sources, times, rejects, and which edition each source speaks.

Nothing on the wire tells the edition of a category. So a sample of each source's blocks is parsed
under every known edition; the share that is understood tells which editions cannot be meant.
"""

from collections.abc import Callable, Iterator
from typing import BinaryIO, TypeAlias

import msgspec

from tocsin.model.raw import RawChunk, Rejected
from tocsin.wire.asterix.containers import detect_container, read_chunks, read_head
from tocsin.wire.asterix.editions import Editions, SourceKey, choose_editions
from tocsin.wire.asterix.tally import RejectCount, Tally, TimeSpan
from tocsin.wire.asterix.trial import EditionFit, Trial, Trials, try_editions

Opener: TypeAlias = Callable[[], BinaryIO]
"""Opens the recording from its beginning; called more than once."""


class SourceProbe(msgspec.Struct, frozen=True, kw_only=True):
    """One source: category, SAC and SIC; -1 where the blocks name none."""

    category: int
    sac: int
    sic: int
    blocks: int
    records: int
    sampled_blocks: int
    fits: tuple[EditionFit, ...]
    """All editions of the category, oldest first; empty where it is not decoded to columns."""
    edition: str
    """The edition that fared best, the newest of equals; empty where none is known."""
    day_time_s: tuple[float, float] | None
    """Earliest and latest time of day, in seconds of the first day; None where none is told."""

    @property
    def fitting(self) -> tuple[str, ...]:
        """Return the editions that fit, oldest first."""
        return tuple(fit.edition for fit in self.fits if fit.fits)


class Probe(msgspec.Struct, frozen=True, kw_only=True):
    """What was found in one recording."""

    source: str
    container: str
    """One of `containers.CONTAINERS`."""
    bytes: int
    """Of blocks, without what the container puts around them."""
    blocks: int
    records: int
    received_ns: tuple[int, int] | None
    """First and last time of receipt, Unix ns UTC; None where the container tells none."""
    sources: tuple[SourceProbe, ...]
    rejects: tuple[RejectCount, ...]

    def editions(self) -> Editions:
        """Return the editions to decode this recording with."""
        return _chosen({(s.category, s.sac, s.sic): s.edition for s in self.sources})


def probe_recording(
    open_stream: Opener,
    source: str,
    *,
    sample_blocks: int = 2_000,
    watch: Callable[[int], None] = lambda _offset: None,
) -> Probe:
    """Return what is in a recording; it is read twice, a chunk at a time.

    Args:
        open_stream: opens the recording from its beginning.
        source: its name, for rejects and errors.
        sample_blocks: blocks of each source to try every edition on.
        watch: called with the offset reached, for showing progress.

    Raises:
        BadInput: no known container.
    """
    trials = _trials(open_stream, source, sample_blocks, watch)
    tally = Tally(_chosen({key: trial.best() for key, trial in trials.items()}))
    for chunk in _chunks(open_stream, source, watch):
        tally.add(chunk)
    with open_stream() as stream:
        container = detect_container(read_head(stream), source)
    keys = sorted(set(tally.blocks) | set(tally.records))
    return Probe(
        source=source,
        container=container,
        bytes=tally.bytes,
        blocks=tally.blocks.total(),
        records=tally.records.total(),
        received_ns=tally.received_ns,
        sources=tuple(_source(key, tally, trials.get(key) or Trial(key[0])) for key in keys),
        rejects=tally.rejects(),
    )


def chosen_by_trial(
    open_stream: Opener,
    source: str,
    *,
    sample_blocks: int = 500,
    watch: Callable[[int], None] = lambda _offset: None,
) -> Editions:
    """Return the editions that fit a recording best; for the arguments see `probe_recording`."""
    trials = _trials(open_stream, source, sample_blocks, watch)
    return _chosen({key: trial.best() for key, trial in trials.items()})


def _trials(
    open_stream: Opener, source: str, sample_blocks: int, watch: Callable[[int], None]
) -> Trials:
    trials: Trials = {}
    for chunk in _chunks(open_stream, source, watch):
        if isinstance(chunk, RawChunk):
            try_editions(chunk, trials, sample_blocks)
    return trials


def _chosen(best: dict[SourceKey, str]) -> Editions:
    """Return the editions of those sources that have a name and a known category."""
    return choose_editions(
        by_source={key: edition for key, edition in best.items() if edition and key[1] >= 0}
    )


def _chunks(
    open_stream: Opener, source: str, watch: Callable[[int], None]
) -> Iterator[RawChunk | Rejected]:
    with open_stream() as stream:
        for chunk in read_chunks(stream, source):
            yield chunk
            watch(int(chunk.offset[-1]) if isinstance(chunk, RawChunk) else chunk.offset)


def _source(key: SourceKey, tally: Tally, trial: Trial) -> SourceProbe:
    category, sac, sic = key
    return SourceProbe(
        category=category,
        sac=sac,
        sic=sic,
        blocks=tally.blocks[key],
        records=tally.records[key],
        sampled_blocks=trial.tried,
        fits=trial.fits(),
        edition=trial.best(),
        day_time_s=tally.spans.get(key, TimeSpan()).bounds(),
    )
