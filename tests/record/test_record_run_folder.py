"""The run folder: files where they are said to be, and never one run over another."""

import json
from pathlib import Path

import msgspec
import numpy as np
import pyarrow.parquet as pq
import pytest

from synthetic_night import Night, make_night, write_night
from tocsin.model.errors import BadStorage
from tocsin.record.run_folder import RunFolder
from tocsin.record.tracks_geojson import write_geojson
from tocsin.record.tracks_table import SCHEMA, TracksTable


@pytest.fixture(scope="module")
def run(night: Night, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """Return a folder that holds the synthetic night."""
    folder = RunFolder.create(tmp_path_factory.mktemp("folder") / "RUN")
    write_night(night, folder)
    return folder


def test_two_equal_runs_leave_equal_files(tmp_path: Path) -> None:
    """The invariant of the whole system, seen from its last room: same in, same out."""
    digests = []
    for name in ("one", "two"):
        folder = RunFolder.create(tmp_path / name)
        write_night(make_night(step_s=10.0), folder)
        with folder.read_journal() as journal:
            entries = [(e.header, e.leaf, e.salt, e.body) for e in journal.read()]
        files = [p.read_bytes() for p in (folder.tracks_parquet, folder.tracks_geojson)]
        digests.append((entries, files, sorted(p.name for p in folder.alerts.iterdir())))
    assert digests[0] == digests[1]


def test_a_folder_with_a_run_is_refused_unless_it_is_to_be_replaced(run: RunFolder) -> None:
    """Last night's record must survive a command typed twice."""
    with pytest.raises(BadStorage, match="holds a run already"):
        RunFolder.create(run.root)
    assert RunFolder.open(run.root).journal.is_file()


def test_replacing_takes_away_the_run_and_nothing_else(tmp_path: Path) -> None:
    """A stale alert beside a new journal would be a lie; a person's notes are not ours."""
    folder = RunFolder.create(tmp_path)
    write_night(make_night(step_s=60.0), folder)
    (tmp_path / "notes.txt").write_text("mine")
    RunFolder.create(tmp_path, replace=True)
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert not RunFolder(tmp_path).holds_a_run()


def test_no_run_and_no_right_to_write_are_said_in_one_line(tmp_path: Path) -> None:
    """The two mistakes that everybody makes first."""
    with pytest.raises(BadStorage, match="no run here"):
        RunFolder.open(tmp_path)
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(BadStorage, match="may write to"):
        RunFolder.create(tmp_path / "file" / "RUN")


def test_every_track_of_every_picture_is_in_the_table(run: RunFolder, night: Night) -> None:
    """The table is what researchers load: it must be the picture, number for number."""
    table = pq.read_table(run.tracks_parquet)
    assert table.schema.equals(SCHEMA)
    tracks = [(p, t) for p in night.pictures for t in p.tracks]
    assert table.num_rows == len(tracks)
    rows = table.to_pylist()
    for (picture, track), row in list(zip(tracks, rows, strict=True))[::97]:
        assert (row["t_ns"], row["revision"]) == (picture.t_ns, picture.revision)
        assert (row["track_id"], row["status"]) == (track.id, track.status)
        assert row["lat_deg"] == track.lat_deg
        assert row["alt_msl_m"] == track.alt_msl_m
        assert row["cov_site_en_m2"] == pytest.approx(track.cov[2], rel=1e-6)
        assert row["cov_site_nn_m2"] == pytest.approx(track.cov[10], rel=1e-6)
        assert row["sensors"] == [c.sensor_id for c in track.contributions]


def test_columns_can_be_written_as_they_are(run: RunFolder, tmp_path: Path) -> None:
    """A stage that has columns already must not go through a Struct for each row."""
    table = pq.read_table(run.tracks_parquet).slice(0, 500)
    with TracksTable(tmp_path / "t.parquet") as out:
        out.write_columns(table.to_pydict())
    assert pq.read_table(tmp_path / "t.parquet").to_pylist() == table.to_pylist()


def test_memory_does_not_grow_with_the_run(tmp_path: Path, night: Night) -> None:
    """Rows leave for the file in groups; a long night must not wait for its end."""
    with TracksTable(tmp_path / "t.parquet") as out:
        for _ in range(8):
            for picture in night.pictures:
                out.write(picture)
        assert sum(len(p.tracks) for p in out._waiting) < 16_384
    with pq.ParquetFile(tmp_path / "t.parquet") as file:
        assert 1 < file.num_row_groups <= -(-file.metadata.num_rows // 16_384)


def test_an_unwritable_table_is_said_in_one_line(tmp_path: Path) -> None:
    """pyarrow's own message names no remedy."""
    with pytest.raises(BadStorage, match="may write to"):
        TracksTable(tmp_path / "absent" / "t.parquet")


def test_a_gap_in_the_measurements_is_a_gap_in_the_line(run: RunFolder) -> None:
    """A straight stroke over two unseen minutes would claim to have seen them."""
    collection = json.loads(run.tracks_geojson.read_text())
    by_id = {f["id"]: f for f in collection["features"]}
    assert collection["note"] == "synthetic"
    assert by_id[3]["properties"]["gaps"] == 1
    assert by_id[1]["properties"]["gaps"] == 0
    for feature in by_id.values():
        parts = feature["geometry"]["coordinates"]
        assert [len(p) for p in parts] == [len(t) for t in feature["properties"]["times_ns"]]
        assert all(len(part) >= 2 for part in parts)
        for times_ns in feature["properties"]["times_ns"]:
            assert np.diff(times_ns).max(initial=0) <= 31_000_000_000
    assert by_id[8]["properties"]["icao"] == "4A08C1"


def test_alerts_scores_and_reports_are_whole_files(tmp_path: Path) -> None:
    """A reader that comes while a file is written must meet the old one or the new one."""
    folder = RunFolder.create(tmp_path)
    alert = folder.write_alert("urn:oid/../../evil id", b"<alert/>")
    assert alert.parent == folder.alerts
    assert alert.read_bytes() == b"<alert/>"
    assert json.loads(folder.write_scores({"b": 1, "a": None}).read_text()) == {"a": None, "b": 1}
    assert folder.write_report(b"<html>").read_bytes() == b"<html>"
    assert not list(tmp_path.rglob("*.part"))
    folder.alerts.joinpath("x.xml").mkdir()
    with pytest.raises(BadStorage):
        folder.write_alert("x", b"")


def test_tracks_without_any_point_leave_an_empty_collection(tmp_path: Path) -> None:
    """A quiet night is a result too."""
    folder = RunFolder.create(tmp_path)
    quiet = make_night(step_s=60.0)
    quiet.pictures[:] = [msgspec.structs.replace(p, tracks=()) for p in quiet.pictures]
    write_night(quiet, folder)
    assert json.loads(folder.tracks_geojson.read_text())["features"] == []


def test_a_map_file_that_cannot_be_written_is_said(run: RunFolder, tmp_path: Path) -> None:
    """The folder may have gone since the run began."""
    with pytest.raises(BadStorage, match="Free some space"):
        write_geojson(run.tracks_parquet, tmp_path / "absent" / "t.geojson")
