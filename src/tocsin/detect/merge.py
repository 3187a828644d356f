"""Several recordings as one stream, in the order of time.

The recording that is furthest behind is read next. Containers that tell times of receipt say how
far they are; of the others, the one who decodes says so (`reached`). Each item comes with the
clock of the replay: no recording is behind it any more, so nothing earlier will be read.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

from tocsin.detect import feed
from tocsin.detect.recordings import read_recording, source_names
from tocsin.detect.site import Site
from tocsin.model.raw import RawChunk, Rejected
from tocsin.model.units import DAY_NS

LOOK_AHEAD_CHUNKS = 16
"""Chunks of a recording that are looked at to find out when it begins."""


class Timed(NamedTuple):
    """What was read, and the clock of the replay when it was."""

    t_ns: int
    item: RawChunk | Rejected


class Inputs(Protocol):
    """What the pipeline is fed from: recordings, or the journal of an earlier run."""

    t_begin_ns: int

    def __iter__(self) -> Iterator[Timed]:
        """Yield chunks and damaged stretches in the order of time."""
        ...

    def reached(self, source: str, t_ns: int) -> None:
        """Take note that the data of a source have reached a time."""
        ...


class Recordings:
    """Recordings merged; see the module."""

    def __init__(self, paths: list[Path], site: Site) -> None:
        """Find out when each recording begins; nothing is kept of what is read for that.

        Raises:
            BadInput: a file cannot be read, or is no recording.
        """
        self._paths = dict(zip(source_names(paths), paths, strict=True))
        begins = {name: _begin_ns(path, name, site) for name, path in self._paths.items()}
        self._t_ns = _same_night(begins, site.date_ns or 0)
        self.t_begin_ns = min(self._t_ns.values())

    def __iter__(self) -> Iterator[Timed]:
        """Yield from the recording that is furthest behind, until all have ended."""
        readers = {name: read_recording(path, name) for name, path in self._paths.items()}
        while readers:
            name = min(readers, key=lambda one: self._t_ns[one])
            item = next(readers[name], None)
            if item is None:
                del readers[name]
                continue
            yield Timed(self._t_ns[name], item)
            if isinstance(item, RawChunk) and len(item.start):
                self.reached(name, int(item.t_received_ns[-1]))

    def reached(self, source: str, t_ns: int) -> None:
        """Take note that the data of a source have reached a time; time never goes back."""
        self._t_ns[source] = max(self._t_ns[source], t_ns)


def _begin_ns(path: Path, name: str, site: Site) -> int | None:
    """Return the earliest time in the first chunks of a recording, or None where they tell none."""
    state = feed.start(site)
    for number, chunk in enumerate(read_recording(path, name)):
        if isinstance(chunk, RawChunk) and len(chunk.start):
            if chunk.t_received_ns[0] >= 0:
                return int(chunk.t_received_ns[0])
            state, found = feed.step(state, chunk, site)
            _, rest = feed.flush(state, site)
            times = [b.t_ns for b in (*found.batches, *rest.batches)]
            times += [beat.t_ns for beat in found.heartbeats]
            if times:
                return min(times)
        if number >= LOOK_AHEAD_CHUNKS:
            break
    return None


def _same_night(begins: Mapping[str, int | None], t_least_ns: int) -> dict[str, int]:
    """Put recordings that tell only times of day beside each other.

    One that seems to begin more than half a day before another begins after midnight instead; one
    that tells no time at all begins with the first.
    """
    known = [t_ns for t_ns in begins.values() if t_ns is not None]
    latest_ns, first_ns = max(known, default=t_least_ns), min(known, default=t_least_ns)
    if latest_ns < t_least_ns + DAY_NS and latest_ns - first_ns > DAY_NS // 2:
        known = [t + DAY_NS if latest_ns - t > DAY_NS // 2 else t for t in known]
        first_ns = min(known)
    moved = {
        name: first_ns if t_ns is None else t_ns + DAY_NS * (t_ns < first_ns)
        for name, t_ns in begins.items()
    }
    return moved
