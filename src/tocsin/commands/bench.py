"""`tocsin bench`: our figures on a scene, as one JSON object."""

import itertools
import json
import math
import time
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from tocsin.model.errors import BadInput
from tocsin.model.sensor import Noise, Sensor
from tocsin.sim.score.scene import Reported, score_scene
from tocsin.track.picture import reported
from tocsin.track.settings import TrackSettings
from tocsin.track.state import TrackerState, start
from tocsin.track.step import WHOLE, follow

F64 = NDArray[np.float64]
KEYS = {"truth", "plots", "meta"}
TOLD = {"clutter", "T", "pd", "area", "scans"}
"""What a scene must say of its sensor, besides its noise."""


def bench_scene(path: Path) -> dict[str, float]:
    """Return the scores and the speed of the tracker, default settings, on a scene file.

    Raises BadInput where the file is not a scene.
    """
    truth, plots, meta = load_scene(path)
    return score(truth, plots, meta, TrackSettings())


def load_scene(path: Path) -> tuple[F64, F64, dict[str, Any]]:
    """Return truth, plots and meta of a scene file.

    Raises BadInput where it is not one, or does not say what a tracker needs to know.
    """
    try:
        with path.open("rb") as stream, np.load(stream) as data:
            truth, plots, meta = data["truth"], data["plots"], json.loads(str(data["meta"]))
    except (OSError, KeyError, ValueError, EOFError, TypeError, BadZipFile) as error:
        raise BadInput(
            f"not a scene ({error})", where=str(path), remedy=f"It needs the arrays {sorted(KEYS)}."
        ) from error
    noise = {"sigma"} if meta.get("meas", "cart") == "cart" else {"sr", "saz"}
    if missing := sorted((TOLD | noise) - meta.keys()):
        raise BadInput(
            f"the scene does not say {', '.join(missing)}",
            where=str(path),
            remedy="Add it to `meta`: the tracker needs the sensor as a site file would state it.",
        )
    if truth.ndim != 2 or plots.ndim != 2 or truth.shape[1] != 7 or plots.shape[1] != 5:
        raise BadInput(
            f"truth {truth.shape} and plots {plots.shape} have the wrong columns",
            where=str(path),
            remedy="Give truth 7 and plots 5 columns, as described in `tocsin.sim.scenes`.",
        )
    return truth, plots, meta


def score(
    truth: F64, plots: F64, meta: dict[str, Any], settings: TrackSettings
) -> dict[str, float]:
    """Return scores and speed. Of `meta` only what a site file would state is used."""
    sensor = sensor_of(meta)
    noise = noise_of(plots, meta)
    run(sensor, plots[: 20 * len(plots) // 100], noise, 20, settings)
    reports, cpu_s = run(sensor, plots, noise, int(meta["scans"]), settings)
    result = score_scene(truth, reports)._asdict()
    return result | {
        "cpu_ms_per_scan": 1e3 * cpu_s / len(reports),
        "plots_per_cpu_s": len(plots) / cpu_s,
    }


def run(
    sensor: Sensor, plots: F64, noise: F64, scans: int, settings: TrackSettings
) -> tuple[list[Reported], float]:
    """Run the tracker over all scans; return its reports and the CPU time of its steps."""
    state: TrackerState = start((sensor,), settings)
    view = state.views[sensor.id]
    reports: list[Reported] = []
    cpu_s = 0.0
    edges = np.searchsorted(plots[:, 0], np.arange(scans + 1))
    for begin, end in itertools.pairwise(edges):
        n = end - begin
        rows = np.zeros((n, 14))
        rows[:, :2] = plots[begin:end, 2:4]
        rows[:, 3:6] = noise[begin:end]
        rows[:, [7, 9]] = np.inf
        claims = np.full((n, 4), -1, dtype=np.int64)
        refs = np.column_stack([np.zeros(n, dtype=np.int64), np.arange(begin, end)])
        t_s = len(reports) * sensor.revisit_s
        begun = time.process_time()
        follow(state, view, t_s, rows, claims, refs, WHOLE)
        cpu_s += time.process_time() - begun
        labels, mean, cov = reported(state)
        reports.append(Reported(labels, mean, cov))
    return reports, cpu_s


def sensor_of(meta: dict[str, Any]) -> Sensor:
    """Return the sensor as a site file would state it: what it sees, how well, how often."""
    reach_m = float(meta["area"]) / math.sqrt(2.0)
    clutter = float(meta["clutter"]) * math.pi * reach_m**2 / float(meta["area"]) ** 2
    return Sensor(
        id="scene",
        kind="radar",
        lat_deg=0.0,
        lon_deg=0.0,
        alt_ellipsoid_m=0.0,
        pos_site_m=(0.0, 0.0),
        convergence_rad=0.0,
        pd_cooperative_prob=float(meta["pd"]),
        pd_noncooperative_prob=float(meta["pd"]),
        revisit_s=float(meta["T"]),
        range_min_m=0.0,
        range_max_m=reach_m,
        elevation_max_deg=89.0,
        clutter_per_look=clutter,
        noise=Noise(),
        noise_by_type={},
        note="synthetic scene",
    )


def noise_of(plots: F64, meta: dict[str, Any]) -> F64:
    """Return the covariance terms ee, en, nn of every plot (m2), shape (n, 3)."""
    if meta.get("meas", "cart") == "cart":
        var_m2 = float(meta["sigma"]) ** 2
        return np.tile([var_m2, 0.0, var_m2], (len(plots), 1))
    range_m = np.hypot(plots[:, 2], plots[:, 3])
    sin, cos = plots[:, 2] / range_m, plots[:, 3] / range_m
    along_m2, across_m2 = float(meta["sr"]) ** 2, (range_m * float(meta["saz"])) ** 2
    return np.column_stack(
        [
            along_m2 * sin**2 + across_m2 * cos**2,
            (along_m2 - across_m2) * sin * cos,
            along_m2 * cos**2 + across_m2 * sin**2,
        ]
    )
