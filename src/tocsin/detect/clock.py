"""Time of day to Unix time: across midnight, across gaps, with or without a known date.

A sensor stamps its reports with seconds since midnight UTC and never says which day. The day comes
from the container where it tells a time of receipt, else from a date handed in, else it is counted
from 1 January 1970 and the clock says so (`dated` is False).
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

from tocsin.model.units import DAY_NS, S_NS

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

HALF_DAY_NS = DAY_NS // 2
LATE_S = 60.0
"""A report older than this against its forerunner is not merely late."""
JUMP_BACK_S = 15.0
"""A step back longer than this is a clock jump. Real feeds step back up to 0.52 s all the time
(targets of one sector are sent in any order); 15 s is what the picture accepts as late."""
OFF_S = 3_600.0
"""A sensor's clock this far from the time of receipt is wrong or of another zone."""
TOD_MAX_S = 86_401.0
"""A leap second may reach 86,400.99; beyond it the field is broken."""


class ClockState(msgspec.Struct, frozen=True, kw_only=True):
    """What a clock must remember between chunks."""

    t_last_ns: int | None = None
    """Time given last, or the time near which to begin."""
    day_ns: int = 0
    """Midnight that the time given last was counted from."""
    day_first_ns: int = 0
    """Midnight before the first report: no report is put more than LATE_S before it."""
    dated: bool = False
    """False: no container and nobody told the date."""
    jumps: int = 0
    """Steps back that were too long to be lateness, and receipts that contradict the sensor."""


def start(
    date_ns: int | None = None, near_ns: int | None = None, dated: bool = False
) -> ClockState:
    """Return a clock for one sensor.

    Args:
        date_ns: midnight UTC of the day on which the recording begins, where known.
        near_ns: time that another sensor of the same feed has reached, where known; it decides
            the day of a sensor that is first heard after midnight.
        dated: whether `near_ns` rests on a known date.
    """
    if near_ns is not None:
        first_ns = _midnight_ns(near_ns - HALF_DAY_NS)
        return ClockState(
            t_last_ns=near_ns, day_ns=_midnight_ns(near_ns), day_first_ns=first_ns, dated=dated
        )
    first_ns = date_ns or 0
    return ClockState(day_ns=first_ns, day_first_ns=first_ns, dated=date_ns is not None)


def step(state: ClockState, tod_s: F64, t_received_ns: I64 | None = None) -> tuple[ClockState, I64]:
    """Return Unix times of reports in the order received.

    Args:
        state: the sensor's clock.
        tod_s: shape (n,), seconds since midnight UTC, 0 to TOD_MAX_S (checked by the caller).
        t_received_ns: shape (n,), time of receipt or -1 where the container tells none.

    Returns:
        The clock after them and t_ns, shape (n,).
    """
    tod_ns = np.rint(np.asarray(tod_s) * S_NS).astype(np.int64)
    if len(tod_ns) == 0:
        return state, tod_ns
    received = np.full(len(tod_ns), -1) if t_received_ns is None else t_received_ns
    if (received >= 0).all():
        return _by_receipt(state, tod_ns, received)
    return _by_order(state, tod_ns)


def extend_truncated(tod_s: F64, near_s: F64, modulus_s: float = 512.0) -> F64:
    """Return times of day from truncated ones (CAT001 I141: 16 bits of 1/128 s, 512 s a round).

    Each is the candidate nearest to `near_s`, a full time of day known otherwise.
    """
    rounds = np.round((near_s - tod_s) / modulus_s)
    return np.asarray(np.mod(tod_s + rounds * modulus_s, 86_400.0))


def _by_receipt(state: ClockState, tod_ns: I64, received: I64) -> tuple[ClockState, I64]:
    """Put each report on the day that brings it nearest to its receipt."""
    day = np.floor_divide(received - tod_ns + HALF_DAY_NS, DAY_NS)
    t_ns = day * DAY_NS + tod_ns
    off = np.count_nonzero(np.abs(t_ns - received) > OFF_S * S_NS)
    jumps = _jumps_back(state.t_last_ns, t_ns) + int(off)
    return _after(state, t_ns, int(day[-1]) * DAY_NS, jumps, dated=True), t_ns


def _by_order(state: ClockState, tod_ns: I64) -> tuple[ClockState, I64]:
    """Count midnights: a fall of more than half a day is a new day.

    A rise of more than half a day is a late report from before midnight, or undoes a new day that
    a broken report had begun; on the first day of a recording it is a gap.
    """
    day = state.day_ns
    last = state.t_last_ns if state.t_last_ns is not None else day + int(tod_ns[0])
    steps = np.diff(tod_ns, prepend=last - day)
    days = np.full(len(tod_ns), day)
    for index in np.flatnonzero(np.abs(steps) > HALF_DAY_NS):
        late_ns = DAY_NS - steps[index]
        if steps[index] < 0:
            day += DAY_NS
        elif day > state.day_first_ns or late_ns <= LATE_S * S_NS:
            day -= DAY_NS
        days[index:] = day
    t_ns = days + tod_ns
    jumps = _jumps_back(state.t_last_ns, t_ns)
    return _after(state, t_ns, day, jumps, dated=state.dated), t_ns


def _jumps_back(last_ns: int | None, t_ns: I64) -> int:
    steps = np.diff(t_ns, prepend=t_ns[0] if last_ns is None else last_ns)
    return int(np.count_nonzero(steps < -JUMP_BACK_S * S_NS))


def _after(state: ClockState, t_ns: I64, day_ns: int, jumps: int, *, dated: bool) -> ClockState:
    return ClockState(
        t_last_ns=int(t_ns[-1]),
        day_ns=day_ns,
        day_first_ns=state.day_first_ns,
        dated=dated,
        jumps=state.jumps + jumps,
    )


def _midnight_ns(t_ns: int) -> int:
    return t_ns - t_ns % DAY_NS
