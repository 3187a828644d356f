"""Text feeds: which form a chunk has, and its reports to detections."""

from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from tocsin.detect.facts import Heartbeat
from tocsin.detect.friendly import TextMemory, take_reports, zone_offset_s
from tocsin.detect.observer import read_reports
from tocsin.detect.rows import Rows
from tocsin.detect.site import Site
from tocsin.model.raw import RawChunk, Rejected
from tocsin.wire.adsb import aircraft_json, sbs
from tocsin.wire.adsb.report import AircraftReport

I64 = NDArray[np.int64]

READSB, SBS, OBSERVER, ASTERIX = "readsb", "sbs", "observer", "asterix"
_SBS_STARTS = (b"MSG,", b"SEL,", b"AIR,", b"STA,", b"CLK,", b"ID,")


class Read(NamedTuple):
    """What a chunk of text gave."""

    found: list[tuple[str, Rows, I64]]
    """Sensor, rows, place of each row among the reports."""
    heartbeats: list[Heartbeat]
    rejects: list[Rejected]
    counts: dict[str, int]
    memory: TextMemory | None


def dialect(chunk: RawChunk) -> str:
    """Return the form of a chunk by its first bytes.

    No ASTERIX block can be mistaken: its first octet is the category, and those of `{` (123) and
    of the letters that begin an SBS line are not assigned.
    """
    begin = int(chunk.start[0]) if len(chunk.start) else 0
    head = chunk.data[begin : begin + 64].lstrip()
    if head.startswith(_SBS_STARTS):
        return SBS
    if not head.startswith(b"{"):
        return ASTERIX
    return OBSERVER if b'"report"' in chunk.block(0) else READSB


def read_text(
    form: str,
    memory: TextMemory | None,
    chunk: RawChunk,
    keep: NDArray[np.bool_],
    site: Site,
    journal_seq: int,
) -> Read:
    """Return what a chunk of text says.

    Args:
        form: as `dialect` named it.
        memory: of the same source, from the chunk before.
        chunk: one block is one snapshot or one line.
        keep: which blocks count (no repeats).
        site: sensors and text routes.
        journal_seq: cited by every detection.
    """
    if form == OBSERVER:
        seen = read_reports(chunk, keep, site, journal_seq)
        return Read(seen.found, seen.heartbeats, seen.rejects, seen.counts, None)
    known = memory or TextMemory()
    sensor_id = site.text_routes.get(chunk.source) or site.text_routes.get(form, "")
    sensor = site.sensors.get(sensor_id)
    if sensor is None:
        reject = _no_route(form, chunk)
        return Read([], [], [reject], {f"{form}:unknown_source": len(chunk.start)}, None)
    blocks = np.flatnonzero(keep).tolist()
    reports, rejects, memory = _FORMS[form](chunk, blocks, known, site)
    taken = take_reports(reports, sensor, site, memory, journal_seq)
    counts = {f"*:{r.reason}": 0 for r in rejects}
    for reject in rejects:
        counts[f"*:{reject.reason}"] += 1
    counts |= {f"{sensor_id}:{reason}": n for reason, n in taken.aside.items()}
    counts |= {f"{sensor_id}:records": len(reports), f"{sensor_id}:rows": len(taken.rows)}
    found = [(sensor_id, taken.rows, taken.arrival)] if len(taken.rows) else []
    return Read(found, [], rejects, counts, taken.memory)


_Reports = tuple[list[AircraftReport], list[Rejected], TextMemory]


def _from_readsb(chunk: RawChunk, blocks: list[int], memory: TextMemory, _site: Site) -> _Reports:
    reports: list[AircraftReport] = []
    rejects: list[Rejected] = []
    for block in blocks:
        snapshot = aircraft_json.decode(chunk.block(block), chunk.source, int(chunk.offset[block]))
        reports += snapshot.reports
        rejects += snapshot.rejects
    return reports, rejects, memory


def _from_sbs(chunk: RawChunk, blocks: list[int], memory: TextMemory, site: Site) -> _Reports:
    lines = [chunk.block(block) for block in blocks]
    read = sbs.decode(lines, memory.known, chunk.source, chunk.offset[blocks].tolist())
    kept = [(b, r) for b, r in zip(blocks, read.reports, strict=True) if r is not None]
    written_s = np.array([r.t_s or 0.0 for _, r in kept])
    received = chunk.t_received_ns[[b for b, _ in kept]] if kept else np.zeros(0, dtype=np.int64)
    ahead_s = zone_offset_s(written_s, received, site.sbs_utc_offset_s)
    reports = [
        msgspec.structs.replace(report, t_s=t_s)
        for (_, report), t_s in zip(kept, (written_s - ahead_s).tolist(), strict=True)
    ]
    memory = TextMemory(known=read.memory, last=memory.last)
    return reports, list(read.rejects), memory


_FORMS = {READSB: _from_readsb, SBS: _from_sbs}


def _no_route(form: str, chunk: RawChunk) -> Rejected:
    return Rejected(
        source=chunk.source,
        offset=int(chunk.offset[0]) if len(chunk.offset) else 0,
        reason="unknown_source",
        detail=f"a feed of form {form!r}, which the site routes to no sensor",
        raw=chunk.block(0)[:200] if len(chunk.start) else b"",
    )
