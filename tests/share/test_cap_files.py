"""CAP files in a run folder: whole or not at all."""

import msgspec
import pytest

from tocsin.model.alert import AlertText, Draft
from tocsin.model.errors import BadStorage
from tocsin.share import whole
from tocsin.share.cap_files import write_drafts
from tocsin.wire.cap.decode import parse
from tocsin.wire.cap.drafts import build

SENDER = "draft@tocsin.invalid"


def messages(*drafts: Draft) -> dict[str, bytes]:
    return {draft.id: build(draft, SENDER) for draft in drafts}


@pytest.fixture
def draft() -> Draft:
    return Draft(
        id="galati-warn-1",
        zone_id="galati",
        level="WARN",
        t_drafted_ns=0,
        t_expires_ns=1800 * 10**9,
        texts=(
            AlertText(language="ro-RO", headline="h", description="d", instruction="i", area="a"),
        ),
        rings_lonlat_deg=(),
        population=1,
        reasons=(),
        replaces="",
        synthetic=True,
    )


def test_each_draft_becomes_one_readable_file(draft, tmp_path) -> None:
    """The folder holds the drafts and nothing else."""
    other = msgspec.structs.replace(draft, id="tulcea-warn-1")
    paths = write_drafts(messages(draft, other), tmp_path / "alerts")
    assert [path.name for path in paths] == ["galati-warn-1.xml", "tulcea-warn-1.xml"]
    assert sorted((tmp_path / "alerts").iterdir()) == sorted(paths)
    assert [parse(path.read_bytes()).identifier for path in paths] == [draft.id, other.id]


def test_writing_again_changes_nothing(draft, tmp_path) -> None:
    """A replay into the same folder gives the same bytes."""
    (first,) = write_drafts(messages(draft), tmp_path)
    before = first.read_bytes()
    (second,) = write_drafts(messages(draft), tmp_path)
    assert (second, second.read_bytes()) == (first, before)


def test_a_full_disk_leaves_no_half_file(draft, tmp_path, monkeypatch) -> None:
    """Half an alert is worse than none; the error says where and what to do."""

    def full(_):
        raise OSError(28, "No space left on device", str(tmp_path / "x"))

    monkeypatch.setattr(whole.os, "fsync", full)
    with pytest.raises(BadStorage, match="No space left on device"):
        write_drafts(messages(draft), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_one_clear_line(draft, tmp_path) -> None:
    """A file in the place of the folder."""
    (tmp_path / "alerts").write_text("in the way")
    with pytest.raises(BadStorage, match="alerts"):
        write_drafts(messages(draft), tmp_path / "alerts")
