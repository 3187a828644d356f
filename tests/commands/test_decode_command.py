"""`tocsin decode` and `tocsin probe`: what a newcomer sees and what files hold."""

import io
import json

import pyarrow.parquet as pq
import pytest
from rich.console import Console

from tocsin.commands.decode import decode
from tocsin.commands.probe import probe
from tocsin.model.errors import BadInput, BadSettings, BadStorage
from tocsin.wire.asterix.full import encode_block


def plot(number, azimuth_deg):
    return {
        "010": (20, 129),
        "140": (28_800.0 + number, "s"),
        "020": [(5, 0, 0, 0, 0)],
        "040": ((20.0, "NM"), (azimuth_deg, "°")),
        "161": (0, number),
        "240": "TEST1",
        "250": [(1, 4, 0), (2, 5, 0)],
        "SP": b"\x07\x08",
    }


@pytest.fixture
def recording(tmp_path):
    """Return a small synthetic recording: plots, one damaged block, one unknown category."""
    blocks = [encode_block(48, "1.32", [plot(k, float(k)), plot(k + 1, 90.0)]) for k in range(20)]
    damaged = encode_block(48, "1.32", [plot(3, 3.0)])[:-2]
    damaged = damaged[:1] + len(damaged).to_bytes(2, "big") + damaged[3:]
    unknown = bytes.fromhex("fc0010fc000700246afe04320401400b")
    path = tmp_path / "synthetic.ast"
    path.write_bytes(b"".join([*blocks, damaged, unknown, encode_block(4, "1.13", [{"010": 1}])]))
    return path


def test_lines_hold_every_field_and_every_reject(recording, tmp_path):
    """A line for a person or a script: record, place, edition; damage with its bytes."""
    out = tmp_path / "lines.jsonl"
    done = decode(recording, out=out)
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert (done.records, done.rejects) == (41, 2)
    assert len(lines) == 43
    assert lines[0]["offset"] == 3
    assert lines[0]["record"]["040"]["RHO"] == {"value": 20.0, "unit": "NM"}
    assert lines[0]["record"]["250"][1] == {"MBDATA": "00000000000002", "BDS1": 5, "BDS2": 0}
    bad = [line for line in lines if "rejected" in line]
    assert [line["rejected"] for line in bad] == ["not_parsed", "category_not_decoded"]
    raw = recording.read_bytes()
    for line in bad:
        assert raw[line["offset"] :].startswith(bytes.fromhex(line["hex"]))


def test_lines_go_to_the_standard_output(recording, capfdbinary):
    """So that they can be piped; nothing else may be among them."""
    decode(recording)
    lines = capfdbinary.readouterr().out.splitlines()
    assert len([json.loads(line) for line in lines]) == 43


def test_parquet_holds_every_field_with_its_unit(recording, tmp_path):
    """Null where a record has no value, lists for repeated items, bytes for SP."""
    done = decode(recording, form="parquet", out=tmp_path / "columns")
    assert sorted(path.name for path in done.files) == ["cat048_ed1.32.parquet", "rejected.parquet"]
    assert (done.records, done.rejects) == (40, 3)
    table = pq.read_table(tmp_path / "columns" / "cat048_ed1.32.parquet")
    assert table.num_rows == 40
    assert table["I048/040/RHO"].to_pylist() == [20.0] * 40
    assert table.schema.field("I048/040/RHO").metadata == {b"unit": b"NM"}
    assert table["I048/161/TRN"].to_pylist()[:3] == [0, 1, 1]
    assert table["I048/240"].to_pylist()[0] == "TEST1"
    assert table["I048/090/FL"].null_count == 40
    assert table["I048/250/BDS1"].to_pylist()[0] == [4, 5]
    assert table["SP" if "SP" in table.column_names else "I048/SP"].to_pylist()[0] == b"\x07\x08"
    rejected = pq.read_table(tmp_path / "columns" / "rejected.parquet").to_pylist()
    raw = recording.read_bytes()
    for row in rejected:
        assert raw[row["offset"] :].startswith(row["raw"])


def test_a_stated_edition_is_used(recording, tmp_path):
    """The owner of a sensor knows better than a trial."""
    out = tmp_path / "lines.jsonl"
    decode(recording, out=out, editions={48: "1.27"})
    assert json.loads(out.read_text().splitlines()[0])["edition"] == "1.27"
    with pytest.raises(BadSettings, match="has no edition 9"):
        decode(recording, editions={48: "9"})


def test_what_cannot_work_is_one_clear_line(recording, tmp_path):
    """No stack trace for a wrong path, a wrong file or a full disk."""
    with pytest.raises(BadInput, match="cannot be read"):
        decode(tmp_path / "absent.ast")
    with pytest.raises(BadStorage, match="cannot be written"):
        decode(recording, out=tmp_path / "absent" / "out.jsonl")
    with pytest.raises(BadSettings, match="needs a folder"):
        decode(recording, form="parquet")
    text = tmp_path / "text.txt"
    text.write_text("no recording\n" * 50)
    with pytest.raises(BadInput, match="no ASTERIX recording"):
        decode(text)
    with pytest.raises(BadInput, match="cannot be read"):
        probe([tmp_path / "absent.ast"])


def test_probe_tells_a_newcomer_what_is_in_a_recording(recording):
    """Category, source, number, time, edition and what was not understood, in words."""
    shown = io.StringIO()
    (found,) = probe([recording], console=Console(file=shown, width=140))
    text = shown.getvalue()
    for words in (
        "ASTERIX blocks, one after the other",
        "048 radar target reports",
        "20/129",
        "08:00:00 to 08:00:20",
        "1.27 to 1.32 fit alike",
        "not decoded to columns",
        "past_end",
        "category_not_decoded",
    ):
        assert words in text, words
    assert found.records == 40


def test_probe_says_when_no_edition_fits(tmp_path):
    """Garbage that decodes is worse than nothing."""
    path = tmp_path / "other.ast"
    block = bytes.fromhex("3e0037bb3d421964") + bytes(47)
    path.write_bytes(block * 30)
    shown = io.StringIO()
    probe([path], console=Console(file=shown, width=140))
    assert "none fits" in shown.getvalue()
    assert "Ask its owner" in shown.getvalue()
