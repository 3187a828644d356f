"""The journal's tables, the triggers that keep them append-only, and opening them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    NullPool,
    Table,
    Text,
    UniqueConstraint,
    create_engine,
    exc,
)

from tocsin.model.errors import BadStorage

SCHEMA_VERSION = 1
APPLICATION_ID = 0x746F6373
"""`tocs` in the SQLite header: what makes a file ours."""

METADATA = MetaData()

ENTRY = Table(
    "entry",
    METADATA,
    Column("idx", Integer, CheckConstraint("idx >= 0"), primary_key=True, autoincrement=False),
    Column("stream", Text, nullable=False),
    Column("stream_seq", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("t_event_ns", Integer, nullable=False),
    Column("t_logged_ns", Integer, nullable=False),
    Column("header", LargeBinary, nullable=False),
    Column("leaf", LargeBinary, CheckConstraint("length(leaf) = 32"), nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Column("body_sha256", LargeBinary, nullable=False),
    Column("body_ref", Integer),
    UniqueConstraint("stream", "stream_seq"),
    Index("entry_by_kind", "kind", "idx"),
    Index("entry_by_time", "t_event_ns"),
)

BODY = Table(
    "body",
    METADATA,
    Column("ref", Integer, ForeignKey("entry.idx"), primary_key=True, autoincrement=False),
    Column("coding", Text, CheckConstraint("coding in ('plain', 'zlib')"), nullable=False),
    Column("bytes", LargeBinary, nullable=False),
)

TRIGGERS = (
    """CREATE TRIGGER entry_is_final BEFORE UPDATE ON entry
       BEGIN SELECT RAISE(ABORT, 'journal entries are never changed'); END""",
    """CREATE TRIGGER entry_stays BEFORE DELETE ON entry
       BEGIN SELECT RAISE(ABORT, 'journal entries are never deleted'); END""",
    """CREATE TRIGGER entry_follows BEFORE INSERT ON entry
       WHEN NEW.idx <> (SELECT coalesce(max(idx) + 1, 0) FROM entry)
         OR NEW.stream_seq <> (SELECT coalesce(max(stream_seq) + 1, 0) FROM entry
                               WHERE stream = NEW.stream)
       BEGIN SELECT RAISE(ABORT, 'journal entries are appended without gaps'); END""",
    """CREATE TRIGGER body_is_final BEFORE UPDATE ON body
       BEGIN SELECT RAISE(ABORT, 'journal bodies are never changed'); END""",
    # A body may go (data protection, classification) once an entry says who took it and why.
    """CREATE TRIGGER body_stays BEFORE DELETE ON body
       WHEN NOT EXISTS (SELECT 1 FROM entry WHERE kind = 'redaction'
         AND json_extract(CAST(header AS TEXT), '$.fields.of_idx') = OLD.ref)
       BEGIN SELECT RAISE(ABORT, 'a redaction entry must name the body first'); END""",
)

PAGE_SIZE = 8192
CHECKPOINT_PAGES = 2048
"""Pages in the write-ahead log before SQLite folds it in: 16 MiB, so bodies are rarely twice
in the page cache."""

_FULL = "the disk or the journal's quota is full"
_REASONS = (
    ("database or disk is full", _FULL, "Free some space, then try again; nothing is lost"),
    ("disk I/O error", "the disk refused", "Look at the disk and its free space, then try again"),
    ("readonly", "the file cannot be written", "Give this user the right to write there"),
    ("unable to open", "the file cannot be opened", "Check the path and the rights on its folder"),
    ("locked", "another process is writing", "Stop the other process, or use another folder"),
    ("not a database", "this is not a journal", "Name a journal.sqlite written by tocsin"),
    ("malformed", "the file is damaged", "Restore it from a copy; keep the damaged file"),
    ("no such table", "this is not a journal", "Name a journal.sqlite written by tocsin"),
)


@contextmanager
def told_plainly(where: Path) -> Iterator[None]:
    """Turn an error of the store into one `BadStorage` line that says what to do."""
    try:
        yield
    except exc.DBAPIError as error:
        told = str(error.orig)
        for word, what, remedy in _REASONS:
            if word in told:
                raise BadStorage(what, where=str(where), remedy=remedy) from error
        raise BadStorage(told, where=str(where), remedy="Look at the file with sqlite3") from error


def connect(path: Path, *, mode: str) -> Connection:
    """Return a connection to the file; `mode` is `rwc`, `rw` or `ro` as in SQLite's addresses.

    Raises:
        BadStorage: the file cannot be opened.
    """
    address = path.resolve().as_uri() + f"?mode={mode}"
    if mode == "ro" and _stands_alone(path):
        address += "&immutable=1"
    engine = create_engine(
        f"sqlite:///{address}&uri=true",
        poolclass=NullPool,
        connect_args={"check_same_thread": False, "timeout": 5.0},
    )
    with told_plainly(path):
        return engine.connect()


def _stands_alone(path: Path) -> bool:
    """Say whether no writer left a log and none can come: a copy on a read-only medium."""
    wal = path.with_name(path.name + "-wal")
    return not wal.exists() and not os.access(path.parent, os.W_OK, effective_ids=True)


def lay_out(connection: Connection) -> None:
    """Write the tables and triggers into an empty file; the version last, when all is there."""
    connection.exec_driver_sql(f"PRAGMA page_size = {PAGE_SIZE}")
    METADATA.create_all(connection)
    for trigger in TRIGGERS:
        connection.exec_driver_sql(trigger)
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")
    connection.commit()


def make_durable(connection: Connection, *, quota_bytes: int | None) -> None:
    """Set what every writer needs: a commit is on the disk when it returns."""
    connection.exec_driver_sql("PRAGMA journal_mode = WAL")
    connection.exec_driver_sql("PRAGMA synchronous = FULL")
    connection.exec_driver_sql("PRAGMA foreign_keys = ON")
    connection.exec_driver_sql("PRAGMA secure_delete = ON")
    connection.exec_driver_sql(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    if quota_bytes is not None:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {quota_bytes // PAGE_SIZE}")
    connection.rollback()


def fold_in(connection: Connection) -> None:
    """Leave one plain file, which readers open without writing beside it, unless one reads now."""
    with suppress(exc.OperationalError):
        connection.exec_driver_sql("PRAGMA journal_mode = DELETE")


def check(connection: Connection, where: Path) -> None:
    """Raise BadStorage unless the file is a journal of this schema."""
    with told_plainly(where):
        application = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
        version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    if application != APPLICATION_ID:
        raise BadStorage(
            "this is not a journal", where=str(where), remedy="Name a journal.sqlite of tocsin"
        )
    if version != SCHEMA_VERSION:
        raise BadStorage(
            f"the journal has schema {version}, this tocsin reads schema {SCHEMA_VERSION}",
            where=str(where),
            remedy="Use the tocsin version that wrote it (see its `versions` entry)",
        )
