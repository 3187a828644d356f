"""Drafts as CAP files in a run folder. Nothing is sent anywhere."""

from pathlib import Path

from tocsin.model.alert import Draft
from tocsin.model.errors import BadStorage
from tocsin.share.whole import write_whole
from tocsin.wire.cap.drafts import build


def write_drafts(
    drafts: tuple[Draft, ...],
    folder: Path,
    sender: str,
    sender_names: dict[str, str] | None = None,
) -> tuple[Path, ...]:
    """Write each draft to `folder/<draft id>.xml`, whole or not at all.

    Args:
        drafts: What to write; the same draft written twice gives the same bytes.
        folder: The run's `alerts` folder; made where it is missing.
        sender: CAP sender id.
        sender_names: Name of the sender by language.

    Returns:
        The files, in the order of the drafts.

    Raises:
        BadStorage: The folder cannot be written (full disk, missing rights).
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return tuple(
            write_whole(folder / f"{draft.id}.xml", build(draft, sender, sender_names))
            for draft in drafts
        )
    except OSError as wrong:
        raise BadStorage(
            f"a warning draft cannot be written ({wrong.strerror})",
            where=str(wrong.filename or folder),
            remedy="Free space or rights on that folder; the draft itself is in the journal.",
        ) from wrong
