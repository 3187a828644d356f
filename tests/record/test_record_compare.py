"""Two journals are compared entry by entry, and a replay finds all its input in one."""

from pathlib import Path

import numpy as np
import pytest

from tocsin.model.errors import BadStorage
from tocsin.model.raw import RawChunk, Rejected
from tocsin.record import entries
from tocsin.record.compare import compare
from tocsin.record.journal import Journal
from tocsin.record.reader import JournalReader
from tocsin.record.replay import inputs, settings_entry

KEY = b"a fixed key for tests"


def write(path: Path, bodies: list[bytes]) -> Path:
    """Write one picture entry a body."""
    with Journal.create(path, salt_key=KEY) as journal:
        for number, body in enumerate(bodies):
            journal.append("picture", "picture", number, {}, body)
    return path


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ([b"a", b"b"], [b"a", b"b"], (2, "", 0)),
        ([b"a"], [b"a", b"b", b"c"], (1, "", 2)),
        ([b"a", b"b"], [b"a"], (1, "entry 1 (picture) is missing", 0)),
        ([b"a", b"b", b"c"], [b"a", b"x", b"c"], (1, "entry 1 (picture) is now", 0)),
    ],
)
def test_the_first_difference_is_named(
    tmp_path: Path, first: list[bytes], second: list[bytes], told: tuple[int, str, int]
) -> None:
    """One bit in one body of a night must be found, and found where it is."""
    one, other = write(tmp_path / "1.sqlite", first), write(tmp_path / "2.sqlite", second)
    with JournalReader(one) as a, JournalReader(other) as b:
        found = compare(a, b)
    assert (found.identical, found.shorter) == (told[0], told[2])
    assert found.difference.startswith(told[1])
    assert bool(found.difference) == bool(told[1])


def test_a_replay_gets_chunks_and_damaged_stretches_in_order(tmp_path: Path) -> None:
    """Bytes that the container could not give are input too; what was found later is not."""
    at = np.zeros(1, np.int64)
    chunk = RawChunk(source="a", data=b"x", start=at, length=at + 1, offset=at, t_received_ns=at)
    cut = Rejected(source="a", offset=1, reason="truncated", detail="d", raw=b"y")
    with Journal.create(tmp_path / "j.sqlite", salt_key=KEY) as journal:
        entries.journal_settings_json(journal, 1, b"{}", date_ns=86_400)
        entries.journal_chunk(journal, 2, chunk)
        entries.journal_rejects(journal, 3, [cut], found_in="chunk")
        entries.journal_rejects(journal, 4, [cut], found_in="container")
        entries.journal_chunk(journal, 5, chunk)
    with JournalReader(tmp_path / "j.sqlite") as reader:
        found = list(inputs(reader))
        assert settings_entry(reader).fields() == {"date_ns": 86_400}
    assert [t_ns for t_ns, _ in found] == [2, 4, 5]
    assert found[1][1] == cut
    assert isinstance(found[2][1], RawChunk)


def test_a_journal_without_settings_cannot_be_replayed(tmp_path: Path) -> None:
    """The line says what to replay instead."""
    write(tmp_path / "j.sqlite", [b"a"])
    with JournalReader(tmp_path / "j.sqlite") as reader, pytest.raises(BadStorage, match="--site"):
        settings_entry(reader)
