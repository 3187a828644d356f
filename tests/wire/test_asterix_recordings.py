"""Real recordings: columns against libasterix record by record, and what is known of each file."""

import random

import numpy as np
import pytest
from asterix_oracle import chunks_of, compare_chunk
from asterix_samples import chunk_of, mutate

from tocsin.wire.asterix.columns import decode
from tocsin.wire.asterix.editions import choose_editions
from tocsin.wire.asterix.full import decode_records, parse_block
from tocsin.wire.asterix.probe import probe_recording
from tocsin.wire.asterix.tables import editions

EDITIONS = choose_editions({21: "0.23"})

RECORDINGS = {
    "artas.rply": (3, {62: 346, 63: 24, 65: 203}),
    "bcn_cat048_20230502_0800_first30min.ast": (120, {48: 22_042}),
    "croatia_cat062cat065.raw": (1, {62: 2, 65: 1}),
    "croatia_cat_001_002.pcap": (1, {1: 7, 2: 1}),
    "croatia_cat_034_048.pcap": (1, {34: 34, 48: 128}),
    "croatia_parsegps.gps": (1, {34: 3, 48: 15}),
    "jade_cat062_30min.ff": (900, {62: 34_957}),
    "jahorina.raw": (5, {34: 20, 48: 2_099}),
    "jahorina.rply": (5, {34: 20, 48: 2_099}),
    "lebl_cat010_mlat_20160510_2200.ast": (900, {10: 84_453}),
    "lebl_cat010_smr_20160510_2200.ast": (900, {10: 77_345}),
    "lebl_cat020_mlat_20160510_2200.ast": (900, {19: 7_381, 20: 69_933}),
    "lebl_cat021v023_adsb_20160510_2200.ast": (400, {21: 49_330}),
}
"""Every so many blocks are compared; records by category as counted by others (SOURCES.md)."""

DEPENDENT = "I062/380/IAS/IAS"
"""Delivered as it stands on the wire: its unit depends on another item."""


@pytest.mark.parametrize("name", RECORDINGS)
def test_columns_of_a_real_recording_are_what_libasterix_says(shared_data, name):
    """Our own test bytes follow our own understanding; real ones do not."""
    step, expected = RECORDINGS[name]
    counts = dict.fromkeys(expected, 0)
    compared = 0
    for chunk in chunks_of(shared_data / "asterix" / name):
        decoded = decode(chunk, EDITIONS)
        assert not decoded.rejects
        for columns in decoded.columns:
            counts[columns.category] += columns.n
        n, wrong, _ = compare_chunk(chunk, decoded, step)
        compared += n
        assert not [line for line in wrong if DEPENDENT not in line]
    assert counts == expected
    assert compared >= sum(expected.values()) // step // 2


@pytest.mark.parametrize(
    "name",
    [
        "bcn_cat048_20230502_0800_first30min.ast",
        "jade_cat062_30min.ff",
        "lebl_cat020_mlat_20160510_2200.ast",
        "lebl_cat021v023_adsb_20160510_2200.ast",
    ],
)
def test_ten_thousand_damaged_real_blocks_lose_no_byte(shared_data, name):
    """What real systems send, damaged, goes ways that made-up bytes do not."""
    rng = random.Random(name)
    chunk = next(chunks_of(shared_data / "asterix" / name))
    whole = [chunk.block(k) for k in range(min(len(chunk.start), 800))]
    damaged = chunk_of([mutate(rng.choice(whole), rng) for _ in range(10_000)])
    decoded = decode(damaged, EDITIONS)
    understood = sum(int(c.record_length.sum()) for c in decoded.columns)
    starts = set(damaged.offset.tolist())
    whole_rejected = sum(bad.offset in starts for bad in decoded.rejects)
    headers = 3 * (len(damaged.start) - whole_rejected)
    rejected = sum(len(bad.raw) for bad in decoded.rejects)
    assert understood + headers + rejected == len(damaged.data)
    assert decoded.rejects


@pytest.mark.slow
def test_every_field_of_every_barcelona_record_is_what_libasterix_says(shared_data):
    """The whole file, every listed field."""
    compared = 0
    for chunk in chunks_of(shared_data / "asterix" / "bcn_cat048_20230502_0800_first30min.ast"):
        n, wrong, refused = compare_chunk(chunk, decode(chunk, EDITIONS))
        compared += n
        assert not wrong
        assert not refused
    assert compared == 22_042


SINGLE = {
    "cat001ed1.1.bin": "1.2",
    "cat002ed1.0.bin": "1.0",
    "cat010ed0.31.bin": "1.1",
    "cat019ed1.3.bin": "1.3",
    "cat020ed1.5.bin": "1.9",
    "cat034ed1.26.bin": "1.27",
    "cat048ed1.15.bin": "1.27",
    "cat048ed1.23.bin": "1.27",
    "cat062ed1.12.bin": "1.16",
    "cat062ed1.16.bin": "1.16",
    "cat063ed1.0.bin": "1.6",
    "cat065ed1.3.bin": "1.4",
    "cat021ed2.1.bin": "2.1",
}
"""Files of one record each, and the nearest edition that libasterix has."""


@pytest.mark.parametrize("name", SINGLE)
def test_single_records_of_other_systems_are_read(shared_data, name):
    """Each exercises items that the long recordings do not have."""
    (chunk,) = chunks_of(shared_data / "asterix" / "jasterix_single" / name)
    category = chunk.data[0]
    decoded = decode(chunk, choose_editions({category: SINGLE[name]}))
    compared, wrong, refused = compare_chunk(chunk, decoded)
    assert compared >= 1
    assert not decoded.rejects
    assert not wrong
    assert not refused


def test_a_vendor_edition_is_refused_and_not_guessed(shared_data):
    """CAT010 of edition 0.24 differs from 1.1: under it the record runs past its block."""
    (chunk,) = chunks_of(shared_data / "asterix" / "jasterix_single" / "cat010ed0.24_sensis.bin")
    assert [bad.reason for bad in decode(chunk, EDITIONS).rejects] == ["past_end"]


def test_the_block_that_kills_another_decoder_is_read(shared_data):
    """93 bytes at offset 5853 with an SP field end the process of a widely used decoder."""
    path = shared_data / "asterix" / "jade_cat062_30min.ff"
    chunk = next(chunks_of(path))
    (block,) = np.flatnonzero(chunk.offset == 5853)
    assert chunk.length[block] == 93
    decoded = decode(chunk, EDITIONS)
    (row,) = np.flatnonzero(decoded.columns[0].block == block)
    assert decoded.columns[0].fields["I062/070"].present[row]
    (record,) = decode_records(chunk.block(int(block)), 62, "1.21")
    assert "SP" in record


def test_status_of_eight_reference_transponders_is_not_taken_for_damage(shared_data):
    """A real system sends four octets of I019/553; libasterix refuses these 121 blocks.

    The FX bits say that more octets follow, the octets are there and the rest of the record fits
    behind them: so they are stepped over, the first four transponders are read as defined.
    """
    kept = refused = 0
    for chunk in chunks_of(shared_data / "asterix" / "lebl_cat020_mlat_20160510_2200.ast"):
        decoded = decode(chunk, EDITIONS)
        assert not decoded.rejects
        for columns in decoded.columns:
            if columns.category != 19:
                continue
            told = columns.fields["I019/553/REFTR4"].present
            kept += int(told.sum())
            for row in np.flatnonzero(told):
                fault = parse_block(chunk.block(int(columns.block[row])), 19, "1.3").fault
                refused += fault == "Last FX bit is expected to be zero"
            north = columns.fields["I019/610"].values[told] if "I019/610" in columns.fields else []
            assert len(set(np.asarray(north).tolist())) <= 1
    assert (kept, refused) == (121, 121)


def test_the_edition_of_the_2016_ads_b_station_is_found(shared_data):
    """Under a wrong edition its 49,330 reports would decode to garbage."""
    path = shared_data / "asterix" / "lebl_cat021v023_adsb_20160510_2200.ast"
    found = probe_recording(lambda: path.open("rb"), path.name, sample_blocks=500)
    (source,) = found.sources
    assert (source.category, source.sac, source.sic, source.records) == (21, 0, 107, 49_330)
    assert source.fitting == ("0.23",)
    share = {fit.edition: fit.accepted_share for fit in source.fits}
    assert share["0.23"] == 1.0
    assert max(share[e] for e in editions(21) if e != "0.23") < 0.2
    first_s, last_s = source.day_time_s
    assert 79_201 < first_s < 79_202
    assert 86_462 < last_s < 86_463
    assert found.rejects == ()
    assert found.editions().of(21, 0, 107) == "0.23"


def test_mlat_in_two_categories_tells_the_same_positions(shared_data):
    """CAT010 has 1 m in 16 bits, CAT020 0.5 m in 24: a wrong scale of either would show here."""
    folder = shared_data / "asterix"
    fields = {10: ("I010/140", "I010/042"), 20: ("I020/140", "I020/042")}
    found = []
    for name, category in (
        ("lebl_cat010_mlat_20160510_2200.ast", 10),
        ("lebl_cat020_mlat_20160510_2200.ast", 20),
    ):
        chunk = next(chunks_of(folder / name))
        decoded = decode(chunk, EDITIONS, {category: fields[category]})
        columns = next(c for c in decoded.columns if c.category == category)
        prefix = f"I{category:03d}"
        has = columns.fields[f"{prefix}/042/X"].present
        values = [columns.fields[f"{prefix}/{n}"].values[has] for n in ("140", "042/X", "042/Y")]
        found.append(np.column_stack(values)[:800])
    np.testing.assert_allclose(found[0], found[1], atol=0.5)
