"""The tracker on the published scenes, beside its targets and beside Stone Soup in the same run."""

import itertools
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np

sys.path.insert(0, str(Path(__file__).parent / "lib"))
from figure import ROOT, SHARED_DATA, figure, skipped

from tocsin.commands import bench
from tocsin.model.detection import DetectionBatch, Look
from tocsin.model.units import S_NS
from tocsin.sim.scenes import SceneSpec, make_scene
from tocsin.sim.score.scene import Reported, score_scene
from tocsin.track import late
from tocsin.track.settings import TrackSettings
from tocsin.track.state import start

SCENES = SHARED_DATA / "tracking"
MAIN = "n50_c200"
TARGETS = {
    "n10_c50": {"gospa": "<= 192"},
    "n50_c200": {
        "gospa": "<= 480",
        "false_per_scan": "<= 0.55",
        "delay_scans": "<= 2.5",
        "nees": "3.6 .. 4.4",
    },
    "n100_c200": {"gospa": "<= 690"},
    "group50_c200": {"gospa": "<= 500", "switches": "<= 14"},
    "turn50_c200": {"gospa": "<= 545"},
}
PEER_GOSPA = {"n10_c50": 192, "n100_c200": 746, "group50_c200": 532, "turn50_c200": 767}
"""Stone Soup KD-tree GNN at its best settings for each scene, published single runs."""
NAMES = {
    "gospa": ("GOSPA", "m"),
    "false_per_scan": ("false tracks per scan", ""),
    "delay_scans": ("initiation delay", "scans"),
    "switches": ("identity switches", ""),
    "nees": ("NEES (4-state)", ""),
    "mature_pos_rms_m": ("position RMS, mature", "m"),
}
PEER_PYTHON = ROOT / ".venv-peers" / "bin" / "python"
PEER_SCRIPT = ROOT / "bench" / "peers" / "gnn_stonesoup.py"
PEER_CPU_LIMIT_S = 90.0
PEER_BLOCK_SCANS = 10
BIG = SceneSpec(targets=10_000, clutter_per_look=20_000.0, scans=41, side_m=400_000.0)
BIG_FIRST, BIG_REPEATS = 15, 2
LATE = SceneSpec(targets=1_000, clutter_per_look=2_000.0, scans=30, side_m=200_000.0)
LATE_BY_S = 10.0
WHOLE_TURN = Look(azimuth_from_rad=0.0, azimuth_width_rad=2.0 * np.pi)


def given_scenes() -> None:
    for name, targets in TARGETS.items():
        scores = bench.bench_scene(SCENES / f"{name}.npz")
        for key in [*targets, *(k for k in NAMES if k not in targets)]:
            what, unit = NAMES[key]
            peer = f"Stone Soup {PEER_GOSPA[name]}" if key == "gospa" and name in PEER_GOSPA else ""
            figure(what, name, scores[key], unit=unit, reach=targets.get(key, ""), peer=peer)


def scan_seconds(plots: np.ndarray, meta: dict) -> np.ndarray:
    """Return the CPU time of each scan of one run of ours, scoring and reading left out."""
    sensor, noise = bench.sensor_of(meta), bench.noise_of(plots, meta)
    return stepwise(sensor, plots, noise, int(meta["scans"]))


def stepwise(sensor, plots: np.ndarray, noise: np.ndarray, scans: int) -> np.ndarray:
    state = start((sensor,), TrackSettings())
    view, spent = state.views[sensor.id], np.zeros(scans)
    for scan, look in enumerate(looks_of(sensor, plots, noise, scans)):
        begun = time.process_time()
        bench.follow(state, view, *look, bench.WHOLE)
        spent[scan] = time.process_time() - begun
    return spent


def looks_of(sensor, plots: np.ndarray, noise: np.ndarray, scans: int) -> list[tuple]:
    """Return (time, plots, claims, evidence) of each scan, in the tracker's columns."""
    edges = np.searchsorted(plots[:, 0], np.arange(scans + 1))
    looks = []
    for scan, (begin, end) in enumerate(itertools.pairwise(edges)):
        n = end - begin
        rows = np.zeros((n, 14))
        rows[:, :2] = plots[begin:end, 2:4]
        rows[:, 3:6] = noise[begin:end]
        rows[:, [7, 9]] = np.inf
        refs = np.column_stack([np.zeros(n, dtype=np.int64), np.arange(begin, end)])
        looks.append((scan * sensor.revisit_s, rows, np.full((n, 4), -1, dtype=np.int64), refs))
    return looks


def beside_stone_soup() -> None:
    """Time both on the same plots, block by block in turn, until the peer's time is up."""
    if not peer_is_there():
        skipped("tracker speed vs Stone Soup", ".venv-peers is not there or not complete")
        return
    path = SCENES / f"{MAIN}.npz"
    truth, plots, meta = bench.load_scene(path)
    scan_seconds(plots, meta)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "tracks.npz"
        theirs, ours = in_turn(path, out, plots, meta)
        peer_reports = np.load(out)["reports"]
    scans = len(theirs)
    # Ours repeats for every block of theirs: the mean over repeats, scan by scan.
    ratio = theirs.sum() / ours[:, :scans].mean(axis=0).sum()
    peer = f"Stone Soup KD-tree GNN {1e3 * theirs.mean():.0f} ms a scan, scans 0-{scans - 1}"
    figure("speed vs Stone Soup KD-tree GNN", MAIN, ratio, unit="x", reach=">= 1500", peer=peer)
    figure("CPU per scan", MAIN, 1e3 * ours[:, :scans].mean(), unit="ms", peer=peer)
    if scans == int(meta["scans"]):
        scores = score_scene(truth, reports_of(peer_reports, scans))._asdict()
        words = ", ".join(f"{NAMES[k][0]} {scores[k]:.4g}" for k in NAMES)
        figure("GOSPA of Stone Soup KD-tree GNN", MAIN, scores["gospa"], unit="m", peer=words)


def peer_is_there() -> bool:
    if not PEER_PYTHON.exists():
        return False
    found = [PEER_PYTHON, "-W", "ignore", "-c", "import stonesoup.tracker.simple"]
    return subprocess.run(found, check=False, capture_output=True).returncode == 0


def in_turn(path: Path, out: Path, plots: np.ndarray, meta: dict) -> tuple[np.ndarray, np.ndarray]:
    peer = subprocess.Popen(
        [PEER_PYTHON, PEER_SCRIPT, path, out],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    theirs, ours = [], []
    while len(theirs) < int(meta["scans"]) and sum(theirs) < PEER_CPU_LIMIT_S:
        peer.stdin.write(f"{PEER_BLOCK_SCANS}\n")
        peer.stdin.flush()
        theirs += json.loads(peer.stdout.readline())["cpu_s"]
        ours.append(scan_seconds(plots, meta))
    peer.stdin.close()
    peer.wait(timeout=60)
    return np.array(theirs), np.array(ours)


def reports_of(rows: np.ndarray, scans: int) -> list[Reported]:
    """Return rows (scan, label, 4 states, 16 covariances) as reports, one per scan."""
    found = []
    for scan in range(scans):
        now = rows[rows[:, 0] == scan]
        found.append(
            Reported(now[:, 1].astype(np.int64), now[:, 2:6], now[:, 6:].reshape(-1, 4, 4))
        )
    return found


def throughput() -> None:
    scene = make_scene(BIG, np.random.default_rng(7))
    meta = meta_of(BIG)
    sensor, noise = bench.sensor_of(meta), bench.noise_of(scene.plots, meta)
    runs = [stepwise(sensor, scene.plots, noise, BIG.scans) for _ in range(BIG_REPEATS)]
    spent = np.min(runs, axis=0)[BIG_FIRST:].sum()
    plots = int(np.sum(scene.plots[:, 0] >= BIG_FIRST))
    on = f"10,000 targets + 20,000 false, scans {BIG_FIRST}-{BIG.scans - 1}, IMM, one core"
    figure("throughput", on, plots / spent, unit="plots/s", reach=">= 1000000")


def meta_of(spec: SceneSpec) -> dict:
    """Return what a site file would state of the scene, as scene files name it."""
    return {
        "clutter": spec.clutter_per_look, "T": spec.scan_s, "pd": spec.pd_prob,
        "sigma": spec.noise_sigma_m, "area": spec.side_m, "scans": spec.scans,
    }  # fmt: skip


def late_plot() -> None:
    """Let one plot of a second sensor come 10 s late; compare with the run in order."""
    scene, meta = make_scene(LATE, np.random.default_rng(11)), meta_of(LATE)
    sensor = bench.sensor_of(meta)
    sensors = (sensor, msgspec.structs.replace(sensor, id="other", clutter_per_look=1.0))
    noise = bench.noise_of(scene.plots, meta)
    scans = [
        batch_of("scene", k, t_s, rows, refs, WHOLE_TURN)
        for k, (t_s, rows, _, refs) in enumerate(looks_of(sensor, scene.plots, noise, LATE.scans))
    ]
    held = late_batch(scene.truth, scans[-1].t_ns / S_NS - LATE_BY_S)
    prompt = run_late(sensors, sorted([*scans, held], key=late.key_of))
    waits, same = [], True
    for _ in range(5):
        state = run_late(sensors, scans)
        begun = time.process_time()
        assert late.take(state, held)
        waits.append(time.process_time() - begun)
        same = same and equal(prompt, state)
    on = "1,000 targets + 2,000 false, a plot 10 s late"
    figure("rewind and replay", on, 1e3 * min(waits), unit="ms", reach="<= 10")
    figure("result equal to data in order, bit for bit", on, float(same), reach="== 1")


def late_batch(truth: np.ndarray, t_s: float) -> DetectionBatch:
    """Return one plot of a target, measured between two scans."""
    row = truth[truth[:, 1] <= t_s][-1]
    plot = np.zeros((1, 14))
    plot[0, :2] = row[3:5] + (t_s - row[1]) * row[5:7]
    plot[0, [3, 5]] = LATE.noise_sigma_m**2
    return batch_of("other", 0, t_s, plot, np.zeros((1, 2), dtype=np.int64), None)


def batch_of(
    sensor_id: str, seq: int, t_s: float, rows: np.ndarray, refs: np.ndarray, look: Look | None
) -> DetectionBatch:
    n, t_ns = len(rows), round(t_s * S_NS)
    none, unknown = np.full(n, -1, dtype=np.int64), np.full(n, np.inf)
    return DetectionBatch(
        sensor_id=sensor_id,
        measures="position",
        t_ns=t_ns,
        seq=seq,
        look=look,
        t_measured_ns=np.full(n, t_ns),
        pos_site_m=rows[:, :2],
        cov_site_m2=rows[:, 3:6],
        bias_var_m2=np.zeros(n),
        azimuth_site_rad=np.zeros(n),
        azimuth_var_rad2=unknown,
        alt_msl_m=np.zeros(n),
        alt_var_m2=unknown,
        range_rate_mps=np.zeros(n),
        range_rate_var_m2ps2=unknown,
        cooperative=np.zeros(n, dtype=np.bool_),
        icao=none,
        track_number=none,
        mode_a=none,
        callsign=np.full(n, ""),
        extent_m=np.zeros(n),
        extent_axis_site_rad=np.zeros(n),
        record=refs,
    )


def run_late(sensors: tuple, batches: list[DetectionBatch]) -> late.LateState:
    state = late.begin(start(sensors, TrackSettings()))
    for batch in batches:
        assert late.take(state, batch)
    return state


def equal(one: late.LateState, other: late.LateState) -> bool:
    """Tell whether two trackers hold the same components, bit for bit."""
    high = int(one.tracker.bank.counters[0])
    return all(
        np.array_equal(a[:high], b[:high], equal_nan=a.dtype.kind == "f")
        for a, b in zip(one.tracker.bank, other.tracker.bank, strict=True)
    )


def measured(part: Callable[[], None]) -> None:
    if not SCENES.is_dir() and part in (given_scenes, beside_stone_soup):
        skipped(
            part.__name__.replace("_", " "), "the published scenes are not beside this checkout"
        )
        return
    part()


def main() -> None:
    for part in (given_scenes, beside_stone_soup, throughput, late_plot):
        measured(part)


if __name__ == "__main__":
    main()
