"""The time that each block of a chunk states, to put recordings in order of time."""

import numpy as np
from numpy.typing import NDArray

from tocsin.detect.adsb import times_of_day
from tocsin.detect.asterix import TIME_ITEMS
from tocsin.detect.clock import TOD_MAX_S
from tocsin.detect.site import Site
from tocsin.detect.texts import ASTERIX, OBSERVER, READSB, SBS, dialect
from tocsin.detect.view import View
from tocsin.model.raw import RawChunk, Rejected
from tocsin.wire import observer
from tocsin.wire.adsb import aircraft_json, sbs
from tocsin.wire.asterix.columns import Columns, decode

F64 = NDArray[np.float64]

_ADSB_ITEMS = ("I021/071", "I021/073", "I021/030", "I021/077")


def dates_itself(form: str) -> bool:
    """Return whether the times of a form are full dates, not seconds of day."""
    return form != ASTERIX


def block_times_s(chunk: RawChunk, site: Site) -> F64:
    """Return the time of each block, NaN where it states none; shape (blocks,).

    Seconds of day of the block's last record for ASTERIX, seconds since 1970 for text.
    """
    form = dialect(chunk)
    if form == ASTERIX:
        return _asterix_s(chunk, site)
    blocks = [chunk.block(index) for index in range(len(chunk.start))]
    return np.array([_TEXT_TIMES[form](block, site) for block in blocks], dtype=np.float64)


def _asterix_s(chunk: RawChunk, site: Site) -> F64:
    wanted = {c: (f"I{c:03d}/{item}",) for c, item in TIME_ITEMS.items()} | {21: _ADSB_ITEMS}
    out = np.full(len(chunk.start), np.nan)
    for columns in decode(chunk, site.editions, wanted).columns:
        if columns.category in wanted:
            out[columns.block] = _column_s(columns)
    return out


def _column_s(columns: Columns) -> F64:
    """Return seconds of day of each record, NaN where absent or impossible."""
    view = View(
        columns=columns,
        index=np.arange(columns.n),
        arrival=np.arange(columns.n),
        t_ns=np.zeros(columns.n, dtype=np.int64),
    )
    item = TIME_ITEMS.get(columns.category, "")
    tod_s = times_of_day(view) if columns.category == 21 else view.real(item)
    return np.where((tod_s >= 0.0) & (tod_s < TOD_MAX_S), tod_s, np.nan)


def _snapshot_s(block: bytes, _site: Site) -> float:
    """Return the time of the newest position of a snapshot."""
    reports = aircraft_json.decode(block).reports
    return max((r.t_s for r in reports if r.t_s is not None), default=float("nan"))


def _line_s(block: bytes, site: Site) -> float:
    report = sbs.decode([block], {}).reports[0]
    if report is None or report.t_s is None:
        return float("nan")
    return report.t_s - site.sbs_utc_offset_s


def _report_s(block: bytes, _site: Site) -> float:
    report = observer.decode(block)
    return float("nan") if isinstance(report, Rejected) else report.t_ns / 1e9


_TEXT_TIMES = {READSB: _snapshot_s, SBS: _line_s, OBSERVER: _report_s}
