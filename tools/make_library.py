r"""Make the library of futures that is shipped: src/tocsin/assess/library.npz.

    python tools/make_library.py

SYNTHETIC: generic flights of the simulator (`sim.families`), seeds of the tuning range, seen by a
made-up radar every four seconds and followed by a small filter, so that contexts have the errors
that a tracker's have. What came of each moment is the truth. Rerunning gives the same bytes.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tocsin.assess.analogues import Flown, Library, learn, packed
from tocsin.assess.motion import MOTIONS
from tocsin.model.detection import F64
from tocsin.sim.families import Flight, aircraft, mixture

OUT = Path(__file__).parents[1] / "src" / "tocsin" / "assess" / "library.npz"
NOTE = (
    "Synthetic: made from flights of Tocsin's own simulator (tools/make_library.py), no recorded "
    "flight; CC0 1.0 (public domain)."
)
SEEDS = {"drone": 1990, "slow_aircraft": 1991, "jet": 1992}
"""Of the tuning seeds, and used for nothing else."""
FLIGHTS = {"drone": 800, "slow_aircraft": 250, "jet": 250}
EVERY_S = {"drone": 230.0, "slow_aircraft": 230.0, "jet": 230.0}
LOOK_S = 4.0
SIGMA_M = (50.0, 100.0)
"""Bounds of a flight's own position error per axis."""
NOISE_M2PS3 = np.array([0.1, 25.0])
"""Of the steady and the manoeuvring model at 50 m/s, as in `track.settings`."""
STAY_PROB = np.array([[1.0 - 0.0008, 0.0008], [0.06, 1.0 - 0.06]])


def main() -> None:
    """Write the library."""
    parts = []
    for kind in MOTIONS:
        rng = np.random.default_rng(SEEDS[kind])
        count = FLIGHTS[kind]
        flights = mixture(rng, count) if kind == "drone" else aircraft(kind, rng, count)
        flown = [followed(kind, flight, rng) for flight in flights]
        parts.append(learn(flown, note=NOTE, every_s=EVERY_S[kind]))
    library = together(parts)
    OUT.write_bytes(packed(library))
    counts = np.bincount(library.kind, minlength=len(MOTIONS))
    sys.stdout.write(f"{OUT.name}: {OUT.stat().st_size:,} bytes, rows {counts.tolist()}\n")


def together(parts: Sequence[Library]) -> Library:
    """Join libraries of several classes."""
    columns = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in ("kind", "features", "ways_s", "ends_s")
    }
    return Library(note=parts[0].note, **columns)


def followed(kind: str, flight: Flight, rng: np.random.Generator) -> Flown:
    """Return a flight as a tracker with an interacting-multiple-model filter has it."""
    every = round(LOOK_S / flight.step_s)
    true_m, speed_mps = flight.pos_m[::every], float(np.hypot(*flight.vel_mps[0]))
    sigma_m = rng.uniform(*SIGMA_M)
    seen_m = true_m + sigma_m * rng.standard_normal(true_m.shape)
    pos_m, vel_mps, manoeuvre_prob = filtered(seen_m, sigma_m, speed_mps)
    return Flown(
        kind=kind,
        t_s=LOOK_S * np.arange(len(pos_m)),
        pos_m=pos_m,
        vel_mps=vel_mps,
        manoeuvre_prob=manoeuvre_prob,
        true_t_s=flight.step_s * np.arange(len(flight.pos_m)),
        true_pos_m=flight.pos_m,
        impact=flight.ends == "impact",
    )


def filtered(seen_m: F64, sigma_m: float, speed_mps: float) -> tuple[F64, F64, F64]:
    """Filter positions (n, 2) with two models of nearly constant velocity (Blom, Bar-Shalom 1988).

    Returns:
        Positions and velocities, shape (n, 2), and the probability of manoeuvring, shape (n,).
    """
    dt = LOOK_S
    step = np.array([[1.0, dt], [0.0, 1.0]])
    noise = np.array([[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]])
    noises = NOISE_M2PS3[:, None, None] * (max(speed_mps, 10.0) / 50.0) * noise
    mean = np.zeros((2, 2, 2))  # model, position and velocity, axis
    mean[:, 0], mean[:, 1] = seen_m[1], (seen_m[1] - seen_m[0]) / dt
    root = np.array([[1.0, 1.0 / dt], [1.0 / dt, 2.0 / dt**2]])
    cov, weight = np.stack([sigma_m**2 * root] * 2), np.array([0.9, 0.1])
    out = np.empty((len(seen_m), 5))
    out[:2] = [*seen_m[1], *mean[0, 1], weight[1]]
    for k in range(2, len(seen_m)):
        joint = STAY_PROB * weight[:, None]
        prior = joint.sum(axis=0)
        share = joint / prior
        mixed = np.einsum("ij,iax->jax", share, mean)
        apart = mean[:, None] - mixed[None]
        spread = np.einsum("ijax,ijbx->ijab", apart, apart) / 2.0
        cov = np.einsum("ij,ijab->jab", share, cov[:, None] + spread)
        mean, cov = step @ mixed, step @ cov @ step.T + noises
        surprise_m2 = cov[:, 0, 0] + sigma_m**2
        gain = cov[:, :, 0] / surprise_m2[:, None]
        off_m = seen_m[k] - mean[:, 0]
        mean = mean + gain[:, :, None] * off_m[:, None]
        cov = cov - gain[:, :, None] * cov[:, None, 0]
        fit = np.exp(-0.5 * (off_m**2).sum(axis=1) / surprise_m2) / surprise_m2
        weight = prior * np.maximum(fit, 1e-300)
        weight /= weight.sum()
        out[k] = [*np.einsum("i,iax->ax", weight, mean).ravel(), weight[1]]
    return out[:, :2], out[:, 2:4], out[:, 4]


if __name__ == "__main__":
    main()
