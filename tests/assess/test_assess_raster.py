"""Distance rasters against shapely's own distances."""

import msgspec
import numpy as np
import shapely

from tocsin.assess.raster import (
    AHEAD_M,
    BLOCK,
    GAP_M,
    MARGIN_M,
    clear_blocks_m,
    grid_about,
    place_cells,
    signed_distance_m,
)
from tocsin.model.place import Border


def wavy_border() -> Border:
    north_m = np.linspace(-30e3, 30e3, 121)
    line = np.stack([3e3 * np.sin(north_m / 4e3), north_m], axis=1)
    ring = np.concatenate([line, [[-40e3, 30e3], [-40e3, -30e3]], line[:1]])
    return Border(
        id="wavy",
        source="made up",
        vintage="2026",
        licence="none",
        kind="river",
        sigma_m=30.0,
        line_site_m=(line,),
        inside_site_m=(ring,),
    )


def test_distances_to_the_line_are_right_near_and_far() -> None:
    """Near the line an error is seconds of arrival; far away it may leap over the line."""
    border = wavy_border()
    grid = grid_about(border.line_site_m[0], 250.0)
    signed_m = signed_distance_m(border, grid)
    x_m, y_m = grid.centres_m()
    pick = np.random.default_rng(1).choice(signed_m.size, 2000, replace=False)
    points = shapely.points(x_m.ravel()[pick], y_m.ravel()[pick])
    truth_m = shapely.distance(points, shapely.LineString(border.line_site_m[0]))
    error_m = np.abs(signed_m.ravel()[pick]) - truth_m
    assert np.abs(error_m[truth_m < 1000.0]).max() < 1e-6
    assert np.abs(error_m).max() < 1.5 * 250.0


def test_the_protected_side_is_negative() -> None:
    """The other way round every drone over the country would be outside."""
    border = wavy_border()
    grid = grid_about(border.line_site_m[0], 250.0)
    x_m, y_m = grid.centres_m()
    inside = shapely.contains_xy(shapely.Polygon(border.inside_site_m[0]), x_m, y_m)
    assert np.array_equal(signed_distance_m(border, grid) < 0.0, inside)


def test_a_ring_inside_another_is_a_hole() -> None:
    """An enclave abroad is not protected ground."""
    border = wavy_border()
    hole = np.array([[-30e3, -5e3], [-20e3, -5e3], [-20e3, 5e3], [-30e3, 5e3], [-30e3, -5e3]])
    rings = (*border.inside_site_m, hole)
    grid = grid_about(border.line_site_m[0], 500.0)
    x_m, y_m = grid.centres_m()
    signed_m = signed_distance_m(msgspec.structs.replace(border, inside_site_m=rings), grid)
    within = shapely.contains_xy(shapely.Polygon(hole), x_m, y_m)
    assert within.sum() > 100
    assert (signed_m[within] > 0.0).all()


def test_blocks_bound_the_distance_from_below() -> None:
    """A leap over a block that holds the line would leap over the line."""
    border = wavy_border()
    grid = grid_about(border.line_site_m[0], 250.0)
    signed_m = signed_distance_m(border, grid)
    clear_m = clear_blocks_m(signed_m)
    rows, columns = np.indices(signed_m.shape) // BLOCK
    assert (clear_m[rows, columns] <= np.abs(signed_m)).all()
    assert clear_m.max() > 20e3


def test_a_large_area_gets_larger_cells() -> None:
    """A continent must not fill the memory."""
    grid = grid_about(np.array([[0.0, 0.0], [3e6, 2e6]]), 250.0)
    assert grid.rows * grid.columns < 4.1e6
    assert grid.cell_m > 1000.0


def test_cells_list_every_circle_that_may_be_reached_soon() -> None:
    """A circle missing from its cell is a village that is never warned."""
    rng = np.random.default_rng(2)
    places_m, radius_m = rng.uniform(-40e3, 40e3, (50, 2)), 3000.0
    cells = place_cells(places_m, radius_m, 500.0)
    points_m = rng.uniform(-40e3, 40e3, (400, 2))
    rows, columns = cells.grid.cells_of(points_m)
    for point_m, row, column in zip(points_m, rows, columns, strict=True):
        to_circle_m = np.hypot(*(places_m - point_m).T) - radius_m
        cell = row * cells.grid.columns + column
        listed = cells.members[cells.first[cell] : cells.first[cell + 1]]
        assert set(np.flatnonzero(to_circle_m < AHEAD_M)) <= set(listed.tolist())
        if not len(listed):
            assert 0 < GAP_M * cells.gaps[row, column] <= to_circle_m.min()


def test_places_lie_inside_the_grid_with_its_margin() -> None:
    """What lies off the grid is taken to be at least the margin away from every circle."""
    cells = place_cells(np.array([[0.0, 0.0]]), 3000.0, 500.0)
    assert cells.grid.origin_site_m[0] <= -(MARGIN_M + 3000.0)
