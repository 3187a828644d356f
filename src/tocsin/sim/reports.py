"""What sensors without an antenna of their own report: broadcasts, other centres' tracks, people.

Three kinds. ADS-B stations repeat what a transponder broadcasts. A neighbouring centre sends
system tracks of what its own sensors hold. Observers and acoustic nodes see or hear something
near: a bearing, or just that it is there, as late as sound takes to come.
"""

import msgspec
import numpy as np

from tocsin.geo.plane import SitePlane
from tocsin.geo.radar import polar_from_geodetic
from tocsin.model.detection import F64, I64
from tocsin.model.sensor import Sensor
from tocsin.sim.movers import Target, bodies
from tocsin.sim.radar import FALSE, first_given, within
from tocsin.sim.scenario import Scenario, SensorTruth
from tocsin.sim.sight import horizon_m

SOUND_MPS = 340.0
"""Speed of sound near the ground at 15 degrees Celsius."""


class PositionReports(msgspec.Struct, frozen=True, kw_only=True):
    """Reports of positions ordered by time; n rows."""

    t_s: F64
    """Time of applicability, from the scenario's start."""
    lat_deg: F64
    lon_deg: F64
    alt_msl_m: F64
    """As reported; NaN where the reporter does not know."""
    east_mps: F64
    north_mps: F64
    target_id: I64

    def __len__(self) -> int:
        return len(self.t_s)


_NO_REPORTS = PositionReports(
    **{name: np.zeros(0) for name in PositionReports.__struct_fields__ if name != "target_id"},
    target_id=np.zeros(0, dtype=np.int64),
)


class Sightings(msgspec.Struct, frozen=True, kw_only=True):
    """Bearings or presences ordered by time; n rows."""

    t_s: F64
    """When it was seen or heard."""
    azimuth_true_deg: F64
    """NaN where only presence is known."""
    target_id: I64

    def __len__(self) -> int:
        return len(self.t_s)


def broadcasts(
    sensor: Sensor,
    truth: SensorTruth,
    targets: tuple[Target, ...],
    scenario: Scenario,
    plane: SitePlane,
    rng: np.random.Generator,
) -> PositionReports:
    """Return ADS-B reports of cooperative targets in view, about one an update interval."""
    carried = tuple(t for t in targets if t.cooperative)
    pd_prob = first_given(truth.pd_cooperative_prob, sensor.pd_cooperative_prob)
    return _reports(sensor, truth, carried, pd_prob, scenario, plane, rng)


def centre_tracks(
    sensor: Sensor,
    truth: SensorTruth,
    targets: tuple[Target, ...],
    scenario: Scenario,
    plane: SitePlane,
    rng: np.random.Generator,
) -> PositionReports:
    """Return system tracks of another centre: one of each target that it holds, each update.

    Heights are known of cooperative targets only.
    """
    parts = []
    for cooperative in (True, False):
        some = tuple(t for t in bodies(targets) if t.cooperative == cooperative)
        own = sensor.pd_cooperative_prob if cooperative else sensor.pd_noncooperative_prob
        told = truth.pd_cooperative_prob if cooperative else truth.pd_noncooperative_prob
        made = _reports(sensor, truth, some, first_given(told, own), scenario, plane, rng)
        hidden = made.alt_msl_m if cooperative else np.full(len(made), np.nan)
        parts.append(msgspec.structs.replace(made, alt_msl_m=hidden))
    return _by_time(parts)


def sightings(
    sensor: Sensor,
    truth: SensorTruth,
    targets: tuple[Target, ...],
    scenario: Scenario,
    plane: SitePlane,
    rng: np.random.Generator,
) -> Sightings:
    """Return what an observer or an acoustic node reports, false alarms with it."""
    bearing = sensor.kind == "bearing"
    sigma_deg = first_given(truth.azimuth_sigma_deg, sensor.noise.azimuth_sigma_deg)
    parts_t, parts_azimuth, parts_id = [], [], []
    for target in bodies(targets):
        t_s = _looks(sensor, truth, target, rng)
        lat_deg, lon_deg, alt_m = _geodetic(target, t_s, plane)
        range_m, azimuth_rad, _ = polar_from_geodetic(sensor, lat_deg, lon_deg, alt_m)
        pd_prob = first_given(truth.pd_noncooperative_prob, sensor.pd_noncooperative_prob)
        near = (range_m <= sensor.range_max_m) & (rng.random(len(t_s)) < pd_prob)
        delay_s = 0.0 if bearing else range_m[near] / SOUND_MPS
        parts_t.append(t_s[near] + delay_s)
        noisy_deg = np.degrees(azimuth_rad[near]) + sigma_deg * rng.normal(0.0, 1.0, near.sum())
        parts_azimuth.append(noisy_deg % 360.0 if bearing else np.full(near.sum(), np.nan))
        parts_id.append(np.full(near.sum(), target.id, dtype=np.int64))
    false = rng.poisson(
        first_given(truth.clutter_per_look, sensor.clutter_per_look)
        * scenario.duration_s
        / (truth.turn_s or sensor.revisit_s)
    )
    parts_t.append(rng.uniform(0.0, scenario.duration_s, false))
    parts_azimuth.append(rng.uniform(0, 360, false) if bearing else np.full(false, np.nan))
    parts_id.append(np.full(false, FALSE, dtype=np.int64))
    t_s = np.concatenate(parts_t)
    kept = ~within(t_s, truth.silent_s) & (t_s < scenario.duration_s)
    order = np.flatnonzero(kept)[np.argsort(t_s[kept], kind="stable")]
    return Sightings(
        t_s=t_s[order],
        azimuth_true_deg=np.concatenate(parts_azimuth)[order],
        target_id=np.concatenate(parts_id)[order],
    )


def _reports(
    sensor: Sensor,
    truth: SensorTruth,
    targets: tuple[Target, ...],
    pd_prob: float,
    scenario: Scenario,
    plane: SitePlane,
    rng: np.random.Generator,
) -> PositionReports:
    sigma_m = first_given(truth.position_sigma_m, sensor.noise.position_sigma_m)
    return _by_time(
        [_one(sensor, truth, t, pd_prob, sigma_m, scenario, plane, rng) for t in targets]
    )


def _one(
    sensor: Sensor,
    truth: SensorTruth,
    target: Target,
    pd_prob: float,
    sigma_m: float,
    scenario: Scenario,
    plane: SitePlane,
    rng: np.random.Generator,
) -> PositionReports:
    """Return the reports of one target in view of the sensor."""
    t_s = _looks(sensor, truth, target, rng)
    lat_deg, lon_deg, alt_m = _geodetic(target, t_s, plane)
    range_m, _, _ = polar_from_geodetic(sensor, lat_deg, lon_deg, alt_m)
    alt_msl_m = alt_m - scenario.geoid_m
    reach_m = horizon_m(sensor.alt_ellipsoid_m - scenario.geoid_m, alt_msl_m)
    kept = (range_m <= np.minimum(reach_m, sensor.range_max_m)) & (rng.random(len(t_s)) < pd_prob)
    kept &= ~within(t_s, truth.silent_s) & ~within(t_s, target.unseen_s)
    state = target.path.at(t_s[kept])
    noisy_m = state.pos_site_m + sigma_m * rng.normal(0.0, 1.0, (int(kept.sum()), 2))
    lat_deg, lon_deg = plane.geodetic_from_site(noisy_m)
    true_mps = true_velocity(plane, lat_deg, lon_deg, state.vel_site_mps)
    return PositionReports(
        t_s=t_s[kept],
        lat_deg=lat_deg,
        lon_deg=lon_deg,
        alt_msl_m=alt_msl_m[kept],
        east_mps=true_mps[:, 0],
        north_mps=true_mps[:, 1],
        target_id=np.full(int(kept.sum()), target.id, dtype=np.int64),
    )


def true_velocity(plane: SitePlane, lat_deg: F64, lon_deg: F64, vel_site_mps: F64) -> F64:
    """Turn velocities of the site plane to true east and north; shape (n, 2)."""
    turn_rad = plane.convergence_rad(lat_deg, lon_deg)
    sin, cos = np.sin(turn_rad), np.cos(turn_rad)
    east, north = vel_site_mps[:, 0], vel_site_mps[:, 1]
    return np.stack([east * cos + north * sin, north * cos - east * sin], axis=-1)


def _looks(sensor: Sensor, truth: SensorTruth, target: Target, rng: np.random.Generator) -> F64:
    """Return times of updates of one target: steady, from a random start, a little uneven."""
    every_s = truth.turn_s or sensor.revisit_s
    begin_s, end_s = float(target.path.t_s[0]), float(target.path.t_s[-1])
    t_s = np.arange(begin_s + rng.uniform(0.0, every_s), end_s, every_s)
    return np.clip(t_s + rng.uniform(-0.05, 0.05, len(t_s)) * every_s, begin_s, end_s)


def _geodetic(target: Target, t_s: F64, plane: SitePlane) -> tuple[F64, F64, F64]:
    state = target.path.at(t_s)
    lat_deg, lon_deg = plane.geodetic_from_site(state.pos_site_m)
    return lat_deg, lon_deg, state.alt_ellipsoid_m


def _by_time(parts: list[PositionReports]) -> PositionReports:
    names = PositionReports.__struct_fields__
    joined = {n: np.concatenate([getattr(p, n) for p in (_NO_REPORTS, *parts)]) for n in names}
    order = np.argsort(joined["t_s"], kind="stable")
    return PositionReports(**{name: column[order] for name, column in joined.items()})
