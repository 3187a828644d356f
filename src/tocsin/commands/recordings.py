"""Open recordings for the commands: errors in one line, progress on the error stream."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from tocsin.model.errors import BadInput


def open_recording(path: Path) -> BinaryIO:
    """Open a recording for reading.

    Raises:
        BadInput: it cannot be opened.
    """
    try:
        return path.open("rb")
    except OSError as error:
        raise BadInput(
            f"cannot be read ({error.strerror or error})",
            where=str(path),
            remedy="Give the path of a recording that you may read.",
        ) from error


@contextmanager
def progress_over(path: Path, what: str) -> Iterator[Callable[[int], None]]:
    """Show how far into a file the work is; yields the function to tell the offset to.

    Nothing is shown where the error stream is no terminal.
    """
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not sys.stderr.isatty()) as p:
        task = p.add_task(what, total=path.stat().st_size)
        yield lambda offset: p.update(task, completed=offset)


def announce_decoder() -> None:
    """Say that the decoder is being compiled, where it has to be."""
    from tocsin.wire.asterix.compiling import compiled

    if not compiled():
        Console(stderr=True).print("Compiling the decoder, this once (some seconds) ...")
