"""The lives of alerts are on record: decisions as input, steps, what was sent, alarms."""

from pathlib import Path
from typing import get_args

import msgspec
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from synthetic_night import Night
from tocsin.model.alert import Alarm, Choice, Decision, Sent, Stage, Transition
from tocsin.model.raw import RawChunk, Rejected
from tocsin.record import entries
from tocsin.record.journal import Journal
from tocsin.record.reader import JournalReader
from tocsin.record.replay import inputs
from tocsin.record.run_folder import RunFolder

KEY = b"a fixed key for tests"
TIMES = st.integers(0, 2**62)
WORDS = st.text(max_size=40)
DECISIONS = st.builds(
    Decision, t_ns=TIMES, by=WORDS, choice=st.sampled_from(get_args(Choice)), subject=WORDS,
    why=WORDS,
)  # fmt: skip
REJECTS = st.builds(
    Rejected, source=WORDS, offset=st.integers(0, 2**40), reason=WORDS, detail=WORDS,
    raw=st.binary(max_size=9),
)  # fmt: skip
TRANSITIONS = st.builds(
    Transition, t_ns=TIMES, draft_id=WORDS, zone_id=WORDS, before=st.sampled_from(get_args(Stage)),
    after=st.sampled_from(get_args(Stage)), by=WORDS, why=WORDS,
    tracks=st.lists(st.integers(1, 2**31), max_size=4).map(tuple),
    evidence=st.lists(st.tuples(TIMES, TIMES), max_size=4).map(tuple),
)  # fmt: skip


def chunk(data: bytes) -> RawChunk:
    at = np.zeros(1, np.int64)
    return RawChunk(
        source="s", data=data, start=at, length=at + len(data), offset=at, t_received_ns=at
    )


CHUNKS = st.binary(max_size=9).map(chunk)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(TIMES, st.one_of(CHUNKS, DECISIONS, REJECTS)), max_size=12))
def test_a_replay_meets_every_decision_in_its_place(tmp_path_factory, given_) -> None:
    """One chunk later, and the same approval would meet another draft: another night."""
    path: Path = tmp_path_factory.mktemp("inputs") / "j.sqlite"
    with Journal.create(path, salt_key=KEY) as journal:
        for t_ns, item in given_:
            if isinstance(item, Decision):
                entries.journal_decision(journal, t_ns, item)
            elif isinstance(item, Rejected):
                entries.journal_rejects(journal, t_ns, [item], found_in="container")
            else:
                entries.journal_chunk(journal, t_ns, item)
    with JournalReader(path) as reader:
        back = list(inputs(reader))
    assert [t for t, _ in back] == [t for t, _ in given_]
    for (_, was), (_, now) in zip(given_, back, strict=True):
        assert type(now) is type(was)
        assert now.data == was.data if isinstance(was, RawChunk) else now == was


@settings(max_examples=20, deadline=None)
@given(steps=st.lists(TRANSITIONS, max_size=5))
def test_steps_come_back_as_they_were(tmp_path_factory, steps: list[Transition]) -> None:
    """A step without its evidence could not be checked afterwards."""
    path: Path = tmp_path_factory.mktemp("steps") / "j.sqlite"
    with Journal.create(path, salt_key=KEY) as journal:
        idx = entries.journal_transitions(journal, 5, steps)
        journal.commit()
        found = list(journal.read(kind="transition"))
    assert (idx is None) == (not steps)
    assert [step for entry in found for step in entries.transitions_of(entry)] == steps


def test_ten_thousand_steps_at_once_fit_into_an_entry(tmp_path: Path) -> None:
    """A header has 64 kB; when a raid lapses everywhere at once, the journal must not refuse."""
    step = Transition(
        t_ns=1, draft_id="urn:oid:2.49.0.0.642." + "x" * 60, zone_id="commune-" + "y" * 60,
        before="sent", after="lapsed", by="tocsin", why="its time ran out", tracks=(), evidence=(),
    )  # fmt: skip
    with Journal.create(tmp_path / "j.sqlite", salt_key=KEY) as journal:
        entries.journal_transitions(journal, 5, [step] * 10_000)
        journal.commit()
        (entry,) = journal.read()
    assert entry.fields()["number"] == 10_000
    assert entries.transitions_of(entry) == [step] * 10_000


def test_sent_alerts_alarms_and_refusals_come_back(tmp_path: Path, night: Night) -> None:
    """What left the house, who was called, and what was refused: an inquiry asks for these."""
    sent = Sent(
        id="a-1", draft=night.drafts[0], t_sent_ns=7, by="A. Person", replaces=(("a-0", 3),)
    )
    alarm = Alarm(id="c-1", area_id="county", level="WARN", t_ns=6, zones=("z",), why="3 tracks")
    decision = Decision(t_ns=5, by="A. Person", choice="approve", subject=night.drafts[0].id)
    with Journal.create(tmp_path / "j.sqlite", salt_key=KEY) as journal:
        idx = entries.journal_decision(journal, 5, decision)
        entries.journal_refusal(journal, 5, decision_idx=idx, why="no right to approve WARN")
        entries.journal_alarm(journal, alarm)
        entries.journal_sent(journal, sent)
        entries.journal_published(journal, 8, b"<alert/>", sent_id=sent.id)
        journal.commit()
        by_kind = {entry.kind: entry for entry in journal.read()}
        assert not journal.verify()
    assert entries.decision_of(by_kind["decision"]) == decision
    assert by_kind["refused"].fields() == {"decision": 0, "why": "no right to approve WARN"}
    assert entries.alarm_of(by_kind["alarm"]) == alarm
    assert entries.sent_of(by_kind["sent"]) == sent
    assert by_kind["sent"].fields()["replaces"] == ["a-0"]
    assert by_kind["published"].body == b"<alert/>"
    assert by_kind["published"].fields() == {"sent": "a-1"}


def test_a_draft_written_before_alerts_had_lives_is_still_read(night: Night) -> None:
    """Old journals are evidence too: what they lack has its stated default."""
    new = ("purpose", "alarm_id", "population_added", "replaces_t_ns")
    old = {k: v for k, v in msgspec.to_builtins(night.drafts[0]).items() if k not in new}
    packed = msgspec.msgpack.encode(old)
    draft = msgspec.msgpack.decode(packed, type=type(night.drafts[0]))
    assert (draft.purpose, draft.alarm_id, draft.population_added) == ("warning", "", 0)


def test_a_replaced_run_leaves_no_sent_alert_behind(tmp_path: Path) -> None:
    """An alert of the run before, beside the journal of this one, would be taken for its own."""
    folder = RunFolder.create(tmp_path)
    folder.sent.mkdir()
    for name in ("a.xml", "a.ro-RO.txt", "feed.atom"):
        (folder.sent / name).write_text("x")
    assert folder.holds_a_run()
    assert folder.sent.parent == folder.alerts
    RunFolder.create(tmp_path, replace=True)
    assert not list(folder.sent.iterdir())
