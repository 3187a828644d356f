"""What may be crossed and reached, prepared once so that a cycle costs little."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.assess.draws import Draws, draw
from tocsin.assess.motion import MOTIONS, library, turn_left_s
from tocsin.assess.raster import (
    Grid,
    PlaceCells,
    grid_about,
    place_cells,
    signed_distance_m,
)
from tocsin.assess.settings import AssessSettings
from tocsin.model.errors import BadSettings
from tocsin.model.place import Border, Place, Zone

F64 = NDArray[np.float64]

_PLACE_CELLS = 6.0
"""Lists of places need no fine raster: entry is measured exactly, and small tables stay cached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BorderField:
    """A border with the signed distance to its line."""

    border: Border
    grid: Grid
    signed_m: F64


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Borders, places and zones of a site, the rasters over them and the library of futures."""

    borders: tuple[BorderField, ...]
    places: tuple[Place, ...]
    places_site_m: F64
    """shape (places, 2)."""
    place_cells: PlaceCells
    zones: tuple[Zone, ...]
    paths: F64
    """shape (motions * futures, steps + 1, 2), see `motion.library`."""
    turn_left_s: F64
    """shape (motions * futures,)."""
    draws: Draws
    step_s: float
    longest: F64
    """shape (motions * futures,), longest displacement in a step over starting speed x step."""


def prepare(
    borders: Iterable[Border],
    places: Iterable[Place],
    zones: Iterable[Zone],
    settings: AssessSettings,
) -> World:
    """Make the rasters and the library; once per site, a second or two for a country.

    Raises BadSettings where a border has no line, or no area to be protected.
    """
    listed = tuple(places)
    at_m = np.array([place.pos_site_m for place in listed], dtype=np.float64).reshape(-1, 2)
    steps = round(settings.horizons_s[-1] / settings.step_s)
    paths = library(settings.futures, steps, settings.step_s)
    moves = np.hypot(*np.moveaxis(np.diff(paths, axis=2), -1, 0)) / settings.step_s
    return World(
        borders=tuple(_border_field(border, settings.cell_m) for border in borders),
        places=listed,
        places_site_m=at_m,
        place_cells=place_cells(at_m, settings.place_radius_m, _PLACE_CELLS * settings.cell_m),
        zones=tuple(zones),
        paths=np.ascontiguousarray(paths.reshape(len(MOTIONS) * settings.futures, steps + 1, 2)),
        turn_left_s=turn_left_s(settings.futures).ravel(),
        draws=draw(settings.futures),
        step_s=settings.step_s,
        longest=np.maximum(moves.max(axis=2), 1.0).ravel(),
    )


def _border_field(border: Border, cell_m: float) -> BorderField:
    """Rasterise one border."""
    if not border.line_site_m or not border.inside_site_m:
        raise BadSettings(
            "a border needs a line and the area it protects",
            where=f"border {border.id}",
            remedy="Give a line of two points or more and a ring on its protected side.",
        )
    grid = grid_about(np.concatenate(border.line_site_m), cell_m)
    return BorderField(border=border, grid=grid, signed_m=signed_distance_m(border, grid))
