"""Hot loops of labels: the best joint assignment of a contested cluster.

In a cluster every component may take any of its plots; labels stay where the one best way to
share them out puts them.
"""

import math

import numpy as np
from numba import njit

JOINT_FROM_PROB = 0.05
"""Components likelier than this take part in joint assignments; fainter ones are too many."""


@njit(cache=True, error_model="numpy")
def _cheapest(cost, n, m, column_of):
    """Solve the rectangular assignment of n rows to m >= n columns; writes the column of each.

    Shortest augmenting paths with dual variables (Crouse, "On implementing 2D rectangular
    assignment algorithms", IEEE TAES 52(4), 2016, section II).
    """
    u, v = np.zeros(n), np.zeros(m)
    row_of = np.full(m, -1, np.int64)
    column_of[:n] = -1
    for start in range(n):
        shortest = np.full(m, np.inf)
        came_from = np.full(m, -1, np.int64)
        done_row, done_col = np.zeros(n, np.bool_), np.zeros(m, np.bool_)
        i, sink, low = start, -1, 0.0
        while sink < 0:
            done_row[i] = True
            best, at = np.inf, -1
            for j in range(m):
                if done_col[j]:
                    continue
                reach = low + cost[i, j] - u[i] - v[j]
                if reach < shortest[j]:
                    shortest[j], came_from[j] = reach, i
                if shortest[j] < best or (shortest[j] == best and row_of[j] < 0):
                    best, at = shortest[j], j
            low = best
            done_col[at] = True
            if row_of[at] < 0:
                sink = at
            else:
                i = row_of[at]
        u[start] += low
        for k in range(n):
            if done_row[k] and k != start:
                u[k] += low - shortest[column_of[k]]
        for j in range(m):
            if done_col[j]:
                v[j] -= low - shortest[j]
        j = sink
        while True:
            i = came_from[j]
            row_of[j] = i
            column_of[i], j = j, column_of[i]
            if i == start:
                break


@njit(cache=True, error_model="numpy")
def _root(parent, a):
    while parent[a] != a:
        parent[a] = parent[parent[a]]
        a = parent[a]
    return a


@njit(cache=True, error_model="numpy")
def hold_labels(bank, rows, first, edge_plot, psi, prob, n_plots, largest):
    """Give each likely component of a contested cluster the plot of the best joint assignment.

    Marginals of targets that share plots average over permutations, so their labels wander
    (Williams 2015, section VI); the best global assignment of the cluster does not. The mass of
    a row is moved to its assigned edge, so existence stays as the marginals say; a row that the
    assignment leaves without a plot keeps its marginals.
    """
    n_rows = rows.shape[0]
    parent = np.arange(n_rows)
    owner = np.full(n_plots, -1, np.int64)
    contested = np.zeros(n_rows, np.bool_)
    for a in range(n_rows):
        if bank.label[rows[a]] == 0 and bank.exist[rows[a]] < JOINT_FROM_PROB:
            continue
        for e in range(first[a], first[a + 1]):
            j = edge_plot[e]
            if owner[j] < 0:
                owner[j] = a
                continue
            contested[a] = contested[owner[j]] = True
            parent[_root(parent, a)] = _root(parent, owner[j])
    newest = np.full(n_rows, -1, np.int64)
    older = np.full(n_rows, -1, np.int64)
    for a in range(n_rows):
        if contested[a]:
            root = _root(parent, a)
            older[a], newest[root] = newest[root], a
    members = np.empty(n_rows, np.int64)
    column = np.full(n_plots, -1, np.int64)
    for root in range(n_rows):
        n = m = 0
        a = newest[root]
        while a >= 0:
            members[n] = a
            n += 1
            for e in range(first[a], first[a + 1]):
                if column[edge_plot[e]] < 0:
                    column[edge_plot[e]] = m
                    m += 1
            a = older[a]
        if n > 1 and n <= largest:
            cost = np.full((n, m + n), 1e6)
            for k in range(n):
                a = members[k]
                cost[k, m + k] = 0.0
                for e in range(first[a], first[a + 1]):
                    cost[k, column[edge_plot[e]]] = -math.log(max(psi[e], 1e-300))
            given = np.empty(n, np.int64)
            _cheapest(cost, n, m + n, given)
            for k in range(n):
                a = members[k]
                if given[k] >= m:
                    continue
                mass = 0.0
                for e in range(first[a], first[a + 1]):
                    mass += prob[e]
                for e in range(first[a], first[a + 1]):
                    prob[e] = mass if column[edge_plot[e]] == given[k] else 0.0
        for k in range(n):
            a = members[k]
            for e in range(first[a], first[a + 1]):
                column[edge_plot[e]] = -1
