"""Files that are there whole or not at all, also when the power goes."""

import os
from pathlib import Path


def write_whole(path: Path, data: bytes) -> Path:
    """Write bytes beside their name, make them durable, then take the name in one step.

    Raises:
        OSError: The folder cannot be written; the name is then as it was before.
    """
    aside = path.with_name(f".{path.name}.tmp")
    try:
        with aside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except OSError:
        aside.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)
    return path


def sync_folder(folder: Path) -> None:
    """Make names that were taken or given up durable (POSIX: a folder is a file of its own)."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
