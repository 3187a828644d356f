"""Simulated drones into a real CAT048 recording: same radar, same rotation, no transponder.

What is made is synthetic and says so in its truth; the real records keep every byte and their
order. A made record is a block of its own with items 010, 140, 020 (TYP 1, primary only) and 040.
"""

import msgspec
import numpy as np

from tocsin.geo.plane import SitePlane
from tocsin.geo.radar import polar_from_geodetic
from tocsin.model.detection import F64, I64
from tocsin.model.errors import BadInput
from tocsin.model.sensor import Sensor
from tocsin.sim.antenna import TURN_RAD, Rotation, fit_rotation, sweep_times
from tocsin.sim.paths import Path
from tocsin.sim.recording import Records
from tocsin.sim.writers.cat048 import primary_blocks
from tocsin.sim.writers.packing import DAY_S

FALSE = -1
"""Target id of a false plot."""
REAL = -2
"""Target id of a record that was in the recording."""
STEP_S = 0.5
"""Step of the simulated flight."""
PLOTS_NEEDED = 50
"""With fewer real plots the rotation cannot be told."""


class InjectSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many drones, how they fly and how the radar sees them."""

    drones: int = 10
    speed_mps: float = 50.0
    meander_degps: float = 1.0
    """Largest rate of turn."""
    range_min_m: float = 10_000.0
    range_max_m: float = 60_000.0
    alt_min_m: float = 300.0
    alt_max_m: float = 1_000.0
    starts_within_s: float = 600.0
    """Drones appear between the first minute and this time; all fly to the end."""
    pd_prob: float = 0.8
    range_sigma_m: float = 60.0
    azimuth_sigma_deg: float = 0.1
    false_per_look: float = 5.0
    """Mean number of false plots a turn, uniform in range and azimuth."""
    false_range_min_m: float = 1_000.0
    false_range_max_m: float = 110_000.0


class MadePlots(msgspec.Struct, frozen=True, kw_only=True):
    """Made plots ordered by time; n rows."""

    t_s: F64
    """Time of day, unwrapped as the recording is."""
    range_m: F64
    azimuth_rad: F64
    target_id: I64
    """Number of the drone, or `FALSE`."""


class Injection(msgspec.Struct, frozen=True, kw_only=True):
    """A recording with drones in it, and what is true about it."""

    data: bytes
    target_id: I64
    """shape (CAT048 records of `data`,): `REAL`, `FALSE` or the number of the drone."""
    t_s: F64
    """The same shape, time of day of each record, unwrapped."""
    plots: MadePlots
    paths: tuple[Path, ...]
    """Truth in the plane about the radar."""
    rotation: Rotation


def inject(
    data: bytes,
    records: Records,
    *,
    radar: Sensor,
    source: tuple[int, int],
    settings: InjectSettings,
    rng: np.random.Generator,
) -> Injection:
    """Return the recording with drones and false plots merged in by time.

    Args:
        data: the recording, raw blocks.
        records: columns of its records.
        radar: where its antenna stands; noise and Pd come from the settings.
        source: SAC and SIC of the radar.
        settings: what to add.
        rng: draws everything that is random.

    Raises:
        BadInput: too few plots to tell the radar's rotation.
    """
    t_s = unwrap_tod(records.tod_s)
    known = np.isfinite(records.azimuth_rad) & np.isfinite(t_s)
    if known.sum() < PLOTS_NEEDED:
        raise BadInput(
            f"only {known.sum()} plots with time and azimuth",
            where="recording to inject into",
            remedy=f"Give a CAT048 recording with at least {PLOTS_NEEDED} plots.",
        )
    rotation = fit_rotation(t_s[known], records.azimuth_rad[known])
    span = (float(np.nanmin(t_s)), float(np.nanmax(t_s)))
    paths = meander(radar, span, settings, rng)
    plots = _by_time(
        [
            *(drone_plots(path, radar, rotation, settings, rng) for path in paths),
            false_plots(span, rotation, settings, rng),
        ]
    )
    merged, target_id, t_all_s = _merge(data, records.block_offset, t_s, plots, source)
    return Injection(
        data=merged, target_id=target_id, t_s=t_all_s, plots=plots, paths=paths, rotation=rotation
    )


def unwrap_tod(tod_s: F64) -> F64:
    """Return times of day that run on over midnight; small steps back stay as they are."""
    step_s = np.diff(tod_s, prepend=tod_s[:1])
    days = np.cumsum((step_s < -DAY_S / 2).astype(int) - (step_s > DAY_S / 2).astype(int))
    return np.asarray(tod_s + DAY_S * days)


def meander(
    radar: Sensor, span_s: tuple[float, float], settings: InjectSettings, rng: np.random.Generator
) -> tuple[Path, ...]:
    """Return drones that wind about inside a ring around the radar, each at its own height.

    The turn rate swings with a period of one to four minutes and never exceeds the setting;
    near the ring's edges it is held so as to come back. Heights are over the antenna's.
    """
    n = settings.drones
    t_s = np.arange(span_s[0], span_s[1] + STEP_S, STEP_S)
    pos_m, heading_rad = _wind_about(len(t_s), settings, rng)
    latest_s = min(settings.starts_within_s, 0.5 * (span_s[1] - span_s[0]))
    starts_s = span_s[0] + rng.uniform(min(60.0, latest_s), latest_s, n)
    alt_m = rng.uniform(settings.alt_min_m, settings.alt_max_m, n) + radar.alt_ellipsoid_m
    return tuple(
        Path(
            target_id=i,
            t_s=t_s[begin:],
            pos_site_m=np.ascontiguousarray(pos_m[begin:, i]),
            vel_site_mps=settings.speed_mps * _unit(heading_rad[begin:, i]),
            alt_ellipsoid_m=np.full(len(t_s) - begin, alt_m[i]),
        )
        for i, begin in enumerate(np.searchsorted(t_s, starts_s))
    )


def _wind_about(steps: int, settings: InjectSettings, rng: np.random.Generator) -> tuple[F64, F64]:
    """Return positions, shape (steps, drones, 2), and headings, shape (steps, drones)."""
    n = settings.drones
    width_m = settings.range_max_m - settings.range_min_m
    range_m = settings.range_min_m + rng.uniform(0.1, 0.9, n) * width_m
    pos_m = range_m[:, None] * _unit(rng.uniform(0.0, TURN_RAD, n))
    heading_rad = rng.uniform(0.0, TURN_RAD, n)
    swing_rad = TURN_RAD * STEP_S / rng.uniform(60.0, 240.0, n)
    phase_rad = rng.uniform(0.0, TURN_RAD, n)
    limit_rad = np.radians(settings.meander_degps) * STEP_S
    positions, headings = np.empty((steps, n, 2)), np.empty((steps, n))
    for k in range(steps):
        positions[k], headings[k] = pos_m, heading_rad
        turn_rad = limit_rad * np.sin(swing_rad * k + phase_rad)
        turn_rad = _kept_in_ring(pos_m, heading_rad, turn_rad, limit_rad, settings)
        pos_m = pos_m + settings.speed_mps * STEP_S * _unit(heading_rad + 0.5 * turn_rad)
        heading_rad = heading_rad + turn_rad
    return positions, headings


def drone_plots(
    path: Path,
    radar: Sensor,
    rotation: Rotation,
    settings: InjectSettings,
    rng: np.random.Generator,
) -> MadePlots:
    """Return the plots of one drone: one a turn when the beam passes, lost with 1 - Pd."""
    seen_t_s = sweep_times(rotation, path.t_s, _polar(path, path.t_s, radar)[1])
    t_s = seen_t_s[rng.random(len(seen_t_s)) < settings.pd_prob]
    range_m, azimuth_rad = _polar(path, t_s, radar)
    azimuth_sigma_rad = np.radians(settings.azimuth_sigma_deg)
    return MadePlots(
        t_s=t_s,
        range_m=range_m + rng.normal(0.0, settings.range_sigma_m, len(t_s)),
        azimuth_rad=(azimuth_rad + rng.normal(0.0, azimuth_sigma_rad, len(t_s))) % TURN_RAD,
        target_id=np.full(len(t_s), path.target_id, dtype=np.int64),
    )


def false_plots(
    span_s: tuple[float, float],
    rotation: Rotation,
    settings: InjectSettings,
    rng: np.random.Generator,
) -> MadePlots:
    """Return false plots, Poisson in each turn, uniform in range and azimuth."""
    begin_rad, end_rad = rotation.angle_rad(np.array(span_s))
    turns = (end_rad - begin_rad) / TURN_RAD
    angle_rad = rng.uniform(begin_rad, end_rad, rng.poisson(settings.false_per_look * turns))
    span_m = (settings.false_range_min_m, settings.false_range_max_m)
    return MadePlots(
        t_s=rotation.time_s(angle_rad),
        range_m=rng.uniform(*span_m, len(angle_rad)),
        azimuth_rad=angle_rad % TURN_RAD,
        target_id=np.full(len(angle_rad), FALSE, dtype=np.int64),
    )


def _polar(path: Path, t_s: F64, radar: Sensor) -> tuple[F64, F64]:
    """Return slant range and azimuth of the drone as the radar would measure them exactly."""
    state = path.at(t_s)
    plane = SitePlane(radar.lat_deg, radar.lon_deg)
    lat_deg, lon_deg = plane.geodetic_from_site(state.pos_site_m)
    range_m, azimuth_rad, _ = polar_from_geodetic(radar, lat_deg, lon_deg, state.alt_ellipsoid_m)
    return range_m, azimuth_rad


def _kept_in_ring(
    pos_m: F64, heading_rad: F64, turn_rad: F64, limit_rad: F64, settings: InjectSettings
) -> F64:
    """Return the turn, replaced by one back towards the ring's middle near its edges."""
    range_m = np.hypot(pos_m[:, 0], pos_m[:, 1])
    width_m = settings.range_max_m - settings.range_min_m
    outward_rad = np.arctan2(pos_m[:, 0], pos_m[:, 1])
    far = range_m > settings.range_max_m - 0.1 * width_m
    near = range_m < settings.range_min_m + 0.1 * width_m
    wanted_rad = np.where(far, outward_rad + np.pi, outward_rad)
    off_rad = (wanted_rad - heading_rad + np.pi) % TURN_RAD - np.pi
    back_rad = np.clip(off_rad, -limit_rad, limit_rad)
    return np.where((far | near) & (np.abs(off_rad) > np.pi / 3), back_rad, turn_rad)


def _unit(angle_rad: F64) -> F64:
    return np.stack([np.sin(angle_rad), np.cos(angle_rad)], axis=-1)


def _by_time(parts: list[MadePlots]) -> MadePlots:
    fields = MadePlots.__struct_fields__
    joined = {name: np.concatenate([getattr(p, name) for p in parts]) for name in fields}
    order = np.argsort(joined["t_s"], kind="stable")
    return MadePlots(**{name: column[order] for name, column in joined.items()})


def _merge(
    data: bytes, block_offset: I64, t_s: F64, plots: MadePlots, source: tuple[int, int]
) -> tuple[bytes, I64, F64]:
    """Put each made block before the first real block that comes after it.

    Real records jitter in time by up to half a second; a made one goes where the latest time so
    far has reached its own, so that the merged file is no more out of order than the real one.
    """
    blocks = primary_blocks(plots.t_s, plots.range_m, plots.azimuth_rad, source)
    starts, first = np.unique(block_offset, return_index=True)
    reached_s = np.maximum.accumulate(np.where(np.isfinite(t_s), t_s, -np.inf))[first]
    before = np.searchsorted(reached_s, plots.t_s, side="left")
    ends = np.append(starts[1:], len(data))
    cuts = np.searchsorted(before, np.arange(len(starts) + 1))
    parts: list[bytes] = [data[: starts[0]]]
    for k, (begin, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        parts.extend(blocks[cuts[k] : cuts[k + 1]])
        parts.append(data[begin:end])
    parts.extend(blocks[cuts[-1] :])
    place = np.append(first, len(t_s))[before]
    target_id = np.insert(np.full(len(t_s), REAL, dtype=np.int64), place, plots.target_id)
    return b"".join(parts), target_id, np.insert(t_s, place, plots.t_s)
