"""A synthetic night, made once for the tests of this room."""

import pytest

from synthetic_night import Night, make_night


@pytest.fixture(scope="session")
def night() -> Night:
    """Return a synthetic night."""
    return make_night()
