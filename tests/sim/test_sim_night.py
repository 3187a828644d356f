"""A run folder against truth: perfect, blind and late runs score as they should."""

import json
import shutil
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq
import pytest
from rich.console import Console
from sim_stage import PLANE, drones, scenario, sensor

from tocsin.commands.score import print_scores, score_run
from tocsin.model.alert import AlertText, Draft
from tocsin.model.errors import BadInput
from tocsin.model.place import Border, Place
from tocsin.record.run_folder import RunFolder
from tocsin.record.tracks_table import SCHEMA
from tocsin.sim.play import play
from tocsin.sim.scenario import SensorTruth
from tocsin.sim.truth import write_truth
from tocsin.wire.cap.drafts import build

EAST_M = 4_000.0
BORDER = Border(
    id="b",
    source="made up",
    vintage="-",
    licence="-",
    kind="invented",
    sigma_m=10.0,
    line_site_m=(np.array([[EAST_M, -1e5], [EAST_M, 1e5]]),),
    inside_site_m=(
        np.array([[EAST_M, -1e5], [EAST_M, 1e5], [-1e5, 1e5], [-1e5, -1e5], [EAST_M, -1e5]]),
    ),
)
LAT, LON = 45.4, 28.1
PLACE = Place(
    id="p",
    name="Loc",
    name_en="Place",
    lat_deg=LAT,
    lon_deg=LON,
    pos_site_m=(0.0, 0.0),
    population=1000,
    country="ROU",
    zone="z",
)
AREA = ((LON - 0.05, LAT - 0.05), (LON + 0.05, LAT - 0.05), (LON + 0.05, LAT + 0.05),
        (LON - 0.05, LAT + 0.05), (LON - 0.05, LAT - 0.05))  # fmt: skip

ELSEWHERE = ((10.0, 50.0), (10.1, 50.0), (10.1, 50.1), (10.0, 50.0))
TEXT = AlertText(language="en-GB", headline="h", description="d", instruction="i", area="a")


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A night with one drone across the border and two aircraft far away; not to be changed."""
    folder = tmp_path_factory.mktemp("truth")
    movers = (
        drones(
            count=1,
            spread_m=0.0,
            waypoints=((LAT, 28.5), (LAT, LON), (LAT, 28.0)),
            alt_msl_m=2000.0,
        ),
        drones(id="f", count=2, cooperative=True, alt_msl_m=3000.0, spread_m=3000.0),
    )
    radar = SensorTruth(sensor="radar", form="cat048", sac=1, sic=2)
    plan = scenario(movers, (radar,), duration_s=900.0)
    quiet = sensor("radar", "radar", clutter_per_look=0.0)
    played = play(plan, PLANE, {"radar": quiet}, {})
    write_truth(folder, played, borders=[BORDER], places=[PLACE])
    return folder


def make_run(
    root: Path, truth: Path, *, delay_s: int = 0, shift_deg: float = 0.0, swap_s: int = 10**6
) -> RunFolder:
    """A run that shows every target exactly, from `delay_s` after its first truth on."""
    folder = RunFolder.create(root)
    rows = pq.read_table(truth / "truth.parquet").to_pydict()
    begin: dict[int, int] = {}
    shown: list[dict[str, object]] = []
    order = sorted(range(len(rows["t_ns"])), key=lambda i: rows["t_ns"][i])
    for i in order:
        t_ns, target = rows["t_ns"][i], rows["target_id"][i]
        if t_ns < begin.setdefault(target, t_ns) + delay_s * 10**9:
            continue
        late = t_ns > begin[target] + swap_s * 10**9
        state = {
            "t_ns": t_ns // 10**9 * 10**9,
            "revision": 1,
            "track_id": 100 + target + 50 * late,
            "status": "confirmed",
            "exists_prob": 1.0,
            "t_first_ns": begin[target],
            "t_update_ns": t_ns,
            "lat_deg": rows["lat_deg"][i] + shift_deg,
            "lon_deg": rows["lon_deg"][i],
            "speed_mps": float(np.hypot(rows["ve_mps"][i], rows["vn_mps"][i])),
            "course_true_deg": float(
                np.degrees(np.arctan2(rows["ve_mps"][i], rows["vn_mps"][i])) % 360
            ),
            "cov_site_ee_m2": 2500.0,
            "cov_site_en_m2": 0.0,
            "cov_site_nn_m2": 2500.0,
            "manoeuvre_prob": 0.0,
            "cooperative_prob": float(rows["cooperative"][i]),
            "updates": 5,
            "icao": rows["icao"][i],
            "sensors": [],
        }
        shown.append(state)
    pq.write_table(pa.Table.from_pylist(shown, schema=SCHEMA), folder.tracks_parquet)
    return folder


def draft(about: dict, before_s: float, life_s: float = 1200.0, zone: str = "z") -> Draft:
    """A warning of the zone so long before the true arrival."""
    arrival = next(a for a in about["arrivals"] if a["target_id"] == 0)
    sent_ns = int(arrival["t_ns"] - before_s * 1e9) // 10**9 * 10**9
    return Draft(
        id=f"d-{zone}-{before_s:.0f}",
        zone_id=zone,
        level="WARN",
        t_drafted_ns=sent_ns,
        t_expires_ns=sent_ns + round(life_s * 1e9),
        texts=(TEXT,),
        rings_lonlat_deg=(AREA if zone == "z" else ELSEWHERE,),
        population=1000,
        reasons=(),
        replaces="",
        synthetic=True,
    )


def test_a_perfect_run_scores_perfectly(truth: Path, tmp_path: Path) -> None:
    """Truth shown as it is: no error, nothing missed, no switch, at once."""
    make_run(tmp_path / "run", truth)
    night = score_run(tmp_path / "run", truth).night
    assert night.gospa.gospa_m < 60.0  # whole seconds: half a second of flight at most
    assert night.gospa.missed_per_look == 0.0
    assert night.initiation.found == 3
    assert night.initiation.switches == 0
    assert night.initiation.median_s is not None
    assert night.initiation.median_s <= 2.0
    assert night.siap.completeness_ratio == 1.0
    assert night.siap.ambiguity_ratio == 1.0
    assert night.identification.right_ratio == 1.0
    assert night.atm.gaps == 0


def test_an_offset_is_measured(truth: Path, tmp_path: Path) -> None:
    """100 m north with 50 m sigma: RMS near 100 m, NEES near 4."""
    make_run(tmp_path / "run", truth, shift_deg=100.0 / 111_132.0)
    night = score_run(tmp_path / "run", truth).night
    assert night.atm.distance_rms_m == pytest.approx(102.0, abs=8.0)
    assert night.position_nees.mean_ratio == pytest.approx(4.2, abs=0.6)


def test_lateness_and_swaps_are_counted(truth: Path, tmp_path: Path) -> None:
    """Shown 40 s after the start and renumbered once: delay about 40 s, one switch each."""
    make_run(tmp_path / "run", truth, delay_s=40, swap_s=600)
    night = score_run(tmp_path / "run", truth).night
    assert night.initiation.median_s == pytest.approx(38.0, abs=5.0)
    assert night.initiation.switches == 3
    assert night.initiation_by_kind["drone"].targets == 3


def test_warnings_are_timed_against_the_arrival(truth: Path, tmp_path: Path) -> None:
    """A warning 300 s before the arrival leads by 300 s; one elsewhere is for nothing."""
    run = make_run(tmp_path / "run", truth)
    about = json.loads((truth / "truth.json").read_text())
    for warned in (draft(about, 300.0), draft(about, 290.0, zone="elsewhere")):
        run.write_alert(warned.id, build(warned, "sender@example.org"))
    scored = score_run(tmp_path / "run", truth)
    assert scored.warnings is not None
    (danger,) = scored.warnings.dangers
    assert danger.lead_s == pytest.approx(300.0, abs=1.1)
    assert danger.before_crossing_s == pytest.approx(280.0, abs=2.5)
    assert danger.level == "WARN"
    assert (scored.warnings.missed, scored.warnings.for_nothing) == (0, 1)


def test_an_all_clear_is_no_warning(truth: Path, tmp_path: Path) -> None:
    """It lies among the drafts; counted as one it would be a warning for nothing."""
    run = make_run(tmp_path / "run", truth)
    about = json.loads((truth / "truth.json").read_text())
    over = msgspec.structs.replace(draft(about, 300.0), purpose="all_clear")
    run.write_alert(over.id, build(over, "sender@example.org"))
    scored = score_run(tmp_path / "run", truth)
    assert scored.warnings is not None
    assert (scored.warnings.warnings, scored.warnings.missed) == (0, 1)


def test_a_lapsed_warning_is_no_warning(truth: Path, tmp_path: Path) -> None:
    """A draft that ran out before the arrival must count as missed."""
    run = make_run(tmp_path / "run", truth)
    about = json.loads((truth / "truth.json").read_text())
    warned = draft(about, 600.0, life_s=300.0)
    run.write_alert(warned.id, build(warned, "sender@example.org"))
    scored = score_run(tmp_path / "run", truth)
    assert scored.warnings is not None
    assert scored.warnings.missed == 1


def test_a_partial_truth_does_not_judge_real_traffic(truth: Path, tmp_path: Path) -> None:
    """Aircraft of the real recording are nobody's false tracks."""
    make_run(tmp_path / "run", truth)
    part = tmp_path / "truth"
    shutil.copytree(truth, part)
    whole = pq.read_table(truth / "truth.parquet")
    drones_only = whole.filter(pa.compute.invert(whole["cooperative"]))
    pq.write_table(drones_only, part / "truth.parquet")
    blamed = score_run(tmp_path / "run", part).night
    assert blamed.gospa.false_per_look > 1.0
    (part / "truth.json").write_text('{"partial": true}')
    fair = score_run(tmp_path / "run", part)
    assert fair.night.gospa.false_per_look < 0.01
    assert fair.warnings is None


def test_scores_are_printed_and_kept(truth: Path, tmp_path: Path) -> None:
    """The table can be printed, and scores.json holds the same numbers by name."""
    run = make_run(tmp_path / "run", truth)
    scored = score_run(tmp_path / "run", truth / "truth.parquet")
    console = Console(record=True, width=120, file=(tmp_path / "o.txt").open("w"))
    print_scores(scored, console)
    text = console.export_text()
    console.file.close()
    assert "GOSPA" in text
    assert "not warned" in text
    kept = json.loads(run.scores.read_text())
    assert kept["picture"]["position_nees"]["dimension"] == 2
    assert kept["warnings"]["missed"] == 1


def test_what_cannot_be_scored_says_so(truth: Path, tmp_path: Path) -> None:
    """No run, no truth: one line each, with the path."""
    with pytest.raises(BadInput, match=r"tracks\.parquet"):
        score_run(tmp_path, truth)
    make_run(tmp_path / "run", truth)
    with pytest.raises(BadInput, match="no such file"):
        score_run(tmp_path / "run", tmp_path / "nothing.parquet")
