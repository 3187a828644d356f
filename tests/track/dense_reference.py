"""The filter's formulas with dense matrices, as the textbooks print them.

State order is east, velocity east, north, velocity north. Bar-Shalom, Li, Kirubarajan,
"Estimation with Applications to Tracking and Navigation", 2001: chapters 5, 6.2 and 11.6.
"""

import itertools

import numpy as np

H = np.array([[1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]])


def transition(dt: float) -> np.ndarray:
    return np.kron(np.eye(2), np.array([[1.0, dt], [0.0, 1.0]]))


def ncv_noise(dt: float, q: float) -> np.ndarray:
    return np.kron(np.eye(2), q * np.array([[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]]))


def predicted(x: np.ndarray, p: np.ndarray, dt: float, q: float) -> tuple[np.ndarray, np.ndarray]:
    f = transition(dt)
    return f @ x, f @ p @ f.T + ncv_noise(dt, q)


def mixed(
    x: np.ndarray, p: np.ndarray, mu: np.ndarray, chain: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the mixed starts of an IMM: means (2, 4), covariances, model probabilities."""
    c = chain.T @ mu
    weight = chain * mu[:, None] / c[None, :]
    xm = np.array([sum(weight[i, j] * x[i] for i in range(2)) for j in range(2)])
    pm = np.array(
        [
            sum(weight[i, j] * (p[i] + np.outer(x[i] - xm[j], x[i] - xm[j])) for i in range(2))
            for j in range(2)
        ]
    )
    return xm, pm, c


def innovation(
    x: np.ndarray, p: np.ndarray, z: np.ndarray, r: np.ndarray, tau: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return residual, its covariance and the measurement matrix of a plot at offset `tau`."""
    h = H @ transition(tau)
    return z - h @ x, h @ p @ h.T + r, h


def updated(
    x: np.ndarray, p: np.ndarray, z: np.ndarray, r: np.ndarray, tau: float
) -> tuple[np.ndarray, np.ndarray]:
    v, s, h = innovation(x, p, z, r, tau)
    gain = np.linalg.solve(s, h @ p).T
    joseph = np.eye(4) - gain @ h
    return x + gain @ v, joseph @ p @ joseph.T + gain @ r @ gain.T


def likelihood(x: np.ndarray, p: np.ndarray, z: np.ndarray, r: np.ndarray, tau: float) -> float:
    v, s, _ = innovation(x, p, z, r, tau)
    return float(np.exp(-0.5 * v @ np.linalg.solve(s, v)) / np.sqrt(np.linalg.det(2 * np.pi * s)))


def moments(weight: np.ndarray, x: np.ndarray, p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and covariance of a Gaussian mixture."""
    weight = weight / weight.sum()
    mean = weight @ x
    spread = x - mean
    return mean, np.einsum("h,hab->ab", weight, p) + np.einsum(
        "h,ha,hb->ab", weight, spread, spread
    )


def marginals(psi: np.ndarray) -> np.ndarray:
    """Enumerate every association of rows to plots; return P(row takes plot), shape (n, m).

    `psi[a, j]` are the odds of row a taking plot j against a miss; each plot goes to one row.
    """
    n, m = psi.shape
    total, prob = 0.0, np.zeros((n, m))
    for choice in itertools.product(range(-1, m), repeat=n):
        taken = [j for j in choice if j >= 0]
        if len(set(taken)) < len(taken):
            continue
        weight = np.prod([psi[a, j] for a, j in enumerate(choice) if j >= 0])
        total += weight
        for a, j in enumerate(choice):
            if j >= 0:
                prob[a, j] += weight
    return prob / total
