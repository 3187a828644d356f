"""What may be crossed and reached, prepared once so that a cycle costs little."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tocsin.assess.analogues import Library, paths_s
from tocsin.assess.context import MIRROR
from tocsin.assess.draws import Draws, draw
from tocsin.assess.motion import MOTIONS, library, turn_left_s
from tocsin.assess.raster import (
    Grid,
    PlaceCells,
    clear_blocks_m,
    grid_about,
    place_cells,
    signed_distance_m,
)
from tocsin.assess.reach import People, people_of
from tocsin.assess.settings import AssessSettings
from tocsin.model.errors import BadSettings
from tocsin.model.place import Border, Place, Zone
from tocsin.model.track import Track

F64 = NDArray[np.float64]
F32 = NDArray[np.float32]
I64 = NDArray[np.int64]

_PLACE_CELLS = 4.0
"""Lists of places need no fine raster: entry is measured exactly, and small tables stay cached."""
_LEAST_SCALE = 1e-3
"""A feature that hardly differs within a class must not rule its distances."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BorderField:
    """A border with the signed distance to its line."""

    border: Border
    grid: Grid
    signed_m: F32
    clear_m: F32
    """Lower bound of the distance by blocks, see `raster.clear_blocks_m`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Analogues:
    """The library's rows, each as it was and then mirrored."""

    first_row: int
    """Where they begin in `World.paths`."""
    kind: I64
    """shape (rows,), index into `motion.MOTIONS`."""
    rows_of: F64
    """shape (motions,), how many there are of each class."""
    scale: F64
    """shape (features,), what a feature is divided by."""
    table: F32
    """shape (features, rows), contexts over scale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Borders, places and zones of a site, the rasters over them and the tables of futures."""

    borders: tuple[BorderField, ...]
    places: tuple[Place, ...]
    places_site_m: F64
    """shape (places, 2)."""
    tree: cKDTree
    """Of the places."""
    place_cells: PlaceCells
    zones: tuple[Zone, ...]
    people: People
    zone_ids: tuple[str, ...]
    """Zones that hold a place."""
    zone_of: I64
    """shape (places,), index into `zone_ids`; -1: in no zone."""
    paths: F32
    """shape (rows, steps + 1, 2): the turn-event model (motions x half, see `motion.library`), then
    the ways of the library."""
    last: I64
    """shape (rows,), the last step of each: nothing flies on after it."""
    longest: F64
    """shape (rows,), longest displacement in a step over starting speed x step."""
    turn_left_s: F64
    """shape (motions * half,)."""
    analogues: Analogues | None
    draws: Draws
    step_s: float

    def near_places(self, tracks: Sequence[Track], farthest_m: F64) -> NDArray[np.bool_]:
        """Say which tracks are nearer to some place than a distance of each, shape (n,)."""
        if not self.places:
            return np.zeros(len(tracks), dtype=bool)
        at_m = [track.pos_site_m for track in tracks]
        return np.asarray(self.tree.query(at_m)[0] <= farthest_m)


def prepare(
    borders: Iterable[Border],
    places: Iterable[Place],
    zones: Iterable[Zone],
    settings: AssessSettings,
    library: Library | None,
) -> World:
    """Make the rasters and tables; once per site, a second or two for a country.

    Args:
        borders: Border lines with the areas that they protect.
        places: Settlements; each may lie in a zone.
        zones: Areas that can be warned.
        settings: The site's settings.
        library: Analogues; None: every future is one of the turn-event model.

    Raises:
        BadSettings: A border has no line, or no area to be protected.
    """
    listed, listed_zones = tuple(places), tuple(zones)
    at_m = np.array([place.pos_site_m for place in listed], dtype=np.float64).reshape(-1, 2)
    zone_ids = tuple(sorted({place.zone for place in listed if place.zone}))
    number = {zone: index for index, zone in enumerate(zone_ids)}
    steps, half = round(settings.horizons_s[-1] / settings.step_s), settings.futures // 2
    turns = _turn_paths_s(half, steps, settings.step_s)
    ways, ends_s = _ways_s(library, steps, settings.step_s)
    paths = np.concatenate([turns, ways])
    never = np.full(len(turns), np.inf)
    return World(
        borders=tuple(_border_field(border, settings.cell_m) for border in borders),
        places=listed,
        places_site_m=at_m,
        tree=cKDTree(at_m),
        place_cells=place_cells(at_m, settings.place_radius_m, _PLACE_CELLS * settings.cell_m),
        zones=listed_zones,
        people=people_of(listed, listed_zones),
        zone_ids=zone_ids,
        zone_of=np.array([number.get(place.zone, -1) for place in listed], dtype=np.int64),
        paths=paths,
        last=_last_steps(np.concatenate([never, ends_s]), steps, settings.step_s),
        longest=_longest(paths, settings.step_s),
        turn_left_s=_paired(turn_left_s(half)).ravel(),
        analogues=_analogues(library, len(turns)),
        draws=draw(settings.futures),
        step_s=settings.step_s,
    )


def _turn_paths_s(half: int, steps: int, step_s: float) -> F32:
    """Return the turn-event model's table, shape (motions * half, steps + 1, 2)."""
    paths = _paired(library(half, steps, step_s))
    return paths.reshape(len(MOTIONS) * half, steps + 1, 2).astype(np.float32)


def _paired(table: F64) -> F64:
    """Put every row beside its mirror image, so that any stretch of rows leans to no side."""
    half = table.shape[1] // 2
    order = np.stack([np.arange(half), half + np.arange(half)], axis=1).ravel()
    return np.asarray(table[:, order])


def _ways_s(library: Library | None, steps: int, step_s: float) -> tuple[F32, F64]:
    """Return the library's ways, then the mirrored ones, and when they end."""
    if library is None:
        return np.empty((0, steps + 1, 2), np.float32), np.empty(0)
    ways = paths_s(library, steps, step_s)
    ends_s = np.concatenate([library.ends_s, library.ends_s]).astype(np.float64)
    return np.concatenate([ways, ways * np.array([1.0, -1.0], np.float32)]), ends_s


def _last_steps(ends_s: F64, steps: int, step_s: float) -> I64:
    """Return the last whole step before each end."""
    return np.minimum(ends_s / step_s, steps).astype(np.int64)


def _longest(paths: F32, step_s: float) -> F64:
    """Return each row's longest step over that of steady flight, at least 1."""
    moves_s = np.sqrt((np.diff(paths, axis=1).astype(np.float64) ** 2).sum(axis=2))
    return np.asarray(np.maximum(moves_s.max(axis=1) / step_s, 1.0))


def _analogues(library: Library | None, first_row: int) -> Analogues | None:
    """Index the library: contexts over their mean spread within a class, and mirrored."""
    if library is None:
        return None
    rows = np.concatenate([library.features, library.features * MIRROR]).astype(np.float64)
    kind = np.concatenate([library.kind, library.kind]).astype(np.int64)
    spread = [rows[kind == number].std(axis=0) for number in np.unique(kind)]
    scale = np.maximum(np.mean(spread, axis=0), _LEAST_SCALE)
    return Analogues(
        first_row=first_row,
        kind=kind,
        rows_of=np.bincount(kind, minlength=len(MOTIONS)).astype(np.float64),
        scale=scale,
        table=np.ascontiguousarray((rows / scale).T, np.float32),
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
    signed_m = signed_distance_m(border, grid)
    return BorderField(
        border=border,
        grid=grid,
        signed_m=signed_m.astype(np.float32),
        clear_m=clear_blocks_m(signed_m).astype(np.float32),
    )
