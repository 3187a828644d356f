"""Hot loop of the scores: when paths first cross straight segments."""

import numpy as np
from numba import njit


@njit(cache=True, error_model="numpy")
def first_crossings_s(paths_m, t_s, from_m, to_m):
    """Return when each path first crosses each segment, shape (segments, paths); inf: never.

    The first crossing of the segment itself, not of the line that it lies on: paths shape
    (paths, times, 2) are straight between samples, `t_s` shape (times,), segments run
    `from_m` to `to_m`, each shape (segments, 2).
    """
    found_s = np.full((from_m.shape[0], paths_m.shape[0]), np.inf)
    for i in range(from_m.shape[0]):
        x0, y0 = from_m[i, 0], from_m[i, 1]
        dx, dy = to_m[i, 0] - x0, to_m[i, 1] - y0
        length = np.sqrt(dx * dx + dy * dy)
        ux, uy = dx / length, dy / length
        for j in range(paths_m.shape[0]):
            x, y = paths_m[j, 0, 0] - x0, paths_m[j, 0, 1] - y0
            across, along = ux * y - uy * x, ux * x + uy * y
            for k in range(1, paths_m.shape[1]):
                x, y = paths_m[j, k, 0] - x0, paths_m[j, k, 1] - y0
                next_across, next_along = ux * y - uy * x, ux * x + uy * y
                if (across > 0.0) != (next_across > 0.0):
                    part = across / (across - next_across)
                    at = along + part * (next_along - along)
                    if 0.0 <= at <= length:
                        found_s[i, j] = t_s[k - 1] + part * (t_s[k] - t_s[k - 1])
                        break
                across, along = next_across, next_along
    return found_s
