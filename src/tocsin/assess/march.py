"""March the futures of all tracks of a cycle at once: when each gets where."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.assess._kernels import border_times_s, place_hits
from tocsin.assess.futures import Batch
from tocsin.assess.raster import AHEAD_M, BLOCK, GAP_M
from tocsin.assess.world import BorderField, World

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
B = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """What futures come near: a row for every track and place or zone worth telling."""

    first: I64
    """shape (n + 1,), where each track's rows begin."""
    what: I64
    """shape (rows,), a place's index, or places + a zone's index."""
    passed: I64
    """shape (rows, horizons), how many futures have come near by each horizon."""
    window_s: F64
    """shape (rows, 3), quantiles of the time of those that do."""


def crossing_times_s(batch: Batch, field: BorderField, wanted: B, world: World) -> F64:
    """Return when each future first enters a border's protected side, shape (n, k); inf: never.

    Tracks that are not `wanted`, shape (n,), never do.
    """
    return np.asarray(
        border_times_s(
            batch.start,
            batch.turn_steps,
            batch.row,
            batch.arc_of,
            batch.arcs,
            world.paths,
            world.last,
            world.longest,
            wanted,
            world.draws.line * field.border.sigma_m,
            field.signed_m,
            field.grid.numbers(),
            field.clear_m,
            BLOCK,
            world.step_s,
        )
    )


def hits(
    batch: Batch,
    wanted: B,
    world: World,
    *,
    radius_m: float,
    horizons_s: tuple[float, ...],
    levels: F64,
    least: I64,
) -> Hits:
    """Return what each track's futures come near.

    Args:
        batch: The futures.
        wanted: shape (n,), False for tracks to leave out.
        world: The prepared site, whose cells were made for the same radius.
        radius_m: What counts as near.
        horizons_s: Horizons, ascending, the last that of the futures.
        levels: shape (n, 3), which quantiles are told.
        least: shape (n,), fewer futures than this are not worth telling; at least 1.
    """
    n, cells = len(batch.row), world.place_cells
    most = n * (len(world.places) + len(world.zone_ids)) if wanted.any() else 0
    first, what = np.zeros(n + 1, np.int64), np.empty(most, np.int64)
    passed, window_s = np.empty((most, len(horizons_s)), np.int64), np.empty((most, 3))
    if most:
        place_hits(
            batch.start,
            batch.turn_steps,
            batch.row,
            batch.arc_of,
            batch.arcs,
            world.paths,
            world.last,
            world.longest,
            wanted,
            cells.gaps,
            GAP_M,
            cells.first,
            cells.members,
            AHEAD_M,
            world.places_site_m,
            world.zone_of,
            len(world.zone_ids),
            radius_m,
            cells.grid.numbers(),
            world.step_s,
            np.array(horizons_s),
            levels,
            least,
            first,
            what,
            passed,
            window_s,
        )
    told = int(first[-1])
    return Hits(first=first, what=what[:told], passed=passed[:told], window_s=window_s[:told])
