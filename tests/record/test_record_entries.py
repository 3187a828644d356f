"""What the pipeline writes comes back as it was."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.model.raw import RawChunk, Rejected
from tocsin.record import entries
from tocsin.record.facts import SensorHeartbeat
from tocsin.record.journal import Journal
from tocsin.record.reader import JournalReader
from tocsin.record.replay import chunks, settings_json

KEY = b"a fixed key for tests"
INT64 = st.integers(-(2**63), 2**63 - 1)


@settings(max_examples=20, deadline=None)
@given(
    data=st.binary(max_size=300),
    columns=st.lists(st.tuples(INT64, INT64, INT64, INT64), max_size=8),
    source=st.text(st.characters(codec="utf-8"), min_size=1, max_size=20),
)
def test_replay_gives_back_the_very_same_chunks(
    tmp_path_factory, data: bytes, columns: list[tuple[int, ...]], source: str
) -> None:
    """A replay from other bytes, or of other times, would be another night."""
    path: Path = tmp_path_factory.mktemp("chunks") / "j.sqlite"
    table = np.array(columns, dtype=np.int64).reshape(len(columns), 4).T
    names = ("start", "length", "offset", "t_received_ns")
    chunk = RawChunk(source=source, data=data, **dict(zip(names, table, strict=True)))
    with Journal.create(path, salt_key=KEY) as journal:
        assert entries.journal_chunk(journal, 77, chunk) == 0
    with JournalReader(path) as reader:
        ((t_ns, back),) = chunks(reader)
    assert (t_ns, back.source, back.data) == (77, source, data)
    for name in names:
        column = getattr(back, name)
        assert column.dtype == np.int64
        assert np.array_equal(column, getattr(chunk, name))


def test_a_chunk_whose_body_was_erased_is_left_out_of_a_replay(tmp_path: Path) -> None:
    """A replay of a redacted copy goes on with what is there."""
    path = tmp_path / "j.sqlite"
    none = np.zeros(0, np.int64)
    with Journal.create(path, salt_key=KEY) as journal:
        for source in ("a", "b"):
            chunk = RawChunk(
                source=source, data=b"", start=none, length=none, offset=none, t_received_ns=none
            )
            entries.journal_chunk(journal, 1, chunk)
        journal.commit()
        journal.erase_body(0, t_event_ns=2, by="A. Person", reason="test")
    with JournalReader(path) as reader:
        assert [chunk.source for _, chunk in chunks(reader)] == ["b"]
        with pytest.raises(ValueError, match="without its body"):
            entries.chunk_of(next(reader.read()))


def test_a_replay_starts_from_the_settings_in_the_journal(tmp_path: Path) -> None:
    """A site file that was edited since would make another night of the same bytes."""
    path = tmp_path / "j.sqlite"
    with Journal.create(path, salt_key=KEY) as journal:
        journal.commit()
    with JournalReader(path) as reader:
        assert settings_json(reader) is None
    with Journal.open(path, salt_key=KEY) as journal:
        entries.journal_settings_json(journal, 1, b'{"site":1}')
        entries.journal_settings_json(journal, 2, b'{"site":2}')
    with JournalReader(path) as reader:
        assert settings_json(reader) == b'{"site":1}'


def test_rejects_are_counted_in_the_header_and_kept_in_the_body(tmp_path: Path) -> None:
    """A count without its bytes cannot be looked into; bytes without a count are not seen."""
    one = Rejected(source="a", offset=5, reason="truncated", detail="3 of 9", raw=b"\x30\x00")
    other = msgspec.structs.replace(one, reason="wrong length")
    with Journal.create(tmp_path / "j.sqlite", salt_key=KEY) as journal:
        assert entries.journal_rejects(journal, 1, []) is None
        entries.journal_rejects(journal, 1, [one, other, one])
        journal.commit()
        (entry,) = journal.read(kind="rejected")
    assert entries.rejects_of(entry) == [one, other, one]
    assert entry.fields()["counts"] == [
        {"number": 2, "reason": "truncated", "source": "a"},
        {"number": 1, "reason": "wrong length", "source": "a"},
    ]


def test_every_other_record_comes_back_equal(tmp_path: Path, night) -> None:
    """Pictures, assessments, drafts and settings are evidence: what is read is what was meant."""
    with Journal.create(tmp_path / "j.sqlite", salt_key=KEY) as journal:
        entries.journal_versions(journal, 1, {"tocsin": "0.1"})
        entries.journal_settings(journal, 1, night.site)
        seen = entries.journal_picture(journal, night.pictures[3])
        entries.journal_assessments(journal, 2, night.assessments[3], picture_idx=seen)
        entries.journal_draft(journal, night.drafts[0])
        entries.journal_warning(journal, 3, b"<alert/>", draft_id=night.drafts[0].id)
        beat = night.heartbeats[0]
        entries.journal_heartbeat(journal, beat)
        entries.journal_act(journal, 4, by="A. Person", act="opened", details={"page": "map"})
        journal.commit()
        by_kind = {entry.kind: entry for entry in journal.read()}
    assert entries.settings_of(by_kind["settings"]) == night.site
    assert entries.picture_of(by_kind["picture"]) == night.pictures[3]
    assert entries.assessments_of(by_kind["assessment"]) == night.assessments[3]
    assert by_kind["assessment"].fields()["of_picture"] == by_kind["picture"].idx
    assert entries.draft_of(by_kind["draft"]) == night.drafts[0]
    assert by_kind["warning"].body == b"<alert/>"
    assert entries.heartbeat_of(by_kind["heartbeat"]) == beat
    assert isinstance(beat, SensorHeartbeat)
    assert by_kind["operator-act"].fields()["by"] == "A. Person"
