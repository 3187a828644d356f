"""ASTERIX columns to detections and signs of life, sensor by sensor.

The source of a record is (category, SAC, SIC): an ADS-B station and a multilateration system of
one airport were met under the same SAC and SIC. A source without a route is counted, never
dropped in silence.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.detect import adsb, status
from tocsin.detect.clock import TOD_MAX_S, extend_truncated
from tocsin.detect.mlat import mlat_reports
from tocsin.detect.plots import plots
from tocsin.detect.sieve import Understood
from tocsin.detect.site import Site
from tocsin.detect.surface import TARGET_REPORT, surface_reports
from tocsin.detect.system_tracks import system_tracks
from tocsin.detect.view import View
from tocsin.model.raw import RawChunk, Rejected
from tocsin.model.sensor import Sensor
from tocsin.wire.asterix.columns import Columns

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bools = NDArray[np.bool_]

Family = Callable[[View, Sensor, Site, int], Understood]
FAMILIES: dict[int, Family] = {
    1: plots,
    10: surface_reports,
    20: mlat_reports,
    21: adsb.adsb_reports,
    48: plots,
    62: system_tracks,
}
"""Who understands the target reports of a category."""
TIME_ITEMS = {10: "140", 20: "140", 48: "140", 62: "070"} | status.TIME_ITEMS
_TRUNCATED = 1
"""CAT001 carries the time of day modulo 512 s."""


class Part(NamedTuple):
    """The records of one source in one chunk."""

    key: tuple[int, int, int]
    sensor_id: str
    view: View


def split_by_sensor(
    columns: tuple[Columns, ...], keep: Bools, site: Site
) -> tuple[list[Part], dict[str, list[View]]]:
    """Return the parts that have a route, and the views that have none by `category/SAC/SIC`.

    Args:
        columns: of one chunk.
        keep: shape (blocks,), which blocks of the chunk count (no repeats).
        site: routes and sensors.
    """
    arrival_of = _arrival(columns)
    parts: list[Part] = []
    lost: dict[str, list[View]] = {}
    for one, arrival in zip(columns, arrival_of, strict=True):
        sac, sic = _source(one)
        code = np.where(sac >= 0, sac * 256 + sic, _NO_SOURCE)
        code = np.where(keep[one.block], code, _DROPPED)
        for number in np.unique(code[code != _DROPPED]).tolist():
            index = np.flatnonzero(code == number)
            sac_sic = divmod(number, 256) if number >= 0 else (-1, -1)
            key = (one.category, *sac_sic)
            view = View(
                columns=one,
                index=index,
                arrival=arrival[index],
                t_ns=np.zeros(len(index), dtype=np.int64),
            )
            sensor_id = route(site, key)
            if sensor_id is None:
                lost.setdefault("/".join(map(str, key)), []).append(view)
            else:
                parts.append(Part(key, sensor_id, view))
    return parts, lost


def route(site: Site, key: tuple[int, int, int]) -> str | None:
    """Return the sensor of a source; status messages follow any route of their SAC and SIC."""
    found = site.routes.get(key)
    if found is None and key[0] in status.STATUS_CATEGORIES:
        same = (s for (_, sac, sic), s in sorted(site.routes.items()) if (sac, sic) == key[1:])
        found = next(same, None)
    return found if found in site.sensors else None


def times_of_day(view: View, near_tod_s: float | None) -> tuple[F64, Bools]:
    """Return seconds of day and which records state a usable one.

    Args:
        view: records of one source.
        near_tod_s: a time of day known otherwise, to complete truncated ones.
    """
    category = view.columns.category
    if category == 21:
        tod_s = adsb.times_of_day(view)
    elif category == _TRUNCATED:
        near = np.full(len(view), np.nan if near_tod_s is None else near_tod_s)
        tod_s = extend_truncated(view.real("141"), near)
    else:
        tod_s = view.real(TIME_ITEMS[category])
    usable = np.isfinite(tod_s) & (tod_s >= 0.0) & (tod_s < TOD_MAX_S)
    return np.where(usable, tod_s, 0.0), usable


def is_target(view: View) -> Bools:
    """Return which records are target reports; the others are signs of life."""
    category = view.columns.category
    if category == 10:
        return np.asarray(view.whole("000", TARGET_REPORT) == TARGET_REPORT)
    return np.full(len(view), category in FAMILIES)


def unknown_source(chunk: RawChunk, name: str, views: list[View]) -> Rejected:
    """Return the first record of a source without a route, saying how many there were."""
    view = views[0]
    row = int(view.index[0])
    block = int(view.columns.block[row])
    begin = int(view.columns.record_offset[row])
    length = int(view.columns.record_length[row])
    category, sac, sic = name.split("/")
    return Rejected(
        source=chunk.source,
        offset=int(chunk.offset[block]) + begin - int(chunk.start[block]),
        reason="unknown_source",
        detail=(
            f"{sum(map(len, views))} records of category {int(category):03d} from SAC {sac} SIC "
            f"{sic}, which the site routes to no sensor"
        ),
        raw=chunk.data[begin : begin + length],
    )


_NO_SOURCE, _DROPPED = -1, -2


def _arrival(columns: tuple[Columns, ...]) -> list[I64]:
    """Return each record's place in the order of bytes among all records of the chunk."""
    offsets = np.concatenate([np.zeros(0, dtype=np.int64), *(c.record_offset for c in columns)])
    rank = np.empty(len(offsets), dtype=np.int64)
    rank[np.argsort(offsets, kind="stable")] = np.arange(len(offsets))
    return np.split(rank, np.cumsum([c.n for c in columns])[:-1]) if columns else []


def _source(columns: Columns) -> tuple[I64, I64]:
    """Return SAC and SIC that a record is about: CAT063 speaks of the sensor in its item 050."""
    if columns.category != 63:
        return columns.sac, columns.sic
    whole = View(
        columns=columns,
        index=np.arange(columns.n),
        arrival=np.arange(columns.n),
        t_ns=np.zeros(columns.n, dtype=np.int64),
    )
    about = whole.has("050/SAC")
    sac = np.where(about, whole.whole("050/SAC"), columns.sac)
    return sac, np.where(about, whole.whole("050/SIC"), columns.sic)
