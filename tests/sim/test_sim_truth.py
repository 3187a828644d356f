"""What is written down as true is true."""

import json

import numpy as np
import pyarrow.parquet as pq
import pytest
from pyproj import Geod
from sim_stage import PLANE, START, drones, scenario, sensor

from tocsin.model.place import Border, Place
from tocsin.sim.movers import fly
from tocsin.sim.play import play
from tocsin.sim.scenario import SensorTruth
from tocsin.sim.score.gaps import unseen_of
from tocsin.sim.truth import arrivals, crossings, sidecar, truth_table, write_truth

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
PLACE = Place(
    id="p",
    name="Loc",
    name_en="Place",
    lat_deg=45.4,
    lon_deg=28.1,
    pos_site_m=(0.0, 0.0),
    population=1000,
    country="ROU",
    zone="",
)
ACROSS = drones(
    id="across",
    count=1,
    spread_m=0.0,
    speed_sigma_mps=0.0,
    waypoints=((45.4, 28.5), (45.4, 28.1), (45.4, 27.9)),
)


def test_a_crossing_is_timed_to_the_millisecond() -> None:
    """The time when a straight flight passes a straight border can be worked out by hand."""
    (target,) = fly(scenario((ACROSS,)), PLANE, np.random.default_rng(1))
    start_ns = scenario(()).start_ns
    (crossing,) = crossings([target], [BORDER], PLANE, start_ns=start_ns)
    t_s = (crossing.t_ns - start_ns) / 1e9
    east_m = target.path.at(np.array([t_s])).pos_site_m[0, 0]
    assert east_m == pytest.approx(EAST_M, abs=0.06)
    assert crossing.inward
    (near,) = arrivals([target], [PLACE], start_ns=start_ns, radius_m=3000.0)
    assert (near.t_ns - crossing.t_ns) / 1e9 == pytest.approx(1000.0 / 50.0, abs=1.5)
    assert near.closest_m < 60.0


def test_an_edge_of_the_drawing_is_no_border() -> None:
    """Leaving the map at its western edge is not a crossing."""
    west = drones(count=1, spread_m=0.0, waypoints=((45.4, 27.0), (45.4, 26.6)))
    (target,) = fly(scenario((west,)), PLANE, np.random.default_rng(1))
    assert target.path.pos_site_m[0, 0] > -1e5 > target.path.pos_site_m[-1, 0]
    assert not crossings([target], [BORDER], PLANE, start_ns=0)


def test_velocities_are_true_east_and_north() -> None:
    """Against geodesics: the next second lies where the velocity says."""
    targets = fly(scenario((drones(),)), PLANE, np.random.default_rng(2))
    table = truth_table(targets, PLANE, start_ns=0, geoid_m=37.0).to_pydict()
    rows = [i for i, target in enumerate(table["target_id"]) if target == targets[2].id]
    lat, lon = (np.array(table[name])[rows] for name in ("lat_deg", "lon_deg"))
    azimuth, _, step_m = Geod(ellps="WGS84").inv(lon[:-1], lat[:-1], lon[1:], lat[1:])
    east, north = (np.array(table[name])[rows][:-1] for name in ("ve_mps", "vn_mps"))
    assert np.allclose(step_m * np.sin(np.radians(azimuth)), east, atol=1.5)
    assert np.allclose(step_m * np.cos(np.radians(azimuth)), north, atol=1.5)
    assert set(np.round(table["alt_msl_m"], 6)) == {500.0}


def test_files_say_that_they_are_synthetic_and_link_every_record(tmp_path) -> None:
    """Whoever opens any of the three files must read the label, and find each record's origin."""
    truth = SensorTruth(sensor="radar", form="cat048", sac=1, sic=2)
    plan = scenario((ACROSS, drones()), (truth,))
    played = play(plan, PLANE, {"radar": sensor("radar", "radar")}, {})
    write_truth(tmp_path, played, borders=[BORDER], places=[PLACE])
    states = pq.read_table(tmp_path / "truth.parquet")
    assert b"synthetic" in states.schema.metadata[b"tocsin.label"]
    about = json.loads((tmp_path / "truth.json").read_text())
    assert "synthetic" in about["label"]
    assert about["start_ns"] == round(START.timestamp()) * 10**9
    assert len(about["targets"]) == 6
    assert about["crossings"][0]["target_id"] == 0
    links = pq.read_table(tmp_path / "links.parquet").to_pydict()
    assert links["record"] == list(range(len(played.feeds[0].links.t_ns)))
    assert links["target_id"] == played.feeds[0].links.target_id.tolist()


def test_the_truth_tells_who_was_unseen_when_and_who_is_a_ghost() -> None:
    """Scores of gaps read these spans by name: a typo would leave nothing to recognise."""
    movers = (
        drones(id="hidden", count=1, unseen_s=((100.0, 400.0),)),
        drones(id="ghost", count=1, cooperative=True, ghost=True),
    )
    played = play(scenario(movers), PLANE, {}, {})
    about = sidecar(played, [], [PLACE])
    start_ns = about["start_ns"]
    assert unseen_of(about) == {0: [(start_ns + 100 * 10**9, start_ns + 400 * 10**9)], 1: []}
    assert [target["ghost"] for target in about["targets"]] == [False, True]
    assert {arrival["target_id"] for arrival in about["arrivals"]} <= {0}
