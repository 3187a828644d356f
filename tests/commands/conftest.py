"""Run `tocsin` as a shell would, and recordings to run it on."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from short_night import make_recordings
from tocsin.cli import main


class Told(NamedTuple):
    """What a command left: its exit code and what it wrote."""

    code: int
    out: str
    err: str


Tocsin = Callable[..., Told]


@pytest.fixture
def tocsin(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Tocsin:
    """Return the front door."""

    def run(*words: object) -> Told:
        monkeypatch.setattr(sys, "argv", ["tocsin", *map(str, words)])
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        told = capsys.readouterr()
        return Told(code, told.out, told.err)

    return run


@pytest.fixture(scope="session")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    """Return the recordings of a short synthetic night: a pcap and an observer's lines."""
    return make_recordings(tmp_path_factory.mktemp("short-night"), 100.0)
