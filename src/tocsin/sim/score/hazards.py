"""What could truly have hurt somebody: the targets of a scenario that told nobody who they were.

Birds, balloons and everything with a transponder of its own are left out. Times are Unix
nanoseconds; positions are in the site plane.
"""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
from scipy.spatial import cKDTree

from tocsin.geo.plane import SitePlane
from tocsin.model.detection import F64, I64
from tocsin.model.place import Place
from tocsin.sim.score.pictures import read_table

HARMLESS = ("bird", "other")
RADIUS_M = 3_000.0
"""Within so much of a place's centre something has come to it: the radius of its threat."""
NEAR_RATIO = 2.0
"""So many radii away is still near: a draft for it was not for nothing."""
THIN_S = 5
"""Candidate places are looked for along a path thinned so much."""


class Hazard(msgspec.Struct, frozen=True, kw_only=True):
    """One target's true flight, about once a second."""

    target_id: int
    t_ns: I64
    """shape (n,), ascending."""
    pos_site_m: F64
    """shape (n, 2), east north."""
    vel_site_mps: F64
    """shape (n, 2)."""


class Near(msgspec.Struct, frozen=True, kw_only=True):
    """When one hazard was near a zone: within two radii of one of its places."""

    target_id: int
    zone_id: str
    t_ns: I64
    """shape (k,), ascending."""
    away_m: F64
    """shape (k,), distance to the nearest place of the zone."""

    def first_ns(self, radius_m: float = RADIUS_M) -> int | None:
        """Return when it first came within the radius, or None."""
        inside = np.flatnonzero(self.away_m <= radius_m)
        return int(self.t_ns[inside[0]]) if len(inside) else None

    def came(self, from_ns: int, to_ns: int, radius_m: float = RADIUS_M) -> bool:
        """Say whether it was within the radius at some time between two times."""
        between = (self.t_ns >= from_ns) & (self.t_ns <= to_ns)
        return bool(np.any(self.away_m[between] <= radius_m))


def read_hazards(truth: Path, plane: SitePlane) -> tuple[Hazard, ...]:
    """Return the hazards of a `truth.parquet`, ascending by id.

    Raises:
        BadInput: the file cannot be read.
    """
    table = read_table(truth)
    kind = np.array(table["kind"].to_pylist())
    rows = ~table["cooperative"].to_numpy(zero_copy_only=False) & ~np.isin(kind, HARMLESS)
    names = ("target_id", "t_ns", "lat_deg", "lon_deg", "ve_mps", "vn_mps")
    target, t_ns, lat_deg, lon_deg, east_mps, north_mps = (
        table[name].to_numpy()[rows] for name in names
    )
    pos_m = plane.site_from_geodetic(lat_deg, lon_deg)
    vel_mps = _on_plane(plane, lat_deg, lon_deg, east_mps, north_mps)
    return tuple(
        Hazard(target_id=int(i), t_ns=t_ns[own], pos_site_m=pos_m[own], vel_site_mps=vel_mps[own])
        for i in np.unique(target)
        for own in [np.flatnonzero(target == i)]
    )


def nearness(
    hazards: Sequence[Hazard], places: Sequence[Place], *, radius_m: float = RADIUS_M
) -> tuple[Near, ...]:
    """Return when each hazard was within two radii of each zone's places, by hazard and zone."""
    own = [place for place in places if place.zone]
    if not own:
        return ()
    pos_m = np.array([place.pos_site_m for place in own])
    tree = cKDTree(pos_m)
    reach_m = NEAR_RATIO * radius_m
    return tuple(
        near for hazard in hazards for near in _near_zones(hazard, own, pos_m, tree, reach_m)
    )


def _near_zones(
    hazard: Hazard, places: list[Place], pos_m: F64, tree: cKDTree, reach_m: float
) -> list[Near]:
    thin = np.concatenate([hazard.pos_site_m[::THIN_S], hazard.pos_site_m[-1:]])
    fastest_mps = float(np.hypot(*hazard.vel_site_mps.T).max())
    found = tree.query_ball_point(thin, reach_m + THIN_S * fastest_mps)
    zones: dict[str, list[int]] = {}
    for row in sorted({row for rows in found for row in rows}):
        zones.setdefault(places[row].zone, []).append(row)
    nears = [_near(hazard, zone_id, pos_m[rows], reach_m) for zone_id, rows in zones.items()]
    return [near for near in nears if len(near.t_ns)]


def _near(hazard: Hazard, zone_id: str, places_m: F64, reach_m: float) -> Near:
    offset_m = hazard.pos_site_m[:, None] - places_m
    away_m = np.hypot(offset_m[..., 0], offset_m[..., 1]).min(axis=1)
    rows = away_m <= reach_m
    return Near(
        target_id=hazard.target_id,
        zone_id=zone_id,
        t_ns=hazard.t_ns[rows],
        away_m=away_m[rows],
    )


def _on_plane(plane: SitePlane, lat_deg: F64, lon_deg: F64, east_mps: F64, north_mps: F64) -> F64:
    """Turn true east and north to those of the plane; shape (n, 2)."""
    turn_rad = plane.convergence_rad(lat_deg, lon_deg)
    sin, cos = np.sin(turn_rad), np.cos(turn_rad)
    east, north = east_mps * cos - north_mps * sin, east_mps * sin + north_mps * cos
    return np.stack([east, north], axis=-1)
