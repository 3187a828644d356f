"""Do the defaults generalise? Fresh seeds of every family of scene, mean and worst."""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent / "lib"))
from figure import figure

from tocsin.commands.bench import score
from tocsin.sim.scenes import SceneSpec, make_scene
from tocsin.track.settings import TrackSettings

SEEDS = range(9001, 9011)
FAMILIES = {
    "n10_c50": SceneSpec(targets=10, clutter_per_look=50.0),
    "n50_c200": SceneSpec(),
    "n100_c200": SceneSpec(targets=100),
    "group50_c200": SceneSpec(group=5),
    "turn50_c200": SceneSpec(turning=True),
}
MEASURES = {
    "GOSPA": ("gospa", "m"),
    "false tracks per scan": ("false_per_scan", ""),
    "initiation delay": ("delay_scans", "scans"),
    "identity switches": ("switches", ""),
    "NEES": ("nees", ""),
}


def meta_of(spec: SceneSpec) -> dict:
    """Return what a site file would state of the scene, as scene files name it."""
    return {
        "clutter": spec.clutter_per_look,
        "T": spec.scan_s,
        "pd": spec.pd_prob,
        "sigma": spec.noise_sigma_m,
        "area": spec.side_m,
        "scans": spec.scans,
    }


def scores_of(spec: SceneSpec) -> list[dict[str, float]]:
    found = []
    for seed in SEEDS:
        truth, plots = make_scene(spec, np.random.default_rng(seed))
        found.append(score(truth, plots, meta_of(spec), TrackSettings()))
    return found


def main() -> None:
    for family, spec in FAMILIES.items():
        scores = scores_of(spec)
        for name, (key, unit) in MEASURES.items():
            values = np.array([s[key] for s in scores])
            worst = values.max()
            peer = f"worst of {len(values)} seeds: {worst:.4g}"
            figure(f"{name}, mean", f"fresh {family}", values.mean(), unit=unit, peer=peer)


if __name__ == "__main__":
    main()
