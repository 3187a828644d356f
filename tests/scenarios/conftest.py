"""One short synthetic night, simulated and replayed once for all tests of the whole chain."""

from pathlib import Path

import pytest

from short_night import make_recordings
from tocsin.commands.replay import Replayed, replay


@pytest.fixture(scope="session")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    """Return the recordings of the night: a pcap and an observer's lines."""
    return make_recordings(tmp_path_factory.mktemp("short-night"))


@pytest.fixture(scope="session")
def done(recordings: tuple[Path, ...], tmp_path_factory: pytest.TempPathFactory) -> Replayed:
    """Return the night replayed through the whole pipeline."""
    return replay(list(recordings), tmp_path_factory.mktemp("run"), site="galati", replace=True)
