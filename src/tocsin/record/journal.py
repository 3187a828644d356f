"""The journal: append-only, durable, one writer; what `commit` returned from is not lost."""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, func, insert, select

from tocsin.model.errors import BadStorage
from tocsin.record.entry import Entry, Fields, Kind, make_entry, salt_for
from tocsin.record.lock import WriterLock
from tocsin.record.reader import JournalReader, close, packed
from tocsin.record.schema import (
    BODY,
    ENTRY,
    check,
    connect,
    fold_in,
    lay_out,
    make_durable,
    told_plainly,
)
from tocsin.record.verify import Finding, verify

Clock = Callable[[], int]
"""Gives the time of logging, ns, Unix, UTC."""


class Journal:
    """The one writer of a journal file.

    Entries are numbered when appended and kept in memory until `commit`, which writes them in
    one transaction and returns when they are on the disk. Where the disk refuses, they stay in
    memory and `commit` may be called again: nothing accepted is lost while the process lives.

    Nothing here asks for the time or for chance. `clock_ns` gives the time of logging; without
    it the time of logging is the time of the event, as in a replay. `salt_key` makes the salts:
    random for a live service, fixed for a replay, so that two replays have the same hashes.

    Use it from one thread at a time.
    """

    def __init__(
        self, path: Path, connection: Connection, lock: WriterLock, clock: Clock | None, key: bytes
    ) -> None:
        """Take over an open file; use `create` or `open`."""
        self.path = path
        self._connection = connection
        self._lock = lock
        self._clock = clock
        self._salt_key = key
        self._pending: list[Entry] = []
        self._unsure = False
        self._erased: list[int] = []
        self._next_seq = self._stream_lengths()
        self._next_idx = sum(self._next_seq.values())

    @classmethod
    def create(
        cls,
        path: Path,
        *,
        clock_ns: Clock | None = None,
        salt_key: bytes,
        quota_bytes: int | None = None,
    ) -> Self:
        """Make a new journal file and return its writer.

        Args:
            path: the file; its folder is there already.
            clock_ns: gives the time of logging; None takes the event's time.
            salt_key: at least 16 bytes; secret and random for a live service.
            quota_bytes: most that the file may grow to, or None.

        Raises:
            BadStorage: the file is there already, or cannot be written.
        """
        lock = WriterLock(path)
        if path.exists():
            lock.release()
            raise BadStorage(
                "a journal is here already", where=str(path), remedy="Write to another folder"
            )
        return cls._open(path, lock, "rwc", clock_ns, salt_key, quota_bytes)

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        clock_ns: Clock | None = None,
        salt_key: bytes,
        quota_bytes: int | None = None,
    ) -> Self:
        """Return a writer that goes on where the journal ends; arguments as for `create`.

        Raises:
            BadStorage: the file is absent, damaged, of another schema, or being written.
        """
        if not path.is_file():
            raise BadStorage("no journal here", where=str(path), remedy="Name a journal.sqlite")
        return cls._open(path, WriterLock(path), "rw", clock_ns, salt_key, quota_bytes)

    @classmethod
    def _open(
        cls,
        path: Path,
        lock: WriterLock,
        mode: str,
        clock: Clock | None,
        key: bytes,
        quota_bytes: int | None,
    ) -> Self:
        if len(key) < 16:
            raise ValueError("a salt key has at least 16 bytes")
        try:
            connection = connect(path, mode=mode)
            with told_plainly(path):
                if mode == "rwc":
                    lay_out(connection)
                check(connection, path)
                make_durable(connection, quota_bytes=quota_bytes)
                return cls(path, connection, lock, clock, key)
        except BadStorage:
            lock.release()
            raise

    def append(
        self, stream: str, kind: Kind, t_event_ns: int, fields: Fields, body: bytes = b""
    ) -> int:
        """Accept an entry and return its `idx`, by which later entries cite it.

        The entry is acknowledged once `commit` has returned.

        Raises:
            ValueError: the kind is unknown or the header too long; nothing is accepted then.
        """
        idx, seq = self._next_idx, self._next_seq.get(stream, 0)
        self._pending.append(
            make_entry(
                idx=idx,
                place=(stream, seq),
                kind=kind,
                times_ns=(t_event_ns, self._clock() if self._clock else t_event_ns),
                fields=fields,
                body=body,
                salt=salt_for(self._salt_key, idx),
            )
        )
        self._next_idx, self._next_seq[stream] = idx + 1, seq + 1
        return idx

    def erase_body(self, idx: int, *, t_event_ns: int, by: str, reason: str) -> int:
        """Take the body of an entry out at the next commit; its entry and its proof stay.

        Returns the `idx` of the redaction entry that says who took it and why.
        """
        self._erased.append(idx)
        return self.append(
            "acts", "redaction", t_event_ns, {"by": by, "of_idx": idx, "reason": reason}
        )

    @property
    def pending(self) -> int:
        """Entries accepted and not yet committed."""
        return len(self._pending)

    def commit(self) -> int:
        """Write what is pending, wait for the disk, and return the number of entries written.

        Raises:
            BadStorage: the disk refused; the entries are kept and `commit` may be tried again.
        """
        self._drop_what_is_there()
        if not self._pending:
            return 0
        self._unsure = True
        entries = [_entry_row(entry) for entry in self._pending]
        bodies = [_body_row(entry) for entry in self._pending if entry.body]
        with told_plainly(self.path), self._connection.begin():
            self._connection.execute(insert(ENTRY), entries)
            if bodies:
                self._connection.execute(insert(BODY), bodies)
            for idx in self._erased:
                self._connection.execute(BODY.delete().where(BODY.c.ref == idx))
        self._unsure = False
        self._pending.clear()
        self._erased.clear()
        return len(entries)

    def _drop_what_is_there(self) -> None:
        """After a commit that failed: it may have reached the disk before the error did."""
        if not self._unsure:
            return
        with told_plainly(self.path), self._connection.begin():
            last = self._connection.execute(select(func.max(ENTRY.c.idx))).scalar_one()
        if last is not None:
            self._pending = [entry for entry in self._pending if entry.idx > last]

    def read(
        self, *, stream: str | None = None, kind: Kind | None = None, after: int = -1
    ) -> Iterator[Entry]:
        """Yield committed entries, as `JournalReader.read`."""
        with JournalReader(self.path) as reader:
            yield from reader.read(stream=stream, kind=kind, after=after)

    def count(self) -> int:
        """Return the number of committed entries."""
        return self._next_idx - len(self._pending)

    def verify(self) -> tuple[Finding, ...]:
        """Check every committed entry; see `tocsin.record.verify`."""
        with JournalReader(self.path) as reader:
            return verify(reader)

    def close(self) -> None:
        """Commit what is pending and close the file.

        Raises:
            BadStorage: the last commit failed; the file is closed all the same.
        """
        try:
            self.commit()
        finally:
            fold_in(self._connection)
            close(self._connection)
            self._lock.release()

    def _stream_lengths(self) -> dict[str, int]:
        query = select(ENTRY.c.stream, func.count().label("entries")).group_by(ENTRY.c.stream)
        found = {row.stream: row.entries for row in self._connection.execute(query)}
        self._connection.rollback()
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _entry_row(entry: Entry) -> dict[str, Any]:
    return {
        "idx": entry.idx,
        "stream": entry.stream,
        "stream_seq": entry.stream_seq,
        "kind": entry.kind,
        "t_event_ns": entry.t_event_ns,
        "t_logged_ns": entry.t_logged_ns,
        "header": entry.header,
        "leaf": entry.leaf,
        "salt": entry.salt,
        "body_sha256": entry.body_sha256,
        "body_ref": entry.idx if entry.body else None,
    }


def _body_row(entry: Entry) -> dict[str, Any]:
    coding, stored = packed(entry.body or b"")
    return {"ref": entry.idx, "coding": coding, "bytes": stored}
