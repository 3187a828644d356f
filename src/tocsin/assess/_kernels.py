"""March futures over rasters: first entry into protected sides, first nearness to places.

A future is a turn under way (an arc), then one line of a table of displacements turned to its
course and scaled by its speed, up to the line's last step. A raster tells how far the next thing
of interest is, so that a future leaps over the steps in which nothing can happen. Plain
references are in tests/assess.

Arrays common to the kernels:
    start: shape (n, k, 4), east, north, velocity east, velocity north of each track's futures.
    turn_steps: shape (n, k), whole steps for which a turn under way goes on.
    row: shape (n, k), row of the table that each future follows after that turn.
    arc_of: shape (n,), which of `arcs`, shape (m, steps + 1, 3), a track turns along: displacement
        along and to the left per unit speed, and the angle turned.
    paths: shape (rows, steps + 1, 2), the table, displacements per unit speed.
    last: shape (rows,), the last step of each; nothing flies on after it.
    longest: shape (rows,), longest displacement in any step of a row, over speed x step.
    wanted: shape (n,), False for tracks to leave out.
    grid: east and north of the first cell's centre, cell size, clear margin; metres.
"""

import numpy as np
from numba import njit

_NEVER = np.inf
_HALVINGS = 6


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
def _walk(start, turned, row, arc, paths, end, out_m):
    """Fill in the positions of one future at steps 0 to `end`."""
    x, y, vx, vy = start[0], start[1], start[2], start[3]
    for step in range(min(turned, end + 1)):
        along, left = arc[step, 0], arc[step, 1]
        out_m[step, 0] = x + vx * along - vy * left
        out_m[step, 1] = y + vy * along + vx * left
    if turned > 0:
        along, left = arc[turned, 0], arc[turned, 1]
        c, s = np.cos(arc[turned, 2]), np.sin(arc[turned, 2])
        x, y = x + vx * along - vy * left, y + vy * along + vx * left
        vx, vy = c * vx - s * vy, s * vx + c * vy
    for step in range(turned, end + 1):
        along, left = paths[row, step - turned, 0], paths[row, step - turned, 1]
        out_m[step, 0] = x + vx * along - vy * left
        out_m[step, 1] = y + vy * along + vx * left


@njit(cache=True)
def walk(start, turn_steps, row, arc, paths, last, out_m):
    """Fill in all positions of one track's futures, shape (k, steps + 1, 2); held at the end."""
    steps = paths.shape[1] - 1
    for k in range(len(row)):
        end = min(last[row[k]] + turn_steps[k], steps)
        _walk(start[k], turn_steps[k], row[k], arc, paths, end, out_m[k])
        out_m[k, end + 1 :] = out_m[k, end]


@njit(cache=True, error_model="numpy")
def _crossing_part(at_m, to_m, before_m, error_m, signed_m, grid):
    """Return which part of a step that ends inside is flown when the line is reached."""
    low, high = 0.0, 1.0
    low_m = before_m
    high_m = field_m(signed_m, to_m[0], to_m[1], grid) + error_m
    for _ in range(_HALVINGS):
        middle = low + (high - low) * low_m / (low_m - high_m)
        x = at_m[0] + middle * (to_m[0] - at_m[0])
        y = at_m[1] + middle * (to_m[1] - at_m[1])
        here_m = field_m(signed_m, x, y, grid) + error_m
        if abs(here_m) < 1.0:
            return middle
        if here_m <= 0.0:
            high, high_m = middle, here_m
        else:
            low, low_m = middle, here_m
    return low + (high - low) * low_m / (low_m - high_m)


@njit(cache=True, error_model="numpy")
def border_times_s(
    start,
    turn_steps,
    row,
    arc_of,
    arcs,
    paths,
    last,
    longest,
    wanted,
    error_m,
    signed_m,
    grid,
    clear_m,
    block,
    step_s,
):
    """Return when each future first enters the protected side, shape (n, k); inf: never.

    `signed_m` is the signed distance to the line, positive outside; `error_m`, shape (k,), the
    line's error drawn for each future; `clear_m` a lower bound of the distance to the line by
    blocks of `block` x `block` cells. A change of sign far from the line is the end of what is
    known of the protected area, not a crossing.
    """
    n, count = row.shape
    steps = paths.shape[1] - 1
    rows, columns = signed_m.shape
    slack_m = 2.0 * grid[2]
    per_block = 1.0 / (grid[2] * block)
    edge_m = 0.5 * grid[2]
    at_m = np.empty((steps + 1, 2))
    out_s = np.full((n, count), _NEVER)
    for t in range(n):
        if not wanted[t]:
            continue
        arc = arcs[arc_of[t]]
        for k in range(count):
            r = row[t, k]
            turned = turn_steps[t, k]
            end = min(last[r] + turned, steps)
            _walk(start[t, k], turned, r, arc, paths, end, at_m)
            speed = np.sqrt(start[t, k, 2] ** 2 + start[t, k, 3] ** 2)
            stride_m = step_s * longest[r] * speed + 1e-9
            step = 0
            while step <= end:
                x, y = at_m[step, 0], at_m[step, 1]
                if step > 0:
                    beside_m = beside_grid_m(x, y, rows, columns, grid)
                    if beside_m > 0.0:
                        known_m = grid[3] + beside_m
                    else:
                        j = int((x - grid[0] + edge_m) * per_block)
                        i = int((y - grid[1] + edge_m) * per_block)
                        known_m = clear_m[i, j]
                    leap = int((known_m - abs(error_m[k]) - slack_m) / stride_m)
                    if leap > 1 or beside_m > 0.0:
                        step += max(1, leap)
                        continue
                here_m = field_m(signed_m, x, y, grid) + error_m[k]
                if here_m <= 0.0:
                    if step == 0:
                        out_s[t, k] = 0.0
                        break
                    px, py = at_m[step - 1, 0], at_m[step - 1, 1]
                    before_m = field_m(signed_m, px, py, grid) + error_m[k]
                    if before_m > 0.0 and before_m - here_m <= stride_m + slack_m:
                        part = _crossing_part(
                            at_m[step - 1], at_m[step], before_m, error_m[k], signed_m, grid
                        )
                        out_s[t, k] = (step - 1 + part) * step_s
                    break
                step += 1
    return out_s


@njit(cache=True, error_model="numpy")
def place_hits(
    start,
    turn_steps,
    row,
    arc_of,
    arcs,
    paths,
    last,
    longest,
    wanted,
    gaps,
    gap_unit_m,
    first,
    members,
    ahead_m,
    places_m,
    zone_of,
    zones,
    radius_m,
    grid,
    step_s,
    horizons_s,
    levels,
    least,
    out_first,
    out_what,
    out_passed,
    out_window_s,
):
    """Tell of each track how many futures have come near each place and zone, and when.

    `first` and `members` list by cell the places whose circle is nearer than `ahead_m` to some
    point of it; `gaps`, shape (rows, columns), a lower bound of the distance to the nearest circle
    in units of `gap_unit_m`, 0 where one is listed. `zone_of`, shape (places,), is a place's zone
    or -1; a zone is come near when the first of its places is. `levels`, shape (n, 3), are the
    quantiles told of those futures' times. Only what `least`, shape (n,), futures come near is
    told.

    Filled in, row by row: `out_what` (a place, or places + zone), `out_passed` (futures by each
    horizon), `out_window_s`; a track's rows begin at `out_first`, shape (n + 1,).
    """
    n, count = row.shape
    steps = paths.shape[1] - 1
    rows, columns = gaps.shape
    per_cell = 1.0 / grid[2]
    piece_m2, radius_m2 = 4.0 * ahead_m * ahead_m, radius_m * radius_m
    places = len(zone_of)
    total = places + zones
    at_m = np.empty((steps + 1, 2))
    stamp = np.full(total, -1, np.int64)
    slot_of = np.full(total, -1, np.int64)
    kept = np.empty(total, np.int64)
    hits = np.zeros(total, np.int64)
    times_s = np.empty((total, count))
    told = 0
    out_first[0] = 0
    for t in range(n):
        slots = 0
        arc = arcs[arc_of[t]]
        for k in range(count if wanted[t] else 0):
            r = row[t, k]
            turned = turn_steps[t, k]
            end = min(last[r] + turned, steps)
            _walk(start[t, k], turned, r, arc, paths, end, at_m)
            speed = np.sqrt(start[t, k, 2] ** 2 + start[t, k, 3] ** 2)
            per_stride = 1.0 / (step_s * longest[r] * speed + 1e-9)
            gap_steps = gap_unit_m * per_stride
            mark = t * count + k
            if end == 0:  # it ends where it is
                end = 1
                at_m[1] = at_m[0]
            step = 0
            while step < end:
                x, y = at_m[step, 0], at_m[step, 1]
                beside_m = beside_grid_m(x, y, rows, columns, grid)
                if beside_m > 0.0:
                    step += max(1, int((grid[3] + beside_m - grid[2]) * per_stride))
                    continue
                j = int((x - grid[0]) * per_cell + 0.5)
                i = int((y - grid[1]) * per_cell + 0.5)
                leap = int(gaps[i, j] * gap_steps)
                if leap > 0:
                    step += leap
                    continue
                dx, dy = at_m[step + 1, 0] - x, at_m[step + 1, 1] - y
                length_m2 = max(dx * dx + dy * dy, 1e-9)
                pieces = 1
                if length_m2 > piece_m2:
                    pieces = int(np.sqrt(length_m2 / piece_m2)) + 1
                    dx /= pieces
                    dy /= pieces
                    length_m2 /= pieces * pieces
                for piece in range(pieces):
                    px, py = x + piece * dx, y + piece * dy
                    j = int((px + 0.5 * dx - grid[0]) * per_cell + 0.5)
                    i = int((py + 0.5 * dy - grid[1]) * per_cell + 0.5)
                    if i < 0 or j < 0 or i >= rows or j >= columns:
                        continue
                    cell = i * columns + j
                    for m in range(first[cell], first[cell + 1]):
                        place = members[m]
                        if stamp[place] == mark:
                            continue
                        ox, oy = px - places_m[place, 0], py - places_m[place, 1]
                        toward = ox * dx + oy * dy
                        outside_m2 = ox * ox + oy * oy - radius_m2
                        part = 0.0
                        if outside_m2 > 0.0:
                            root = toward * toward - length_m2 * outside_m2
                            if toward >= 0.0 or root < 0.0:
                                continue
                            part = (-toward - np.sqrt(root)) / length_m2
                            if part > 1.0:
                                continue
                        time_s = (step + (piece + part) / pieces) * step_s
                        for kind in range(1 if zone_of[place] < 0 else 2):
                            what = place if kind == 0 else places + zone_of[place]
                            if stamp[what] == mark:
                                at = hits[what] - 1
                                s = slot_of[what]
                                times_s[s, at] = min(times_s[s, at], time_s)
                                continue
                            stamp[what] = mark
                            if slot_of[what] < 0:
                                slot_of[what] = slots
                                kept[slots] = what
                                slots += 1
                            times_s[slot_of[what], hits[what]] = time_s
                            hits[what] += 1
                step += 1
        for s in range(slots):
            what = kept[s]
            passed = hits[what]
            slot_of[what] = -1
            hits[what] = 0
            if passed < least[t]:
                continue
            ordered_s = np.sort(times_s[s, :passed])
            out_what[told] = what
            h = 0
            for p in range(passed):
                while h < len(horizons_s) and ordered_s[p] > horizons_s[h]:
                    out_passed[told, h] = p
                    h += 1
            out_passed[told, h:] = passed
            for q in range(3):
                at = levels[t, q] * (passed - 1)
                low = int(at)
                high = min(low + 1, passed - 1)
                out_window_s[told, q] = ordered_s[low] + (at - low) * (
                    ordered_s[high] - ordered_s[low]
                )
            told += 1
        out_first[t + 1] = told


@njit(cache=True, fastmath=False)
def nearest_rows(asked, weight, table, kind, handicap, count, out_row):
    """Fill in the rows of a table that are nearest to each track's context, ascending.

    `asked`, `weight`: shape (n, features), float32; `table`: shape (features, rows), float32. The
    distance is the sum of weighted squares, and a handicap by the row's kind: `kind`, shape
    (rows,), `handicap`, shape (n, kinds), not negative. Of equal ones at the limit the first rows
    are taken. `out_row`: shape (n, count).
    """
    apart = np.empty(table.shape[1], np.float32)
    for t in range(len(asked)):
        _nearest(asked[t], weight[t], table, kind, handicap[t], count, apart, out_row[t])


@njit(cache=True)
def _nearest(asked, weight, table, kind, handicap, count, apart, out_row):
    """Do so for one track."""
    features, rows = table.shape
    for r in range(rows):
        apart[r] = handicap[kind[r]]
    for f in range(0, features - 2, 3):  # by threes: each pass over `apart` costs more than sums
        a0, a1, a2 = asked[f], asked[f + 1], asked[f + 2]
        w0, w1, w2 = weight[f], weight[f + 1], weight[f + 2]
        for r in range(rows):
            d0, d1, d2 = table[f, r] - a0, table[f + 1, r] - a1, table[f + 2, r] - a2
            apart[r] += w0 * d0 * d0 + w1 * d1 * d1 + w2 * d2 * d2
    for f in range(features - features % 3, features):
        for r in range(rows):
            d0 = table[f, r] - asked[f]
            apart[r] += weight[f] * d0 * d0
    # A float that is not negative sorts as its bits do: find the limit by their upper ones.
    keys = apart.view(np.int32)
    upper = np.zeros(1 << 12, np.int32)
    for r in range(rows):
        upper[keys[r] >> 19] += 1
    seen = 0
    top = 0
    while seen + upper[top] < count:
        seen += upper[top]
        top += 1
    among = np.sort(keys[(keys >> 19) == top])
    limit = among[count - seen - 1]
    equal = count - seen - np.searchsorted(among, limit)
    found = 0
    for r in range(rows):
        if keys[r] < limit:
            out_row[found] = r
            found += 1
        elif keys[r] == limit and equal > 0:
            out_row[found] = r
            found += 1
            equal -= 1
