"""Fusion of unlike real sensors, scored against ADS-B that the tracker never sees.

A surface radar, and multilateration that is made silent a quarter of the time.
"""

import datetime as dt
import sys
import time
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

sys.path.insert(0, str(Path(__file__).parent / "lib"))
from figure import ROOT, SHARED_DATA, figure, skipped

from tocsin.config import load_site
from tocsin.detect import feed
from tocsin.detect.recording import read_recording
from tocsin.detect.site import Site
from tocsin.model.detection import DetectionBatch
from tocsin.model.raw import RawChunk
from tocsin.model.units import S_NS
from tocsin.track import late
from tocsin.track.picture import reported
from tocsin.track.settings import TrackSettings
from tocsin.track.state import start
from tocsin.wire.asterix.columns import decode
from tocsin.wire.asterix.editions import choose_editions

ON = "LEBL 2016 surface 22:00-22:45, MLAT silent 30 s of every 120 s"
FILES = {
    "smr": "lebl_cat010_smr_20160510_2200.ast",
    "mlat": "lebl_cat020_mlat_20160510_2200.ast",
    "adsb": "lebl_cat021v023_adsb_20160510_2200.ast",
}
BEGIN_NS = int(dt.datetime(2016, 5, 10, 22, tzinfo=dt.UTC).timestamp()) * S_NS
END_NS = BEGIN_NS + 45 * 60 * S_NS
PERIOD_S, SILENT_S = 120, 30
SEEN_GAP_S = 5.0
GOOD_ACCURACY = 6
WITHIN_M = 20_000.0
MATCH_M = 50.0
FEWEST_REPORTS = 5
PARKED_AMONG_VEHICLES = 0x504E2E
"""An aircraft at its stand with two service vehicles alongside: whose echo is whose is unknown."""


class Reports(NamedTuple):
    """ADS-B reports held back, in order of time."""

    t_s: np.ndarray
    icao: np.ndarray
    pos_m: np.ndarray


class Matches(NamedTuple):
    """The nearest confirmed track of each report: its label (0: none within reach) and distance."""

    label: np.ndarray
    distance_m: np.ndarray


def site_and_sensors() -> tuple:
    told = load_site(ROOT / "sites" / "lebl2016.toml")
    return told, Site(
        plane=told.plane,
        sensors={s.id: s for s in told.sensors},
        routes=told.sources,
        text_routes=told.text_routes,
        editions=choose_editions(by_source=told.editions),
        undulation_m=told.undulation_m,
        date_ns=BEGIN_NS // (86_400 * S_NS) * 86_400 * S_NS,
    )


def chunks_of(name: str) -> list[RawChunk]:
    path = SHARED_DATA / "asterix" / FILES[name]
    return [c for c in read_recording(path) if isinstance(c, RawChunk)]


def batches_of(name: str, site: Site) -> list[DetectionBatch]:
    """Return the batches of one recording up to the end; records are (chunk, record)."""
    state, found = feed.start(site), []
    for seq, chunk in enumerate(chunks_of(name)):
        state, out = feed.step(state, chunk, site, journal_seq=seq)
        found += out.batches
        if found and found[-1].t_ns > END_NS:
            break
    state, out = feed.flush(state, site)
    return [b for b in [*found, *out.batches] if b.t_ns < END_NS]


def only(batch: DetectionBatch, rows: np.ndarray) -> DetectionBatch:
    names = batch.__struct_fields__[5:]
    return msgspec.structs.replace(batch, **{n: getattr(batch, n)[rows] for n in names})


def silenced(batch: DetectionBatch) -> DetectionBatch:
    into_s = (batch.t_measured_ns - BEGIN_NS) / S_NS % PERIOD_S
    return only(batch, into_s < PERIOD_S - SILENT_S)


def nameless(batch: DetectionBatch) -> DetectionBatch:
    none = np.full(len(batch), -1, dtype=np.int64)
    return msgspec.structs.replace(
        batch, icao=none, track_number=none, mode_a=none, callsign=np.full(len(batch), "")
    )


def column(batches: list[DetectionBatch], name: str) -> np.ndarray:
    return np.concatenate([getattr(b, name) for b in batches])


def held_back(site: Site, mlat: list[DetectionBatch]) -> Reports:
    """Return the good ADS-B reports on the surface of aircraft that multilateration sees."""
    adsb = batches_of("adsb", site)
    record = column(adsb, "record")
    good = np.zeros(len(record), dtype=bool)
    for seq, chunk in enumerate(chunks_of("adsb")):
        mine = np.flatnonzero(record[:, 0] == seq)
        for part in decode(chunk, site.editions).columns if len(mine) else ():
            accuracy, ground = part.fields["I021/090/PA"], part.fields["I021/040/GBS"]
            fit = accuracy.present & (accuracy.values >= GOOD_ACCURACY) & (ground.values == 1)
            good[mine] = fit[record[mine, 1]]
    t_s = (column(adsb, "t_measured_ns") - BEGIN_NS) / S_NS
    icao, pos_m = column(adsb, "icao"), column(adsb, "pos_site_m")
    good &= (np.hypot(*pos_m.T) < WITHIN_M) & (icao != PARKED_AMONG_VEHICLES)
    good &= seen(t_s, icao, mlat)
    order = np.flatnonzero(good)[np.argsort(t_s[good], kind="stable")]
    return Reports(t_s[order], icao[order], pos_m[order])


def seen(t_s: np.ndarray, icao: np.ndarray, mlat: list[DetectionBatch]) -> np.ndarray:
    """Tell at which times multilateration saw the address, with gaps shorter than SEEN_GAP_S."""
    at_s, who = (column(mlat, "t_measured_ns") - BEGIN_NS) / S_NS, column(mlat, "icao")
    found = np.zeros(len(t_s), dtype=bool)
    for address in np.unique(icao):
        mine = icao == address
        heard = np.concatenate([[-np.inf], np.sort(at_s[who == address]), [np.inf]])
        after = np.clip(np.searchsorted(heard, t_s[mine]), 1, len(heard) - 1)
        found[mine] = heard[after] - heard[after - 1] < SEEN_GAP_S
    return found


def between_reports(reports: Reports, mlat: list[DetectionBatch]) -> np.ndarray:
    """Return how far ADS-B lies from multilateration, never silent and knowing the address."""
    at_s, who = (column(mlat, "t_measured_ns") - BEGIN_NS) / S_NS, column(mlat, "icao")
    place = column(mlat, "pos_site_m")
    off_m = np.empty(len(reports.t_s))
    for address in np.unique(reports.icao):
        mine, heard = reports.icao == address, np.flatnonzero(who == address)
        heard = heard[np.argsort(at_s[heard])]
        there = [np.interp(reports.t_s[mine], at_s[heard], place[heard, k]) for k in range(2)]
        off_m[mine] = np.linalg.norm(reports.pos_m[mine] - np.column_stack(there), axis=1)
    return off_m


def follow(batches: list[DetectionBatch], sensors: tuple, reports: Reports) -> Matches:
    """Follow all batches; match each report against the picture before it, carried to its time."""
    state = late.begin(start(sensors, TrackSettings()))
    ends = [(b.t_ns - BEGIN_NS) / S_NS for b in batches[1:]] + [np.inf]
    label = np.zeros(len(reports.t_s), dtype=np.int64)
    distance_m = np.full(len(reports.t_s), np.inf)
    for batch, end_s in zip(batches, ends, strict=True):
        late.take(state, batch)
        now_s = (batch.t_ns - BEGIN_NS) / S_NS
        due = np.arange(*np.searchsorted(reports.t_s, [now_s, end_s]))
        labels, mean, _ = reported(state.tracker) if len(due) else ((), None, None)
        if len(labels) == 0:
            continue
        ahead_s = (reports.t_s[due] - now_s)[:, None, None]
        place = mean[:, [0, 2]] + ahead_s * mean[:, [1, 3]]
        off_m = np.linalg.norm(place - reports.pos_m[due][:, None], axis=2)
        nearest = off_m.argmin(axis=1)
        label[due], distance_m[due] = labels[nearest], off_m.min(axis=1)
    return Matches(np.where(distance_m <= MATCH_M, label, 0), distance_m)


def score(reports: Reports, matches: Matches) -> dict[str, float]:
    matched = matches.label > 0
    tracks, share = [], []
    for address in np.unique(reports.icao):
        mine = matches.label[(reports.icao == address) & matched]
        _, counts = np.unique(mine, return_counts=True)
        if len(mine) >= FEWEST_REPORTS:
            tracks.append(int((counts >= FEWEST_REPORTS).sum()))
            share.append((counts.max(), len(mine)))
    best, whole = np.sum(share, axis=0)
    return {
        "matched": float(matched.mean()),
        "median_m": float(np.median(matches.distance_m[matched])),
        "share": float(best / whole),
        "tracks": float(np.mean(tracks)),
    }


def main() -> None:
    if not (SHARED_DATA / "asterix" / FILES["smr"]).exists():
        skipped(ON, "the recordings are not here")
        return
    told, site = site_and_sensors()
    smr, mlat = batches_of("smr", site), batches_of("mlat", site)
    reports = held_back(site, mlat)
    batches = [nameless(b) for b in [*smr, *map(silenced, mlat)]]
    batches.sort(key=late.key_of)
    begun = time.process_time()
    found = score(reports, follow(batches, told.sensors, reports))
    cpu_s = time.process_time() - begun
    off_m = between_reports(reports, mlat)
    near = f"MLAT itself, never silent: {(off_m <= MATCH_M).mean():.4f}"
    middle = f"MLAT itself, never silent: {np.median(off_m):.2f} m (transponders report late)"
    figure("matched within 50 m", ON, found["matched"], reach=">= 0.98", peer=near)
    figure("distance, median", ON, found["median_m"], unit="m", reach="<= 4.5", peer=middle)
    figure("dominant track's share", ON, found["share"], reach=">= 0.95")
    figure("tracks per aircraft", ON, found["tracks"], reach="<= 1.3")
    figure("reports held back, scored", ON, len(reports.t_s))
    figure("CPU time, compiling included", ON, cpu_s, unit="s")


if __name__ == "__main__":
    main()
