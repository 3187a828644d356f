"""The columnar walker against libasterix, the definitions and damage."""

import random

import numpy as np
import pytest
from asterix_oracle import compare_chunk
from asterix_samples import block_of, chunk_of, fspec, mutate, random_blocks
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from tocsin.model.errors import BadSettings
from tocsin.wire.asterix import _kernels
from tocsin.wire.asterix.columns import decode
from tocsin.wire.asterix.editions import choose_editions
from tocsin.wire.asterix.full import parse_block
from tocsin.wire.asterix.program import make_program
from tocsin.wire.asterix.repeated import read_elements
from tocsin.wire.asterix.shapes import EXPLAIN, FAULTS, OUT_ASCII, OUT_FLOAT, OUT_ICAO, OUT_INT
from tocsin.wire.asterix.tables import CATEGORIES, category_table, editions
from tocsin.wire.asterix.wanted import ITEMS, usual_fields

EVERY_EDITION = [(c, e) for c in CATEGORIES for e in editions(c)]
EVERYTHING = {category: (f"I{category:03d}",) for category in CATEGORIES}


def understood_and_rejected(chunk, decoded):
    """Return, for each byte of the chunk, how often it was understood or rejected.

    A block's header counts as understood unless the block was rejected from its first byte.
    """
    spans = [np.column_stack((chunk.start, chunk.start + 3))]
    for columns in decoded.columns:
        begin = columns.record_offset
        spans.append(np.column_stack((begin, begin + columns.record_length)))
    starts = set(chunk.start.tolist())
    whole = np.zeros(len(chunk.start), dtype=bool)
    for bad in decoded.rejects:
        at = bad.offset - int(chunk.offset[0])
        assert chunk.data[at : at + len(bad.raw)] == bad.raw
        spans.append(np.array([[at, at + len(bad.raw)]]))
        if at in starts:
            whole[np.searchsorted(chunk.start, at)] = True
    spans[0] = spans[0][~whole]
    edges = np.zeros(len(chunk.data) + 1, dtype=np.int64)
    every = np.concatenate(spans)
    np.add.at(edges, every[:, 0], 1)
    np.add.at(edges, every[:, 1], -1)
    return np.cumsum(edges[:-1])


@pytest.mark.parametrize(("category", "edition"), EVERY_EDITION)
def test_every_field_of_every_edition_is_what_libasterix_says(category, edition):
    """A wrong bit position, sign or scale anywhere in the tables would show here."""
    chunk = chunk_of(random_blocks(category, edition, 8, seed=category))
    decoded = decode(chunk, choose_editions({category: edition}), EVERYTHING)
    assert not decoded.rejects
    compared, wrong, refused = compare_chunk(chunk, decoded)
    assert compared >= 8
    assert not refused
    depends = {"I062/380/IAS/IAS", "I021/150/AS"}
    assert not [line for line in wrong if not any(name in line for name in depends)]


@pytest.mark.parametrize(
    ("category", "edition"), [*((c, editions(c)[-1]) for c in CATEGORIES), (21, "0.23")]
)
def test_ten_thousand_damaged_blocks_are_understood_or_rejected_byte_by_byte(category, edition):
    """A byte lost in silence, counted twice, or read past its block would show here."""
    rng = random.Random(category)
    whole = random_blocks(category, edition, 500, seed=category + 1)
    chunk = chunk_of([mutate(rng.choice(whole), rng) for _ in range(10_000)])
    decoded = decode(chunk, choose_editions({category: edition}))
    assert np.all(understood_and_rejected(chunk, decoded) == 1)
    assert len(decoded.rejects) > 500
    assert {bad.reason for bad in decoded.rejects} <= set(EXPLAIN)


@pytest.mark.parametrize("category", CATEGORIES)
def test_damaged_blocks_are_refused_exactly_where_libasterix_refuses_them(category):
    """A walker that is laxer or stricter than the standard would hide or invent damage."""
    edition = editions(category)[-1]
    rng = random.Random(category + 2)
    whole = random_blocks(category, edition, 60, seed=category + 3, share=0.3)
    chunk = chunk_of([mutate(rng.choice(whole), rng) for _ in range(200)])
    decoded = decode(chunk, choose_editions({category: edition}))
    ours = {}
    for bad in decoded.rejects:
        block = int(np.searchsorted(chunk.start, bad.offset - 1000, side="right") - 1)
        ours[block] = (max(bad.offset - 1000 - int(chunk.start[block]), 3), bad.reason)
    for block in range(len(chunk.start)):
        theirs = parse_block(chunk.block(block), category, edition)
        at, reason = ours.get(block, (len(chunk.block(block)), ""))
        if category == 19 and theirs.fault == "Last FX bit is expected to be zero":
            assert theirs.rest <= at  # further octets of I019/553 are stepped over
        elif reason == "empty_record":
            assert theirs.rest >= at  # libasterix takes an octet of zeros for a record
        else:
            assert (theirs.rest, bool(theirs.fault)) == (at, bool(reason)), (block, theirs)


@pytest.mark.parametrize("category", CATEGORIES)
def test_the_walk_stays_inside_its_arrays(category):
    """numba checks no bounds; the same code in plain Python does, and must give the same."""
    edition = editions(category)[-1]
    rng = random.Random(category + 4)
    whole = random_blocks(category, edition, 40, seed=category + 5, share=0.3)
    chunk = chunk_of([mutate(rng.choice(whole), rng) for _ in range(60)])
    program = make_program(category, edition, usual_fields(category))
    outcomes = []
    for walk, read in (
        (_kernels.walk, _kernels.read_fields),
        (_kernels.walk.py_func, _kernels.read_fields.py_func),
    ):
        outputs = record, place, _, seen, reject = walk_outputs(program, chunk)
        n, bad = run_walk(walk, program, chunk, outputs)
        read_outputs = run_read(read, program, chunk, n, place)
        has = place[:, :n] >= 0
        outcomes.append((n, record[:, :n], has, seen, reject[:bad], *read_outputs))
    fast, plain = outcomes
    assert fast[0] == plain[0]
    for a, b in zip(fast[1:], plain[1:], strict=True):
        np.testing.assert_array_equal(a, b)


def walk_outputs(program, chunk):
    capacity = len(chunk.data)
    return (
        np.empty((5, capacity), dtype=np.int64),
        np.empty((program.places, capacity), dtype=np.int32),
        np.empty((program.counts, capacity), dtype=np.int32),
        np.zeros(program.places, dtype=np.bool_),
        np.empty((len(chunk.start), 5), dtype=np.int64),
    )


def run_walk(walk, program, chunk, outputs):
    return walk(
        np.frombuffer(chunk.data, dtype=np.uint8),
        chunk.start,
        chunk.length,
        program.uaps,
        program.fspec_max,
        program.nodes,
        program.children,
        program.parts,
        program.category in {1, 2},
        *outputs,
    )


def run_read(read, program, chunk, n, place):
    out = program.fields[:, 6]
    rows = np.zeros(len(out), dtype=np.int64)
    for kinds in ((OUT_FLOAT,), (OUT_INT,), (OUT_ICAO, OUT_ASCII)):
        rows[np.isin(out, kinds)] = np.arange(np.isin(out, kinds).sum())
    data = np.frombuffer(chunk.data, dtype=np.uint8)
    real, whole = np.empty((len(out), n)), np.empty((len(out), n), dtype=np.int64)
    text = np.zeros((len(out), n, 8), dtype=np.uint32)
    read(data, n, place, program.fields, program.lsb, rows, real, whole, text)
    return (
        real[: int((out == OUT_FLOAT).sum())],
        whole[: int((out == OUT_INT).sum())],
        text[: int((out >= OUT_ICAO).sum())],
    )


@settings(deadline=None)  # the first example may compile or import
@given(st.lists(st.binary(max_size=80), min_size=1, max_size=8), st.sampled_from(CATEGORIES))
def test_no_bytes_whatever_raise_an_error(bodies, category):
    """An error on bad bytes would stop a live picture."""
    chunk = chunk_of([block_of(category, body) for body in bodies])
    decoded = decode(chunk, choose_editions())
    assert np.all(understood_and_rejected(chunk, decoded) == 1)


def test_good_records_before_a_bad_one_are_kept():
    """Throwing a whole block away for one record would lose real aircraft."""
    one = random_blocks(48, "1.32", 1, seed=7)[0][3:]
    block = block_of(48, one + b"\xff\xff\xff\xff\xff")
    decoded = decode(chunk_of([block]), choose_editions())
    assert decoded.columns[0].record_length.sum() == len(one)
    (bad,) = decoded.rejects
    assert (bad.offset, bad.raw, bad.reason) == (1003 + len(one), b"\xff" * 5, "past_end")
    assert "CAT048" in bad.detail


def test_a_category_that_is_not_decoded_is_rejected_by_name():
    """Unknown categories must be counted, not skipped."""
    decoded = decode(chunk_of([block_of(240, b"\x00\x01")]), choose_editions())
    assert [bad.reason for bad in decoded.rejects] == ["category_not_decoded"]


def test_two_sources_of_one_category_may_speak_two_editions():
    """One airport's ADS-B station may be years older than its neighbour's."""
    old = block_of(21, bytes.fromhex("80 00 6b"))
    new = block_of(21, bytes.fromhex("80 14 81"))
    chosen = choose_editions({21: "2.4"}, {(21, 0, 0x6B): "0.23"})
    decoded = decode(chunk_of([old, new, old]), chosen)
    assert {(c.edition, c.n, int(c.sic[0])) for c in decoded.columns} == {
        ("0.23", 2, 0x6B),
        ("2.4", 1, 0x81),
    }


def test_later_records_of_category_1_inherit_their_source():
    """CAT001 may name its source once per block."""
    named = bytes.fromhex("C0 19 C9 00")
    unnamed = bytes.fromhex("40 80")
    columns = decode(chunk_of([block_of(1, named + unnamed)]), choose_editions()).columns[0]
    assert columns.sac.tolist() == [0x19, 0x19]
    assert columns.sic.tolist() == [0xC9, 0xC9]
    assert columns.fields["I001/010/SAC"].present.tolist() == [True, False]


def test_items_in_random_order_are_read():
    """CAT001 may send items behind their numbers; libasterix reads the same bytes."""
    items = bytes.fromhex("03 1000 4000") + bytes.fromhex("05 0578")
    body = fspec([True, True, *[False] * 18, True]) + bytes.fromhex("19C9 20 02") + items
    chunk = chunk_of([block_of(1, body)])
    decoded = decode(chunk, choose_editions())
    (record,) = parse_block(chunk.block(0), 1, "1.4").records
    assert not decoded.rejects
    fields = decoded.columns[0].fields
    assert record["RFS"][0]["040"]["RHO"]["value"] == fields["I001/040/RHO"].values[0] == 32.0
    assert record["RFS"][1]["090"]["HGT"]["value"] == fields["I001/090/HGT"].values[0] == 350.0
    for cut in range(4, len(chunk.block(0)) - 1):
        short = chunk_of([block_of(1, chunk.block(0)[3:cut])])
        assert decode(short, choose_editions()).rejects
    wrong = body.replace(b"\x05\x05\x78", b"\x63\x05\x78")
    (bad,) = decode(chunk_of([block_of(1, wrong)]), choose_editions()).rejects
    assert bad.reason == "undefined_item"


def test_many_short_records_find_room():
    """Three octets a record is far below the usual: room must grow, not run out."""
    body = bytes.fromhex("80 14 81") * 5_000
    columns = decode(chunk_of([block_of(48, body)]), choose_editions()).columns[0]
    assert columns.n == 5_000
    assert set(columns.sic.tolist()) == {0x81}


@pytest.mark.parametrize(
    ("category", "body", "reason"),
    [
        (48, "80 14", "past_end"),
        (48, "81", "past_end"),
        (48, "01 01 01 01 80 14 81", "fspec_too_long"),
        (62, "40 14 81", "undefined_item"),
        (48, "01 01 01 04", "past_end"),
        (48, "01 01 01 04 00", "zero_length"),
        (48, "00", "empty_record"),
        (1, "80 14 81", "no_record_type"),
        (1, "40", "past_end"),
        (2, "01 08", "undefined_item"),
        (48, "20 01 01 01 01 01 01", "undefined_extension"),
        (48, "02 01 01 01 00", "fspec_too_long"),
    ],
)
def test_each_kind_of_damage_has_its_reason(category, body, reason):
    """An operator counts reasons: a link that cuts differs from a wrong edition."""
    chunk = chunk_of([block_of(category, bytes.fromhex(body))])
    assert [bad.reason for bad in decode(chunk, choose_editions()).rejects] == [reason]


def test_a_block_outside_its_chunk_is_rejected():
    """A chunk put together wrongly must not read foreign memory."""
    chunk = chunk_of([block_of(48, b"\x80\x14\x81")])
    wrong = structs.replace(chunk, length=np.array([99]))
    assert [bad.reason for bad in decode(wrong, choose_editions()).rejects] == ["bad_block"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"by_category": {48: "9.9"}},
        {"by_category": {240: "1.3"}},
        {"by_source": {(21, 0, 300): "2.4"}},
        {"by_source": {(21, 0, 107): "3.0"}},
    ],
)
def test_an_unknown_edition_is_one_clear_line(wrong):
    """A typing error in the site file must not decode to garbage."""
    with pytest.raises(BadSettings, match=r"Choose one of|0 to 255"):
        choose_editions(**wrong)


def test_every_listed_item_exists_in_some_edition():
    """A misspelt item in the list of usual fields would silently be no column."""
    for category, items in ITEMS.items():
        names = {item.name for item in category_table(category).items}
        assert set(items.split()) <= names, category


def test_absent_values_are_no_numbers():
    """A zero where nothing was measured would be a place, a height or a time."""
    columns = decode(chunk_of([block_of(48, bytes.fromhex("80 14 81"))]), choose_editions())[0][0]
    assert np.isnan(columns.fields["I048/040/RHO"].values[0])
    assert columns.fields["I048/220"].values[0] == -1
    assert columns.fields["I048/240"].values[0] == ""
    assert not columns.fields["I048/040/RHO"].present[0]


def test_every_element_of_a_repeated_item_can_be_read():
    """Only the last of several Mode S registers would be a known fault of other decoders."""
    registers = bytes.fromhex("02 00112233445566 40 aabbccddeeff00 50")
    block = block_of(48, (bytes.fromhex("81 20 14 81") + registers) * 2)
    chunk = chunk_of([block])
    columns = decode(chunk, choose_editions()).columns[0]
    elements = read_elements(columns, chunk, "I048/250")
    assert elements.record.tolist() == [0, 0, 1, 1]
    assert elements.values["MBDATA"].tolist() == [0x00112233445566, 0xAABBCCDDEEFF00] * 2
    assert elements.values["BDS1"].tolist() == [4, 5, 4, 5]
    with pytest.raises(BadSettings, match="no repeated item"):
        read_elements(columns, chunk, "I048/040")


def test_each_fault_has_words():
    """A reject without its line would leave an operator guessing."""
    assert set(FAULTS[1:]) == set(EXPLAIN)
