"""Distance rasters: how far it is to the next thing of interest, cell by cell, made once."""

from math import ceil, sqrt

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from tocsin.model.place import Border

F64 = NDArray[np.float64]
F32 = NDArray[np.float32]
I64 = NDArray[np.int64]
I32 = NDArray[np.int32]

MOST_CELLS = 4_000_000
"""A larger area gets larger cells."""
MARGIN_M = 30_000.0
"""Clear space about lines and places, so that what enters the grid is still far from them."""
BLOCK = 8
"""Cells of a side of the blocks by which futures leap far from a line: they stay in the cache."""
GAP_M = 250.0
"""Unit of the distances to the nearest circle."""
AHEAD_M = 600.0
"""Lists of places look so far ahead: half of the longest piece of a step that is tested."""
_EXACT_CELLS = 6.0
"""Cells this near to a line get the exact distance; the others that of the nearest line cell."""


class Grid(msgspec.Struct, frozen=True, kw_only=True):
    """A raster's place in the site plane: cell centres at `origin + index * cell`."""

    origin_site_m: tuple[float, float]
    cell_m: float
    rows: int
    columns: int

    def centres_m(self) -> tuple[F64, F64]:
        """Return east and north of every cell centre, each shape (rows, columns)."""
        east_m = self.origin_site_m[0] + self.cell_m * np.arange(self.columns)
        north_m = self.origin_site_m[1] + self.cell_m * np.arange(self.rows)
        x_m, y_m = np.meshgrid(east_m, north_m)
        return x_m, y_m

    def cells_of(self, points_m: F64) -> tuple[I64, I64]:
        """Return row and column of the cells that hold points (n, 2) of the grid."""
        cell = np.rint((points_m - self.origin_site_m) / self.cell_m).astype(np.int64)
        return cell[:, 1], cell[:, 0]

    def numbers(self) -> F64:
        """Return the grid as the kernels want it: origin, cell, margin."""
        return np.array([*self.origin_site_m, self.cell_m, MARGIN_M])


def grid_about(points_site_m: F64, cell_m: float, margin_m: float = MARGIN_M) -> Grid:
    """Return a grid that holds points (n, 2) with a margin; one cell about the origin if none."""
    if len(points_site_m) == 0:
        points_site_m = np.zeros((1, 2))
    low = points_site_m.min(axis=0) - margin_m
    span_m = points_site_m.max(axis=0) + margin_m - low
    cell_m = max(cell_m, sqrt(float(span_m[0] * span_m[1]) / MOST_CELLS))
    columns, rows = (ceil(float(length_m) / cell_m) + 1 for length_m in span_m)
    return Grid(origin_site_m=(low[0], low[1]), cell_m=cell_m, rows=rows, columns=columns)


def signed_distance_m(border: Border, grid: Grid) -> F64:
    """Return the distance from every cell centre to a border line.

    Exact within six cells of the line, elsewhere right to about a cell.

    Returns:
        shape (rows, columns), positive outside the protected side, negative inside.
    """
    near_m = _near_line_m(border, grid)
    x_m, y_m = grid.centres_m()
    close = near_m <= _EXACT_CELLS * grid.cell_m
    near_m[close] = _exact_m(border, x_m[close], y_m[close])
    return np.where(_inside(border, x_m, y_m), -near_m, near_m)


def _near_line_m(border: Border, grid: Grid) -> F64:
    """Return the distance to the nearest cell that the line passes."""
    free = np.ones((grid.rows, grid.columns), dtype=bool)
    for part in border.line_site_m:
        line = shapely.segmentize(shapely.LineString(part), grid.cell_m / 2.0)
        free[grid.cells_of(shapely.get_coordinates(line))] = False
    return np.asarray(distance_transform_edt(free, sampling=grid.cell_m))


def _exact_m(border: Border, x_m: F64, y_m: F64) -> F64:
    """Return distances to the line; by its segments in a tree, because whole lines are slow."""
    ends = np.concatenate([np.stack([part[:-1], part[1:]], axis=1) for part in border.line_site_m])
    tree = shapely.STRtree(shapely.linestrings(ends))
    _, distance_m = tree.query_nearest(
        shapely.points(x_m, y_m), return_distance=True, all_matches=False
    )
    return np.asarray(distance_m)


def _inside(border: Border, x_m: F64, y_m: F64) -> NDArray[np.bool_]:
    """Return which points lie on the protected side."""
    inside = np.zeros(x_m.shape, dtype=bool)
    for ring in border.inside_site_m:
        area = shapely.Polygon(ring)
        shapely.prepare(area)
        # A ring inside another is a hole in it.
        inside ^= shapely.contains_xy(area, x_m, y_m)
    return inside


def clear_blocks_m(signed_m: F64) -> F64:
    """Return the least distance to the line in blocks of BLOCK x BLOCK cells."""
    pad = [(0, -length % BLOCK) for length in signed_m.shape]
    near_m = np.pad(np.abs(signed_m), pad, constant_values=np.inf)
    rows, columns = near_m.shape
    blocks = near_m.reshape(rows // BLOCK, BLOCK, columns // BLOCK, BLOCK)
    return np.ascontiguousarray(blocks.min(axis=(1, 3)))


class PlaceCells(msgspec.Struct, frozen=True, kw_only=True):
    """Which places' circles are near a cell, and how far it is to the nearest elsewhere.

    A cell lists every place whose circle is nearer than AHEAD_M to some point of it.
    """

    grid: Grid
    gaps: NDArray[np.uint8]
    """shape (rows, columns), lower bound of the distance to a circle in units of GAP_M, 0 where
    one is listed: small, so that it stays in the cache."""
    first: I32
    """shape (rows * columns + 1,), where a cell's places begin in `members`."""
    members: I32


def place_cells(places_site_m: F64, radius_m: float, cell_m: float) -> PlaceCells:
    """Return the cell lists of circles about places (n, 2)."""
    grid = grid_about(places_site_m, cell_m, MARGIN_M + radius_m + AHEAD_M)
    cell, member = _touched(places_site_m, grid, radius_m + AHEAD_M)
    order = np.lexsort((member, cell))
    counts = np.bincount(cell, minlength=grid.rows * grid.columns)
    free = (counts == 0).reshape(grid.rows, grid.columns)
    # From listed cell to listed cell's circle: half a diagonal at each end.
    near_m = distance_transform_edt(free, sampling=grid.cell_m) - sqrt(2.0) * grid.cell_m
    gap_m = np.maximum(near_m, 0.0) + AHEAD_M
    return PlaceCells(
        grid=grid,
        gaps=np.where(free, np.clip(gap_m / GAP_M, 0, 255), 0).astype(np.uint8),
        first=np.concatenate([[0], np.cumsum(counts)]).astype(np.int32),
        members=member[order].astype(np.int32),
    )


def _touched(places_site_m: F64, grid: Grid, reach_m: float) -> tuple[I64, I64]:
    """Return (cell, place) pairs of the cells within reach of a place."""
    reach = ceil(reach_m / grid.cell_m) + 1
    steps = np.arange(-reach, reach + 1)
    across, up = (axis.ravel() for axis in np.meshgrid(steps, steps))
    row, column = grid.cells_of(places_site_m)
    rows, columns = row[:, None] + up, column[:, None] + across
    dx_m = grid.origin_site_m[0] + columns * grid.cell_m - places_site_m[:, :1]
    dy_m = grid.origin_site_m[1] + rows * grid.cell_m - places_site_m[:, 1:]
    touching = np.hypot(dx_m, dy_m) <= reach_m + grid.cell_m * sqrt(0.5)
    place = np.broadcast_to(np.arange(len(places_site_m))[:, None], touching.shape)
    return (rows * grid.columns + columns)[touching], place[touching].astype(np.int64)
