"""Drafts as CAP files in a run folder. Nothing is sent anywhere."""

from collections.abc import Mapping
from pathlib import Path

from tocsin.model.errors import BadStorage
from tocsin.share.whole import write_whole


def write_drafts(drafts: Mapping[str, bytes], folder: Path) -> tuple[Path, ...]:
    """Write each draft to `folder/<draft id>.xml`, whole or not at all.

    Args:
        drafts: CAP messages by draft id.
        folder: The run's `alerts` folder; made where it is missing.

    Returns:
        The files, in the order of the drafts.

    Raises:
        BadStorage: The folder cannot be written (full disk, missing rights).
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return tuple(write_whole(folder / f"{name}.xml", xml) for name, xml in drafts.items())
    except OSError as wrong:
        raise BadStorage(
            f"a warning draft cannot be written ({wrong.strerror})",
            where=str(wrong.filename or folder),
            remedy="Free space or rights on that folder; the draft itself is in the journal.",
        ) from wrong
