"""The journal keeps everything it acknowledged, in order, unchanged."""

import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.model.errors import BadStorage
from tocsin.record.entry import HEADER_MAX, leaf_hash, salted_hash
from tocsin.record.journal import Journal
from tocsin.record.reader import JournalReader
from tocsin.record.schema import SCHEMA_VERSION
from tocsin.record.verify import verify

KEY = b"a fixed key for tests"
APPENDS = st.lists(
    st.tuples(st.sampled_from(["run", "picture", "raw/a", "raw/b"]), st.binary(max_size=40)),
    max_size=40,
)


def write(path: Path, appends: list[tuple[str, bytes]], *, commit_every: int = 7) -> None:
    """Write heartbeats with these streams and bodies."""
    with Journal.create(path, salt_key=KEY) as journal:
        for number, (stream, body) in enumerate(appends):
            journal.append(stream, "heartbeat", 1000 + number, {"n": number}, body)
            if journal.pending >= commit_every:
                journal.commit()


def rows(path: Path) -> list[tuple[object, ...]]:
    """Return every row of both tables, as SQLite has them."""
    with sqlite3.connect(path) as file:
        found = [*file.execute("SELECT * FROM entry"), *file.execute("SELECT * FROM body")]
    file.close()
    return found


@settings(max_examples=15, deadline=None)
@given(appends=APPENDS, commit_every=st.integers(1, 50))
def test_every_stream_is_numbered_without_gaps(
    tmp_path_factory: pytest.TempPathFactory,
    appends: list[tuple[str, bytes]],
    commit_every: int,
) -> None:
    """A gap would let somebody leave an entry out unseen, whatever the size of the commits."""
    path = tmp_path_factory.mktemp("journal") / "j.sqlite"
    write(path, appends, commit_every=commit_every)
    with JournalReader(path) as reader:
        entries = list(reader.read())
        assert verify(reader) == ()
    assert [entry.idx for entry in entries] == list(range(len(appends)))
    assert [(e.stream, e.body or b"") for e in entries] == appends
    seen: Counter[str] = Counter()
    for entry in entries:
        assert entry.stream_seq == seen[entry.stream]
        seen[entry.stream] += 1


def test_two_equal_runs_have_equal_rows(tmp_path: Path) -> None:
    """A replay whose hashes differ could never show that the record is the same."""
    appends = [(f"raw/{n % 3}", bytes([n]) * n) for n in range(60)]
    write(tmp_path / "one.sqlite", appends, commit_every=3)
    write(tmp_path / "two.sqlite", appends, commit_every=11)
    assert rows(tmp_path / "one.sqlite") == rows(tmp_path / "two.sqlite")


def test_the_time_of_logging_comes_from_the_clock_that_was_handed_in(tmp_path: Path) -> None:
    """A journal that asks the machine for the time cannot be replayed."""
    ticks = iter(range(500, 600))
    with Journal.create(
        tmp_path / "j.sqlite", clock_ns=lambda: next(ticks), salt_key=KEY
    ) as journal:
        journal.append("run", "versions", 7, {})
        journal.append("run", "versions", 8, {})
        journal.commit()
        assert [(e.t_event_ns, e.t_logged_ns) for e in journal.read()] == [(7, 500), (8, 501)]


def test_the_leaf_is_that_of_rfc_6962(tmp_path: Path) -> None:
    """A Merkle log laid over the journal later must find the leaves it would have made."""
    write(tmp_path / "j.sqlite", [("run", b"body")])
    with JournalReader(tmp_path / "j.sqlite") as reader:
        entry = next(reader.read())
    assert entry.leaf == leaf_hash(entry.header)
    assert (
        leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    )
    assert entry.header.startswith(b'{"body":{"bytes":4,"salted_sha256":"')
    assert salted_hash(entry.salt, b"body").hex().encode() in entry.header


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry SET t_event_ns = 0",
        "DELETE FROM entry",
        "UPDATE body SET bytes = x'00'",
        "DELETE FROM body",
        "INSERT INTO entry SELECT idx + 5, stream, stream_seq + 1, kind, t_event_ns, t_logged_ns,"
        " header, leaf, salt, body_sha256, body_ref FROM entry WHERE idx = 2",
    ],
)
def test_the_file_itself_refuses_to_be_changed(tmp_path: Path, statement: str) -> None:
    """Append-only must hold against any program that opens the file, not only ours."""
    path = tmp_path / "j.sqlite"
    write(path, [("run", b"x")] * 3)
    before = rows(path)
    file = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError):
        file.execute(statement)
    file.rollback()
    file.close()
    assert rows(path) == before


def test_an_erased_body_leaves_a_proof_that_stands(tmp_path: Path) -> None:
    """Data protection may take the body; it must not take what proves the rest."""
    path = tmp_path / "j.sqlite"
    with Journal.create(path, salt_key=KEY) as journal:
        journal.append("raw/a", "sensor-block", 1, {}, b"personal")
        journal.append("raw/a", "sensor-block", 2, {}, b"kept")
        journal.commit()
        before = next(journal.read())
        journal.erase_body(0, t_event_ns=3, by="A. Person", reason="erasure asked for")
        journal.commit()
        after, kept, told = journal.read()
        assert journal.verify() == ()
    assert after.body is None
    assert (after.header, after.leaf) == (before.header, before.leaf)
    assert leaf_hash(after.header) == after.leaf
    assert kept.body == b"kept"
    assert told.fields() == {"by": "A. Person", "of_idx": 0, "reason": "erasure asked for"}
    assert b"personal" not in path.read_bytes()


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("UPDATE entry SET header = CAST(header || ' ' AS BLOB) WHERE idx = 1", "leaf"),
        ("UPDATE entry SET t_event_ns = 9 WHERE idx = 1", "header"),
        ("UPDATE body SET bytes = x'00', coding = 'plain' WHERE ref = 1", "body"),
        ("DELETE FROM body WHERE ref = 1", "body missing"),
        ("DELETE FROM entry WHERE idx = 1", "gap"),
        ("UPDATE entry SET stream_seq = 7 WHERE idx = 1", "stream gap"),
    ],
)
def test_a_change_behind_the_triggers_is_found(tmp_path: Path, change: str, fault: str) -> None:
    """Somebody with the file can drop the triggers; the hashes and numbers must tell."""
    path = tmp_path / "j.sqlite"
    write(path, [("run", b"some body")] * 4)
    file = sqlite3.connect(path)
    for name in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        file.execute(f"DROP TRIGGER {name[0]}")
    file.execute(change)
    file.commit()
    file.close()
    with JournalReader(path) as reader:
        assert fault in {finding.fault for finding in verify(reader) if finding.idx >= 1}


def fill(journal: Journal) -> None:
    """Commit blocks until the store refuses one."""
    for number in range(1000):
        journal.append("raw/a", "sensor-block", number, {}, os.urandom(5000))
        journal.commit()


def test_a_full_disk_loses_nothing_that_was_accepted(tmp_path: Path) -> None:
    """SQLite itself refuses (SQLITE_FULL); the entries wait in memory for the next commit."""
    path = tmp_path / "j.sqlite"
    journal = Journal.create(path, salt_key=KEY, quota_bytes=400_000)
    with pytest.raises(BadStorage, match="full"):
        fill(journal)
    acknowledged = journal.count()
    journal.append("raw/a", "sensor-block", 5000, {}, b"accepted while the disk is full")
    with pytest.raises(BadStorage, match="nothing is lost"):
        journal.commit()
    assert 10 < acknowledged == journal.count()
    assert journal.pending == 2
    journal._connection.exec_driver_sql("PRAGMA max_page_count = 100000")
    journal._connection.rollback()
    assert journal.commit() == 2
    entries = list(journal.read())
    assert len(entries) == acknowledged + 2
    assert entries[-1].body == b"accepted while the disk is full"
    assert journal.verify() == ()
    journal.close()


def test_entries_that_had_reached_the_disk_are_not_written_twice(tmp_path: Path) -> None:
    """A commit may fail after the disk has it; trying again must not stumble over itself."""
    path = tmp_path / "j.sqlite"
    with Journal.create(path, salt_key=KEY) as journal:
        journal.append("run", "heartbeat", 1, {})
        sent = list(journal._pending)
        journal.commit()
        journal._pending, journal._unsure = sent, True
        journal.append("run", "heartbeat", 2, {})
        assert journal.commit() == 1
        assert [entry.idx for entry in journal.read()] == [0, 1]


WRITER = """
import sys
from pathlib import Path
from tocsin.record.journal import Journal
path = Path(sys.argv[1])
make = Journal.open if path.exists() else Journal.create
with make(path, salt_key=b"a fixed key for tests") as journal:
    while True:
        for _ in range(20):
            last = journal.append("raw/a", "sensor-block", 1, {}, b"block" * 200)
        journal.commit()
        print(last, flush=True)
"""


def test_kill_nine_loses_no_acknowledged_entry(tmp_path: Path) -> None:
    """Ten writers are killed in the middle of their work, one after the other, on one file."""
    path = tmp_path / "j.sqlite"
    for round_number in range(10):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        first = writer.stdout.readline()
        time.sleep(0.003 * round_number)
        writer.send_signal(signal.SIGKILL)
        told = (first + writer.stdout.read()).splitlines(keepends=True)
        writer.wait()
        writer.stdout.close()
        acknowledged = max(int(line) for line in told if line.endswith("\n"))
        with JournalReader(path) as reader:
            assert reader.count() > acknowledged
            assert verify(reader) == ()


def test_a_second_writer_is_refused_and_a_reader_is_not(tmp_path: Path) -> None:
    """Two writers would number two entries alike; readers must be able to look at a live run."""
    path = tmp_path / "j.sqlite"
    with Journal.create(path, salt_key=KEY) as journal:
        journal.append("run", "heartbeat", 1, {})
        journal.commit()
        with pytest.raises(BadStorage, match="another process is writing"):
            Journal.open(path, salt_key=KEY)
        with JournalReader(path) as reader:
            assert reader.count() == 1
    with Journal.open(path, salt_key=KEY) as again:
        assert again.append("run", "heartbeat", 2, {}) == 1


def test_a_copy_can_be_read_where_nothing_can_be_written() -> None:
    """An investigator reads the journal from a read-only medium, as somebody else than root."""
    own = os.geteuid()
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "j.sqlite"
        write(path, [("run", b"x")])
        path.parent.chmod(0o555)
        try:
            os.seteuid(65_534 if own == 0 else own)
            with JournalReader(path) as reader:
                assert reader.count() == 1
            assert sorted(p.name for p in path.parent.iterdir()) == ["j.sqlite", "j.sqlite.lock"]
        finally:
            os.seteuid(own)
            path.parent.chmod(0o755)


def sqlite_of_others(path: Path) -> None:
    """Put a SQLite file there that is none of ours."""
    path.unlink()
    file = sqlite3.connect(path)
    file.execute("CREATE TABLE entry (idx INTEGER)")
    file.commit()
    file.close()


def set_version(path: Path, version: int) -> None:
    """Write another schema version into the file."""
    file = sqlite3.connect(path)
    file.execute(f"PRAGMA user_version = {version}")
    file.commit()
    file.close()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda path: path.write_bytes(b"these are not pages" * 600), "not a journal"),
        (lambda path: path.write_bytes(path.read_bytes()[:3000]), "not a journal|damaged"),
        (lambda path: path.unlink(), "no journal here"),
        (sqlite_of_others, "not a journal"),
        (lambda path: set_version(path, SCHEMA_VERSION + 1), "has schema 2"),
    ],
)
def test_a_file_that_is_no_journal_gives_one_clear_line(
    tmp_path: Path, spoil: object, said: str
) -> None:
    """The reader of the message must learn what, where and what to do."""
    path = tmp_path / "j.sqlite"
    write(path, [("run", b"x" * 50)] * 3)
    spoil(path)  # type: ignore[operator]
    for opened in (lambda: JournalReader(path), lambda: Journal.open(path, salt_key=KEY)):
        with pytest.raises(BadStorage, match=said) as told:
            opened()
        assert str(told.value).startswith(str(path))
        assert "\n" not in str(told.value)


def test_a_body_that_does_not_unpack_is_said(tmp_path: Path) -> None:
    """Damage inside a body must not come out as other bytes."""
    path = tmp_path / "j.sqlite"
    write(path, [("run", b"x" * 500)])
    file = sqlite3.connect(path)
    file.execute("DROP TRIGGER body_is_final")
    file.execute("UPDATE body SET bytes = x'789c00'")
    file.commit()
    file.close()
    with JournalReader(path) as reader, pytest.raises(BadStorage, match="does not unpack"):
        list(reader.read())


def test_an_error_that_nobody_foresaw_is_still_one_line_with_its_place(tmp_path: Path) -> None:
    """SQLite has more errors than a table can list; none may come out as a traceback."""
    path = tmp_path / "j.sqlite"
    with Journal.create(path, salt_key=KEY) as journal:
        journal.append("run", "heartbeat", 1, {})
        journal.commit()
        journal._next_idx = 7
        journal.append("run", "heartbeat", 2, {})
        with pytest.raises(BadStorage, match="without gaps") as told:
            journal.commit()
        assert str(told.value).startswith(str(path))
        journal._pending.clear()


def test_damaged_pages_are_found(tmp_path: Path) -> None:
    """Bit rot in the middle of the file must not pass for a shorter night."""
    path = tmp_path / "j.sqlite"
    write(path, [("run", os.urandom(3000))] * 40)
    damaged = bytearray(path.read_bytes())
    damaged[40_000:60_000] = b"\xff" * 20_000
    path.write_bytes(damaged)
    with JournalReader(path) as reader:
        findings = verify(reader)
        assert {finding.fault for finding in findings} >= {"file"}
        with pytest.raises(BadStorage, match="damaged"):
            list(reader.read())


def test_a_folder_that_is_not_there_gives_one_clear_line(tmp_path: Path) -> None:
    """Typing errors in a path are the most usual error of all."""
    with pytest.raises(BadStorage, match="Name a folder that exists"):
        Journal.create(tmp_path / "absent" / "j.sqlite", salt_key=KEY)


def test_a_finished_run_is_one_file(tmp_path: Path) -> None:
    """Somebody who copies the journal must not leave half of it behind in a log."""
    path = tmp_path / "j.sqlite"
    write(path, [("run", b"x")] * 3)
    with JournalReader(path) as reader, Journal.open(path, salt_key=KEY) as journal:
        journal.append("run", "heartbeat", 9, {})
        journal.commit()
        assert reader.count() == 4
    with JournalReader(path) as reader, JournalReader(path) as other:
        assert reader.count() == other.count() == 4
    Journal.open(path, salt_key=KEY).close()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["j.sqlite", "j.sqlite.lock"]


def test_a_journal_is_never_begun_over_another(tmp_path: Path) -> None:
    """The record of one night must not be overwritten by the next."""
    write(tmp_path / "j.sqlite", [("run", b"x")])
    with pytest.raises(BadStorage, match="already"):
        Journal.create(tmp_path / "j.sqlite", salt_key=KEY)


def test_what_cannot_be_an_entry_is_refused_and_takes_no_number(tmp_path: Path) -> None:
    """A number given to a refused entry would be a gap for ever."""
    with Journal.create(tmp_path / "j.sqlite", salt_key=KEY) as journal:
        with pytest.raises(ValueError, match="not a kind"):
            journal.append("run", "gossip", 1, {})  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="use the body"):
            journal.append("run", "heartbeat", 1, {"long": "x" * HEADER_MAX})
        assert journal.append("run", "heartbeat", 1, {}) == 0
    with pytest.raises(ValueError, match="16 bytes"):
        Journal.open(tmp_path / "j.sqlite", salt_key=b"short")


def test_readers_choose_by_stream_kind_and_place(tmp_path: Path) -> None:
    """The report reads headers of a long night without its bodies."""
    path = tmp_path / "j.sqlite"
    with Journal.create(path, salt_key=KEY) as journal:
        journal.append("run", "versions", 1, {}, b"v")
        journal.append("picture", "picture", 2, {}, b"p")
        journal.append("picture", "picture", 3, {}, b"q")
    with JournalReader(path) as reader:
        assert [e.idx for e in reader.read(kind="picture")] == [1, 2]
        assert [e.idx for e in reader.read(kind=("versions", "picture"))] == [0, 1, 2]
        assert [e.idx for e in reader.read(stream="picture", after=1)] == [2]
        assert [e.body for e in reader.read(bodies=False)] == [None] * 3
        assert reader.streams() == {"run": 1, "picture": 2}
        assert reader.count(kind="versions") == 1
        assert (reader.entry(2).body, reader.entry(9)) == (b"q", None)  # type: ignore[union-attr]
