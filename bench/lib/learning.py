"""A library of futures learned from known flights, as a site would from its own record."""

from collections.abc import Sequence

import numpy as np
from flights import Known, groups, looks

from tocsin.assess.analogues import Flown, Library, joined, learn
from tocsin.config import shipped_library

ON_TRACK_M = 2_000.0
EVERY_S = 60.0


def learned(flights: Sequence[Known], kind: str, seed: int) -> Library:
    """Return the shipped library with one class learned from flights followed by the tracker."""
    rng = np.random.default_rng([seed, 99])
    flown: list[Flown] = []
    for rows, shift_m in groups(flights):
        group = [flights[k] for k in rows]
        states: list[dict[int, list[tuple[float, ...]]]] = [{} for _ in group]
        for seen in looks(group, shift_m, rng):
            for k, flight in enumerate(group):
                if flight.seen(seen.t_s):
                    _note(states[k], seen, flight.at(np.array(seen.t_s)) + shift_m[k])
        for k, tracks in enumerate(states):
            flown += [
                _flown(np.array(rows), group[k], shift_m[k], kind) for rows in tracks.values()
            ]
    own = learn(flown, note="Learned from recorded flights.", every_s=EVERY_S)
    return joined(own, shipped_library())


def _note(tracks: dict, seen, true_m: np.ndarray) -> None:
    """Keep the state of the track on a flight."""
    if len(seen.pos_m) == 0:
        return
    away_m = np.hypot(*(seen.pos_m - true_m).T)
    nearest = int(np.argmin(away_m))
    track = seen.picture.tracks[nearest]
    if away_m[nearest] < ON_TRACK_M and track.status == "confirmed":
        state = (seen.t_s, *track.pos_site_m, *track.vel_site_mps, track.manoeuvre_prob)
        tracks.setdefault(track.id, []).append(state)


def _flown(rows: np.ndarray, flight: Known, shift_m: np.ndarray, kind: str) -> Flown:
    return Flown(
        kind=kind,
        t_s=rows[:, 0],
        pos_m=rows[:, 1:3],
        vel_mps=rows[:, 3:5],
        manoeuvre_prob=rows[:, 5],
        true_t_s=flight.t_s,
        true_pos_m=flight.pos_m + shift_m,
        impact=flight.whole,
    )
