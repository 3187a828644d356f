"""Questions to a border line: how far, which side, where does a path first cross it.

The line is cut into segments held in an STR tree: the distance from a point to one long line
would visit every vertex (15 s for 100,000 points against 0.7 s). Sides are asked of the
protected area itself, prepared once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from tocsin.model.place import Border

F64 = NDArray[np.float64]

SHARED_EDGE_M = 30.0
"""Two neighbours' outlines within this of each other are their common border. Outlines of one
source agree to rounding; 30 m bridges slivers and is still far below the width of a river."""
_PROBES_M = (0.5, 5.0, 50.0, 500.0)
"""Steps off a segment's middle to see which of its sides is the protected one; the longer ones
serve lines that do not follow the drawing of the protected side to the metre."""


class Passage(NamedTuple):
    """First crossing of the line on each of n straight paths."""

    path_share: F64
    """shape (n,): share of the path passed at the crossing, 0..1; inf where it crosses nowhere."""
    pos_site_m: F64
    """shape (n, 2): where it crosses; NaN where it crosses nowhere."""
    inward: NDArray[np.int8]
    """shape (n,): +1 into the protected side, -1 out of it, 0 none or not known."""


@dataclass(frozen=True, slots=True)
class BorderIndex:
    """One border made ready for many questions; build it with `index_border`."""

    border: Border
    tree: shapely.STRtree
    """Over the segments."""
    begin_site_m: F64
    """shape (k, 2), where each segment begins."""
    along_site_m: F64
    """shape (k, 2), from its begin to its end."""
    inside_left: NDArray[np.int8]
    """shape (k,), +1: the protected side lies left of the segment, -1: right, 0: not known."""
    area: shapely.Geometry
    """The protected side, prepared."""

    def nearest(self, pos_site_m: ArrayLike) -> tuple[F64, F64]:
        """Return the nearest point of the line and its distance.

        Args:
            pos_site_m: shape (n, 2), east north.

        Returns:
            Points of the line, shape (n, 2), and distances in metres, shape (n,). Rows that are
            not finite give NaN.
        """
        pos_m = np.atleast_2d(np.asarray(pos_site_m, dtype=np.float64))
        known = np.isfinite(pos_m).all(axis=1)
        foot_m = np.full_like(pos_m, np.nan)
        foot_m[known] = self._feet(pos_m[known])
        return foot_m, np.hypot(*(foot_m - pos_m).T)

    def distance_m(self, pos_site_m: ArrayLike) -> F64:
        """Return the distance of positions, shape (n, 2), to the line, shape (n,)."""
        return self.nearest(pos_site_m)[1]

    def inside(self, pos_site_m: ArrayLike) -> NDArray[np.bool_]:
        """Say which positions, shape (n, 2), lie on the protected side; NaN lies nowhere."""
        pos_m = np.atleast_2d(np.asarray(pos_site_m, dtype=np.float64))
        within = shapely.contains_xy(self.area, pos_m[:, 0], pos_m[:, 1])
        return np.asarray(within, dtype=np.bool_)

    def signed_distance_m(self, pos_site_m: ArrayLike) -> F64:
        """Return distances to the line, shape (n,), positive outside, negative inside."""
        return np.where(self.inside(pos_site_m), -1.0, 1.0) * self.distance_m(pos_site_m)

    def first_crossing(self, from_site_m: ArrayLike, to_site_m: ArrayLike) -> Passage:
        """Find where straight paths first meet the line.

        Args:
            from_site_m: shape (n, 2), starts, finite.
            to_site_m: shape (n, 2), ends, finite.

        Returns:
            The first passage of each path.
        """
        start_m = np.atleast_2d(np.asarray(from_site_m, dtype=np.float64))
        path_m = np.atleast_2d(np.asarray(to_site_m, dtype=np.float64)) - start_m
        paths = shapely.linestrings(np.stack([start_m, start_m + path_m], axis=1))
        row, segment = self.tree.query(paths, predicate="intersects")
        moves = (path_m[row] != 0.0).any(axis=1)  # who stands still on the line does not cross it
        row, segment = row[moves], segment[moves]
        share = self._meeting_share(start_m[row], path_m[row], segment)
        order = np.lexsort((segment, share, row))
        first = order[np.unique(row[order], return_index=True)[1]]
        return self._passages(start_m, path_m, row[first], share[first], segment[first])

    def _feet(self, pos_m: F64) -> F64:
        pairs = self.tree.query_nearest(shapely.points(pos_m), all_matches=False)
        begin_m, along_m = self.begin_site_m[pairs[1]], self.along_site_m[pairs[1]]
        share = ((pos_m - begin_m) * along_m).sum(axis=1) / (along_m**2).sum(axis=1)
        foot_m: F64 = begin_m + np.clip(share, 0.0, 1.0)[:, None] * along_m
        return foot_m

    def _meeting_share(self, start_m: F64, path_m: F64, segment: NDArray[np.int64]) -> F64:
        """Return the share of each path at which it meets the segment that it is known to meet."""
        gap_m, along_m = self.begin_site_m[segment] - start_m, self.along_site_m[segment]
        turn = _cross(path_m, along_m)
        parallel = turn == 0.0
        meets = _cross(gap_m, along_m) / np.where(parallel, 1.0, turn)
        # Along the line itself: it is met where the nearer end of the segment lies.
        length_m2 = (path_m**2).sum(axis=1)
        ends = [((gap_m + end_m) * path_m).sum(axis=1) / length_m2 for end_m in (0.0, along_m)]
        return np.clip(np.where(parallel, np.minimum(*ends), meets), 0.0, 1.0)

    def _passages(
        self,
        start_m: F64,
        path_m: F64,
        row: NDArray[np.int64],
        share: F64,
        segment: NDArray[np.int64],
    ) -> Passage:
        rows = len(start_m)
        passage = Passage(
            path_share=np.full(rows, np.inf),
            pos_site_m=np.full((rows, 2), np.nan),
            inward=np.zeros(rows, dtype=np.int8),
        )
        passage.path_share[row] = share
        passage.pos_site_m[row] = start_m[row] + share[:, None] * path_m[row]
        leftward = np.sign(_cross(self.along_site_m[segment], path_m[row])).astype(np.int8)
        passage.inward[row] = leftward * self.inside_left[segment]
        return passage


def index_border(border: Border) -> BorderIndex:
    """Cut the line into segments, index them and prepare the protected side."""
    begin_m = np.concatenate([part[:-1] for part in border.line_site_m])
    along_m = np.concatenate([np.diff(part, axis=0) for part in border.line_site_m])
    real = np.hypot(*along_m.T) > 0.0
    begin_m, along_m = begin_m[real], along_m[real]
    area = _area(border.inside_site_m)
    return BorderIndex(
        border=border,
        tree=shapely.STRtree(shapely.linestrings(np.stack([begin_m, begin_m + along_m], axis=1))),
        begin_site_m=begin_m,
        along_site_m=along_m,
        inside_left=_inside_left(area, begin_m, along_m),
        area=area,
    )


def shared_edge(
    own: shapely.Geometry,
    neighbours: Sequence[shapely.Geometry],
    *,
    tolerance_m: float = SHARED_EDGE_M,
) -> tuple[F64, ...]:
    """Return the part of an outline that neighbours share: the border without the sea edge.

    Args:
        own: Polygon of the protected side, in a metric conformal plane.
        neighbours: Polygons of the countries beyond, in the same plane.
        tolerance_m: How far apart the two drawings of the common border may lie.

    Returns:
        Parts of the line, each shape (k, 2), the longest first; empty where nothing is shared.
    """
    reach = shapely.union_all([shapely.buffer(other, tolerance_m) for other in neighbours])
    met = shapely.line_merge(shapely.intersection(shapely.boundary(own), reach))
    parts = [part for part in shapely.get_parts(met) if part.length > 0.0]
    parts.sort(key=lambda part: -part.length)
    return tuple(shapely.get_coordinates(part) for part in parts)


def _area(rings_site_m: Sequence[F64]) -> shapely.Geometry:
    """Build the prepared protected side by the even-odd rule: no ring needs a given sense."""
    rings = [shapely.linearrings(ring) for ring in rings_site_m]
    area = shapely.build_area(shapely.geometrycollections(rings))
    shapely.prepare(area)
    return area


def _inside_left(area: shapely.Geometry, begin_m: F64, along_m: F64) -> NDArray[np.int8]:
    """Tell on which side of each segment the protected area lies."""
    middle_m = begin_m + 0.5 * along_m
    left = np.stack([-along_m[:, 1], along_m[:, 0]], axis=1) / np.hypot(*along_m.T)[:, None]
    side = np.zeros(len(begin_m), dtype=np.int8)
    for probe_m in _PROBES_M:
        probes = (middle_m + probe_m * left, middle_m - probe_m * left)
        on_left, on_right = (shapely.contains_xy(area, at[:, 0], at[:, 1]) for at in probes)
        side = np.where(side == 0, on_left.astype(np.int8) - on_right.astype(np.int8), side)
    return side


def _cross(first: F64, second: F64) -> F64:
    """Return the third component of the cross products of rows."""
    product: F64 = first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]
    return product
