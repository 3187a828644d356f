"""The run folder: where a run leaves its record, its tables and its report."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self

from tocsin.model.errors import BadStorage
from tocsin.record.journal import Clock, Journal
from tocsin.record.lock import WriterLock
from tocsin.record.reader import JournalReader
from tocsin.record.tracks_table import TracksTable


class RunFolder:
    """The files of one run and their names.

    journal/journal.sqlite, tracks.parquet, tracks.geojson, alerts/*.xml (drafts), alerts/sent/*
    (what was let out), alerts/duty/* (the same, for duty services alone), scores.json, report.html.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.journal = root / "journal" / "journal.sqlite"
        self.tracks_parquet = root / "tracks.parquet"
        self.tracks_geojson = root / "tracks.geojson"
        self.alerts = root / "alerts"
        self.sent = self.alerts / "sent"
        """A folder of its own, so that no draft is taken for an alert that people approved."""
        self.duty = self.alerts / "duty"
        """What was let out to duty services only."""
        self.scores = root / "scores.json"
        self.report = root / "report.html"

    @classmethod
    def create(cls, root: Path, *, replace: bool = False) -> Self:
        """Make the folder ready for a new run.

        Args:
            root: the folder; made where absent.
            replace: True takes away the run that is there; nothing else in the folder is touched.

        Raises:
            BadStorage: a run is there and `replace` is False or it is being written, or the
                folder cannot be written.
        """
        folder = cls(root)
        if folder.holds_a_run() and not replace:
            raise BadStorage(
                "this folder holds a run already",
                where=str(root),
                remedy="Name another folder, or say that the run is to be replaced",
            )
        try:
            folder._clear()
            folder.journal.parent.mkdir(parents=True, exist_ok=True)
            folder.alerts.mkdir(exist_ok=True)
        except OSError as error:
            raise BadStorage(
                error.strerror or str(error),
                where=str(root),
                remedy="Name a folder that this user may write to",
            ) from error
        return folder

    @classmethod
    def open(cls, root: Path) -> Self:
        """Return the folder of a run that is there.

        Raises:
            BadStorage: there is none.
        """
        folder = cls(root)
        if not folder.journal.is_file():
            raise BadStorage(
                "no run here (journal/journal.sqlite is missing)",
                where=str(root),
                remedy="Name the folder that `tocsin replay --out` wrote",
            )
        return folder

    def holds_a_run(self) -> bool:
        """Say whether any file of a run is there."""
        files = (self.journal, self.tracks_parquet, self.tracks_geojson, self.scores, self.report)
        return any(f.exists() for f in files) or any(self._alert_files())

    def new_journal(
        self, *, clock_ns: Clock | None = None, salt_key: bytes, quota_bytes: int | None = None
    ) -> Journal:
        """Return the writer of this run's journal; arguments as for `Journal.create`."""
        return Journal.create(
            self.journal, clock_ns=clock_ns, salt_key=salt_key, quota_bytes=quota_bytes
        )

    def read_journal(self) -> JournalReader:
        """Return a reader of this run's journal."""
        return JournalReader(self.journal)

    def new_tracks(self) -> TracksTable:
        """Return the writer of `tracks.parquet`."""
        return TracksTable(self.tracks_parquet)

    def write_alert(self, draft_id: str, cap_xml: bytes) -> Path:
        """Write the CAP message of a draft under its id, and return the file."""
        name = "".join(c if c.isalnum() or c in "-_." else "_" for c in draft_id)
        return self._write(self.alerts / f"{name}.xml", cap_xml)

    def write_trust(self, files: Mapping[str, bytes]) -> None:
        """Write what the signatures of this run's alerts are checked with, by name."""
        for name, data in files.items():
            self._write(self.alerts / name, data)

    def write_scores(self, scores: Mapping[str, Any]) -> Path:
        """Write `scores.json`, and return the file."""
        text = json.dumps(scores, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
        return self._write(self.scores, text.encode())

    def write_report(self, html: bytes) -> Path:
        """Write `report.html`, and return the file."""
        return self._write(self.report, html)

    def _write(self, path: Path, data: bytes) -> Path:
        """Write a whole file or none: a reader never meets half of one."""
        partial = path.with_name(path.name + ".part")
        try:
            partial.write_bytes(data)
            partial.replace(path)
        except OSError as error:
            raise BadStorage(
                error.strerror or str(error),
                where=str(path),
                remedy="Free some space or name a folder that this user may write to",
            ) from error
        return path

    def _clear(self) -> None:
        if self.journal.is_file():
            WriterLock(self.journal).release()  # a run that is still being written stays
        for path in (self.tracks_parquet, self.tracks_geojson, self.scores, self.report):
            path.unlink(missing_ok=True)
        for ending in ("", "-wal", "-shm", ".lock"):
            self.journal.with_name(self.journal.name + ending).unlink(missing_ok=True)
        for alert in tuple(self._alert_files()):
            alert.unlink()

    def _alert_files(self) -> Iterator[Path]:
        for ending in ("*.xml", "*.pem", "trust.toml"):
            yield from self.alerts.glob(ending)
        for ending in ("*.xml", "*.txt", "*.atom"):
            yield from self.sent.glob(ending)
            yield from self.duty.glob(ending)
