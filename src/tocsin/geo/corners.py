"""Fewer corners for a polygon that only ever grows: what was inside stays inside.

Two moves, each adding a triangle: a corner that points inwards is left out, or an edge between
two corners that point outwards is left out and its neighbours are drawn on until they meet. The
cheapest triangle goes first, as long as the ring does not cross itself.
"""

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.polygon import orient

F64 = NDArray[np.float64]
_NEVER = np.inf


def fewer_corners(polygons: list[Any], corners: int) -> list[Any]:
    """Return polygons without holes that cover those given, with few corners in all.

    Args:
        polygons: shapely polygons without holes, on a plane.
        corners: How many corners they may have together; at least 4 for each polygon.

    Returns:
        Polygons, anticlockwise; joined where they have grown together.
    """
    rings = [_ring(polygon) for polygon in polygons]
    while sum(map(len, rings)) > corners:
        worst = _cheapest(rings)
        rings[worst] = _one_less(rings[worst])
    grown = [shapely.Polygon(ring) for ring in rings]
    joined = _joined(grown)
    if len(joined) < len(grown):
        return fewer_corners(joined, corners)
    return grown


def filled(area: Any) -> list[Any]:  # noqa: ANN401 - shapely has no types
    """Return the polygons of an area with their holes filled, the largest first."""
    parts = [
        shapely.Polygon(part.exterior)
        for part in shapely.get_parts(area)
        if part.geom_type == "Polygon" and part.area > 0.0
    ]
    whole = shapely.get_parts(shapely.union_all(parts)).tolist()
    return sorted(whole, key=lambda part: (-part.area, part.bounds))


def _joined(polygons: list[Any]) -> list[Any]:
    """Return the polygons as they are where none touch, else their union."""
    if len(polygons) == 1:
        return polygons
    return filled(shapely.union_all(polygons))


def _ring(polygon: Any) -> F64:  # noqa: ANN401 - shapely has no types
    """Return the corners, shape (n, 2), anticlockwise, not closed, none on a straight line."""
    whole = orient(polygon).simplify(0.0)
    return np.asarray(shapely.get_coordinates(whole)[:-1], dtype=np.float64)


def _cheapest(rings: list[F64]) -> int:
    """Return which ring loses a corner for the least area."""
    costs = [min(map(np.min, _costs(ring)[:2])) if len(ring) > 4 else _NEVER for ring in rings]
    return int(np.argmin(costs))


def _one_less(ring: F64) -> F64:
    """Return the ring after its cheapest move that keeps it simple."""
    skip_cost, join_cost, meet = _costs(ring)
    costs = np.concatenate([skip_cost, join_cost])
    for choice in np.argsort(costs, kind="stable"):
        if costs[choice] == _NEVER:
            break
        tried = _moved(ring, int(choice), meet)
        if shapely.is_valid(shapely.Polygon(tried)):
            return tried
    return _hull(ring)


def _moved(ring: F64, choice: int, meet: F64) -> F64:
    """Return the ring without corner `choice`, or with edge `choice - n` drawn to its meeting."""
    n = len(ring)
    if choice < n:
        return np.delete(ring, choice, axis=0)
    first = choice - n
    drawn = ring.copy()
    drawn[first] = meet[first]
    return np.delete(drawn, (first + 1) % n, axis=0)


def _hull(ring: F64) -> F64:
    """Return the convex hull, or a box about it where that has no fewer corners."""
    hull = _ring(shapely.convex_hull(shapely.MultiPoint(ring)))
    if len(hull) < len(ring):
        return hull
    return _ring(shapely.box(*shapely.total_bounds(shapely.MultiPoint(ring))))


def _costs(ring: F64) -> tuple[F64, F64, F64]:
    """Return the area that each move adds, and where the neighbours of each edge meet.

    Args:
        ring: Corners, shape (n, 2), anticlockwise, not closed.

    Returns:
        Cost of leaving out corner i, shape (n,); cost of leaving out the edge from corner i to
        the next, shape (n,); infinite where the move would shrink. Meeting points, shape (n, 2).
    """
    into, out = ring - np.roll(ring, 1, axis=0), np.roll(ring, -1, axis=0) - ring
    turn = _cross(into, out)
    skip = np.where(turn <= 0.0, -0.5 * turn, _NEVER)
    after = np.roll(out, -1, axis=0)  # the edge that follows the edge from i
    both = (turn > 0.0) & (np.roll(turn, -1) > 0.0)
    open_to = _cross(into, after)
    with np.errstate(divide="ignore", invalid="ignore"):
        drawn_ratio = _cross(out, after) / open_to
        meet = ring + drawn_ratio[:, None] * into
        join = 0.5 * _cross(meet - ring, out)
    fine = both & (open_to > 0.0) & np.isfinite(join) & np.isfinite(meet).all(axis=1)
    return skip, np.where(fine, np.abs(join), _NEVER), meet


def _cross(a: F64, b: F64) -> F64:
    """Return the z component of a x b for rows of two."""
    return np.asarray(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])
