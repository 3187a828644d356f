"""The outline of a zone as a network takes it: few corners, and nobody of the zone left outside.

Networks and phones take polygons of few corners (the American weather service draws at most 20).
Ordinary simplification cuts people off; here the outline only grows, and the growth is told.
"""

from collections.abc import Mapping, Sequence
from math import ceil, cos, radians
from typing import Any

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.polygon import orient

from tocsin.geo.corners import fewer_corners, filled
from tocsin.model.place import Place, Zone

F64 = NDArray[np.float64]
LonLat = tuple[float, float]
Rings = tuple[tuple[LonLat, ...], ...]

CORNERS = 20
"""Default limit of corners, all rings of a zone together, closing points not counted."""
DECIMALS = 4
"""Default decimals of a degree: about 11 m."""
_CORNERS_A_PART = 5
"""A zone of more parts than this allows gets bridges between them."""
_CORNERS_AT_ONCE = 150
"""What has more corners is first thinned by an even distance, which is quicker."""
_DOUBLINGS = 20
_ROUNDED_RATIO = 0.75
"""Rounding moves a corner by at most sqrt(2) / 2 of the last decimal."""


class Outline(msgspec.Struct, frozen=True, kw_only=True):
    """What is warned for a zone."""

    rings_lonlat_deg: Rings
    """Closed, anticlockwise, lon then lat; none crosses itself or another."""
    area_ratio: float
    """Area over that of the zone; 1 where nothing was added."""
    population_added: int
    """People of other zones inside it, by their area's share; not in the zone's population."""


def outlines_of(
    zones: Sequence[Zone],
    places: Sequence[Place] = (),
    *,
    max_vertices: Mapping[str, int] | int = CORNERS,
    decimals: int = DECIMALS,
) -> dict[str, Outline]:
    """Return the outline of every zone, by zone id.

    Args:
        zones: The zones; who lives in two of them is nobody's case here.
        places: Places; those of a zone are inside its outline even where its polygon misses them.
        max_vertices: Most corners, 4 to 100, for all or by zone id.
        decimals: Of a degree, 2 to 5.
    """
    points: dict[str, list[LonLat]] = {}
    for place in places:
        points.setdefault(place.zone, []).append((place.lon_deg, place.lat_deg))
    areas = [area_of(zone.rings_lonlat_deg) for zone in zones]
    near = shapely.STRtree(areas)
    outlines = {}
    for number, zone in enumerate(zones):
        limit = max_vertices if isinstance(max_vertices, int) else max_vertices[zone.id]
        rings = simplified(areas[number], points.get(zone.id, ()), limit, decimals)
        grown = area_of(rings)
        outlines[zone.id] = Outline(
            rings_lonlat_deg=rings,
            area_ratio=float(grown.area / areas[number].area),
            population_added=_people_added(grown, number, zones, areas, near),
        )
    return outlines


def area_of(rings_lonlat_deg: Rings) -> Any:  # noqa: ANN401 - shapely has no types
    """Return the area inside rings; a ring inside another is filled, as a CAP polygon is."""
    return shapely.union_all([shapely.make_valid(shapely.Polygon(r)) for r in rings_lonlat_deg])


def simplified(
    area: Any,  # noqa: ANN401 - shapely has no types
    points_lonlat_deg: Sequence[LonLat] = (),
    corners: int = CORNERS,
    decimals: int = DECIMALS,
) -> Rings:
    """Return rings of few corners that cover an area and some points.

    Args:
        area: shapely polygon or multipolygon, lon and lat in degrees, not empty.
        points_lonlat_deg: What must be inside whatever the area says.
        corners: Most corners of all rings together, closing points not counted; at least 4.
        decimals: Of a degree.

    Returns:
        Closed rings, anticlockwise, lon then lat, valid; holes are filled, because a CAP polygon
        has none. An area that already fits is returned as it is.
    """
    points = shapely.MultiPoint(np.asarray(points_lonlat_deg, dtype=np.float64).reshape(-1, 2))
    must = shapely.union_all([area, points])
    east_ratio = cos(radians(np.clip(area.centroid.y, -85.0, 85.0)))
    margin_deg = _ROUNDED_RATIO * 10.0**-decimals
    for grown in _attempts(area, points, corners, east_ratio, margin_deg):
        rings = [_rounded(part, decimals) for part in grown]
        if sum(len(ring) - 1 for ring in rings) <= corners and _covers(rings, must):
            return tuple(rings)
    return (_rounded(_box(must, decimals), decimals),)


def _attempts(
    area: Any,  # noqa: ANN401
    points: Any,  # noqa: ANN401
    corners: int,
    east_ratio: float,
    margin_deg: float,
) -> Any:  # noqa: ANN401 - a generator of lists of polygons
    """Yield ever coarser covers, lon and lat in degrees: as it is, grown, its convex hull."""
    yield filled(area)
    plane = _scaled(shapely.union_all([area, _bridges(area, points, margin_deg)]), east_ratio)
    whole = _thinned(filled(_wider(plane, margin_deg)), margin_deg)
    parts = fewer_corners(_bridged(whole, corners // _CORNERS_A_PART, margin_deg), corners)
    yield [_scaled(part, 1.0 / east_ratio) for part in parts]
    hull = _wider(shapely.convex_hull(shapely.union_all(parts)), margin_deg)
    yield [_scaled(part, 1.0 / east_ratio) for part in fewer_corners([hull], corners)]


def _wider(area: Any, margin_deg: float) -> Any:  # noqa: ANN401
    """Return the area with a margin about it, corners kept as corners."""
    return shapely.buffer(area, margin_deg, join_style="mitre", mitre_limit=2.0)


def _bridges(area: Any, points: Any, margin_deg: float) -> Any:  # noqa: ANN401
    """Return strips from the area to those points that it misses."""
    missed = [point for point in shapely.get_parts(points) if not area.covers(point)]
    strips = [shapely.shortest_line(area, point).buffer(margin_deg) for point in missed]
    return shapely.union_all(strips)


def _bridged(parts: list[Any], most: int, margin_deg: float) -> list[Any]:
    """Return no more parts than may be, the smallest joined to their neighbours by strips."""
    while len(parts) > max(1, most):
        least, rest = parts[-1], shapely.union_all(parts[:-1])
        strip = shapely.shortest_line(least, rest).buffer(margin_deg)
        parts = filled(shapely.union_all([least, rest, strip]))
    return parts


def _thinned(parts: list[Any], margin_deg: float) -> list[Any]:
    """Return parts of not too many corners that cover those given."""
    thin = parts
    for doubling in range(_DOUBLINGS):
        if int(shapely.get_num_coordinates(thin).sum()) <= _CORNERS_AT_ONCE * len(thin):
            break
        step_deg = margin_deg * 2.0**doubling
        coarse = [part.simplify(step_deg) for part in parts]  # at most a step from the line
        wide = [part.buffer(1.01 * step_deg, join_style="mitre") for part in coarse]
        found = filled(shapely.union_all(wide))
        if shapely.covers(shapely.union_all(found), shapely.union_all(parts)):
            thin = found
    return thin


def _scaled(area: Any, east_ratio: float) -> Any:  # noqa: ANN401
    """Return the area with its eastings scaled, so that a degree is as long east as north."""
    return shapely.transform(area, lambda xy: xy * (east_ratio, 1.0))


def _rounded(polygon: Any, decimals: int) -> tuple[LonLat, ...]:  # noqa: ANN401
    """Return the ring, closed, anticlockwise, to so many decimals, without repeated corners."""
    turned = orient(polygon)
    at = np.round(shapely.get_coordinates(turned.exterior), decimals).tolist()
    corners = [(lon, lat) for (lon, lat), before in zip(at[1:], at[:-1], strict=True)
               if (lon, lat) != tuple(before)]  # fmt: skip
    return (*corners[-1:], *corners)


def _covers(rings: Sequence[tuple[LonLat, ...]], must: Any) -> bool:  # noqa: ANN401
    """Say whether rings are sound, apart from each other, and leave nothing outside."""
    if any(len(ring) < 4 for ring in rings):
        return False
    polygons = [shapely.Polygon(ring) for ring in rings]
    return bool(
        shapely.is_valid(shapely.MultiPolygon(polygons))
        and shapely.covers(shapely.union_all(polygons), must)
    )


def _box(must: Any, decimals: int) -> Any:  # noqa: ANN401
    """Return the box about everything, a step wider: what is left when all else crosses itself."""
    west, south, east, north = must.bounds
    step_deg = 10.0**-decimals
    return shapely.box(west - step_deg, south - step_deg, east + step_deg, north + step_deg)


def _people_added(
    grown: Any,  # noqa: ANN401
    number: int,
    zones: Sequence[Zone],
    areas: Sequence[Any],
    near: Any,  # noqa: ANN401
) -> int:
    """Return how many people of other zones live in what was added, by their area's share."""
    added = shapely.difference(grown, areas[number])
    others = [other for other in near.query(added).tolist() if other != number]
    people = sum(
        zones[other].population * shapely.intersection(added, areas[other]).area / areas[other].area
        for other in others
    )
    whole: int = ceil(people)
    return whole
