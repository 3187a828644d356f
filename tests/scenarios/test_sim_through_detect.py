"""The shipped scenarios, written as recordings and read back by the real adapters."""

import json
import tomllib
from collections import Counter
from pathlib import Path

import msgspec
import numpy as np
import pyarrow.parquet as pq
import pytest

from tocsin.commands.simulate import Made, simulate, simulate_onto
from tocsin.config import detection_site, load_site
from tocsin.detect.feed import flush, start, step
from tocsin.detect.recording import read_together
from tocsin.model.errors import BadInput, BadSettings
from tocsin.model.raw import Rejected
from tocsin.sim.inject import InjectSettings
from tocsin.sim.scenario import load_scenario

SITES = Path(__file__).parents[2] / "sites"
SCENARIOS = SITES / "scenarios"


def shortened(folder: Path, name: str, *, duration_s: float, skip_s: float) -> Path:
    """Write a copy of a shipped scenario that begins later and is over sooner."""
    text = (SCENARIOS / name).read_text()
    table = tomllib.loads(text)
    text = text.replace(f"duration_s = {table['duration_s']:_}", f"duration_s = {duration_s}")
    text = text.replace('"../galati.toml"', f'"{SITES / "galati.toml"}"')
    lines = []
    for line in text.splitlines():
        key, _, value = line.partition(" = ")
        if key == "start_s":
            line = f"start_s = {max(float(value) - skip_s, 0.0)}"  # noqa: PLW2901
        lines.append(line)
    path = folder / name
    path.write_text("\n".join(lines))
    return path


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Five minutes of the Galati night, with everything in the air from the start."""
    folder = tmp_path_factory.mktemp("night")
    path = shortened(folder, "galati-2026.toml", duration_s=300.0, skip_s=1e6)
    return simulate(path, folder / "out")


def test_every_record_becomes_what_it_was_made_from(night: Made) -> None:
    """Nothing rejected, nothing lost, nothing doubled, and places as close as the noise allows."""
    site = detection_site(load_site(SITES / "galati.toml"))
    state, batches, counts, rejects = start(site), [], Counter(), []
    for chunk in read_together(night.recordings, site):
        assert not isinstance(chunk, Rejected)
        state, out = step(state, chunk, site)
        batches += out.batches
        counts.update(out.counts)
        rejects += out.rejects
    state, out = flush(state, site)
    batches += out.batches
    counts.update(out.counts)
    assert not rejects
    table = pq.read_table(night.folder / "links.parquet").to_pydict()
    made = Counter(table["sensor_id"])
    for sensor_id, records in made.items():
        assert counts[f"{sensor_id}:rows"] == records, sensor_id
        assert sum(len(b) for b in batches if b.sensor_id == sensor_id) == records
    check_times(batches, table)
    check_places(batches, night, site.plane)


def check_times(batches, table) -> None:
    """Each sensor's times are those of its records, to a tick."""
    for sensor_id in ("radar-macin", "adsb-galati", "centre-tracks"):
        read = np.sort(
            np.concatenate([b.t_measured_ns for b in batches if b.sensor_id == sensor_id])
        )
        rows = zip(table["t_ns"], table["sensor_id"], strict=True)
        true = np.sort([t_ns for t_ns, who in rows if who == sensor_id])
        assert np.abs(read - true).max() <= 1e9 / 256 + 1e6


def check_places(batches, night: Made, plane) -> None:
    """Broadcast positions lie within a few sigma of the truth of their address."""
    truth = pq.read_table(night.folder / "truth.parquet").to_pydict()
    by_icao: dict[int, list[int]] = {}
    for row, icao in enumerate(truth["icao"]):
        if icao is not None:
            by_icao.setdefault(icao, []).append(row)
    off = []
    for batch in batches:
        if batch.sensor_id != "adsb-galati":
            continue
        for k in range(len(batch)):
            rows = by_icao[int(batch.icao[k])]
            t_s = np.array([truth["t_ns"][r] for r in rows]) / 1e9
            pos = plane.site_from_geodetic(
                [truth["lat_deg"][r] for r in rows], [truth["lon_deg"][r] for r in rows]
            )
            now = [np.interp(batch.t_measured_ns[k] / 1e9, t_s, pos[:, axis]) for axis in (0, 1)]
            off.append(np.hypot(*(batch.pos_site_m[k] - now)))
    assert len(off) > 200
    assert np.sqrt(np.mean(np.square(off))) == pytest.approx(12.0 * np.sqrt(2), rel=0.15)


def test_the_galati_night_is_as_the_public_timeline_has_it(tmp_path: Path) -> None:
    """43 drones; one crosses, about four minutes inside, ends near 02:00 local in the city."""
    made = simulate(SCENARIOS / "galati-2026.toml", tmp_path)
    about = json.loads((tmp_path / "truth.json").read_text())
    drones = {t["target_id"]: t for t in about["targets"] if t["kind"] == "drone"}
    assert len(drones) == 43
    inward = [c for c in about["crossings"] if c["inward"] and c["target_id"] in drones]
    assert len(inward) == 1
    one = drones[inward[0]["target_id"]]
    inside_s = (one["t_last_ns"] - inward[0]["t_ns"]) / 1e9
    assert 210 <= inside_s <= 270
    assert one["ends"] == "impact"
    minutes_local = (one["t_last_ns"] // 10**9 + 3 * 3600) % 86_400 / 60
    assert 110 <= minutes_local <= 130
    arrivals = [a for a in about["arrivals"] if a["target_id"] == one["target_id"]]
    assert "ro-gl-galati" in {a["zone_id"] for a in arrivals}
    assert "synthetic" in made.label.lower()
    assert all("synthetic" in path.name for path in made.recordings)


@pytest.mark.parametrize("variant", ["", "100m", "2000m"])
def test_variants_differ_in_height_only(variant: str) -> None:
    """The height is not known, so three are played; routes and times stay."""
    base = load_scenario(SCENARIOS / "galati-2026.toml")
    other = load_scenario(SCENARIOS / "galati-2026.toml", variant=variant)
    wanted = {"": 500.0, "100m": 100.0, "2000m": 2000.0}[variant]
    for one, two in zip(base.movers, other.movers, strict=True):
        assert msgspec.structs.replace(two, alt_msl_m=one.alt_msl_m) == one
        if one.kind == "drone":
            assert two.alt_msl_m == wanted


@pytest.mark.parametrize("path", sorted(SCENARIOS.glob("*.toml")), ids=lambda p: p.stem)
def test_every_shipped_scenario_says_what_it_is(path: Path) -> None:
    """Synthetic in its label and in the first line of its file, and its site can be read."""
    scenario = load_scenario(path)
    assert "synthetic" in scenario.label.lower()
    assert "SYNTHETIC" in path.read_text().splitlines()[0]
    site = load_site(path.parent / scenario.site)
    assert {s.sensor for s in scenario.sensors} <= {s.id for s in site.sensors}


def test_nothing_uncooperative_flies_in_the_quiet_night(tmp_path: Path) -> None:
    """A clutter night with a drone in it would be no test of false alarms."""
    scenario = load_scenario(SCENARIOS / "galati-clutter.toml")
    assert {m.kind for m in scenario.movers if not m.cooperative} == {"bird"}


def test_drones_go_into_a_real_recording(shared_data: Path, tmp_path: Path) -> None:
    """The command on the Barcelona half hour: truth, links and a recording that reads back."""
    real = shared_data / "asterix" / "bcn_cat048_20230502_0800_first30min.ast"
    made = simulate_onto(
        real,
        tmp_path,
        site_path=SITES / "barcelona.toml",
        settings=InjectSettings(drones=3),
        seed=4,
        date="2023-05-02",
    )
    links = pq.read_table(tmp_path / "links.parquet").to_pydict()
    assert links["target_id"].count(-2) == 22_042
    assert {*links["target_id"]} == {-2, -1, 0, 1, 2}
    assert made.recordings[0].stat().st_size == real.stat().st_size + 14 * made.records
    truth = pq.read_table(tmp_path / "truth.parquet")
    assert b"SYNTHETIC" in truth.schema.metadata[b"tocsin.label"]
    first_ns = min(truth["t_ns"].to_pylist())
    midnight_ns = 1_682_985_600 * 10**9
    assert 8 * 3600 * 10**9 <= first_ns - midnight_ns < 9 * 3600 * 10**9
    heights_m = np.array(truth["alt_msl_m"])
    assert 300.0 < heights_m.min() < heights_m.max() < 1_100.0


def test_wrong_orders_are_refused_in_one_line(shared_data: Path, tmp_path: Path) -> None:
    """A file that is not there, a site without the radar, a text file."""
    with pytest.raises(BadInput, match="cannot be read"):
        simulate_onto(tmp_path / "no.ast", tmp_path, site_path=SITES / "barcelona.toml")
    with pytest.raises(BadSettings, match="3 radars"):
        simulate_onto(tmp_path / "no.ast", tmp_path, site_path=SITES / "galati.toml")
    with pytest.raises(BadSettings, match="no date"):
        simulate_onto(tmp_path / "no.ast", tmp_path, site_path=SITES / "x.toml", date="2.5.")
    (tmp_path / "text.ast").write_text("this is no recording")
    with pytest.raises(BadInput, match="raw ASTERIX"):
        simulate_onto(tmp_path / "text.ast", tmp_path, site_path=SITES / "barcelona.toml")
