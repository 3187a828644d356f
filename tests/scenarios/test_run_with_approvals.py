"""A run in which somebody approves: what leaves, what is on record, and the same once more."""

from pathlib import Path

import pytest

from tocsin.commands.approver import Approver, Staff
from tocsin.commands.replay import Replayed, replay
from tocsin.record import entries
from tocsin.share.feed import kept_file
from tocsin.show.report import render
from tocsin.wire.cap.atom import read_feed
from tocsin.wire.cap.decode import parse

pytestmark = pytest.mark.slow

APPROVER = Staff(approver=Approver("Exercise approver", 15.0))


@pytest.fixture(scope="module")
def approved(recordings: tuple[Path, ...], tmp_path_factory: pytest.TempPathFactory) -> Replayed:
    """Return the short night with an approver who takes 15 s."""
    out = tmp_path_factory.mktemp("approved")
    return replay(list(recordings), out, site="galati", replace=True, staff=APPROVER)


def test_a_run_with_approvals_is_made_again_bit_for_bit(approved: Replayed, tmp_path: Path) -> None:
    """Without its decisions in their place the replay would be a night without alerts."""
    again = replay([approved.line.folder.root], tmp_path / "again")
    assert again.compared is not None
    assert again.compared.difference == ""
    assert again.compared.shorter == 0
    assert again.line.desk.sent == approved.line.desk.sent != []


def test_everything_is_on_record_before_it_leaves(approved: Replayed) -> None:
    """Decision, steps, alert, message: in this order, and nothing in the folder without them."""
    folder = approved.line.folder
    with folder.read_journal() as journal:
        kinds = ("decision", "transition", "sent", "published")
        told = list(journal.read(kind=kinds))
    sent = {e.fields()["id"]: e.idx for e in told if e.kind == "sent"}
    decided = {entries.decision_of(e).subject: e.idx for e in told if e.kind == "decision"}
    published = {e.fields()["sent"]: e for e in told if e.kind == "published"}
    for name, idx in sent.items():
        assert decided[name] < idx < published[name].idx
    files = [*folder.sent.glob("*.xml"), *folder.duty.glob("*.xml")]
    assert {path.stem for path in files} == published.keys()
    for path in files:
        assert parse(path.read_bytes()) == parse(published[path.stem].body)


def test_the_feed_names_files_that_are_there_and_exercises_only(approved: Replayed) -> None:
    """What a reader meets first."""
    folder = approved.line.folder
    found = read_feed((folder.sent / "feed.atom").read_bytes())
    assert found.entries
    for entry in found.entries:
        name = entry.link.rsplit("/", 1)[-1]
        assert kept_file(folder.sent, name) is not None
        assert parse((folder.sent / name).read_bytes()).status == "Exercise"


def test_the_report_tells_who_let_it_out(approved: Replayed) -> None:
    """And claims nothing of phones."""
    page = render(approved.line.folder).decode()
    assert "Alert sent, by Exercise approver: approved." in page
    assert "none was sent" not in page
    assert "reached any phone" in page
