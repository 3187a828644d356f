"""Forecasts of known flights, made as the product makes them, beside a constant-velocity cone."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from flights import LEAST_MPS, SCAN_S, Known, Seen, groups, looks

from tocsin.assess import stage
from tocsin.assess.analogues import Library
from tocsin.assess.futures import positions_m
from tocsin.assess.settings import AssessSettings
from tocsin.assess.world import prepare
from tocsin.model.track import Track
from tocsin.sim.score.passage import HORIZON_S, Cases, crossings_s, draw_lines, forecast

FIRST_S, EVERY_S = 120.0, 180.0
"""The first forecast of a flight, and how often there is one."""
LINES = 12
"""Made-up lines at each time of each flight."""
STEP_S = 10.0
T_S = np.arange(0.0, HORIZON_S + STEP_S / 2.0, STEP_S)
CONE_Q_M2PS3 = 0.1
"""White noise acceleration of the constant-velocity cone that futures are compared with."""
ON_TRACK_M = 2_000.0
LEAST_KNOWN_S, THINNED = 120.0, 4


class Forecasts(NamedTuple):
    """Futures and cone on the same cases."""

    cases: Cases
    futures: np.ndarray
    """F on the grid of the scores, shape (cases, times)."""
    cone: np.ndarray
    told: np.ndarray
    """shape (cases, 2), the quantiles that the product tells as its 90 % window."""
    kind: np.ndarray
    """shape (cases,), family of the flight."""
    untracked: int
    """Times at which there was no confirmed track on the flight."""

    def part(self, keep: np.ndarray) -> "Forecasts":
        """Return some of the cases."""
        return Forecasts(
            self.cases.part(keep),
            self.futures[keep],
            self.cone[keep],
            self.told[keep],
            self.kind[keep],
            self.untracked,
        )


def forecasts(
    flights: Sequence[Known],
    seed: int,
    settings: AssessSettings,
    library: Library | None,
    *,
    every_s: float = EVERY_S,
) -> Forecasts:
    """Follow flights, forecast at some times of each, and cross the futures with made-up lines."""
    rng = np.random.default_rng(seed)
    world = prepare([], [], [], settings, library)
    shaken_m = shaken(settings.futures, rng)
    made = Made([], [], [], [], [])
    for rows, shift_m in groups(flights):
        group = [flights[k] for k in rows]
        times_s = [_times_s(f, every_s, rng) for f in group]
        state = stage.AssessState()
        for seen in looks(group, shift_m, rng):
            state, _ = stage.step(state, seen.picture, world, settings)
            for k, flight in enumerate(group):
                if seen.t_s not in times_s[k]:
                    continue
                track = _track_on(seen, flight, shift_m[k])
                if track is None:
                    made.untracked.append(rows[k])
                    continue
                drawn = stage.drawn(state, track, world, settings)
                paths_m = positions_m(drawn, T_S)
                cone_m = cone(track, shaken_m, rng)
                made.told.append(np.tile(drawn.levels[[0, -1]], (LINES, 1)))
                _cross(made, rows[k], flight, seen.t_s, shift_m[k], paths_m, cone_m, rng)
    cases = Cases(*(np.concatenate(column) for column in zip(*made.cases, strict=True)))
    kind = np.array([f.kind for f in flights])[cases.flight]
    return Forecasts(
        cases,
        np.concatenate(made.futures),
        np.concatenate(made.cone),
        np.concatenate(made.told),
        kind,
        len(made.untracked),
    )


class Made(NamedTuple):
    """What was made so far, by time of flight."""

    cases: list[Cases]
    futures: list[np.ndarray]
    cone: list[np.ndarray]
    told: list[np.ndarray]
    untracked: list[int]


def _times_s(flight: Known, every_s: float, rng: np.random.Generator) -> frozenset[float]:
    """Return the times of the forecasts: multiples of a scan, from a random one on.

    Times after which too little of a flight is known for the whole horizon are thinned.
    """
    first_s = SCAN_S * round((FIRST_S + rng.uniform(0.0, every_s)) / SCAN_S)
    last_s = flight.lasts_s - (0.0 if flight.whole else LEAST_KNOWN_S)
    full_s = flight.lasts_s - (0.0 if flight.whole else HORIZON_S)
    times_s = np.arange(first_s, last_s, every_s)
    keep = (times_s <= full_s) | (np.arange(len(times_s)) % THINNED == 0)
    return frozenset(times_s[keep].tolist())


def _track_on(seen: Seen, flight: Known, shift_m: np.ndarray) -> Track | None:
    if len(seen.pos_m) == 0:
        return None
    away_m = np.hypot(*(seen.pos_m - flight.at(np.array(seen.t_s)) - shift_m).T)
    nearest = int(np.argmin(away_m))
    track = seen.picture.tracks[nearest]
    return track if away_m[nearest] < ON_TRACK_M and track.status == "confirmed" else None


def _cross(
    made: Made,
    number: int,
    flight: Known,
    t_s: float,
    shift_m: np.ndarray,
    paths_m: np.ndarray,
    cone_m: np.ndarray,
    rng: np.random.Generator,
) -> None:
    """Cross the truth, the futures and the cone with lines about the true position."""
    true_m = flight.at(t_s + np.arange(0.0, min(HORIZON_S, flight.lasts_s - t_s) + 0.5)) + shift_m
    lines = draw_lines(rng, true_m[0], _speed_mps(flight, t_s), LINES)
    truth_s = crossings_s(true_m[None], np.arange(len(true_m), dtype=float), lines)[:, 0]
    known_s = np.inf if flight.whole else flight.lasts_s - t_s
    made.cases.append(Cases(np.full(LINES, number), truth_s, np.full(LINES, known_s)))
    made.futures.append(forecast(crossings_s(paths_m, T_S, lines)))
    made.cone.append(forecast(crossings_s(cone_m, T_S, lines)))


def _speed_mps(flight: Known, t_s: float) -> float:
    """Return the speed over the last minute; what circles is not taken for what stands."""
    at_m = flight.at(t_s - np.arange(0.0, 61.0, 10.0))
    return max(float(np.hypot(*np.diff(at_m, axis=0).T).sum()) / 60.0, LEAST_MPS)


def cone(track: Track, shaken_m: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Sample nearly constant velocity from the track's own state, shape (count, times, 2).

    `shaken_m` is what noise adds to each sample (`shaken`): it does not depend on the track.
    """
    cov = np.array(track.cov).reshape(4, 4)
    (east_m, north_m), (ve_mps, vn_mps) = track.pos_site_m, track.vel_site_mps
    mean = [east_m, ve_mps, north_m, vn_mps]
    state = rng.multivariate_normal(mean, cov, len(shaken_m), method="eigh")
    steady_m = state[:, None, [0, 2]] + T_S[:, None] * state[:, None, [1, 3]]
    return steady_m + rng.permutation(shaken_m)


def shaken(count: int, rng: np.random.Generator) -> np.ndarray:
    """Integrate white noise acceleration twice, shape (count, times, 2), metres."""
    noise = CONE_Q_M2PS3 * np.array([[STEP_S**3 / 3, STEP_S**2 / 2], [STEP_S**2 / 2, STEP_S]])
    kick = rng.standard_normal((count, len(T_S) - 1, 2, 2)) @ np.linalg.cholesky(noise).T
    vel_mps = np.cumsum(kick[..., 1], axis=1)
    moved_m = np.cumsum(kick[..., 0], axis=1)
    moved_m[:, 1:] += STEP_S * np.cumsum(vel_mps, axis=1)[:, :-1]
    return np.concatenate([np.zeros((count, 1, 2)), moved_m], axis=1)
