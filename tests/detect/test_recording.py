"""Opening recordings: by content, together in order of time, and what is said when it fails."""

import gzip
from itertools import pairwise
from pathlib import Path

import airport
import numpy as np
import pytest

from tocsin.detect import recording
from tocsin.detect.piece_times import block_times_s
from tocsin.detect.texts import dialect
from tocsin.model.errors import BadInput
from tocsin.model.raw import RawChunk
from tocsin.wire import observer
from tocsin.wire.adsb import aircraft_json, sbs
from tocsin.wire.adsb.report import AircraftReport

NOW_S = 1_780_005_600.0
REPORT = AircraftReport(address=1, t_s=NOW_S, lat_deg=41.4, lon_deg=2.2)
SNAPSHOT = aircraft_json.encode(NOW_S, (REPORT,))
LINES = {
    "readsb": SNAPSHOT + b"\n" + aircraft_json.encode(NOW_S + 1, (REPORT,)) + b"\n",
    "sbs": sbs.encode(REPORT) * 2,
    "observer": observer.encode(observer.Alive(observer="a", t_ns=1)) * 2,
}


@pytest.mark.parametrize("form", LINES)
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_text_is_known_by_its_content(tmp_path: Path, form: str, packed: bool) -> None:
    """Receivers name their files as they like."""
    path = tmp_path / "recording.bin"
    path.write_bytes(gzip.compress(LINES[form]) if packed else LINES[form])
    (chunk,) = recording.read_recording(path)
    assert isinstance(chunk, RawChunk)
    assert dialect(chunk) == form
    assert len(chunk.start) == 2
    assert b"".join(chunk.block(i) for i in range(2)) == LINES[form]


def test_a_snapshot_over_many_lines_is_one_block(tmp_path: Path) -> None:
    """Tar1090 writes one aircraft a line."""
    path = tmp_path / "aircraft.json"
    path.write_bytes(SNAPSHOT.replace(b"[", b"[\n").replace(b"{", b"{\n", 1))
    (chunk,) = recording.read_recording(path)
    assert len(chunk.start) == 1
    assert len(aircraft_json.decode(chunk.block(0)).reports) == 1


def test_a_folder_of_snapshots_is_one_recording(tmp_path: Path) -> None:
    """History files: history_0.json and so on."""
    for number in range(3):
        (tmp_path / f"history_{number}.json").write_bytes(SNAPSHOT)
    assert [c.source for c in recording.read_recording(tmp_path)] == [
        f"history_{n}.json" for n in range(3)
    ]


def test_long_text_comes_in_chunks_with_offsets_that_cite_it(tmp_path: Path) -> None:
    """Memory stays flat, and every line can be found again in the file."""
    path = tmp_path / "port30003.txt"
    data = b"".join(sbs.encode(REPORT) + b"" for _ in range(2_000))
    path.write_bytes(data)
    chunks = list(recording.read_recording(path, chunk_bytes=10_000))
    assert len(chunks) > 10
    for chunk in chunks:
        i = len(chunk.start) - 1
        begin = int(chunk.offset[i])
        assert data[begin : begin + int(chunk.length[i])] == chunk.block(i)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "cannot be read"),
        (b"", "empty"),
        (b"PK\x03\x04" + bytes(100), "compressed"),
        (b"\x1f\x8b" + bytes(100), "cannot be read"),
        (b"Dear Sir or Madam,\n" * 50, "no ASTERIX recording"),
        (gzip.compress(LINES["sbs"] * 9, mtime=0)[:-30], "cannot be read"),
    ],
)
def test_what_is_no_recording_gives_one_clear_line(
    tmp_path: Path, content: bytes | None, says: str
) -> None:
    """What, where, remedy: never a traceback."""
    path = tmp_path / "thing"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadInput) as caught:
        list(recording.read_recording(path))
    assert says in str(caught.value)
    assert "thing" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_without_snapshots_is_said_so(tmp_path: Path) -> None:
    """An empty folder is not an empty sky."""
    with pytest.raises(BadInput, match=r"no \*\.json"):
        list(recording.read_recording(tmp_path))


def test_recordings_read_together_come_in_order_of_time(shared_data: Path) -> None:
    """File after file, the second would be two hours late and be thrown away."""
    folder = shared_data / "asterix"
    paths = [folder / name for name in (airport.SMR, airport.MLAT20, airport.ADSB)]
    place = airport.site()
    taken: list[tuple[str, float]] = []
    sizes: dict[str, int] = {}
    for chunk in recording.read_together(paths, place):
        assert isinstance(chunk, RawChunk)
        sizes[chunk.source] = sizes.get(chunk.source, 0) + len(chunk.data)
        tod_s = block_times_s(chunk, place)
        taken.append((chunk.source, float(np.nanmax(tod_s))))
        if len(taken) > 6_000:
            break
    assert set(sizes) == {p.name for p in paths}
    times = np.array([t for _, t in taken])
    times = np.where(times < 43_200, times + 86_400, times)
    late = np.maximum.accumulate(times) - times
    assert late.max() < 3.0


def test_reading_together_loses_no_byte(shared_data: Path) -> None:
    """The stretches of a recording put together are the recording."""
    path = shared_data / "asterix" / airport.BCN
    place = airport.site(date_ns=airport.BCN_DATE_NS)
    chunks = list(recording.read_together([path], place))
    assert b"".join(c.data for c in chunks) == path.read_bytes()
    assert len(chunks) > 800


def test_unlike_recordings_are_merged_by_their_dates(tmp_path: Path, shared_data: Path) -> None:
    """Text carries dates, ASTERIX does not: the date handed in brings them together."""
    lines = [
        sbs.encode(
            AircraftReport(
                address=2, t_s=airport.BCN_DATE_NS / 1e9 + 28_800 + s, lat_deg=41.4, lon_deg=2.2
            )
        )
        for s in range(0, 600, 5)
    ]
    (tmp_path / "friendly.sbs").write_bytes(b"".join(lines))
    place = airport.site(date_ns=airport.BCN_DATE_NS, text_routes={"sbs": "adsb"})
    paths = [shared_data / "asterix" / airport.BCN, tmp_path / "friendly.sbs"]
    sources = [c.source for c in recording.read_together(paths, place)][:400]
    changes = sum(a != b for a, b in pairwise(sources))
    assert changes > 100
