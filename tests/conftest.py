"""What every test may ask for."""

from pathlib import Path

import pytest

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real recordings, or skip where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip("real recordings are not beside this checkout (shared/data)")
    return SHARED_DATA
