"""Service messages that say that a sensor lives, and where its antenna looks.

CAT034 and CAT002 (radar: north marker, sector crossing), CAT010 types 2 to 4 and CAT019
(surface radar, multilateration: start of cycle, status), CAT063 (sensors of a tracker) and CAT065
(the tracker itself). A silent sensor is no evidence of absence; these tell silence from emptiness.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.detect.facts import Heartbeat
from tocsin.detect.view import View

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bools = NDArray[np.bool_]

STATUS_CATEGORIES = (2, 19, 34, 63, 65)
TIME_ITEMS = {2: "030", 10: "140", 19: "140", 34: "030", 63: "030", 65: "030"}
_KINDS: dict[int, dict[int, str]] = {
    2: {1: "north", 2: "sector", 3: "south"},
    10: {2: "cycle", 3: "status", 4: "status"},
    19: {1: "cycle", 2: "status", 3: "status"},
    34: {1: "north", 2: "sector", 4: "jamming", 6: "jamming", 7: "jamming"},
    65: {1: "service", 2: "cycle", 3: "service"},
}
"""Message type (item 000) by category."""
_UNFIT_CODES: dict[int, tuple[str, tuple[int, ...]]] = {
    10: ("550/NOGO", (2, 3)),
    19: ("550/NOGO", (2, 3)),
    34: ("050/COM/NOGO", (1,)),
    63: ("060/CON", (2, 3)),
    65: ("040/NOGO", (2, 3)),
}
"""Values by which the source says that its data must not be used; degraded is still usable."""


class Signs(NamedTuple):
    """Service messages of one sensor as columns, in the order of bytes."""

    t_ns: I64
    arrival: I64
    azimuth_true_rad: F64
    """NaN where the message names no direction."""
    what: tuple[str, ...]
    healthy: tuple[bool | None, ...]


def signs(view: View) -> Signs:
    """Return what service messages say. North markers and starts of cycle look at azimuth 0."""
    kinds = _KINDS.get(view.columns.category, {})
    what = tuple(kinds.get(code, "status") for code in view.whole("000").tolist())
    named = np.array([w in {"north", "cycle"} for w in what], dtype=np.bool_)
    azimuth = np.where(named & ~view.has("020"), 0.0, _sector_rad(view, what))
    if view.columns.category not in {2, 10, 34}:
        azimuth = np.full(len(view), np.nan)
    return Signs(view.t_ns, view.arrival, azimuth, what, _health(view))


def heartbeats(sensor_id: str, found: Signs) -> list[Heartbeat]:
    """Return the messages as facts."""
    return [
        Heartbeat(
            sensor_id=sensor_id,
            t_ns=t_ns,
            what=what,
            azimuth_true_rad=None if azimuth != azimuth else azimuth,  # noqa: PLR0124 - NaN
            healthy=healthy,
        )
        for t_ns, azimuth, what, healthy in zip(
            found.t_ns.tolist(),
            found.azimuth_true_rad.tolist(),
            found.what,
            found.healthy,
            strict=True,
        )
    ]


def _sector_rad(view: View, what: tuple[str, ...]) -> F64:
    """Return the azimuth at the start of the sector (item 020 of CAT034 and CAT002)."""
    if view.columns.category == 10:
        return np.full(len(view), np.nan)
    directed = np.array([w in {"north", "sector", "south"} for w in what], dtype=np.bool_)
    return np.where(directed, view.real("020"), np.nan)


def _health(view: View) -> tuple[bool | None, ...]:
    item, unfit = _UNFIT_CODES.get(view.columns.category, ("", ()))
    if not item:
        return (None,) * len(view)
    return tuple(None if code < 0 else code not in unfit for code in view.whole(item).tolist())
