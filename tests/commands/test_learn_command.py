"""`tocsin learn`: tables of tracks in, a library of futures out that a site file can name."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tocsin.assess.motion import MOTIONS
from tocsin.config import library_of_site, load_site, settings_json, shipped_library, site_from_json
from tocsin.model.errors import BadInput, BadSettings
from tocsin.model.units import S_NS

SITES = Path(__file__).parents[2] / "sites"


def table(path: Path, *, speed_mps: float = 60.0, seconds: int = 1500, **more) -> Path:
    """Write one track that flies north, a position every two seconds."""
    t_s = np.arange(0, seconds, 2)
    columns = {
        "t_ns": 1_780_000_000 * S_NS + t_s * S_NS,
        "track_id": np.full(len(t_s), 7),
        "lat_deg": 45.0 + speed_mps * t_s / 111_320.0,
        "lon_deg": np.full(len(t_s), 28.0),
    }
    columns |= {name: np.full(len(t_s), value) for name, value in more.items()}
    pq.write_table(pa.table(columns), path)
    return path


@pytest.mark.parametrize(
    ("speed_mps", "more", "words", "kind"),
    [
        (200.0, {}, (), "jet"),
        (60.0, {"cooperative_prob": 1.0}, (), "slow_aircraft"),
        (60.0, {}, ("--class", "drone"), "drone"),
        (60.0, {"kind": "drone", "cooperative_prob": 1.0}, (), "drone"),
    ],
)
def test_tracks_become_a_library(speed_mps, more, words, kind, tocsin, tmp_path: Path) -> None:
    """Positions alone must do; the class is told, asked or plain from speed and transponder."""
    file, out = table(tmp_path / "t.parquet", speed_mps=speed_mps, **more), tmp_path / "own.npz"
    told = tocsin("learn", file, "--out", out, *words)
    assert told.code == 0, told.err
    assert "1 flights" in told.out
    with np.load(out) as arrays:
        assert set(arrays["kind"].tolist()) == {MOTIONS.index(kind)}


def test_a_slow_track_of_no_known_class_is_left_out(tocsin, tmp_path: Path) -> None:
    """Nothing that is silent and slow may be called a drone by a machine."""
    told = tocsin("learn", table(tmp_path / "t.parquet"), "--out", tmp_path / "own.npz")
    assert told.code == 2
    assert "no flight is known for 13 minutes" in told.err
    assert not (tmp_path / "own.npz").exists()


def test_bad_tables_are_one_clear_line(tocsin, tmp_path: Path) -> None:
    """A traceback helps no duty officer."""
    (tmp_path / "no.parquet").write_bytes(b"not parquet")
    pq.write_table(pa.table({"t_ns": [1]}), tmp_path / "few.parquet")
    for name, why in (
        ("no.parquet", "no table"),
        ("few.parquet", "no column"),
        ("none", "no such"),
    ):
        told = tocsin("learn", tmp_path / name, "--out", tmp_path / "own.npz")
        assert told.code == 2
        assert len(told.err.splitlines()) == 1
        assert why in told.err


@pytest.fixture
def site_toml(tmp_path: Path, tocsin) -> Path:
    """Return a site file with a library of its own beside it."""
    assert tocsin("learn", table(tmp_path / "t.parquet"), "-o", tmp_path / "own.npz",
                  "--class", "slow_aircraft").code == 0  # fmt: skip
    text = (SITES / "galati.toml").read_text(encoding="utf-8")
    text = text.replace('"galati/', f'"{SITES}/galati/')
    path = tmp_path / "site.toml"
    path.write_text(text + '\n[assess]\nlibrary = "own.npz"\n', encoding="utf-8")
    return path


def test_the_journal_alone_brings_a_site_s_library_back(site_toml: Path, tmp_path: Path) -> None:
    """A replay that needs a file which somebody has changed since proves nothing."""
    site = load_site(site_toml)
    (tmp_path / "own.npz").unlink()
    again = site_from_json(settings_json(site))
    first, second = library_of_site(site), library_of_site(again)
    assert np.array_equal(first.ways_s, second.ways_s)
    slow, shipped = MOTIONS.index("slow_aircraft"), shipped_library()
    assert 0 < (first.kind == slow).sum() < (shipped.kind == slow).sum()
    assert (first.kind != slow).sum() == (shipped.kind != slow).sum()


def test_another_shipped_library_is_refused(site_toml: Path) -> None:
    """The same journal with other futures would be another picture under the same name."""
    written = settings_json(load_site(site_toml))
    digest = load_site(site_toml).library.shipped_sha256
    with pytest.raises(BadSettings, match="not the one that was used"):
        library_of_site(site_from_json(written.replace(digest.encode(), b"0" * 64)))


def test_a_library_that_is_missing_or_damaged_is_one_clear_line(
    site_toml: Path, tmp_path: Path
) -> None:
    """It must not wait for the first drone to show."""
    (tmp_path / "own.npz").write_bytes(b"PK")
    with pytest.raises(BadInput, match=r"own\.npz: no library of futures"):
        load_site(site_toml)
    (tmp_path / "own.npz").unlink()
    with pytest.raises(BadSettings, match=r"assess\.library"):
        load_site(site_toml)
