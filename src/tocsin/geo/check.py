"""What a layer must be before it may decide anything: finite, in range, valid, near the site."""

from collections.abc import Sequence
from typing import Any, NamedTuple, NoReturn

import numpy as np
import shapely
from numpy.typing import NDArray

from tocsin.geo.plane import SitePlane
from tocsin.model.errors import BadInput

F64 = NDArray[np.float64]

HOLES_LIMIT = 20
"""Enclaves are few (the outlines used here have at most one); an outline with inland water cut
out has hundreds of holes, and distances to it are distances to lake shores."""
REACH_M = 500_000.0
"""A layer that comes nowhere nearer to the site centre than this belongs to another site."""
_EXCHANGE = "Write positions as longitude, latitude in degrees."
_MEND = "Repair it in a GIS (fix geometries) and look at the result on a map."


class Feature(NamedTuple):
    """One feature of a layer: WGS84 lon, lat degrees."""

    where: str
    """File, and number of the feature in it."""
    properties: dict[str, Any]
    geometry: shapely.Geometry

    def refuse(self, what: str, remedy: str) -> NoReturn:
        """Raise BadInput about this feature."""
        raise BadInput(what, where=self.where, remedy=remedy)


def check_coordinates(feature: Feature) -> None:
    """Refuse nothing, NaN, infinity and degrees that are none."""
    if feature.geometry is None or feature.geometry.is_empty:
        feature.refuse("the geometry is empty", "Delete the feature or draw its shape.")
    lonlat_deg = shapely.get_coordinates(feature.geometry)
    if not np.isfinite(lonlat_deg).all():
        feature.refuse("a coordinate is NaN or infinite", _MEND)
    lon_deg, lat_deg = lonlat_deg[:, 0], lonlat_deg[:, 1]
    for wrong in (np.abs(lat_deg) > 90.0, np.abs(lon_deg) > 180.0):
        if wrong.any():
            lon, lat = lonlat_deg[wrong][0]
            feature.refuse(f"longitude {lon:g}, latitude {lat:g} is out of range", _EXCHANGE)


def check_near(features: Sequence[Feature], plane: SitePlane) -> None:
    """Refuse a layer that lies far from the site, as exchanged coordinates do."""
    lonlat_deg = np.concatenate([shapely.get_coordinates(f.geometry) for f in features])
    far_m, exchanged_m = (
        float(np.hypot(*plane.site_from_geodetic(lat, lon).T).min())
        for lat, lon in (lonlat_deg.T[::-1], np.clip(lonlat_deg.T, -90.0, 90.0))
    )
    if far_m <= REACH_M:
        return
    if exchanged_m <= REACH_M:
        features[0].refuse("latitude and longitude are exchanged", _EXCHANGE)
    features[0].refuse(
        f"the layer comes no nearer than {far_m / 1e3:.0f} km to the site centre",
        "Give a layer of this site, or mend lat_deg and lon_deg of [site].",
    )


def check_polygon(feature: Feature) -> None:
    """Refuse what is no polygon, crosses itself or has inland water cut out."""
    kind = feature.geometry.geom_type
    if kind not in ("Polygon", "MultiPolygon"):
        feature.refuse(f"a polygon is needed, not a {kind}", "Give a layer of polygons.")
    if not shapely.is_valid(feature.geometry):
        reason = shapely.is_valid_reason(feature.geometry).replace("[", " at [")
        feature.refuse(f"the polygon is invalid ({reason}, lon lat)", _MEND)
    holes = int(shapely.get_num_interior_rings(shapely.get_parts(feature.geometry)).sum())
    if holes > HOLES_LIMIT:
        feature.refuse(
            f"the polygon has {holes} holes: inland water is cut out of it, so that lakes would "
            "lie abroad",
            "Take outlines that hold inland waters (the `maritime` kind, never `land`).",
        )


def check_line(feature: Feature) -> None:
    """Refuse what is no line or crosses itself."""
    kind = feature.geometry.geom_type
    if kind not in ("LineString", "MultiLineString"):
        feature.refuse(f"a line is needed, not a {kind}", "Give a layer of lines.")
    for part in shapely.get_parts(feature.geometry):
        if part.length == 0.0:
            feature.refuse("a part of the line has no length", _MEND)
        if not shapely.is_simple(part):
            lon, lat = _self_crossing(part)
            feature.refuse(f"the line crosses itself near longitude {lon:.5f}, latitude {lat:.5f}",
                           _MEND)  # fmt: skip


def _self_crossing(line: shapely.Geometry) -> tuple[float, float]:
    """Find one point where a line that is not simple meets itself."""
    noded = shapely.node(line)
    begins_ends = np.concatenate(
        [shapely.get_coordinates(part)[[0, -1]] for part in shapely.get_parts(noded)]
    )
    points, meetings = np.unique(begins_ends, axis=0, return_counts=True)
    lon, lat = points[int(np.argmax(meetings))]
    return float(lon), float(lat)
