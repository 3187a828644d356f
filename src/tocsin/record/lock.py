"""One writer at a time: a lock on a file beside the journal, gone when its process ends."""

import fcntl
import os
from pathlib import Path

from tocsin.model.errors import BadStorage


class WriterLock:
    """Hold the right to write one journal.

    The kernel drops the lock when the process ends, however it ends, so a killed writer never
    leaves a journal that cannot be opened.
    """

    def __init__(self, journal: Path) -> None:
        self._path = journal.with_name(journal.name + ".lock")
        self._fd = _open(self._path)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._fd)
            raise BadStorage(
                "another process is writing this journal",
                where=str(journal),
                remedy="Stop it, or write to another folder",
            ) from error

    def release(self) -> None:
        """Give the right back."""
        os.close(self._fd)


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise BadStorage(
            error.strerror or str(error),
            where=str(path.parent),
            remedy="Name a folder that exists and that this user may write to",
        ) from error
