"""March futures over distance rasters: first entry into protected sides, first nearness to places.

A future is a turn under way (an arc), then one line of the displacement library turned to its
course and scaled by its speed. A raster tells how far the next thing of interest is, so that a
future leaps over the steps in which nothing can happen. Plain references are in tests/assess.

Arrays common to all kernels:
    start: shape (k, 4), east, north, velocity east, velocity north of each future at time 0.
    turn_steps: shape (k,), whole steps for which a turn under way goes on.
    row: shape (k,), row of the library that each future follows after that turn.
    arc: shape (steps + 1, 3), displacement along and to the left per unit speed, and the angle
        turned, while the turn goes on.
    paths: shape (rows, steps + 1, 2), the library, displacements per unit speed.
    grid: east and north of the first cell's centre, cell size, clear margin; metres.
    longest: shape (rows,), longest displacement in any step of a row, over speed x step.
"""

import numpy as np
from numba import njit

_NEVER = np.inf


@njit(cache=True, inline="always")
def field_m(raster, x_m, y_m, grid):
    """Interpolate a raster of cell centres bilinearly; beside it, the edge value holds."""
    rows, columns = raster.shape
    u = min(max((x_m - grid[0]) / grid[2], 0.0), columns - 1.000001)
    v = min(max((y_m - grid[1]) / grid[2], 0.0), rows - 1.000001)
    j = int(u)
    i = int(v)
    u -= j
    v -= i
    low = raster[i, j] + u * (raster[i, j + 1] - raster[i, j])
    high = raster[i + 1, j] + u * (raster[i + 1, j + 1] - raster[i + 1, j])
    return low + v * (high - low)


@njit(cache=True, inline="always")
def beside_grid_m(x_m, y_m, rows, columns, grid):
    """Return how far a point lies outside the grid, 0 inside."""
    dx = max(grid[0] - x_m, x_m - grid[0] - grid[2] * (columns - 1))
    dy = max(grid[1] - y_m, y_m - grid[1] - grid[2] * (rows - 1))
    return max(dx, dy, 0.0)


@njit(cache=True, inline="always")
def _moved(from_x, from_y, vx, vy, along, left):
    """Turn a displacement per unit speed to a course, scale it, and go there."""
    return from_x + vx * along - vy * left, from_y + vy * along + vx * left


@njit(cache=True, inline="always")
def _after_turn(x, y, vx, vy, arc, steps):
    """Return position and velocity at the end of the turn under way."""
    if steps == 0:
        return x, y, vx, vy
    end_x, end_y = _moved(x, y, vx, vy, arc[steps, 0], arc[steps, 1])
    c = np.cos(arc[steps, 2])
    s = np.sin(arc[steps, 2])
    return end_x, end_y, c * vx - s * vy, s * vx + c * vy


@njit(cache=True, error_model="numpy")
def border_times_s(start, turn_steps, row, arc, paths, longest, error_m, signed_m, grid, step_s):
    """Return when each future first enters the protected side, shape (k,); inf: never.

    `signed_m` is the signed distance to the line, positive outside; `error_m`, shape (k,), the
    line's error drawn for each future. A change of sign far from the line is the end of what is
    known of the protected area, not a crossing.
    """
    count = start.shape[0]
    last = paths.shape[1] - 1
    rows, columns = signed_m.shape
    slack_m = 2.0 * grid[2]
    out_s = np.full(count, _NEVER)
    for k in range(count):
        x0, y0, vx0, vy0 = start[k, 0], start[k, 1], start[k, 2], start[k, 3]
        n = turn_steps[k]
        x1, y1, vx1, vy1 = _after_turn(x0, y0, vx0, vy0, arc, n)
        stride_m = step_s * longest[row[k]] * np.sqrt(vx0 * vx0 + vy0 * vy0) + 1e-9
        before_m = 0.0
        step_before = -1
        step = 0
        while step <= last:
            if step < n:
                x, y = _moved(x0, y0, vx0, vy0, arc[step, 0], arc[step, 1])
            else:
                x, y = _moved(
                    x1, y1, vx1, vy1, paths[row[k], step - n, 0], paths[row[k], step - n, 1]
                )
            here_m = field_m(signed_m, x, y, grid) + error_m[k]
            if here_m <= 0.0:
                if step_before < 0:
                    out_s[k] = 0.0
                elif before_m - here_m <= (step - step_before) * stride_m + slack_m:
                    part = before_m / (before_m - here_m)
                    out_s[k] = (step_before + part * (step - step_before)) * step_s
                break
            clear_m = here_m - slack_m
            beside_m = beside_grid_m(x, y, rows, columns, grid)
            if beside_m > 0.0:
                clear_m = beside_m + grid[3] - abs(error_m[k]) - slack_m
            before_m = here_m
            step_before = step
            step += max(1, int(clear_m / stride_m))
    return out_s


@njit(cache=True, error_model="numpy")
def place_times_s(
    start,
    turn_steps,
    row,
    arc,
    paths,
    longest,
    gap_m,
    first,
    members,
    ahead_m,
    places_m,
    radius_m,
    slot,
    out_s,
    grid,
    step_s,
):
    """Fill in when each future first comes within `radius_m` of each place.

    `first` and `members` list by cell the places whose circle is nearer than `ahead_m` to some
    point of it, and `gap_m`, shape (rows, columns), is a lower bound of the distance to the
    nearest circle where none is; `slot`, shape (places,), is the row of `out_s`, shape
    (slots, k), for a place, or -1. `out_s` comes filled with inf.
    """
    count = start.shape[0]
    last = paths.shape[1] - 1
    rows, columns = gap_m.shape
    per_cell = 1.0 / grid[2]
    for k in range(count):
        x0, y0, vx0, vy0 = start[k, 0], start[k, 1], start[k, 2], start[k, 3]
        n = turn_steps[k]
        x1, y1, vx1, vy1 = _after_turn(x0, y0, vx0, vy0, arc, n)
        stride_m = step_s * longest[row[k]] * np.sqrt(vx0 * vx0 + vy0 * vy0) + 1e-9
        per_stride = 1.0 / stride_m
        step = 0
        while step <= last:
            if step < n:
                x, y = _moved(x0, y0, vx0, vy0, arc[step, 0], arc[step, 1])
            else:
                x, y = _moved(
                    x1, y1, vx1, vy1, paths[row[k], step - n, 0], paths[row[k], step - n, 1]
                )
            j = int((x - grid[0]) * per_cell + 0.5)
            i = int((y - grid[1]) * per_cell + 0.5)
            if x < grid[0] or y < grid[1] or j >= columns or i >= rows:
                clear_m = grid[3] + beside_grid_m(x, y, rows, columns, grid) - grid[2]
                step += max(1, int(clear_m * per_stride))
                continue
            cell = i * columns + j
            begin = first[cell]
            end = first[cell + 1]
            if begin == end:
                step += max(1, int(gap_m[i, j] * per_stride))
                continue
            nearest_m2 = (ahead_m + radius_m) ** 2
            for m in range(begin, end):
                place = members[m]
                s = slot[place]
                if s < 0 or out_s[k, s] < _NEVER:
                    continue
                dx = x - places_m[place, 0]
                dy = y - places_m[place, 1]
                apart_m2 = dx * dx + dy * dy
                if apart_m2 > radius_m * radius_m:
                    nearest_m2 = min(nearest_m2, apart_m2)
                    continue
                if step == 0:
                    out_s[k, s] = 0.0
                    continue
                b = step - 1
                if b < n:
                    bx, by = _moved(x0, y0, vx0, vy0, arc[b, 0], arc[b, 1])
                else:
                    bx, by = _moved(
                        x1, y1, vx1, vy1, paths[row[k], b - n, 0], paths[row[k], b - n, 1]
                    )
                dx = bx - places_m[place, 0]
                dy = by - places_m[place, 1]
                before_m = np.sqrt(dx * dx + dy * dy)
                part = (before_m - radius_m) / max(before_m - np.sqrt(apart_m2), 1e-9)
                out_s[k, s] = (b + min(max(part, 0.0), 1.0)) * step_s
            step += max(1, int((np.sqrt(nearest_m2) - radius_m) * per_stride))
