"""A run folder with a synthetic night, written once for the tests of this room."""

import pytest

from synthetic_night import Night, make_night, write_night
from tocsin.record.run_folder import RunFolder


@pytest.fixture(scope="session")
def night() -> Night:
    """Return a synthetic night."""
    return make_night(step_s=4.0)


@pytest.fixture(scope="session")
def run(night: Night, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """Return the run folder of the synthetic night."""
    folder = RunFolder.create(tmp_path_factory.mktemp("run"))
    write_night(night, folder)
    return folder
