"""The tracker on a real radar: hidden identities, the same made hard, and injected drones.

Definitions in `tocsin.sim.score.identity`; the recording is Barcelona's, 30 minutes of CAT048.
"""

import datetime as dt
import sys
import time
from pathlib import Path

import msgspec
import numpy as np

sys.path.insert(0, str(Path(__file__).parent / "lib"))
from figure import ROOT, SHARED_DATA, figure, skipped
from follow import Followed, batches_of, columns_of, follow, hidden, only

from tocsin.config import Site, load_site
from tocsin.detect import sectors
from tocsin.detect.arrivals import Arrivals
from tocsin.detect.plots import height_prior, polar_sigmas
from tocsin.detect.rows import make_rows
from tocsin.geo.radar import site_from_polar
from tocsin.model.detection import DetectionBatch
from tocsin.model.sensor import Sensor
from tocsin.model.units import NM_M, S_NS
from tocsin.sim.inject import FALSE, InjectSettings, inject
from tocsin.sim.overlay import PolarPlots, degrade, overlay
from tocsin.sim.recording import read_records
from tocsin.sim.score.identity import IdentityScore, score_identities

RECORDING = SHARED_DATA / "asterix" / "bcn_cat048_20230502_0800_first30min.ast"
DATE_NS = int(dt.datetime(2023, 5, 2, tzinfo=dt.UTC).timestamp()) * S_NS
AIRBORNE = (0, 2)
"""I048/230 STAT: airborne, without and with alert."""
SOURCE = (20, 129)
COPIES, RANGE_NOISE_M, AZIMUTH_NOISE_DEG, PD = 16, 50.0, 0.1, 0.8
FAR_M = 5_000.0
SEEDS = range(4)


def main() -> None:
    if not RECORDING.exists():
        skipped("Barcelona", "the recording is not beside this checkout")
        return
    site = load_site(ROOT / "sites" / "barcelona.toml")
    data = RECORDING.read_bytes()
    airborne(site, data)
    hard(site, data)
    for false_per_turn in (5, 20):
        drones(site, data, false_per_turn)


def airborne(site: Site, data: bytes) -> None:
    """Print the figures of the recording as it is, airborne plots only, identities hidden."""
    flying = {
        (chunk, int(record))
        for chunk, parts in enumerate(columns_of(data, site))
        for columns in parts
        for record in np.flatnonzero(
            np.isin(columns.fields["I048/230/STAT"].values, AIRBORNE)
            & columns.fields["I048/230/STAT"].present
        )
    }
    batches = [
        only(b, np.array([tuple(r) in flying for r in b.record.tolist()], dtype=bool))
        for b in batches_of(data, site, date_ns=DATE_NS)
    ]
    made = follow([hidden(b) for b in batches], site.sensors)
    on = "Barcelona 30 min, airborne, identities hidden"
    score = _score(batches, made)
    _print(score, on, purity=">= 0.9999", segments="<= 1.04")
    figure("completeness", on, score.completeness_ratio, reach=">= 0.9985", peer="prototype 0.9989")


def _score(batches: list[DetectionBatch], made: Followed) -> IdentityScore:
    t_s = np.concatenate([b.t_measured_ns for b in batches]) / S_NS
    icao = np.concatenate([b.icao for b in batches])
    plots = [tuple(r) for b in batches for r in b.record.tolist()]
    return score_identities(t_s, icao, made.track_of(plots))


def _print(score: IdentityScore, on: str, *, purity: str, segments: str) -> None:
    figure("purity", on, score.purity_ratio, reach=purity)
    figure("tracks per segment", on, score.tracks_per_segment_ratio, reach=segments)


def hard(site: Site, data: bytes) -> None:
    """Print the figures of 16 turned and shifted copies with noise, misses and no heights."""
    radar = msgspec.structs.replace(site.sensors[0], pd_cooperative_prob=PD)
    plots, types = _polar(site, data)
    rng = np.random.default_rng(0)
    copied = overlay(plots, copies=COPIES, turn_s=radar.revisit_s, rng=rng)
    noise_rad = float(np.deg2rad(AZIMUTH_NOISE_DEG))
    worse = degrade(
        copied, range_sigma_m=RANGE_NOISE_M, azimuth_sigma_rad=noise_rad, keep_prob=PD, rng=rng
    )
    batches = _batches(site, radar, worse, types[worse.row])
    made = follow(batches, (radar,))
    track = made.track_of([(0, k) for k in range(len(worse))])
    score = score_identities(worse.t_s, worse.identity, track)
    on = "Barcelona x 16, +50 m / 0.1 deg, Pd 0.8, no heights"
    _print(score, on, purity=">= 0.999", segments="<= 1.05")


def _polar(site: Site, data: bytes) -> tuple[PolarPlots, np.ndarray]:
    """Return the airborne plots beyond 5 km, and the report type of every record."""
    parts = [c for chunk in columns_of(data, site) for c in chunk if c.category == 48]

    def column(name: str) -> np.ndarray:
        return np.concatenate([np.asarray(c.fields[f"I048/{name}"].values) for c in parts])

    range_m = column("040/RHO").astype(float) * NM_M
    flying = np.isin(column("230/STAT"), AIRBORNE) & (range_m > FAR_M)
    keep = np.flatnonzero(flying)
    plots = PolarPlots(
        t_s=column("140")[keep].astype(float),
        range_m=range_m[keep],
        azimuth_rad=np.deg2rad(column("040/THETA")[keep].astype(float)),
        identity=column("220")[keep].astype(np.int64),
        row=keep,
    )
    return plots, column("020/TYP").astype(np.int64)


def _batches(
    site: Site, radar: Sensor, plots: PolarPlots, kind: np.ndarray
) -> list[DetectionBatch]:
    """Return plots without heights as the batches of the radar's sectors."""
    n, everyone = len(plots), np.ones(len(plots), dtype=bool)
    range_sigma, azimuth_sigma = polar_sigmas(radar, kind)
    places = site_from_polar(
        site.plane,
        radar,
        plots.range_m,
        plots.azimuth_rad,
        alt_ellipsoid_m=np.zeros(n),
        alt_sigma_m=np.full(n, np.inf),
        sigmas=(
            np.hypot(range_sigma, RANGE_NOISE_M),
            np.hypot(azimuth_sigma, np.deg2rad(AZIMUTH_NOISE_DEG)),
        ),
        prior=height_prior(radar, site, everyone),
    )
    t_ns = DATE_NS + np.round(plots.t_s * S_NS).astype(np.int64)
    rows = make_rows(
        t_ns,
        np.column_stack([np.zeros(n, dtype=np.int64), np.arange(n)]),
        pos_site_m=places.pos_site_m,
        cov_site_m2=places.cov_site_m2,
        bias_var_m2=places.bias_var_m2,
        cooperative=everyone,
        antenna_true_rad=plots.azimuth_rad,
    )
    none = np.zeros(0, dtype=np.int64)
    arrivals = Arrivals(t_ns, rows, np.arange(n), none, none.astype(float))
    return sectors.cut(sectors.start(), arrivals, radar, end=True)[1]


def drones(site: Site, data: bytes, false_per_turn: int) -> None:
    """Print what becomes of drones injected into the recording, over some seeds."""
    records = read_records(data, source=SOURCE)
    found, delays, tracks, false, disturbed = 0, [], 0, 0, []
    total = 0
    for seed in SEEDS:
        settings = InjectSettings(false_per_look=float(false_per_turn))
        injected = inject(
            data,
            records,
            radar=site.sensors[0],
            source=SOURCE,
            settings=settings,
            rng=np.random.default_rng(seed),
        )
        batches = batches_of(injected.data, site, date_ns=DATE_NS)
        made = follow([hidden(b) for b in batches], site.sensors)
        counts = [sum(c.n for c in parts) for parts in columns_of(injected.data, site)]
        first = np.concatenate([[0], np.cumsum(counts)])
        plots = [tuple(r) for b in batches for r in b.record.tolist()]
        who = injected.target_id[[first[c] + r for c, r in plots]]
        track = made.track_of(plots)
        t_s = np.concatenate([b.t_measured_ns for b in batches]) / S_NS
        owner = {k: _dominant(who[track == k]) for k in np.unique(track[track >= 0])}
        false += sum(1 for o in owner.values() if o == FALSE)
        for drone in range(settings.drones):
            mine = [k for k, o in owner.items() if o == drone]
            total += 1
            tracks += len(mine)
            if mine:
                found += 1
                begun = min(made.confirmed_s[int(k)] for k in mine)
                delays.append((begun - t_s[who == drone].min()) / site.sensors[0].revisit_s)
        disturbed.append(_score(batches, made).purity_ratio)
    on = f"10 drones onto Barcelona, {false_per_turn} false plots a turn, {len(SEEDS)} seeds"
    figure("drones found", on, found, unit=f"of {total}", reach=f">= {total}")
    figure("delay, median", on, float(np.median(delays)), unit="turns", reach="<= 2.0")
    figure(
        "delay, 90th percentile", on, float(np.percentile(delays, 90)), unit="turns", reach="<= 3.3"
    )
    figure("tracks per drone", on, tracks / total, reach="<= 1.02")
    allowed = "<= 0" if false_per_turn == 5 else "<= 0.25"
    figure("false confirmed tracks a run", on, false / len(SEEDS), reach=allowed)
    figure(
        "purity of the real traffic", on, min(disturbed), reach="", peer="all plots, air and ground"
    )


def _dominant(who: np.ndarray) -> int:
    values, counts = np.unique(who, return_counts=True)
    return int(values[np.argmax(counts)])


if __name__ == "__main__":
    begun = time.monotonic()
    main()
    sys.stderr.write(f"real radar: {time.monotonic() - begun:.0f} s\n")
