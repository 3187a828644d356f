"""How other tracks went on from a context like this one: a library of displacements.

A row is one moment of a recorded (or simulated) flight: its context (`context.FEATURES`) and the
way that it then took, in the frame of the course that it held (`context.contexts_at`) and per unit
of its mean speed. The nearest rows to a track's context, turned and scaled to it, are most of its
futures. Every row also stands mirrored, so that no side is preferred. A flight that ended by
impact ends; one that was lost from sight goes on straight: nothing is known of its end.

After nearest-neighbour forecasting (Lorenz 1969, analogues), by class; no row knows of any place.
"""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.assess.context import AGES_S, FEATURES, MEAN_S, contexts_at
from tocsin.assess.motion import MOTIONS
from tocsin.model.errors import BadInput

F64 = NDArray[np.float64]
F32 = NDArray[np.float32]
I16 = NDArray[np.int16]

KNOT_S = 20.0
"""Time between the knots of a row's way."""
KNOTS = 60
"""Knots after the start: twenty minutes."""
UNIT_S = 1.0 / 16.0
"""Ways are kept in these units (seconds of flight at mean speed): 3 m at 50 m/s."""
LEAST_KNOWN_S = 600.0
"""A moment counts only when so much of what came after it is known."""
EVERY_S = 60.0
"""Moments of one flight are taken this far apart."""
VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """Contexts and what came of them."""

    kind: NDArray[np.uint8]
    """shape (rows,), index into `motion.MOTIONS`."""
    features: F32
    """shape (rows, features)."""
    ways_s: I16
    """shape (rows, KNOTS, 2), along and to the left over mean speed, units of UNIT_S."""
    ends_s: F32
    """shape (rows,), when the flight ended by impact; inf where it did not."""
    note: str
    """What it was made from, and under which licence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flown:
    """One flight as a tracker followed it, to learn from."""

    kind: str
    """One of `motion.MOTIONS`."""
    t_s: F64
    """shape (n,), ascending."""
    pos_m: F64
    """shape (n, 2), site plane."""
    vel_mps: F64
    """shape (n, 2)."""
    manoeuvre_prob: F64
    """shape (n,)."""
    true_t_s: F64 | None = None
    """Where the truth is known: its times,"""
    true_pos_m: F64 | None = None
    """and positions."""
    impact: bool = False
    """It ended where it ends; else it was only lost from sight."""


def learn(flights: Sequence[Flown], *, note: str, every_s: float = EVERY_S) -> Library:
    """Make a library of flights.

    Raises BadInput where no flight is long enough to learn from.
    """
    parts = [part for flight in flights if (part := _rows(flight, every_s)) is not None]
    if not parts:
        raise BadInput(
            f"no flight is known for {(AGES_S[-1] + LEAST_KNOWN_S) / 60:.0f} minutes",
            where="flights to learn from",
            remedy="Give longer recordings.",
        )
    kind, features, ways_s, ends_s = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Library(kind=kind, features=features, ways_s=ways_s, ends_s=ends_s, note=note)


def _rows(flight: Flown, every_s: float) -> tuple[NDArray[np.uint8], F32, I16, F32] | None:
    """Return kind, contexts, ways and ends of one flight's moments; None where it is too short."""
    true_t_s = flight.t_s if flight.true_t_s is None else flight.true_t_s
    true_m = flight.pos_m if flight.true_pos_m is None else flight.true_pos_m
    known_s = 0.0 if flight.impact else LEAST_KNOWN_S
    t_s = np.arange(
        flight.t_s[0] + AGES_S[-1], min(flight.t_s[-1], true_t_s[-1] - known_s), every_s
    )
    if len(t_s) == 0:
        return None
    past_s = t_s[:, None] - AGES_S
    columns = np.concatenate([flight.pos_m, flight.vel_mps], axis=1).T
    states = np.stack([np.interp(past_s, flight.t_s, column) for column in columns], axis=-1)
    at = np.searchsorted(flight.t_s, t_s, side="right") - 1
    found = contexts_at(states, np.ones(past_s.shape, dtype=bool), flight.manoeuvre_prob[at])
    moved_m = _ahead_m(t_s, true_t_s, true_m, impact=flight.impact)
    frame = found.frame_mps[:, None] / np.sum(found.frame_mps**2, axis=1)[:, None, None]
    along_s = np.sum(moved_m * frame, axis=2)
    left_s = moved_m[..., 1] * frame[..., 0] - moved_m[..., 0] * frame[..., 1]
    ways = np.clip(np.rint(np.stack([along_s, left_s], axis=2) / UNIT_S), -32767, 32767)
    ends_s = true_t_s[-1] - t_s if flight.impact else np.full(len(t_s), np.inf)
    kind = np.full(len(t_s), MOTIONS.index(flight.kind), dtype=np.uint8)
    return kind, found.features.astype(np.float32), ways.astype(np.int16), ends_s.astype(np.float32)


def _ahead_m(t_s: F64, true_t_s: F64, true_m: F64, *, impact: bool) -> F64:
    """Return displacements at the knots after each moment, shape (moments, KNOTS, 2)."""
    then_s = t_s[:, None] + KNOT_S * np.arange(1, KNOTS + 1)
    there_m = np.stack([np.interp(then_s, true_t_s, column) for column in true_m.T], axis=-1)
    if not impact:
        back_m = [np.interp(true_t_s[-1] - MEAN_S, true_t_s, column) for column in true_m.T]
        vel_mps = (true_m[-1] - back_m) / MEAN_S
        there_m += np.maximum(then_s - true_t_s[-1], 0.0)[..., None] * vel_mps
    here_m = np.stack([np.interp(t_s, true_t_s, column) for column in true_m.T], axis=-1)
    return np.asarray(there_m - here_m[:, None])


def joined(own: Library, other: Library) -> Library:
    """Return a library with the classes that `own` holds from it, and the rest from `other`."""
    rest = ~np.isin(other.kind, own.kind)
    return Library(
        kind=np.concatenate([own.kind, other.kind[rest]]),
        features=np.concatenate([own.features, other.features[rest]]),
        ways_s=np.concatenate([own.ways_s, other.ways_s[rest]]),
        ends_s=np.concatenate([own.ends_s, other.ends_s[rest]]),
        note=f"{own.note} {other.note}" if rest.any() else own.note,
    )


def paths_s(library: Library, steps: int, step_s: float) -> F32:
    """Return the ways at every step of the futures, shape (rows, steps + 1, 2).

    Cubic between knots with the slopes of their neighbours (Catmull and Rom 1974); straight on
    where futures are longer than the library.
    """
    knots = np.zeros((len(library.kind), KNOTS + 1, 2), dtype=np.float32)
    knots[:, 1:] = library.ways_s * np.float32(UNIT_S)
    first, last = 2 * knots[:, :1] - knots[:, 1:2], 2 * knots[:, -1:] - knots[:, -2:-1]
    padded = np.concatenate([first, knots, last], axis=1)
    at = np.arange(steps + 1) * (step_s / KNOT_S)
    low = np.minimum(at.astype(np.int64), KNOTS - 1)
    u = (at - low).astype(np.float32)[:, None]
    p0, p1 = padded[:, low + 1], padded[:, low + 2]
    m0, m1 = (p1 - padded[:, low]) / 2, (padded[:, low + 3] - p0) / 2
    inside = p0 + u * (m0 + u * (3 * (p1 - p0) - 2 * m0 - m1 + u * (2 * (p0 - p1) + m0 + m1)))
    ways = np.where(u <= 1.0, inside, p1 + (u - 1.0) * (p1 - p0))
    return np.asarray(ways, dtype=np.float32)


def packed(library: Library) -> bytes:
    """Return a library as the bytes of an .npz file; the same library gives the same bytes."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name, array in arrays_of(library).items():
            part = io.BytesIO()
            np.lib.format.write_array(part, np.asarray(array), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy")  # of 1980: it does not tell when it was made
            archive.writestr(entry, part.getvalue(), zipfile.ZIP_DEFLATED, compresslevel=9)
    return whole.getvalue()


def arrays_of(library: Library) -> dict[str, NDArray[np.generic]]:
    """Return a library as named arrays for a file: ways by their second differences, small."""
    ways = np.concatenate([np.zeros((len(library.kind), 2, 2), np.int32), library.ways_s], axis=1)
    bends = np.diff(ways, n=2, axis=1)
    return {
        "version": np.array(VERSION),
        "note": np.array(library.note),
        "kinds": np.array(MOTIONS),
        "names": np.array(FEATURES),
        "kind": library.kind,
        "features": library.features.astype(np.float16),
        "bends": np.ascontiguousarray(np.moveaxis(bends, 0, -1)).astype(np.int16),
        "ends_s": np.where(np.isfinite(library.ends_s), library.ends_s, -1).astype(np.int16),
    }


def library_of(arrays: Mapping[str, NDArray[np.generic]], *, where: str) -> Library:
    """Return the library that a file's arrays hold.

    Raises BadInput where they hold none of this version.
    """
    try:
        return _library_of(arrays)
    except (KeyError, TypeError, ValueError, IndexError) as wrong:
        raise BadInput(
            f"no library of futures of version {VERSION} ({wrong})",
            where=where,
            remedy="Make it with `tocsin learn` of this version.",
        ) from None


def _library_of(arrays: Mapping[str, NDArray[np.generic]]) -> Library:
    """Read the arrays; raises KeyError, TypeError, ValueError or IndexError."""
    for name, told in (("kinds", MOTIONS), ("names", FEATURES)):
        if tuple(arrays[name].tolist()) != told:
            raise ValueError(f"{name} differ")
    if int(arrays["version"]) != VERSION:
        raise ValueError("another version")
    kind, features = arrays["kind"].astype(np.uint8), arrays["features"].astype(np.float32)
    bends, ends_s = arrays["bends"].astype(np.int32), arrays["ends_s"].astype(np.float32)
    rows = len(kind)
    shapes = features.shape, bends.shape, ends_s.shape
    if shapes != ((rows, len(FEATURES)), (KNOTS, 2, rows), (rows,)) or rows == 0:
        raise ValueError(f"shapes {shapes}")
    if kind.max() >= len(MOTIONS) or not np.isfinite(features).all():
        raise ValueError("values out of range")
    ways = np.cumsum(np.cumsum(np.moveaxis(bends, -1, 0), axis=1), axis=1)
    return Library(
        kind=kind,
        features=features,
        ways_s=ways.astype(np.int16),
        ends_s=np.where(ends_s < 0.0, np.inf, ends_s).astype(np.float32),
        note=str(arrays["note"]),
    )
