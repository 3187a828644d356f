"""The bank: every Bernoulli component (a target that may exist) as columns, one row each.

Rows are slots: a dropped component frees its slot for the next birth, so nothing is moved.
State order is east, velocity east, north, velocity north; covariances are the ten terms of the
upper triangle in that order (ee, e.ve, en, e.vn, veve, ve.n, ve.vn, nn, n.vn, vnvn), so that
they are symmetric by construction. The two motion models share every other column.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

EVIDENCE_KEPT = 8
TENTATIVE, SHOWN, HIDDEN = 0, 1, 2
HIGH, FREE, NEXT_LABEL = 0, 1, 2
"""Places in `counters`: slots ever used, entries on the free list, label of the next track."""


class Bank(NamedTuple):
    """Columns of the components; capacity n, s sensors."""

    counters: I64
    free: I64
    """shape (n,), the free list: the first `counters[FREE]` entries are reusable slots."""
    live: NDArray[np.bool_]
    mean: F64
    """shape (n, 2, 4), by motion model."""
    cov: F64
    """shape (n, 2, 10)"""
    model: F64
    """shape (n, 2), probability of each motion model."""
    exist: F64
    """shape (n,), existence probability."""
    exist_born: F64
    visible: F64
    """shape (n, s), probability that each sensor can see it now, given that it exists: targets go
    behind hills and into notches for a while, so misses come in rows."""
    t_s: F64
    """Time of existence and visibility, seconds after the tracker's epoch."""
    t_moved_s: F64
    """Time of mean and covariance: behind `t_s` while a newborn waits for its second plot."""
    t_first_s: F64
    t_update_s: F64
    height: F64
    """shape (n, 2), height over mean sea level (m) and climb (m/s)."""
    height_cov: F64
    """shape (n, 3): hh, h.climb, climb.climb; inf while no height was ever measured."""
    t_sensor_s: F64
    """shape (n, s), last update by each sensor; -inf before the first."""
    hits: I64
    """shape (n, s), updates by each sensor."""
    cooperative: F64
    """Share of recent updates that carried a transponder or broadcast."""
    bias: F64
    """shape (n, 3), covariance ee, en, nn of an error that its last sensor's plots share and the
    state therefore does not contain (unknown height)."""
    nose: F64
    """shape (n, 2), unit vector of the heading that it last showed; zero before it moved."""
    lead: F64
    """shape (n, 2), by how much its antenna leads the middle of its echo (m), and variance; zero
    before a surface radar looked."""
    sensor: I64
    """Index of the sensor that updated it last."""
    label: I64
    """Number of the track, 0 before it was first shown."""
    status: NDArray[np.int8]
    icao: I64
    mode_a: I64
    callsign: I64
    """Index into the tracker's table of call signs, -1 for none."""
    track_number: I64
    """shape (n, s), each sensor's own number for it, -1 for none."""
    evidence: I64
    """shape (n, EVIDENCE_KEPT, 2), a ring of (journal seq, record)."""


def empty(capacity: int, sensors: int) -> Bank:
    """Return a bank without components."""
    n, s = capacity, sensors
    return Bank(
        counters=np.array([0, 0, 1], dtype=np.int64),
        free=np.zeros(n, dtype=np.int64),
        live=np.zeros(n, dtype=np.bool_),
        mean=np.zeros((n, 2, 4)),
        cov=np.zeros((n, 2, 10)),
        model=np.zeros((n, 2)),
        exist=np.zeros(n),
        exist_born=np.zeros(n),
        visible=np.ones((n, s)),
        t_s=np.zeros(n),
        t_moved_s=np.zeros(n),
        t_first_s=np.zeros(n),
        t_update_s=np.zeros(n),
        height=np.zeros((n, 2)),
        height_cov=np.zeros((n, 3)),
        t_sensor_s=np.full((n, s), -np.inf),
        hits=np.zeros((n, s), dtype=np.int64),
        cooperative=np.zeros(n),
        bias=np.zeros((n, 3)),
        nose=np.zeros((n, 2)),
        lead=np.zeros((n, 2)),
        sensor=np.full(n, -1, dtype=np.int64),
        label=np.zeros(n, dtype=np.int64),
        status=np.zeros(n, dtype=np.int8),
        icao=np.full(n, -1, dtype=np.int64),
        mode_a=np.full(n, -1, dtype=np.int64),
        callsign=np.full(n, -1, dtype=np.int64),
        track_number=np.full((n, s), -1, dtype=np.int64),
        evidence=np.full((n, EVIDENCE_KEPT, 2), -1, dtype=np.int64),
    )


def with_room_for(bank: Bank, births: int) -> Bank:
    """Return the bank, or a copy of twice the size when `births` more would not fit."""
    capacity = len(bank.live)
    high, free = int(bank.counters[HIGH]), int(bank.counters[FREE])
    if high - free + births <= capacity:
        return bank
    grown = empty(max(2 * capacity, capacity + births), bank.hits.shape[1])
    grown.counters[:] = bank.counters
    olds: tuple[NDArray[Any], ...] = bank[1:]
    news: tuple[NDArray[Any], ...] = grown[1:]
    for old, new in zip(olds, news, strict=True):
        new[:capacity] = old
    return grown


def copy(bank: Bank) -> Bank:
    """Return a copy of the used part, for snapshots; its capacity is what was used."""
    used = int(bank.counters[HIGH])
    return Bank._make([bank.counters.copy(), *(column[:used].copy() for column in bank[1:])])
