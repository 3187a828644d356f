"""Sensors report as often, as far and as exactly as they are said to."""

import numpy as np
import pytest
from pyproj import Geod
from sim_stage import PLANE, drones, scenario, sensor

from tocsin.geo.radar import polar_from_geodetic
from tocsin.model.sensor import Noise
from tocsin.sim.movers import fly
from tocsin.sim.radar import FALSE, exact_polar, radar_plots, view_of
from tocsin.sim.reports import SOUND_MPS, broadcasts, centre_tracks, sightings
from tocsin.sim.scenario import SensorTruth, WeatherCell, WindFarm
from tocsin.sim.sight import horizon_m

RADAR = sensor("radar", "radar")


def looked(movers, truth: SensorTruth | None = None, radar=RADAR, seed: int = 3, **changes: object):
    truth = truth or SensorTruth(sensor="radar", form="cat048", sac=1, sic=1)
    plan = scenario(movers, (truth,), **changes)
    targets = fly(plan, PLANE, np.random.default_rng(seed))
    view = view_of(radar, truth, PLANE, plan)
    return view, targets, radar_plots(view, targets, plan, np.random.default_rng(seed + 1))


def within_four_errors(share: float, prob: float, n: int) -> bool:
    return abs(share - prob) < 4 * np.sqrt(prob * (1 - prob) / n)


def test_drones_are_seen_as_often_as_pd_says() -> None:
    """Pd of the simulation must be the Pd of its file, for each kind of target."""
    plain = drones(count=40, alt_msl_m=3000.0)
    told = drones(id="f", count=40, alt_msl_m=3000.0, cooperative=True)
    _, targets, plots = looked((plain, told))
    for cooperative, expected in ((False, 0.8), (True, 1 - 0.2 * 0.03)):
        ids = [t.id for t in targets if t.cooperative == cooperative]
        turns = sum((targets[i].path.t_s[-1] - targets[i].path.t_s[0]) / 4.0 for i in ids)
        seen = np.isin(plots.target_id, ids).sum()
        assert (
            within_four_errors(seen / turns, expected, int(turns))
            or abs(seen / turns - expected) < 0.003
        )


def test_noise_is_of_the_size_stated() -> None:
    """Range and azimuth errors: no bias, standard deviation as stated, within four errors."""
    view, targets, plots = looked((drones(count=60, alt_msl_m=3000.0),))
    off_m, off_rad = [], []
    for target in targets:
        own = plots.target_id == target.id
        range_m, azimuth_rad, _ = exact_polar(view, target.path, plots.t_s[own])
        off_m.append(plots.range_m[own] - range_m)
        off_rad.append((plots.azimuth_rad[own] - azimuth_rad + np.pi) % (2 * np.pi) - np.pi)
    for off, sigma in ((np.concatenate(off_m), 50.0), (np.concatenate(off_rad), np.radians(0.1))):
        n = len(off)
        assert n > 5000
        assert abs(off.mean()) < 4 * sigma / np.sqrt(n)
        assert abs(off.std() - sigma) < 4 * sigma / np.sqrt(2 * n)


def test_biases_shift_the_plots() -> None:
    """A registration error ordered is a registration error made."""
    truth = SensorTruth(
        sensor="radar",
        form="cat048",
        sac=1,
        sic=1,
        range_bias_m=120.0,
        azimuth_bias_deg=0.4,
        range_sigma_m=1.0,
        azimuth_sigma_deg=0.01,
        clutter_per_look=0.0,
    )
    view, targets, plots = looked((drones(count=3, alt_msl_m=3000.0),), truth)
    own = plots.target_id == targets[0].id
    range_m, azimuth_rad, _ = exact_polar(view, targets[0].path, plots.t_s[own])
    assert np.mean(plots.range_m[own] - range_m) == pytest.approx(120.0, abs=1.0)
    assert np.degrees(np.mean(plots.azimuth_rad[own] - azimuth_rad)) == pytest.approx(0.4, abs=0.01)


def test_every_plot_comes_when_the_beam_passes() -> None:
    """The antenna must look at the azimuth of a plot at its time, targets and clutter alike."""
    view, _, plots = looked((drones(count=5, alt_msl_m=2000.0),))
    off = view.rotation.angle_rad(plots.t_s) - plots.azimuth_rad
    off = np.degrees((off + np.pi) % (2 * np.pi) - np.pi)
    assert np.abs(off).max() < 0.6
    assert np.all(np.diff(plots.t_s) >= 0)


def test_false_plots_are_poisson_and_uniform() -> None:
    """Ten a turn, evenly in range and azimuth."""
    _, _, plots = looked((), duration_s=7200.0)
    assert np.all(plots.target_id == FALSE)
    turns = 7200.0 / 4.0
    assert abs(len(plots) / turns - 10.0) < 4 * np.sqrt(10.0 / turns)
    half = (plots.range_m > 60_250.0).mean()
    assert within_four_errors(half, 0.5, len(plots))
    assert within_four_errors((plots.azimuth_rad < np.pi).mean(), 0.5, len(plots))


@pytest.mark.parametrize("alt_msl_m", [50.0, 100.0, 500.0, 2000.0])
def test_nothing_is_seen_below_the_horizon(alt_msl_m: float) -> None:
    """4.12 (sqrt 30 + sqrt h) km: 52, 64, 115, 207 km (published for an antenna of 30 m)."""
    published_km = {50.0: 52, 100.0: 64, 500.0: 115, 2000.0: 207}
    assert horizon_m(30.0, np.array([alt_msl_m]))[0] / 1e3 == pytest.approx(
        published_km[alt_msl_m], abs=0.7
    )
    low = sensor("radar", "radar", alt_ellipsoid_m=67.0, range_max_m=300e3, clutter_per_look=0.0)
    mover = drones(waypoints=((43.5, 28.1), (45.3, 28.0)), alt_msl_m=alt_msl_m, speed_mps=200.0)
    _, _, plots = looked((mover,), radar=low)
    assert plots.range_m.max() < 1000 * published_km[alt_msl_m] + 1000
    assert len(plots) > 20


def test_the_cone_of_silence_and_silences_are_empty() -> None:
    """Overhead, in shadow, and while the radar is off, nothing is seen."""
    truth = SensorTruth(sensor="radar", form="cat048", sac=1, sic=1, silent_s=((600.0, 700.0),))
    mover = drones(
        waypoints=((45.0, 28.0), (45.6, 28.0)),
        alt_msl_m=9000.0,
        spread_m=0.0,
        unseen_s=((200.0, 300.0),),
    )
    view, targets, plots = looked((mover,), truth)
    assert not np.any((plots.t_s >= 600.0) & (plots.t_s < 700.0))
    own = plots.target_id >= 0
    assert not np.any(own & (plots.t_s >= 200.0) & (plots.t_s < 300.0))
    for target in targets:
        at = plots.t_s[plots.target_id == target.id]
        assert np.degrees(exact_polar(view, target.path, at)[2]).max() <= 45.0


def test_a_wind_farm_blinks_in_fixed_places() -> None:
    """Turbines give plots again and again where they stand; weather drifts."""
    farm = WindFarm(id="w", centre=(45.5, 28.2), turbines=4, spread_m=3000.0, plot_prob=0.3)
    quiet = SensorTruth(sensor="radar", form="cat048", sac=1, sic=1, clutter_per_look=0.0)
    _, _, plots = looked((), quiet, wind_farms=(farm,))
    assert within_four_errors(len(plots) / (450 * 4), 0.3, 450 * 4)
    places = np.round(plots.azimuth_rad, 2)
    assert len(np.unique(places)) < 16
    cell = WeatherCell(
        id="c",
        centre=(45.5, 28.2),
        sigma_m=2000.0,
        plots_per_look=5.0,
        drift_mps=20.0,
        drift_to_deg=0.0,
    )
    _, _, rain = looked((), quiet, weather=(cell,))
    assert abs(len(rain) / 450 - 5.0) < 4 * np.sqrt(5.0 / 450)
    early, late = rain.range_m[rain.t_s < 300].mean(), rain.range_m[rain.t_s > 1500].mean()
    assert late - early > 10_000.0


def test_broadcasts_come_from_cooperative_targets_only() -> None:
    """A drone without transponder must never appear in ADS-B."""
    station = sensor("adsb", "adsb", revisit_s=1.0)
    truth = SensorTruth(sensor="adsb", form="cat021", sac=1, sic=2)
    movers = (drones(alt_msl_m=3000.0), drones(id="f", cooperative=True, alt_msl_m=3000.0))
    plan = scenario(movers, (truth,))
    targets = fly(plan, PLANE, np.random.default_rng(1))
    told = broadcasts(station, truth, targets, plan, PLANE, np.random.default_rng(2))
    assert set(told.target_id.tolist()) == {t.id for t in targets if t.cooperative}
    own = told.target_id == targets[-1].id
    state = targets[-1].path.at(told.t_s[own])
    lat, lon = PLANE.geodetic_from_site(state.pos_site_m)
    off_m = Geod(ellps="WGS84").inv(lon, lat, told.lon_deg[own], told.lat_deg[own])[2]
    assert np.sqrt(np.mean(off_m**2)) == pytest.approx(20.0 * np.sqrt(2), rel=0.1)
    course = np.degrees(np.arctan2(told.east_mps[own], told.north_mps[own]))
    ahead = PLANE.geodetic_from_site(state.pos_site_m + state.vel_site_mps)
    true_course = Geod(ellps="WGS84").inv(lon, lat, ahead[1], ahead[0])[0]
    assert np.abs((course - true_course + 180) % 360 - 180).max() < 0.01


def test_a_centre_does_not_know_heights_of_drones() -> None:
    """Unknown is unknown: no height may leak out of the truth."""
    centre = sensor("centre", "tracks", revisit_s=5.0)
    truth = SensorTruth(sensor="centre", form="cat062", sac=1, sic=3)
    movers = (drones(alt_msl_m=3000.0), drones(id="f", cooperative=True, alt_msl_m=3000.0))
    plan = scenario(movers, (truth,))
    targets = fly(plan, PLANE, np.random.default_rng(1))
    told = centre_tracks(centre, truth, targets, plan, PLANE, np.random.default_rng(2))
    known = {t.id for t in targets if t.cooperative}
    rows = np.isin(told.target_id, list(known))
    assert np.all(np.isnan(told.alt_msl_m[~rows]))
    assert np.all(np.isfinite(told.alt_msl_m[rows]))


def test_sound_comes_late() -> None:
    """A node 3 km away hears 8.8 s later what has moved on by then."""
    node = sensor("ear", "acoustic", range_max_m=4000.0, revisit_s=2.0, clutter_per_look=0.0)
    truth = SensorTruth(sensor="ear", form="observer")
    mover = drones(count=1, spread_m=0.0, waypoints=((45.26, 28.0), (45.34, 28.0)))
    plan = scenario((mover,), (truth,))
    targets = fly(plan, PLANE, np.random.default_rng(1))
    heard = sightings(node, truth, targets, plan, PLANE, np.random.default_rng(2))
    assert np.all(np.isnan(heard.azimuth_true_deg))
    t_s = heard.t_s.copy()
    for _ in range(20):  # when was what is heard now given off
        state = targets[0].path.at(t_s)
        lat, lon = PLANE.geodetic_from_site(state.pos_site_m)
        range_m = polar_from_geodetic(node, lat, lon, state.alt_ellipsoid_m)[0]
        t_s = heard.t_s - range_m / SOUND_MPS
    assert np.diff(t_s).min() > 1.5
    assert range_m.max() <= 4000.0 + 1


def test_observers_see_bearings_with_their_error() -> None:
    """A bearing of 10 degrees sigma must scatter by 10 degrees about the truth."""
    person = sensor(
        "eye",
        "bearing",
        range_max_m=20_000.0,
        revisit_s=1.0,
        clutter_per_look=0.0,
        noise=Noise(azimuth_sigma_deg=10.0),
    )
    truth = SensorTruth(sensor="eye", form="observer")
    plan = scenario((drones(waypoints=((45.2, 28.1), (45.4, 28.1))),), (truth,))
    targets = fly(plan, PLANE, np.random.default_rng(1))
    seen = sightings(person, truth, targets, plan, PLANE, np.random.default_rng(2))
    off = []
    for target in targets:
        own = seen.target_id == target.id
        state = target.path.at(seen.t_s[own])
        lat, lon = PLANE.geodetic_from_site(state.pos_site_m)
        azimuth = np.degrees(polar_from_geodetic(person, lat, lon, state.alt_ellipsoid_m)[1])
        off.append((seen.azimuth_true_deg[own] - azimuth + 180) % 360 - 180)
    error = np.concatenate(off)
    assert abs(error.std() - 10.0) < 4 * 10.0 / np.sqrt(2 * len(error))
