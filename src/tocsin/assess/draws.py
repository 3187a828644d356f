"""Fixed stratified draws: the same numbers for every track, every cycle and every replay.

A Latin hypercube (McKay, Beckman, Conover 1979): in every dimension each of n equal strata of
the unit interval holds exactly one draw. The jitter and the order of the strata come from a
counter hash, so that there is no state to keep and no library whose stream may change.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

F64 = NDArray[np.float64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_A = np.uint64(0xBF58476D1CE4E5B9)
_MIX_B = np.uint64(0x94D049BB133111EB)
_STREAM = np.uint64(1) << np.uint64(32)


def uniforms(count: int, dimension: int) -> F64:
    """Return the stratified draws of one dimension.

    Args:
        count: Number of draws, one in each of as many strata.
        dimension: Number of the dimension; unlike dimensions are unrelated.

    Returns:
        shape (count,), in the open interval (0, 1).
    """
    key = np.uint64(dimension) * _STREAM + np.arange(2 * count, dtype=np.uint64)
    hashed = _unit(_splitmix64(key))
    order = np.argsort(hashed[:count], kind="stable")
    return np.asarray((order + hashed[count:]) / count)


def normals(count: int, dimension: int) -> F64:
    """Return stratified standard normal draws, shape (count,)."""
    return np.asarray(ndtri(uniforms(count, dimension)))


def exponentials(count: int, dimension: int) -> F64:
    """Return stratified draws of a unit-mean exponential, shape (count,)."""
    return np.asarray(-np.log1p(-uniforms(count, dimension)))


def lattice(count: int, dimensions: int) -> F64:
    """Return points that fill a cube evenly, shape (count, dimensions), in (0, 1).

    An additive recurrence on the generalised golden ratio: the joint spread of a few dimensions
    that matter most is even, where a hypercube is even only in each by itself.
    """
    ratio = 2.0
    for _ in range(64):  # the root of x^(d + 1) = x + 1, a contraction
        ratio = (1.0 + ratio) ** (1.0 / (dimensions + 1))
    steps = ratio ** -np.arange(1.0, dimensions + 1)
    return np.asarray((0.5 + np.outer(np.arange(1, count + 1), steps)) % 1.0)


def _splitmix64(key: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Mix counters to 64 random-looking bits (Steele, Lea, Flood 2014, fig. 15)."""
    z = (key + np.uint64(1)) * _GOLDEN
    z = (z ^ (z >> np.uint64(30))) * _MIX_A
    z = (z ^ (z >> np.uint64(27))) * _MIX_B
    return np.asarray(z ^ (z >> np.uint64(31)))


def _unit(bits: NDArray[np.uint64]) -> F64:
    """Return the upper 53 bits as numbers in the open interval (0, 1)."""
    return ((bits >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53


_DIM_STATE = 0
_DIM_CLASS = 4
_DIM_BORDER = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """The fixed draws behind every track's futures, made once."""

    state: F64
    """shape (futures, 4), standard normal, for position and velocity."""
    kind: F64
    """shape (futures,), uniform, which class a future belongs to."""
    line: F64
    """shape (futures,), standard normal, where the border line really is."""


def draw(count: int) -> Draws:
    """Return the draws for a number of futures."""
    return Draws(
        state=np.stack([normals(count, _DIM_STATE + axis) for axis in range(4)], axis=1),
        kind=uniforms(count, _DIM_CLASS),
        line=normals(count, _DIM_BORDER),
    )
