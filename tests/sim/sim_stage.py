"""A small synthetic stage that several tests play on."""

import datetime as dt

from tocsin.geo.plane import SitePlane
from tocsin.model.sensor import Noise, Sensor, SensorKind
from tocsin.sim.scenario import Mover, Scenario, SensorTruth

PLANE = SitePlane(45.4, 28.1)
START = dt.datetime(2026, 5, 28, 22, 20, tzinfo=dt.UTC)


def sensor(sensor_id: str, kind: SensorKind, **changes: object) -> Sensor:
    """Return a sensor near the plane's centre."""
    usual: dict[str, object] = {
        "id": sensor_id,
        "kind": kind,
        "lat_deg": 45.3,
        "lon_deg": 28.0,
        "alt_ellipsoid_m": 100.0,
        "pos_site_m": tuple(PLANE.site_from_geodetic(45.3, 28.0).tolist()),
        "convergence_rad": float(PLANE.convergence_rad(45.3, 28.0)),
        "pd_cooperative_prob": 0.97,
        "pd_noncooperative_prob": 0.8,
        "revisit_s": 4.0,
        "range_min_m": 500.0,
        "range_max_m": 120_000.0,
        "elevation_max_deg": 45.0,
        "clutter_per_look": 10.0,
        "noise": Noise(range_sigma_m=50.0, azimuth_sigma_deg=0.1, position_sigma_m=20.0),
        "noise_by_type": {},
        "note": "synthetic, for tests",
    }
    return Sensor(**(usual | changes))


def scenario(
    movers: tuple[Mover, ...], sensors: tuple[SensorTruth, ...] = (), **changes: object
) -> Scenario:
    """Return a scenario of half an hour."""
    usual: dict[str, object] = {
        "title": "test",
        "label": "synthetic, for tests",
        "site": "none.toml",
        "start": START,
        "duration_s": 1800.0,
        "seed": 5,
        "geoid_m": 37.0,
        "movers": movers,
        "sensors": sensors,
    }
    return Scenario(**(usual | changes))


def drones(**changes: object) -> Mover:
    """Return a group of drones on an easy route."""
    usual: dict[str, object] = {
        "id": "drones",
        "kind": "drone",
        "count": 5,
        "waypoints": ((45.0, 28.6), (45.4, 28.3), (45.6, 28.0)),
        "spread_m": 500.0,
        "speed_mps": 50.0,
        "speed_sigma_mps": 2.0,
        "alt_msl_m": 500.0,
    }
    return Mover(**(usual | changes))
