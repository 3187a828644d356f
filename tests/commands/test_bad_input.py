"""Bad input, as docs/bad-input.md lists it: one clear line and exit code 2, or a counted reject."""

import importlib
import os
import re
import struct
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from short_night import make_recordings
from tocsin.commands.sites import shipped
from tocsin.record.run_folder import RunFolder
from tocsin.record.verify import verify

Tocsin = Callable[..., tuple[int, str, str]]
PCAP_HEADER, PACKET_HEADER, BEFORE_PAYLOAD = 24, 16, 42


def one_line(told: tuple[int, str, str], *words: str) -> None:
    """Check for exit code 2 and one line that holds what, where and the remedy."""
    code, _, err = told
    assert code == 2, err
    lines = [line for line in err.splitlines() if not line.startswith("compiling")]
    assert len(lines) == 1, err
    assert lines[0].startswith("tocsin: ")
    for word in words:
        assert re.search(word, lines[0]), (word, lines[0])


def rejects(run: Path) -> Counter[str]:
    """Return the reasons on record, counted."""
    counts: Counter[str] = Counter()
    with RunFolder(run).read_journal() as journal:
        assert verify(journal) == ()
        for entry in journal.read(kind="rejected"):
            for told in entry.fields()["counts"]:
                counts[told["reason"]] += told["number"]
    return counts


def packets(pcap: Path) -> list[bytes]:
    """Return the packets of a capture, with their headers."""
    data, at, found = pcap.read_bytes(), PCAP_HEADER, []
    while at < len(data):
        size = PACKET_HEADER + struct.unpack_from("<I", data, at + 8)[0]
        found.append(data[at : at + size])
        at += size
    return found


def payloads(pcap: Path) -> list[bytes]:
    """Return the blocks that a synthetic capture carries, datagram by datagram."""
    return [packet[PACKET_HEADER + BEFORE_PAYLOAD :] for packet in packets(pcap)]


@pytest.fixture
def raw(recordings: tuple[Path, ...], tmp_path: Path) -> Path:
    """Return the capture's blocks as a file without times or addresses."""
    path = tmp_path / "synthetic.ast"
    path.write_bytes(b"".join(payloads(recordings[0])))
    return path


def replayed(tocsin: Tocsin, path: Path, out: Path, site: object = "galati") -> Counter[str]:
    """Replay a recording that can be read in part, and return what was rejected."""
    code, _, err = tocsin("replay", path, "--site", site, "--date", "2026-05-28", "--out", out)
    assert code == 0, err
    return rejects(out)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: None, ("cannot be read", "No such file")),
        (lambda path: path.write_bytes(b""), ("empty", "holds data")),
        (lambda path: path.write_bytes(b"\x1f\x8b" + bytes(200)), ("compressed|cannot be read",)),
        (lambda path: path.write_bytes(b"a letter, not a recording. " * 40), ("no ASTERIX",)),
        (lambda path: path.mkdir(), ("no \\*.json", "Name a recording")),
    ],
    ids=["absent", "empty", "compressed", "letter", "empty folder"],
)
def test_a_file_that_is_no_recording_is_refused_in_one_line(
    tocsin: Tocsin, tmp_path: Path, make: Callable[[Path], object], words: tuple[str, ...]
) -> None:
    """A traceback tells a duty officer nothing, and a run folder of nothing misleads."""
    path = tmp_path / "file.ast"
    make(path)
    out = tmp_path / "run"
    one_line(tocsin("replay", path, "--site", "galati", "--out", out), "file.ast", *words)
    assert not out.exists()


def test_a_file_without_the_right_to_read_is_refused(tocsin: Tocsin, tmp_path: Path) -> None:
    """Rights are the most usual reason on a server."""
    path = tmp_path / "locked.ast"
    path.write_bytes(b"\x30\x00\x04\x00")
    path.chmod(0)
    own = os.geteuid()
    tmp_path.chmod(0o777)
    importlib.import_module("tocsin.commands.replay")  # kernels load as the user who owns them
    try:
        if own == 0:
            os.seteuid(65_534)
        one_line(tocsin("replay", path, "--site", "galati", "--out", tmp_path / "run"), "denied")
    finally:
        os.seteuid(own)


def test_truncated_and_mutated_blocks_are_counted_and_the_rest_is_followed(
    tocsin: Tocsin, raw: Path, tmp_path: Path
) -> None:
    """One broken block in a thousand must cost that block and nothing else."""
    whole = raw.read_bytes()
    broken = bytearray(whole)
    for at in range(9_000, len(broken) - 3_000, 3_001):
        broken[at : at + 7] = b"\xff" * 7
    raw.write_bytes(bytes(broken[:-5]))
    counts = replayed(tocsin, raw, tmp_path / "run")
    assert counts.total() >= 3
    assert counts["truncated"] >= 1
    assert list((tmp_path / "run" / "alerts").glob("*.xml"))


def test_a_wrong_edition_is_counted_not_believed(tocsin: Tocsin, raw: Path, tmp_path: Path) -> None:
    """CAT021 read under another edition gives positions in the wrong place, or rejects."""
    text = (shipped() / "galati.toml").read_text()
    wrong = text.replace('category = 21, sac = 250, sic = 21, edition = "2.4"',
                         'category = 21, sac = 250, sic = 21, edition = "0.23"')  # fmt: skip
    site = tmp_path / "site.toml"
    site.write_text(wrong.replace('"galati/', f'"{shipped() / "galati"}/'))
    assert wrong != text
    assert replayed(tocsin, raw, tmp_path / "run", site).total() > 10


def test_a_wrong_container_name_does_not_matter(
    tocsin: Tocsin, recordings: tuple[Path, ...], tmp_path: Path
) -> None:
    """People rename files; the content decides what a recording is."""
    path = tmp_path / "synthetic-night.ff"
    path.write_bytes(recordings[0].read_bytes())
    assert not replayed(tocsin, path, tmp_path / "run")


def test_an_unknown_source_is_counted_under_its_codes(
    tocsin: Tocsin, raw: Path, tmp_path: Path
) -> None:
    """A sensor that nobody entered in the site file must be seen to be missing there."""
    out = tmp_path / "run"
    told = tocsin("replay", raw, "--site", "barcelona", "--out", out)
    assert told[0] == 0
    assert "unknown source" in told[1]
    with RunFolder(out).read_journal() as journal:
        sources = {bytes(e.body or b"") for e in journal.read(kind="rejected")}
    assert any(b"SAC 250 SIC 1" in body for body in sources)


def test_datagrams_met_twice_are_counted_once(
    tocsin: Tocsin, recordings: tuple[Path, ...], tmp_path: Path
) -> None:
    """Two taps on one line double every plot; the picture must not double."""
    path = tmp_path / "synthetic-doubled.pcap"
    head = recordings[0].read_bytes()[:PCAP_HEADER]
    path.write_bytes(head + b"".join(2 * packet for packet in packets(recordings[0])))
    assert replayed(tocsin, path, tmp_path / "run")["duplicate"] > 10
    assert "blocks met twice" in tocsin("replay", path, "-s", "galati", "-o", tmp_path / "b")[1]


def test_a_clock_that_jumps_is_noted_and_the_run_goes_on(
    tocsin: Tocsin, recordings: tuple[Path, ...], tmp_path: Path
) -> None:
    """The same minutes again after the end: nothing may crash, and what is too late is counted."""
    blocks = payloads(recordings[0])
    path = tmp_path / "synthetic-again.ast"
    path.write_bytes(b"".join([*blocks, *blocks[:2_000]]))
    counts = replayed(tocsin, path, tmp_path / "run")
    assert counts["too_late"] + counts["clock_jump"] + counts["clock_restart"] > 0


def test_a_sensor_whose_clock_is_an_hour_ahead_does_not_blind_the_others(
    tocsin: Tocsin, recordings: tuple[Path, ...], tmp_path: Path
) -> None:
    """Believed, it would carry all tracks into the future, and all else would be too late."""
    ahead = make_recordings(tmp_path, 100.0, start="2026-05-28T23:00:00Z")[0]
    braila = bytes((250, 3))  # SAC and SIC
    wrong = [
        struct.pack("<I", struct.unpack_from("<I", packet)[0] - 3_600) + packet[4:]
        for packet in packets(ahead)
        if braila in packet[PACKET_HEADER + BEFORE_PAYLOAD :][:12]
    ]
    right = [
        packet
        for packet in packets(recordings[0])
        if braila not in packet[PACKET_HEADER + BEFORE_PAYLOAD :][:12]
    ]
    path = tmp_path / "synthetic-ahead.pcap"
    order = sorted([*right, *wrong], key=lambda packet: struct.unpack_from("<II", packet))
    path.write_bytes(recordings[0].read_bytes()[:PCAP_HEADER] + b"".join(order))
    counts = replayed(tocsin, path, tmp_path / "run")
    assert counts["from_the_future"] > 10
    assert counts["too_late"] == 0
    assert list((tmp_path / "run" / "alerts").glob("*.xml"))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("revisit_s = nan", ("revisit_s", "nan")),
        ("revisit_s = inf", ("revisit_s", "inf")),
        ("revisit_s = -5.0", ("revisit_s", "above|> 0")),
        ('revisit_s = "five"', ("revisit_s", "float")),
        ("revisitt_s = 5.0", ("revisitt_s", "revisit_s")),
        ("revisit_s = 5.0\npd_cooperative_prob = 1.2", ("site.toml",)),
        ("revisit_s = ", ("site.toml", "not TOML")),
    ],
)
def test_a_wrong_setting_is_named_with_file_key_and_remedy(
    tocsin: Tocsin, raw: Path, tmp_path: Path, line: str, words: tuple[str, ...]
) -> None:
    """NaN, out of range, of another type, misspelt: found before anything runs."""
    site = tmp_path / "site.toml"
    text = (shipped() / "galati.toml").read_text().replace("revisit_s = 5.0", line, 1)
    site.write_text(text.replace('"galati/', f'"{shipped() / "galati"}/'))
    one_line(tocsin("replay", raw, "--site", site, "--out", tmp_path / "run"), "site.toml", *words)


@pytest.mark.parametrize(
    "ring",
    [
        [[28, 45], [29, 46], [29, 45], [28, 46], [28, 45]],
        [[28, 45], [28, 45], [28, 45], [28, 45]],
    ],
    ids=["crosses itself", "no area"],
)
def test_a_border_that_is_no_polygon_is_refused(
    tocsin: Tocsin, raw: Path, tmp_path: Path, ring: list[list[float]]
) -> None:
    """On which side of a bow tie is the country?"""
    border = tmp_path / "border.geojson"
    inside = f'{{"type":"Polygon","coordinates":[{ring}]}}'
    line = '{"type":"LineString","coordinates":[[28,45],[29,46]]}'
    features = ",".join(
        f'{{"type":"Feature","properties":{{"role":"{role}"}},"geometry":{shape}}}'
        for role, shape in (("inside", inside), ("line", line))
    )
    border.write_text(f'{{"type":"FeatureCollection","features":[{features}]}}')
    site = tmp_path / "site.toml"
    text = (shipped() / "galati.toml").read_text()
    text = text.replace('"galati/border.geojson"', f'"{border}"')
    site.write_text(text.replace('"galati/', f'"{shipped() / "galati"}/'))
    told = tocsin("replay", raw, "--site", site, "--out", tmp_path / "run")
    one_line(told, "border")


def test_a_full_disk_stops_the_run_in_one_line_and_loses_nothing(
    tocsin: Tocsin, recordings: tuple[Path, ...], tmp_path: Path
) -> None:
    """What was acknowledged is whole and verifies; the line says where and what to do."""
    out = tmp_path / "run"
    told = tocsin("replay", recordings[0], "--site", "galati", "--out", out, "--journal-max-mb", 1)
    one_line(told, "journal.sqlite", "full", "[Ff]ree some space")
    with RunFolder(out).read_journal() as journal:
        assert verify(journal) == ()
        kept = journal.count()
        assert kept > 50
    code, text, _ = tocsin("replay", out, "--out", tmp_path / "again")
    assert code == 0
    assert f"Reproduced {kept:,} entries identical; the old record ends" in text


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["replay", "{raw}", "--out", "{out}"], "--site"),
        (["replay", "{raw}", "--site", "atlantis", "--out", "{out}"], "one of: barcelona"),
        (["replay", "{raw}", "--site", "galati", "--date", "2.5.2023", "--out", "{out}"], "--date"),
        (["replay", "{raw}", "--site", "galati", "--out", "{raw}"], "synthetic.ast"),
        (["simulate", "--out", "{out}"], "--onto"),
        (["decode", "{raw}", "--edition", "21"], "21=0.23"),
        (["score", "{out}", "--truth", "{out}"], "no such folder"),
        (["bench", "--scene", "{raw}"], "not a scene"),
        (["probe", "{out}"], "cannot be read"),
    ],
)
def test_a_wrong_option_is_told_with_its_remedy(
    tocsin: Tocsin, raw: Path, tmp_path: Path, words: list[str], told: str
) -> None:
    """Every command refuses in the same way."""
    filled = [word.format(raw=raw, out=tmp_path / "out") for word in words]
    one_line(tocsin(*filled), re.escape(told))


def test_a_run_is_never_written_over_unasked(tocsin: Tocsin, raw: Path, tmp_path: Path) -> None:
    """The record of a night is not to be lost by an arrow key and Enter."""
    words = ("replay", raw, "--site", "galati", "--date", "2026-05-28", "--out", tmp_path / "run")
    assert tocsin(*words)[0] == 0
    one_line(tocsin(*words), "holds a run already", "replace")
    assert tocsin(*words, "--replace")[0] == 0
    one_line(tocsin("replay", tmp_path / "run", "--out", tmp_path / "run", "--replace"), "lies in")
