"""Reading a journal, also while another process writes it."""

import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, RowMapping, Select, func, select

from tocsin.model.errors import BadStorage
from tocsin.record.entry import Entry, Kind
from tocsin.record.schema import BODY, ENTRY, check, connect, told_plainly

_FETCH = 256
"""Entries fetched at a time: bodies are tens of kilobytes, so this stays in the megabytes."""


class JournalReader:
    """A read-only view of a journal file."""

    def __init__(self, path: Path) -> None:
        """Open the file.

        Raises:
            BadStorage: it is absent, unreadable, damaged, or of another schema.
        """
        if not path.is_file():
            raise BadStorage(
                "no journal here", where=str(path), remedy="Name a run folder's journal"
            )
        self.path = path
        self._connection = connect(path, mode="ro")
        try:
            check(self._connection, path)
        except BadStorage:
            self.close()
            raise

    def read(
        self,
        *,
        stream: str | None = None,
        kind: Kind | tuple[Kind, ...] | None = None,
        after: int = -1,
        bodies: bool = True,
    ) -> Iterator[Entry]:
        """Yield committed entries in order.

        Args:
            stream: only this stream.
            kind: only this kind, or only these.
            after: only entries whose `idx` is greater.
            bodies: False leaves `body` None, which is much faster for large ones.
        """
        query = _query(bodies=bodies).where(ENTRY.c.idx > after).order_by(ENTRY.c.idx)
        if stream is not None:
            query = query.where(ENTRY.c.stream == stream)
        if kind is not None:
            query = query.where(ENTRY.c.kind.in_((kind,) if isinstance(kind, str) else kind))
        with told_plainly(self.path):
            found = self._connection.execution_options(yield_per=_FETCH).execute(query)
            for row in found.mappings():
                yield _entry(row, self.path)

    def entry(self, idx: int) -> Entry | None:
        """Return one entry with its body, or None where the journal ends before it."""
        return next(self._one(idx), None)

    def _one(self, idx: int) -> Iterator[Entry]:
        with told_plainly(self.path):
            found = self._connection.execute(_query(bodies=True).where(ENTRY.c.idx == idx))
            for row in found.mappings():
                yield _entry(row, self.path)

    def count(self, *, kind: Kind | None = None) -> int:
        """Return the number of committed entries, of one kind or of all."""
        query = select(func.count()).select_from(ENTRY)
        if kind is not None:
            query = query.where(ENTRY.c.kind == kind)
        with told_plainly(self.path):
            return self._connection.execute(query).scalar_one()

    def streams(self) -> dict[str, int]:
        """Return the number of entries of each stream."""
        query = select(ENTRY.c.stream, func.count().label("entries")).group_by(ENTRY.c.stream)
        with told_plainly(self.path):
            return {row.stream: row.entries for row in self._connection.execute(query)}

    def page_faults(self) -> list[str]:
        """Return what SQLite's own check of its pages finds wrong."""
        with told_plainly(self.path):
            rows = self._connection.exec_driver_sql("PRAGMA quick_check(20)").scalars().all()
        return [] if rows == ["ok"] else [str(row) for row in rows]

    def close(self) -> None:
        """Close the file."""
        close(self._connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def close(connection: Connection) -> None:
    """Close a connection and let go of its file."""
    connection.close()
    connection.engine.dispose()


def _query(*, bodies: bool) -> Select[Any]:
    if not bodies:
        return select(ENTRY)
    return select(ENTRY, BODY.c.coding, BODY.c.bytes).outerjoin(
        BODY, BODY.c.ref == ENTRY.c.body_ref
    )


def _entry(known: RowMapping, path: Path) -> Entry:
    return Entry(
        idx=known["idx"],
        stream=known["stream"],
        stream_seq=known["stream_seq"],
        kind=known["kind"],
        t_event_ns=known["t_event_ns"],
        t_logged_ns=known["t_logged_ns"],
        header=known["header"],
        leaf=known["leaf"],
        salt=known["salt"],
        body_sha256=known["body_sha256"],
        body=unpacked(known.get("coding"), known.get("bytes"), path),
    )


def packed(body: bytes) -> tuple[str, bytes]:
    """Return how a body is kept: its coding and the stored bytes, whichever is smaller."""
    small = zlib.compress(body, 1)
    return ("zlib", small) if len(small) < len(body) else ("plain", body)


def unpacked(coding: str | None, stored: bytes | None, path: Path) -> bytes | None:
    """Return the body from what is kept.

    Raises:
        BadStorage: the stored bytes do not unpack.
    """
    if stored is None or coding != "zlib":
        return stored
    try:
        return zlib.decompress(stored)
    except zlib.error as error:
        raise BadStorage(
            f"a body does not unpack ({error})", where=str(path), remedy="Restore it from a copy"
        ) from error
