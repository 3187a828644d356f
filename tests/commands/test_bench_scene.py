"""`tocsin bench --scene`: scores of any scene file, as one JSON object."""

import json
from pathlib import Path

import numpy as np
import pytest

from tocsin.commands import bench
from tocsin.model.errors import BadInput
from tocsin.sim.scenes import SceneSpec, make_scene
from tocsin.track.settings import TrackSettings

KEYS = {
    "gospa", "false_per_scan", "missed", "delay_scans", "switches", "nees", "pos_rms_m",
    "mature_pos_rms_m", "cpu_ms_per_scan", "plots_per_cpu_s",
}  # fmt: skip
SPEC = SceneSpec(targets=8, clutter_per_look=20.0, scans=45, side_m=50_000.0)
META = {"n": 8, "clutter": 20.0, "T": 4.0, "pd": 0.9, "q": 0.1, "sigma": 50.0,
        "area": 50_000.0, "scans": 45, "seed": 1}  # fmt: skip


def scene_file(folder: Path, **changes: object) -> Path:
    truth, plots = make_scene(SPEC, np.random.default_rng(1))
    arrays = {"truth": truth, "plots": plots, "meta": json.dumps(META)} | changes
    path = folder / "scene.npz"
    np.savez(path, **{k: v for k, v in arrays.items() if v is not None})
    return path


def test_a_scene_gives_exactly_the_promised_keys(tmp_path: Path) -> None:
    """Others compare by these names."""
    scores = bench.bench_scene(scene_file(tmp_path))
    assert set(scores) == KEYS
    json.dumps(scores)
    assert scores["cpu_ms_per_scan"] > 0.0
    assert scores["plots_per_cpu_s"] > 0.0
    assert scores["missed"] < 0.3


def test_what_the_tracker_may_not_know_changes_nothing(tmp_path: Path) -> None:
    """The number of targets, the seed and the process noise are for scoring only."""
    truth, plots = make_scene(SPEC, np.random.default_rng(1))
    told = bench.score(truth, plots, META, TrackSettings())
    untold = {k: META[k] for k in ("clutter", "T", "pd", "sigma", "area", "scans")}
    blind = plots.copy()
    blind[:, 4] = -1.0
    scores = bench.score(truth, blind, untold, TrackSettings())
    for key in KEYS - {"cpu_ms_per_scan", "plots_per_cpu_s"}:
        assert scores[key] == told[key]


def test_polar_noise_is_turned_into_the_plane() -> None:
    """Range error lies along the line of sight, azimuth error across it and grows with range."""
    plots = np.array([[0, 0, 30_000.0, 0.0, -1], [0, 0, 0.0, 10_000.0, -1], [0, 0, 7e3, 7e3, -1]])
    noise = bench.noise_of(plots, {"meas": "polar", "sr": 50.0, "saz": 0.01})
    np.testing.assert_allclose(noise[0], [2500.0, 0.0, 90_000.0], atol=1e-6)
    np.testing.assert_allclose(noise[1], [10_000.0, 0.0, 2500.0], atol=1e-6)
    values = np.linalg.eigvalsh([[noise[2, 0], noise[2, 1]], [noise[2, 1], noise[2, 2]]])
    np.testing.assert_allclose(values, [2500.0, 9800.0])


@pytest.mark.parametrize("missing", ["truth", "plots", "meta"])
def test_a_file_without_its_arrays_is_refused_in_one_line(tmp_path: Path, missing: str) -> None:
    """What, where and what to do."""
    with pytest.raises(BadInput) as caught:
        bench.bench_scene(scene_file(tmp_path, **{missing: None}))
    assert "scene.npz" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 broken"])
def test_a_file_that_is_no_scene_is_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    """Truncated and foreign files are everyday input."""
    path = tmp_path / "scene.npz"
    path.write_bytes(content)
    with pytest.raises(BadInput) as caught:
        bench.bench_scene(path)
    assert "scene.npz" in str(caught.value)


@pytest.mark.parametrize("array", ["truth", "plots"])
def test_a_scene_with_other_columns_is_refused(tmp_path: Path, array: str) -> None:
    """Columns read as something else give scores of nothing."""
    with pytest.raises(BadInput):
        bench.bench_scene(scene_file(tmp_path, **{array: np.zeros((5, 4))}))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """A typing error is not a stack trace."""
    with pytest.raises(BadInput):
        bench.bench_scene(tmp_path / "nowhere.npz")


@pytest.mark.parametrize("gap", ["T", "pd", "clutter", "area", "scans", "sigma"])
def test_a_scene_that_does_not_say_what_it_is_is_refused(tmp_path: Path, gap: str) -> None:
    """Without the sensor's figures there is nothing to track with."""
    told = json.dumps({k: v for k, v in META.items() if k != gap})
    with pytest.raises(BadInput):
        bench.bench_scene(scene_file(tmp_path, meta=told))
