"""Read the picture out of the bank."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.geo.plane import SitePlane
from tocsin.model.track import Contribution, Identity, Picture, Status, Track
from tocsin.model.units import S_NS
from tocsin.track.bank import HIDDEN, HIGH, SHOWN
from tocsin.track.motion._kernels import estimate
from tocsin.track.state import TrackerState

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
COASTING_LOOKS = 2.5
"""A track is coasting when its quickest sensor has missed it for so many looks."""


class Estimates(NamedTuple):
    """Moments of some components at the time of the picture."""

    rows: I64
    mean: F64
    """shape (k, 4)"""
    cov: F64
    """shape (k, 4, 4)"""
    height: F64
    height_var: F64


def estimates(state: TrackerState, statuses: tuple[int, ...]) -> Estimates:
    """Return the moments of the tracks with one of these bank statuses, by label."""
    bank = state.bank
    high = int(bank.counters[HIGH])
    rows = np.flatnonzero(bank.live[:high] & np.isin(bank.status[:high], statuses))
    rows = rows[np.argsort(bank.label[rows])]
    return Estimates(rows, *estimate(bank, rows, state.t_s, state.motion))


def reported(state: TrackerState) -> tuple[I64, F64, F64]:
    """Return (labels, mean (k, 4), covariance (k, 4, 4)) of the tracks shown now."""
    now = estimates(state, (SHOWN,))
    return state.bank.label[now.rows], now.mean, now.cov


def picture(state: TrackerState, plane: SitePlane) -> Picture:
    """Return every confirmed, coasting and lost track at the time of the last look."""
    epoch_ns = state.epoch_ns or 0
    if not math.isfinite(state.t_s):
        return Picture(t_ns=epoch_ns, revision=0, tracks=())
    now = estimates(state, (SHOWN, HIDDEN))
    lat_deg, lon_deg = plane.geodetic_from_site(now.mean[:, [0, 2]])
    turn_rad = plane.convergence_rad(lat_deg, lon_deg)
    rivals = _rivals(state, now.rows)
    tracks = tuple(
        _track(state, now, k, float(lat_deg[k]), float(lon_deg[k]), float(turn_rad[k]), rivals)
        for k in range(len(now.rows))
    )
    return Picture(t_ns=epoch_ns + round(state.t_s * S_NS), revision=state.revision, tracks=tracks)


def _track(
    state: TrackerState,
    now: Estimates,
    k: int,
    lat_deg: float,
    lon_deg: float,
    turn_rad: float,
    rivals: dict[int, str],
) -> Track:
    bank, i, epoch_ns = state.bank, int(now.rows[k]), state.epoch_ns or 0
    east_m, ve_mps, north_m, vn_mps = (float(v) for v in now.mean[k])
    known = bool(now.height_var[k] < np.inf)
    return Track(
        id=int(bank.label[i]),
        status=_status(state, i),
        t_ns=epoch_ns + round(state.t_s * S_NS),
        t_first_ns=epoch_ns + round(float(bank.t_first_s[i]) * S_NS),
        t_update_ns=epoch_ns + round(float(bank.t_update_s[i]) * S_NS),
        exists_prob=float(bank.exist[i]),
        pos_site_m=(east_m, north_m),
        vel_site_mps=(ve_mps, vn_mps),
        cov=tuple(now.cov[k].ravel().tolist()),
        lat_deg=lat_deg,
        lon_deg=lon_deg,
        speed_mps=math.hypot(ve_mps, vn_mps),
        course_true_deg=math.degrees(math.atan2(ve_mps, vn_mps) + turn_rad) % 360.0,
        alt_msl_m=float(now.height[k, 0]) if known else None,
        alt_sigma_m=math.sqrt(max(float(now.height_var[k]), 0.0)) if known else None,
        climb_mps=float(now.height[k, 1]) if known else None,
        manoeuvre_prob=float(bank.model[i, 1]),
        cooperative_prob=float(bank.cooperative[i]),
        updates=int(bank.hits[i].sum()),
        identity=_identity(state, i, rivals),
        contributions=_contributions(state, i, epoch_ns),
        evidence=_evidence(state, i),
    )


def _status(state: TrackerState, i: int) -> Status:
    if state.bank.status[i] == HIDDEN:
        return "lost"
    revisits = [
        view.sensor.revisit_s for view in state.views.values() if state.bank.hits[i, view.index] > 0
    ]
    silent_s = state.t_s - float(state.bank.t_update_s[i])
    return "coasting" if silent_s > COASTING_LOOKS * min(revisits) else "confirmed"


def _rivals(state: TrackerState, rows: I64) -> dict[int, str]:
    """Return, by address claimed more than once, the sentence that says so.

    A lost track is no rival: who appears under its address is most likely itself.
    """
    icao = state.bank.icao[rows[state.bank.status[rows] == SHOWN]]
    values, counts = np.unique(icao[icao >= 0], return_counts=True)
    return {
        int(v): f"address {int(v):06X} is claimed by {int(n)} tracks at once"
        for v, n in zip(values, counts, strict=True)
        if n > 1
    }


def _identity(state: TrackerState, i: int, rivals: dict[int, str]) -> Identity:
    bank = state.bank
    icao, mode_a, call = int(bank.icao[i]), int(bank.mode_a[i]), int(bank.callsign[i])
    return Identity(
        icao=None if icao < 0 else icao,
        mode_a=None if mode_a < 0 else mode_a,
        callsign=None if call < 0 else state.callsigns[call],
        conflict=rivals.get(icao),
    )


def _contributions(state: TrackerState, i: int, epoch_ns: int) -> tuple[Contribution, ...]:
    return tuple(
        Contribution(
            sensor_id=name,
            t_last_ns=epoch_ns + round(float(state.bank.t_sensor_s[i, view.index]) * S_NS),
            updates=int(state.bank.hits[i, view.index]),
        )
        for name, view in state.views.items()
        if state.bank.hits[i, view.index] > 0
    )


def _evidence(state: TrackerState, i: int) -> tuple[tuple[int, int], ...]:
    kept = state.bank.evidence[i, : int(state.bank.hits[i].sum())]
    return tuple(sorted((int(seq), int(record)) for seq, record in kept))
