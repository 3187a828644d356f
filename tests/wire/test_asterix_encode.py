"""Records out and back: what is written is what both decoders read."""

import numpy as np
import pytest
from asterix_samples import chunk_of
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.model.errors import BadInput, BadSettings
from tocsin.wire.asterix.columns import decode
from tocsin.wire.asterix.editions import choose_editions
from tocsin.wire.asterix.full import decode_records, encode_block, parse_block

PLOT = {
    "010": (("SAC", 20), ("SIC", 129)),
    "140": (28_800.5, "s"),
    "020": [(5, 0, 0, 0, 0)],
    "040": (("RHO", (10.0, "NM")), ("THETA", (45.0, "°"))),
    "070": (0, 0, 0, 0, ("MODE3A", "7052")),
    "090": (0, 0, (-1.25, "FL")),
    "220": 0x346445,
    "240": "WIZZ12",
    "161": (0, 123),
    "042": ((-1.5, "NM"), (3.25, "NM")),
    "250": [(0xAABBCC, 4, 0), (1, 5, 0)],
}


def test_the_golden_bytes_of_a_plot():
    """Written by libasterix 0.36.3 from PLOT; any change of the encoder would show here."""
    block = encode_block(48, "1.32", [{"010": (20, 129), "140": 0, "040": (1, 2)}])
    assert block.hex() == "30000dd0148100000000010002"


def test_a_plot_is_read_back_by_both_decoders():
    """Encoder, columns and full decode must agree on every item."""
    block = encode_block(48, "1.32", [PLOT, PLOT])
    first, second = decode_records(block, 48, "1.32")
    assert first == second
    assert first["070"]["MODE3A"] == "7052"
    assert first["250"][0]["MBDATA"] == "00000000aabbcc"
    fields = decode(chunk_of([block]), choose_editions()).columns[0].fields
    for name, value in {
        "I048/140": 28_800.5,
        "I048/040/RHO": 10.0,
        "I048/040/THETA": 45.0,
        "I048/070/MODE3A": 0o7052,
        "I048/090/FL": -1.25,
        "I048/220": 0x346445,
        "I048/240": "WIZZ12",
        "I048/161/TRN": 123,
        "I048/042/X": -1.5,
        "I048/250": 2,
    }.items():
        assert fields[name].values.tolist() == [value, value], name


@settings(deadline=None)  # the first example may compile or import
@given(
    st.floats(0, 255.99),
    st.floats(0, 359.99),
    st.floats(-1000, 1000).map(lambda x: round(x * 4) / 4),
    st.integers(0, 4095),
    st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=1, max_size=8),
)
def test_values_come_back_to_the_last_bit(rho, theta, level, number, callsign):
    """Half a step of the scale is all that may be lost."""
    record = {
        "010": (1, 2),
        "040": ((rho, "NM"), (theta, "°")),
        "090": (0, 0, (level, "FL")),
        "161": (0, number),
        "240": callsign,
    }
    fields = decode(chunk_of([encode_block(48, "1.32", [record])]), choose_editions())[0][0].fields
    assert abs(fields["I048/040/RHO"].values[0] - rho) <= 1 / 512
    assert abs(fields["I048/040/THETA"].values[0] - theta) <= 180 / 65_536
    assert fields["I048/090/FL"].values[0] == level
    assert fields["I048/161/TRN"].values[0] == number
    assert fields["I048/240"].values[0] == callsign


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"140": (200_000.0, "s")}, "does not fit in 24 bits"),
        ({"042": ((300.0, "NM"), 0)}, "I048/042/X: 300.0 does not fit"),
        ({"161": (0, 5_000)}, "does not fit in 12 bits"),
        ({"161": (0, 1.5)}, "not a whole number"),
        ({"140": (1.0, "m")}, "unit m, expected s"),
        ({"040": (1,)}, "1 values, expected 2"),
        ({"040": {"RHO": 1}}, "values, expected 2"),
        ({"020": [(5, 0, 0, 0, 0)] * 9}, "at most 6"),
        ({"250": 3}, "not iterable"),
        ({"SP": bytes(300)}, "at most 254"),
        ({"999": 1}, "no item 999"),
        ({"130": {"XYZ": 1}}, "no item XYZ"),
        ({"010": (("SIC", 1), ("SAC", 2))}, "expected SAC, found SIC"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(change, words):
    """libasterix drops the high bits of 200,000 s: the plot would be in the wrong hour."""
    with pytest.raises(BadInput, match=words):
        encode_block(48, "1.32", [PLOT | change])


def test_numpy_scalars_are_taken_like_numbers():
    """Simulated truth comes in arrays."""
    plain = encode_block(48, "1.32", [PLOT])
    arrays = PLOT | {"161": (np.int64(0), np.int32(123)), "140": (np.float64(28_800.5), "s")}
    assert encode_block(48, "1.32", [arrays]) == plain


def test_both_layouts_of_category_1_are_written():
    """A track written in the layout of a plot would be garbage."""
    head = {"010": (25, 201)}
    plot = head | {"020": [(0, 0, 2, 0, 0, 0)], "040": ((10.0, "NM"), (5.0, "°"))}
    track = head | {"020": [(1, 0, 2, 0, 0, 0)], "161": 5, "042": ((10.0, "NM"), (-5.0, "NM"))}
    block = encode_block(1, "1.4", [plot, track])
    columns = decode(chunk_of([block]), choose_editions()).columns[0]
    assert columns.fields["I001/020/TYP"].values.tolist() == [0, 1]
    assert columns.fields["I001/040/RHO"].values[0] == 10.0
    assert columns.fields["I001/042/Y"].values[1] == -5.0
    with pytest.raises(BadInput, match="item 020 is needed"):
        encode_block(1, "1.4", [head])


def test_a_block_longer_than_its_length_field_is_refused():
    """Its length would wrap around and the recording be unreadable from there on."""
    with pytest.raises(BadInput, match="16-bit length"):
        encode_block(48, "1.32", [{"010": (1, 2), "SP": bytes(250)}] * 260)


def test_full_decode_says_where_a_block_goes_wrong():
    """The good records before the fault are kept."""
    block = encode_block(48, "1.32", [{"010": (1, 2)}])
    bad = b"\x30\x00\x0a" + block[3:] * 2 + b"\xff"
    parsed = parse_block(bad, 48, "1.32")
    assert (len(parsed.records), parsed.rest, bool(parsed.fault)) == (2, 9, True)
    with pytest.raises(BadInput, match="at byte 9"):
        decode_records(bad, 48, "1.32")
    assert parse_block(b"\x30\x00\x02", 48, "1.32").fault == "not one block of this category"


def test_spare_bits_and_expansions_are_not_lost():
    """Full fidelity means that nothing on the wire is left out."""
    (record,) = decode_records(
        encode_block(48, "1.32", [{"010": (1, 2), "161": (9, 5), "SP": b"\x01\x02"}]), 48, "1.32"
    )
    assert record["161"] == {"TRN": 5, "spare": [9]}
    assert record["SP"] == {"hex": "0102"}
    block = bytes.fromhex("3e001b8101010104010211c8010000000000020000010000028000")
    (record,) = decode_records(block, 62, "1.20")
    assert len(record["RE"]["fields"]["CSN"]) == 2
    assert record["RE"]["hex"] == block[11:].hex()


def test_an_unknown_edition_is_one_clear_line():
    """A typing error must not be a stack trace."""
    with pytest.raises(BadSettings, match=r"Choose one of: 1\.27"):
        encode_block(48, "9.9", [])


def test_records_longer_than_the_first_look_are_parsed_whole():
    """Long records are tried on their beginning first; their end must not be lost."""
    long = {"010": (1, 2), "SP": bytes(250), "RE": bytes(range(250)), "250": [(1, 2, 3)] * 200}
    records = decode_records(encode_block(48, "1.32", [long, {"010": (3, 4)}]), 48, "1.32")
    assert [record["010"]["SAC"] for record in records] == [1, 3]
    assert len(records[0]["250"]) == 200
    assert records[0]["RE"]["hex"] == bytes(range(250)).hex()
