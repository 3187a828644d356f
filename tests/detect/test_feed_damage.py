"""Damaged bytes and odd values through the whole stage: nothing raises, nothing goes missing."""

from pathlib import Path

import airport
import made_blocks as made
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.detect import feed
from tocsin.model.raw import RawChunk
from tocsin.wire.asterix.encode import encode_block

FILES = [
    airport.BCN,
    airport.SMR,
    airport.MLAT10,
    airport.MLAT20,
    airport.ADSB,
    "artas.rply",
    "jahorina.raw",
    "croatia_cat_001_002.pcap",
    "croatia_cat21_re.ast",
]


def damaged(chunk: RawChunk, rng: np.random.Generator, share: float) -> RawChunk:
    """Return the chunk with bits flipped inside blocks, behind their headers."""
    data = np.frombuffer(chunk.data, dtype=np.uint8).copy()
    hit = rng.random(len(data)) < share
    for begin in chunk.start:
        hit[begin : begin + 3] = False
    data[hit] ^= rng.integers(1, 256, int(hit.sum()), dtype=np.uint8)
    return RawChunk(
        source=chunk.source,
        data=data.tobytes(),
        start=chunk.start,
        length=chunk.length,
        offset=chunk.offset,
        t_received_ns=chunk.t_received_ns,
    )


def everything() -> object:
    """Return a site that knows every source, also those that damage makes up."""
    tracker = airport.sensor("trk", "tracks", 44.0, 18.0, 0.0, range_max_m=3e6)
    kinds = {1: "bcn", 48: "bcn", 10: "smr", 20: "mlat", 21: "adsb", 62: "trk"}
    routes = {
        (category, sac, sic): name
        for category, name in kinds.items()
        for sac in range(0, 256, 1)
        for sic in (2, 7, 100, 107, 129, 201)
    }
    return airport.site(sensors=dict(airport.site().sensors) | {"trk": tracker}, routes=routes)


SITE = everything()


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("share", [0.002, 0.02, 0.2])
def test_damage_costs_records_and_never_the_feed(
    shared_data: Path, name: str, share: float
) -> None:
    """Every record that is decoded is a row, a sign of life or counted, and rows are sane."""
    rng = np.random.default_rng(len(name))
    chunks = list(airport.chunks_of(shared_data / "asterix" / name, 30_000))[:4]
    outputs, counts, _ = airport.run([damaged(c, rng, share) for c in chunks], SITE)
    for sensor_id in SITE.sensors:
        mine = {k.rpartition(":")[2]: n for k, n in counts.items() if k.startswith(f"{sensor_id}:")}
        assert mine.pop("records", 0) == sum(mine.values())
    rows = sum(len(b) for b in airport.batches_of(outputs))
    assert rows == sum(n for k, n in counts.items() if k.endswith(":rows"))
    for batch in airport.batches_of(outputs):
        ee, en, nn = batch.cov_site_m2.T
        assert np.isfinite(batch.pos_site_m).all()
        assert np.isfinite(batch.cov_site_m2).all()
        assert (ee * nn - en**2 > 0.0).all()
        assert np.isfinite(batch.alt_msl_m).all()
        assert (batch.alt_var_m2 > 0.0).all()
        assert np.isfinite(batch.range_rate_mps).all()
        assert np.isfinite(batch.extent_m).all()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(max_size=60), min_size=1, max_size=6))
def test_no_chunk_whatever_raises_an_error(blocks: list[bytes]) -> None:
    """Text, half blocks, nothing at all."""
    for head in (b"", b"{", b"MSG,3,", b'{"report":', b"\x30\x00\x20\xff\xff\xff"):
        chunk = made.chunk(*[head + block for block in blocks])
        state, _ = feed.step(feed.start(SITE), chunk, SITE)
        feed.restore(feed.snapshot(state))
        feed.flush(state, SITE)


def test_a_record_without_a_source_is_counted_under_none() -> None:
    """Item 010 is mandatory, yet not always there."""
    block = encode_block(48, "1.32", [{"140": (100.0, "s"), "020": [(1, 0, 0, 0, 0)]}])
    _, output = feed.step(feed.start(SITE), made.chunk(block), SITE)
    assert output.counts == {"48/-1/-1:unknown_source": 1}
    assert [r.reason for r in output.rejects] == ["unknown_source"]


def test_a_clock_set_back_begins_the_sensor_anew(shared_data: Path) -> None:
    """Without that, every plot after the step would be late for as long as the step was."""
    chunks = list(airport.chunks_of(shared_data / "asterix" / airport.BCN))[:6]
    place = airport.site(date_ns=airport.BCN_DATE_NS)
    outputs, counts, state = airport.run([*chunks[3:], *chunks[:3]], place)
    assert sum(o.notes.get("bcn:clock_restarts", 0) for o in outputs) == 1
    assert counts["bcn:records"] == sum(n for k, n in counts.items() if k != "bcn:records")
    seqs = [b.seq for o in outputs for b in o.batches]
    assert len(set(seqs)) == len(seqs)
    assert sum(b.look is not None for b in airport.batches_of(outputs)) > 600
    assert state.turning["bcn"].locks == 1
