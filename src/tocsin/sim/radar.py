"""What a turning radar measures of the targets of a scenario, plot by plot along its rotation."""

from typing import NamedTuple, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from tocsin.geo.plane import SitePlane
from tocsin.geo.radar import polar_from_geodetic
from tocsin.model.detection import F64, I64
from tocsin.model.sensor import Noise, Sensor
from tocsin.sim.antenna import TURN_RAD, Rotation, sweep_times
from tocsin.sim.movers import Target, bodies
from tocsin.sim.paths import Path
from tocsin.sim.scenario import Scenario, SensorTruth, WeatherCell, WindFarm
from tocsin.sim.sight import horizon_m

FALSE = -1
"""Target id of a plot that no target gave: noise, turbine or weather."""
TYP_PRIMARY, TYP_MODE_S, TYP_MODE_S_PRIMARY = 1, 5, 7
"""I048/020 TYP: primary only; Mode S roll-call without and with a primary echo."""
FADE_SHARE = 0.1
"""Over the last tenth before the horizon the echo fades out."""
_NO_NOISE = Noise()
Bools = NDArray[np.bool_]
Maybe: TypeAlias = float | None


class RadarPlots(msgspec.Struct, frozen=True, kw_only=True):
    """Plots of one radar ordered by time; n rows."""

    t_s: F64
    """When the beam passed, from the scenario's start."""
    range_m: F64
    azimuth_rad: F64
    typ: I64
    """I048/020 TYP."""
    alt_msl_m: F64
    """Height told by the transponder; NaN where none answered."""
    target_id: I64
    """Whose it is, or `FALSE`."""

    def __len__(self) -> int:
        return len(self.t_s)


class RadarView(NamedTuple):
    """One radar with how it truly errs, ready to look."""

    sensor: Sensor
    truth: SensorTruth
    rotation: Rotation
    plane: SitePlane
    geoid_m: float
    duration_s: float


def view_of(sensor: Sensor, truth: SensorTruth, plane: SitePlane, scenario: Scenario) -> RadarView:
    """Return the radar of a site as the scenario has it."""
    rotation = Rotation(turn_s=truth.turn_s or sensor.revisit_s, north_s=truth.north_at_s)
    return RadarView(sensor, truth, rotation, plane, scenario.geoid_m, scenario.duration_s)


def radar_plots(
    view: RadarView, targets: tuple[Target, ...], scenario: Scenario, rng: np.random.Generator
) -> RadarPlots:
    """Return everything that the radar reports: targets, noise, turbines and weather.

    A target with a transponder answers with the cooperative Pd and echoes with the other; one
    without only echoes. Nothing is seen below the horizon, above the beam, outside the range
    limits, in a target's unseen times or while the radar is silent.
    """
    parts = [_target_plots(view, target, rng) for target in bodies(targets)]
    parts.append(_noise_plots(view, rng))
    parts += [_turbine_plots(view, farm, rng) for farm in scenario.wind_farms]
    parts += [_weather_plots(view, cell, rng) for cell in scenario.weather]
    fields = RadarPlots.__struct_fields__
    joined = {name: np.concatenate([getattr(p, name) for p in parts]) for name in fields}
    kept = ~within(joined["t_s"], view.truth.silent_s)
    order = np.flatnonzero(kept)[np.argsort(joined["t_s"][kept], kind="stable")]
    return RadarPlots(**{name: column[order] for name, column in joined.items()})


def within(t_s: F64, spans_s: tuple[tuple[float, float], ...]) -> Bools:
    """Return which times lie in any of the spans."""
    inside = np.zeros(len(t_s), dtype=np.bool_)
    for begin_s, end_s in spans_s:
        inside |= (t_s >= begin_s) & (t_s < end_s)
    return inside


def exact_polar(view: RadarView, path: Path, t_s: F64) -> tuple[F64, F64, F64]:
    """Return slant range (m), true azimuth and elevation (rad) of a path at times."""
    state = path.at(t_s)
    lat_deg, lon_deg = view.plane.geodetic_from_site(state.pos_site_m)
    return polar_from_geodetic(view.sensor, lat_deg, lon_deg, state.alt_ellipsoid_m)


def echo_prob(view: RadarView, range_m: F64, elevation_rad: F64, alt_msl_m: F64) -> F64:
    """Return the share of Pd that is left at a place: 1 in the open, 0 where it cannot see."""
    sensor = view.sensor
    reach_m = horizon_m(sensor.alt_ellipsoid_m - view.geoid_m, alt_msl_m)
    fade = np.clip((reach_m - range_m) / (FADE_SHARE * reach_m), 0.0, 1.0)
    in_range = (range_m >= sensor.range_min_m) & (range_m <= sensor.range_max_m)
    return np.where(in_range & (np.degrees(elevation_rad) <= sensor.elevation_max_deg), fade, 0.0)


def sigmas(view: RadarView, typ: I64) -> tuple[F64, F64]:
    """Return range (m) and azimuth (rad) noise by plot: the scenario's, else the site's."""
    sensor, truth = view.sensor, view.truth
    range_m, azimuth_deg = np.zeros(len(typ)), np.zeros(len(typ))
    for kind in np.unique(typ).tolist():
        noise = sensor.noise_by_type.get(kind, _NO_NOISE)
        rows = typ == kind
        range_m[rows] = first_given(
            truth.range_sigma_m, noise.range_sigma_m, sensor.noise.range_sigma_m
        )
        azimuth_deg[rows] = first_given(
            truth.azimuth_sigma_deg, noise.azimuth_sigma_deg, sensor.noise.azimuth_sigma_deg
        )
    return range_m, np.radians(azimuth_deg)


def first_given(*choices: Maybe) -> float:
    """Return the first choice that is a number, or 0."""
    return next((value for value in choices if value is not None), 0.0)


def _target_plots(view: RadarView, target: Target, rng: np.random.Generator) -> RadarPlots:
    path = target.path
    t_s = sweep_times(view.rotation, path.t_s, exact_polar(view, path, path.t_s)[1])
    range_m, azimuth_rad, elevation_rad = exact_polar(view, path, t_s)
    alt_msl_m = path.at(t_s).alt_ellipsoid_m - view.geoid_m
    seen_prob = echo_prob(view, range_m, elevation_rad, alt_msl_m)
    seen_prob[within(t_s, target.unseen_s)] = 0.0
    sensor, truth = view.sensor, view.truth
    echo_pd = first_given(truth.pd_noncooperative_prob, sensor.pd_noncooperative_prob)
    answer_pd = first_given(truth.pd_cooperative_prob, sensor.pd_cooperative_prob)
    echoed = rng.random(len(t_s)) < echo_pd * seen_prob
    answered = (rng.random(len(t_s)) < answer_pd * seen_prob) & target.cooperative
    typ = np.where(answered, np.where(echoed, TYP_MODE_S_PRIMARY, TYP_MODE_S), TYP_PRIMARY)
    kept = echoed | answered
    told_m = np.where(answered, alt_msl_m, np.nan)
    return _measured(
        view, t_s[kept], range_m[kept], azimuth_rad[kept], typ[kept], told_m[kept], target.id, rng
    )


def _measured(
    view: RadarView,
    t_s: F64,
    range_m: F64,
    azimuth_rad: F64,
    typ: I64,
    alt_msl_m: F64,
    target_id: int,
    rng: np.random.Generator,
) -> RadarPlots:
    """Return plots with the radar's noise and biases on true polar positions."""
    truth = view.truth
    range_sigma_m, azimuth_sigma_rad = sigmas(view, typ)
    n = len(t_s)
    noisy_m = range_m + truth.range_bias_m + range_sigma_m * rng.normal(0.0, 1.0, n)
    off_rad = np.radians(truth.azimuth_bias_deg) + azimuth_sigma_rad * rng.normal(0.0, 1.0, n)
    return RadarPlots(
        t_s=t_s,
        range_m=np.maximum(noisy_m, 0.0),
        azimuth_rad=(azimuth_rad + off_rad) % TURN_RAD,
        typ=typ.astype(np.int64),
        alt_msl_m=alt_msl_m,
        target_id=np.full(n, target_id, dtype=np.int64),
    )


def _noise_plots(view: RadarView, rng: np.random.Generator) -> RadarPlots:
    """Return false plots, Poisson in each turn, uniform in range and azimuth."""
    sensor = view.sensor
    rate = first_given(view.truth.clutter_per_look, sensor.clutter_per_look)
    begin_rad, end_rad = view.rotation.angle_rad(np.array([0.0, view.duration_s]))
    n = rng.poisson(rate * (end_rad - begin_rad) / TURN_RAD)
    angle_rad = rng.uniform(begin_rad, end_rad, n)
    return RadarPlots(
        t_s=view.rotation.time_s(angle_rad),
        range_m=rng.uniform(sensor.range_min_m, sensor.range_max_m, n),
        azimuth_rad=angle_rad % TURN_RAD,
        typ=np.full(n, TYP_PRIMARY, dtype=np.int64),
        alt_msl_m=np.full(n, np.nan),
        target_id=np.full(n, FALSE, dtype=np.int64),
    )


def _turbine_plots(view: RadarView, farm: WindFarm, rng: np.random.Generator) -> RadarPlots:
    """Return the plots of a wind farm: the same places again and again, some each turn."""
    centre_m = view.plane.site_from_geodetic(*farm.centre)
    pos_m = centre_m + rng.uniform(-farm.spread_m, farm.spread_m, (farm.turbines, 2))
    lat_deg, lon_deg = view.plane.geodetic_from_site(pos_m)
    polar = polar_from_geodetic(view.sensor, lat_deg, lon_deg, farm.hub_msl_m + view.geoid_m)
    hub_msl_m = np.full(farm.turbines, farm.hub_msl_m)
    seen_prob = farm.plot_prob * echo_prob(view, polar[0], polar[2], hub_msl_m)
    turns = int(view.duration_s / view.rotation.turn_s)
    turn, turbine = np.nonzero(rng.random((turns, farm.turbines)) < seen_prob)
    begin_rad = np.ceil(view.rotation.angle_rad(np.zeros(1))[0] / TURN_RAD) * TURN_RAD
    t_s = view.rotation.time_s(begin_rad + TURN_RAD * turn + polar[1][turbine])
    return _false(view, t_s, polar[0][turbine], polar[1][turbine], rng)


def _weather_plots(view: RadarView, cell: WeatherCell, rng: np.random.Generator) -> RadarPlots:
    """Return the plots of a drifting cell, normal about its middle, Poisson in each turn."""
    end_s = min(cell.to_s, view.duration_s)
    turns = max(end_s - cell.from_s, 0.0) / view.rotation.turn_s
    n = rng.poisson(cell.plots_per_look * turns)
    about_s = rng.uniform(cell.from_s, max(end_s, cell.from_s), n)
    to_rad = np.radians(cell.drift_to_deg)
    drift_m = cell.drift_mps * about_s[:, None] * np.array([np.sin(to_rad), np.cos(to_rad)])
    centre_m = view.plane.site_from_geodetic(*cell.centre)
    pos_m = centre_m + drift_m + rng.normal(0.0, cell.sigma_m, (n, 2))
    lat_deg, lon_deg = view.plane.geodetic_from_site(pos_m)
    polar = polar_from_geodetic(view.sensor, lat_deg, lon_deg, 1_000.0 + view.geoid_m)
    seen = echo_prob(view, polar[0], polar[2], np.full(n, 1_000.0)) > 0.0
    whole = np.floor(view.rotation.angle_rad(about_s) / TURN_RAD) * TURN_RAD
    t_s = view.rotation.time_s(whole + polar[1])
    return _false(view, t_s[seen], polar[0][seen], polar[1][seen], rng)


def _false(
    view: RadarView, t_s: F64, range_m: F64, azimuth_rad: F64, rng: np.random.Generator
) -> RadarPlots:
    in_time = (t_s >= 0.0) & (t_s < view.duration_s)
    n = int(in_time.sum())
    typ = np.full(n, TYP_PRIMARY, dtype=np.int64)
    return _measured(
        view,
        t_s[in_time],
        range_m[in_time],
        azimuth_rad[in_time],
        typ,
        np.full(n, np.nan),
        FALSE,
        rng,
    )
