"""Fixed draws: stratified, unrelated, and the same on every machine."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tocsin.assess.draws import exponentials, normals, uniforms


@given(count=st.integers(2, 600), dimension=st.integers(0, 20_000))
def test_every_stratum_holds_exactly_one_draw(count: int, dimension: int) -> None:
    """Two draws in one stratum: the futures would crowd on one side and the picture tilt."""
    draws = uniforms(count, dimension)
    assert sorted(np.floor(draws * count).astype(int)) == list(range(count))
    assert 0.0 < draws.min() <= draws.max() < 1.0


def splitmix64(key: int) -> float:
    """The hash in plain integers, as published."""
    mask = (1 << 64) - 1
    z = (key + 1) * 0x9E3779B97F4A7C15 & mask
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & mask
    z = (z ^ z >> 27) * 0x94D049BB133111EB & mask
    return ((z ^ z >> 31) >> 11) * 2.0**-53 + 2.0**-54


def test_the_draws_are_these_on_every_machine() -> None:
    """Another library version must not change a replay: the numbers follow from integers."""
    hashed = [splitmix64((7 << 32) + key) for key in range(8)]
    order = sorted(range(4), key=hashed.__getitem__)
    expected = [(stratum + jitter) / 4 for stratum, jitter in zip(order, hashed[4:], strict=True)]
    assert uniforms(4, 7).tolist() == expected
    assert expected[0] == 0.4224854123973465


def test_normals_and_exponentials_have_their_moments() -> None:
    """A wrong inverse would make every covariance and every turn rate wrong."""
    normal, exponential = normals(512, 3), exponentials(512, 4)
    assert abs(normal.mean()) < 0.01
    assert abs(normal.std() - 1.0) < 0.01
    assert abs(exponential.mean() - 1.0) < 0.01


def test_dimensions_are_unrelated() -> None:
    """Correlated dimensions would tie speed errors to turns."""
    table = np.stack([normals(512, dimension) for dimension in range(40)])
    off_diagonal = np.corrcoef(table) - np.eye(40)
    assert np.abs(off_diagonal).max() < 0.2
