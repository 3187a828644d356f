"""The whole chain on a short night: what a run leaves, and the invariants that hold it together."""

import json
from itertools import pairwise
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from lxml import etree

from tocsin.commands.replay import Replayed, replay
from tocsin.detect.recording import read_recording
from tocsin.model.raw import RawChunk
from tocsin.model.units import S_NS
from tocsin.record.compare import compare
from tocsin.record.entries import chunk_of, draft_of, heartbeat_of, picture_of
from tocsin.record.run_folder import RunFolder
from tocsin.record.verify import verify


def test_a_run_leaves_everything_that_its_folder_promises(done: Replayed) -> None:
    """A missing file would be found out by whoever needs it, at night."""
    folder = done.line.folder
    assert folder.journal.is_file()
    assert pq.read_table(folder.tracks_parquet).num_rows > 100
    assert json.loads(folder.tracks_geojson.read_text())["features"]
    assert folder.report.stat().st_size > 50_000
    drafted = {draft.id for draft in done.line.desk.drafts}
    assert {path.stem for path in folder.alerts.glob("*.xml")} == drafted


def test_the_drones_are_followed_and_warned_of_and_the_helicopter_is_not(done: Replayed) -> None:
    """The chain is there for this: a draft names the drones, never a friend that transmits."""
    drafts = done.line.desk.drafts
    assert "ro-gl-galati" in {draft.zone_id for draft in drafts}
    assert {draft.level for draft in drafts} >= {"PREPARE", "WARN"}
    named = {reason.track_id for draft in drafts for reason in draft.reasons}
    tracks = pq.read_table(done.line.folder.tracks_parquet).to_pylist()
    friends = {row["track_id"] for row in tracks if row["icao"] is not None}
    assert friends
    assert not named & friends


def test_every_draft_says_that_it_is_synthetic(done: Replayed) -> None:
    """Nothing simulated may ever be taken for a real warning."""
    for path in done.line.folder.alerts.glob("*.xml"):
        alert = etree.parse(path)
        text = etree.tostring(alert, encoding="unicode", method="text")
        assert "EXERCISE" in text
        assert "Draft" in text
    assert all(draft.synthetic for draft in done.line.desk.drafts)


def test_the_journal_is_sound(done: Replayed) -> None:
    """Gaps or wrong hashes in a record that was just written would make it worthless."""
    with done.line.folder.read_journal() as journal:
        assert verify(journal) == ()


def test_raw_bytes_are_on_record_before_what_was_made_of_them(
    done: Replayed, recordings: tuple[Path, ...]
) -> None:
    """Invariant 1: every byte that came in is there, and every citation points back to it."""
    read = b""
    with done.line.folder.read_journal() as journal:
        for entry in journal.read():
            if entry.kind == "sensor-block":
                read += chunk_of(entry).data
            if entry.kind == "picture":
                cited = {idx for track in picture_of(entry).tracks for idx, _ in track.evidence}
                assert all(0 <= idx < entry.idx for idx in cited)
                assert {one.kind for idx in cited if (one := journal.entry(idx))} <= {
                    "sensor-block"
                }
    blocks = b"".join(
        item.data
        for path in recordings
        for item in read_recording(path)
        if isinstance(item, RawChunk)
    )
    assert len(read) == len(blocks)


def test_pictures_and_accounts_go_by_the_clock_of_the_data(done: Replayed) -> None:
    """A picture a second at most, in order; every sensor accounted for, the silent one seen."""
    with done.line.folder.read_journal() as journal:
        times_ns = [entry.t_event_ns for entry in journal.read(kind="picture")]
        beats = [heartbeat_of(entry) for entry in journal.read(kind="heartbeat")]
    assert all(later - sooner >= 0.9 * S_NS for sooner, later in pairwise(times_ns[:-1]))
    assert {beat.sensor_id for beat in beats} == {s.id for s in done.line.site.sensors}
    silent = [b for b in beats if b.sensor_id == "radar-braila" and b.t_last_data_ns is not None]
    assert max(b.t_ns - (b.t_last_data_ns or 0) for b in silent) > 50 * S_NS
    assert all(b.batches == 0 for b in beats if b.sensor_id == "ear-plauru")


def test_the_last_plots_before_a_silence_reach_the_tracker(done: Replayed) -> None:
    """A look is closed by what its sensor sends next: a minute later, that would be too late."""
    tally = done.line.tally
    assert not [name for name in tally.counts if name.endswith(":too_late")]
    for sensor_id, account in tally.accounts.items():
        assert account.detections == tally.counts[f"{sensor_id}:rows"]


def test_every_draft_on_record_is_the_one_in_the_folder(done: Replayed) -> None:
    """Record and files must not tell two stories."""
    folder = done.line.folder
    with folder.read_journal() as journal:
        drafts = [draft_of(entry) for entry in journal.read(kind="draft")]
        warnings = {e.fields()["draft"]: e.body for e in journal.read(kind="warning")}
    assert drafts == done.line.desk.drafts
    assert all((folder.alerts / f"{d.id}.xml").read_bytes() == warnings[d.id] for d in drafts)


def test_the_journal_replayed_gives_an_equal_run(done: Replayed, tmp_path: Path) -> None:
    """Invariant 2: pictures, assessments, drafts and hashes, bit for bit, from the record alone."""
    again = replay([done.line.folder.root], tmp_path / "again")
    assert again.compared is not None
    assert again.compared.difference == ""
    assert again.compared.shorter == 0
    with done.line.folder.read_journal() as journal:
        assert again.compared.identical == journal.count()
    first, second = done.line.folder, again.line.folder
    assert first.tracks_geojson.read_bytes() == second.tracks_geojson.read_bytes()
    assert pq.read_table(first.tracks_parquet) == pq.read_table(second.tracks_parquet)


def test_the_same_recordings_give_an_equal_run_in_whatever_order_they_are_named(
    done: Replayed, recordings: tuple[Path, ...], tmp_path: Path
) -> None:
    """A shell lists files in any order; the night is the same."""
    again = replay(list(reversed(recordings)), tmp_path / "again", site="galati")
    with done.line.folder.read_journal() as one, again.line.folder.read_journal() as other:
        assert compare(one, other).difference == ""


def test_other_settings_make_another_run_and_nothing_is_compared(
    done: Replayed, tmp_path: Path
) -> None:
    """What would have been under another policy is a question of its own."""
    text = done.line.site.toml.replace("[warn]\n", "[warn]\nmin_exists_prob = 1.0\n")
    galati = Path(__file__).parents[2] / "sites" / "galati"
    (tmp_path / "site.toml").write_text(text.replace('"galati/', f'"{galati}/'))
    again = replay([done.line.folder.root], tmp_path / "run", site=str(tmp_path / "site.toml"))
    assert again.compared is None
    assert len(again.line.desk.drafts) < len(done.line.desk.drafts)


def test_a_record_that_was_changed_is_told_from_a_replay(done: Replayed, tmp_path: Path) -> None:
    """A replay that is not equal must say where it departs."""
    copy = RunFolder.create(tmp_path / "copy")
    with done.line.folder.read_journal() as journal, copy.new_journal(salt_key=b"k" * 16) as other:
        for entry in journal.read():
            if entry.kind != "heartbeat":
                body = entry.body or b""
                other.append(entry.stream, entry.kind, entry.t_event_ns, entry.fields(), body)
    again = replay([copy.root], tmp_path / "again", report=False)
    assert again.compared is not None
    assert "entry 0" in again.compared.difference


@pytest.mark.slow
def test_real_traffic_at_barcelona_is_never_drafted(shared_data: Path, tmp_path: Path) -> None:
    """Half an hour of airliners and helicopters: real flights, an invented border, no warning."""
    path = shared_data / "asterix" / "bcn_cat048_20230502_0800_first30min.ast"
    run = replay([path], tmp_path / "run", site="barcelona", date="2023-05-02")
    assert run.line.tally.counts["bcn:rows"] == 21_940
    assert run.line.desk.drafts == []
    assert 100 < len(run.line.numbers) < 135
    again = replay([run.line.folder.root], tmp_path / "again", report=False)
    assert again.compared is not None
    assert again.compared.difference == ""
