"""Recordings in, blocks out: nothing lost, nothing invented, damage named."""

import io
import random
import tracemalloc

import asterix_containers as made
import numpy as np
import pytest
from asterix_samples import block_of, random_blocks
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.model.errors import BadInput
from tocsin.model.raw import Rejected
from tocsin.wire.asterix.containers import _kernels, detect_container, read_chunks, split_blocks
from tocsin.wire.asterix.containers.blocks import known_categories
from tocsin.wire.asterix.containers.packets import find_payload

BLOCKS = random_blocks(48, "1.32", 40, seed=1) + random_blocks(34, "1.29", 5, seed=2)


def read_all(data, chunk_bytes=65_536):
    """Return blocks, offsets, times of receipt and rejects of a recording."""
    blocks, offsets, times, rejects = [], [], [], []
    for chunk in read_chunks(io.BytesIO(data), "test", chunk_bytes):
        if isinstance(chunk, Rejected):
            rejects.append(chunk)
            continue
        blocks += [chunk.block(k) for k in range(len(chunk.start))]
        offsets += chunk.offset.tolist()
        times += chunk.t_received_ns.tolist()
    for block, offset in zip(blocks, offsets, strict=True):
        assert data[offset : offset + len(block)] == block
    for bad in rejects:
        assert data[bad.offset : bad.offset + len(bad.raw)] == bad.raw
    return blocks, offsets, times, rejects


@pytest.mark.parametrize("container", made.WRITERS)
@pytest.mark.parametrize("chunk_bytes", [100, 65_536])
def test_every_container_gives_back_its_blocks(container, chunk_bytes):
    """A block lost at the seam of two reads would be a plot lost."""
    data = made.WRITERS[container](BLOCKS)
    assert detect_container(data[:65_536]) == container
    blocks, _, _, rejects = read_all(data, chunk_bytes)
    assert blocks == BLOCKS
    assert not rejects


@settings(deadline=None)  # the first example may compile or import
@given(
    st.sampled_from(sorted(made.WRITERS)),
    st.lists(
        st.builds(block_of, st.sampled_from((48, 62, 21)), st.binary(min_size=1, max_size=300)),
        min_size=1,
        max_size=30,
    ),
    st.integers(1, 2000),
)
def test_any_blocks_come_back_from_any_container(container, blocks, chunk_bytes):
    """What a block holds must not decide whether it is found."""
    found, _, _, rejects = read_all(made.WRITERS[container](blocks), chunk_bytes)
    assert found == blocks
    assert not rejects


@pytest.mark.parametrize("container", made.FRAMED)
def test_a_recording_cut_at_any_byte_says_so(container):
    """A recorder that lost power leaves half a frame; it must be seen, not dropped."""
    data = made.FRAMED[container](BLOCKS[:6])
    whole = len(made.FRAMED[container](BLOCKS[:5]))
    for cut in range(whole + 1, len(data)):
        blocks, _, _, rejects = read_all(data[:cut])
        assert blocks[:5] == BLOCKS[:5]
        assert len(blocks) + len(rejects) == 6
        assert {bad.reason for bad in rejects} <= {"truncated"}


@pytest.mark.parametrize("container", made.CAPTURED)
def test_a_capture_cut_at_any_byte_says_so(container):
    """As above, for captures."""
    data = made.CAPTURED[container](BLOCKS[:3])
    whole = len(made.CAPTURED[container](BLOCKS[:2]))
    for cut in range(whole + 1, len(data) - 24):
        blocks, _, _, rejects = read_all(data[:cut])
        assert blocks[:2] == BLOCKS[:2]
        assert [bad.reason for bad in rejects] == ["truncated"]


@pytest.mark.parametrize("container", made.FRAMED)
def test_one_damaged_length_costs_one_frame(container):
    """Without finding back, the rest of a night would be lost to one flipped bit."""
    parts = [made.FRAMED[container]([block]) for block in BLOCKS[:30]]
    if container == "gps":
        parts = [made.gps(BLOCKS[:1])] + [part[2200:] for part in parts[1:]]
    broken = bytearray(parts[10])
    place = {"raw": 1, "gps": 1, "final_format": 0, "rply": 1}[container]
    broken[place] ^= 0x13
    data = b"".join(parts[:10]) + bytes(broken) + b"".join(parts[11:])
    for chunk_bytes in (500, 65_536):
        blocks, _, _, rejects = read_all(data, chunk_bytes)
        assert blocks == BLOCKS[:10] + BLOCKS[11:30]
        assert sum(len(bad.raw) for bad in rejects) == len(parts[10])
        assert {bad.reason for bad in rejects} <= {"bad_length", "bad_frame"}


@pytest.mark.parametrize("container", made.FRAMED)
def test_every_byte_of_a_damaged_recording_is_a_block_or_rejected(container):
    """Flipped, inserted and lost bytes anywhere: never an error, never silence."""
    rng = random.Random(3)
    clean = made.FRAMED[container](BLOCKS)
    for _ in range(60):
        data = bytearray(clean)
        for _ in range(rng.randint(1, 5)):
            at = rng.randrange(2300 if container == "gps" else 100, len(data))
            match rng.randrange(3):
                case 0:
                    data[at] ^= 1 << rng.randrange(8)
                case 1:
                    del data[at : at + rng.randint(1, 20)]
                case _:
                    data[at:at] = rng.randbytes(rng.randint(1, 20))
        blocks, offsets, _, rejects = read_all(bytes(data), rng.choice((200, 3_000, 65_536)))
        seen = np.zeros(len(data), dtype=int)
        for block, offset in zip(blocks, offsets, strict=True):
            seen[offset : offset + len(block)] += 1
        for bad in rejects:
            seen[bad.offset : bad.offset + len(bad.raw)] += 1
        assert seen.max() == 1
        around = {"raw": 0, "gps": 10, "final_format": 12, "rply": 8}[container]
        unseen = int((seen == 0).sum()) - (2200 if container == "gps" else 0)
        assert unseen <= around * (len(blocks) + len(rejects))
        assert len(blocks) >= len(BLOCKS) - 20


def test_the_scan_stays_inside_its_arrays():
    """numba checks no bounds; the same code in plain Python does."""
    rng = random.Random(5)
    clean = made.raw(BLOCKS[:12])
    for kind in (_kernels.RAW, _kernels.GPS, _kernels.FINAL_FORMAT, _kernels.RPLY):
        for at_end in (True, False):
            data = bytearray(clean)
            data[rng.randrange(len(data))] = 0xFF
            results = []
            for scan in (_kernels.scan, _kernels.scan.py_func):
                arrays = (
                    np.zeros(400, np.int64),
                    np.zeros(400, np.int64),
                    np.zeros((80, 3), np.int64),
                )
                raw = np.frombuffer(bytes(data), np.uint8)
                counts = scan(raw, len(raw), kind, known_categories(), at_end, *arrays)
                results.append((tuple(int(c) for c in counts), *arrays))
            for fast, plain in zip(*results, strict=True):
                np.testing.assert_array_equal(fast, plain)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("nanos", [False, True])
def test_pcap_times_are_kept(order, nanos):
    """A time of receipt in the wrong unit or byte order would put a track in another year."""
    data = made.pcap([made.ethernet(made.ipv4(made.udp(BLOCKS[0])))], order, nanos)
    t_ns = 1_700_000_000_123_456_789
    assert read_all(data)[2] == [t_ns if nanos else t_ns // 1000 * 1000]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("kind", "t_ns"), [(6, 1_700_000_000_123_456_789), (3, -1)])
def test_pcapng_times_are_kept(order, kind, t_ns):
    """As above; a simple packet block tells no time."""
    data = made.pcapng([made.ethernet(made.ipv4(made.udp(BLOCKS[0])))], order, kind=kind)
    blocks, _, times, rejects = read_all(data)
    assert (blocks, times, rejects) == (BLOCKS[:1], [t_ns], [])


def test_the_old_packet_block_of_pcapng_is_read():
    """Captures of early tools hold them."""
    data = made.pcapng([made.ethernet(made.ipv4(made.udp(BLOCKS[0])))], kind=2, resolution=6)
    assert read_all(data)[:3] == (BLOCKS[:1], [88 + 28 + 14], [1_700_000_000_123_456_000])


PACKET = made.udp(b"payload")
LINKS = {
    "Ethernet, two VLAN tags": (1, made.ethernet(made.ipv4(PACKET), tags=2, padding=9)),
    "Ethernet, IPv6": (1, made.ethernet(made.ipv6(PACKET), 0x86DD)),
    "IPv4 options": (101, made.ipv4(PACKET, options=bytes(8))),
    "raw IPv6 behind hop-by-hop": (
        101,
        made.ipv6(PACKET, ((0, b""), (17, bytes([17, 0, 0, 0, 0, 0, 0, 0])))),
    ),
    "Linux cooked": (113, bytes(14) + b"\x08\x00" + made.ipv4(PACKET)),
    "Linux cooked 2": (276, b"\x08\x00" + bytes(18) + made.ipv4(PACKET)),
    "loopback": (0, b"\x02\x00\x00\x00" + made.ipv4(PACKET)),
}


@pytest.mark.parametrize("name", LINKS)
def test_the_payload_is_found_behind_every_link_layer(name):
    """A site behind a VLAN or on IPv6 must not lose its radar."""
    link, frame = LINKS[name]
    begin, end, missing = find_payload(frame, link)
    assert (frame[begin:end], missing) == (b"payload", "")


@pytest.mark.parametrize(
    ("link", "frame", "missing"),
    [
        (1, made.ethernet(b"arp", 0x0806), "not_udp"),
        (1, made.ethernet(made.ipv4(b"tcp", protocol=6)), "not_udp"),
        (1, made.ethernet(made.ipv4(PACKET, flags=0x2000)), "fragment"),
        (1, made.ethernet(made.ipv4(PACKET, flags=0x0007)), "fragment"),
        (101, made.ipv6(PACKET, ((44, b""), (17, bytes(8)))), "fragment"),
        (1, made.ethernet(made.ipv4(PACKET))[:30], "truncated"),
        (1, b"", "truncated"),
        (147, b"private", "unknown_link"),
    ],
)
def test_packets_without_a_payload_say_why(link, frame, missing):
    """Silence here would hide a wrong capture filter or a broken network."""
    assert find_payload(frame, link).missing == missing


@settings(deadline=None)  # the first example may compile or import
@given(st.binary(max_size=90), st.sampled_from([0, 1, 101, 113, 147, 276]))
def test_no_packet_whatever_raises_an_error(frame, link):
    """Any host of a network can send any bytes."""
    begin, end, missing = find_payload(frame, link)
    assert missing or 0 <= begin <= end <= len(frame)


def test_other_traffic_in_a_capture_is_counted():
    """A capture of a whole network holds more than radars."""
    packets = [
        made.ethernet(made.ipv4(made.udp(BLOCKS[0] + BLOCKS[1]))),
        made.ethernet(made.ipv4(made.udp(b"GET / HTTP"))),
        made.ethernet(b"arp", 0x0806),
        made.ethernet(made.ipv4(made.udp(BLOCKS[2] + b"\x30\x00"))),
    ]
    blocks, _, _, rejects = read_all(made.pcap(packets))
    assert blocks == BLOCKS[:3]
    assert [bad.reason for bad in rejects] == ["not_asterix", "not_udp", "truncated"]


def test_blocks_behind_oradis_headers_are_read():
    """Some recorders put a length and a time in front of each block."""
    payload = b"".join(
        (len(block) + 6).to_bytes(2, "big") + bytes(4) + block for block in BLOCKS[:2]
    )
    data = made.pcap([made.ethernet(made.ipv4(made.udp(payload)))])
    blocks, _, _, rejects = read_all(data)
    assert (blocks, rejects) == (BLOCKS[:2], [])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"\x1f\x8b\x08" + bytes(100), "gzip"),
        (b"PK\x03\x04" + bytes(100), "zip"),
        (b"# a text file\n" * 30, "no ASTERIX recording"),
        (bytes(5000), "no ASTERIX recording"),
    ],
)
def test_a_wrong_file_is_one_clear_line(data, words):
    """Decoding a picture or an archive to garbage would waste an hour."""
    with pytest.raises(BadInput, match=words):
        list(read_chunks(io.BytesIO(data), "some.file"))


@pytest.mark.parametrize("container", ["raw", "rply", "final_format"])
def test_a_recording_that_begins_inside_a_frame_is_read(container):
    """Ring buffers and split files begin anywhere."""
    data = made.FRAMED[container](BLOCKS)[17:]
    blocks, _, _, rejects = read_all(data)
    assert blocks == BLOCKS[-len(blocks) :]
    assert len(blocks) >= len(BLOCKS) - 2
    assert rejects[0].offset == 0


def test_damage_in_a_capture_ends_it_with_a_reason():
    """What follows a wrong packet length cannot be found again; it must be said."""
    packets = [made.ethernet(made.ipv4(made.udp(block))) for block in BLOCKS[:3]]
    data = bytearray(made.pcap(packets))
    data[24 + 16 + len(packets[0]) + 11] = 0xFF
    blocks, _, _, rejects = read_all(bytes(data))
    assert (blocks, [bad.reason for bad in rejects]) == (BLOCKS[:1], ["bad_frame"])
    data = bytearray(made.pcapng(packets))
    at = data.index(packets[1])
    data[at - 24] ^= 0x01
    blocks, _, _, rejects = read_all(bytes(data))
    assert (blocks, [bad.reason for bad in rejects]) == (BLOCKS[:1], ["bad_frame"])


class Endless(io.RawIOBase):
    """Repeats a recording many times without holding it."""

    def __init__(self, data, times):
        self.data, self.left, self.at = data, times, 0

    def read(self, size=-1):
        if self.at == len(self.data):
            self.left, self.at = self.left - 1, 0
        if not self.left:
            return b""
        piece = self.data[self.at : self.at + size]
        self.at += len(piece)
        return piece


@pytest.mark.parametrize("container", ["raw", "rply", "final_format"])
def test_memory_stays_flat_over_a_long_recording(container):
    """A night of a country's radars must pass through a laptop."""
    data = made.FRAMED[container](BLOCKS * 20)
    tracemalloc.start()
    blocks = sum(len(chunk.start) for chunk in read_chunks(Endless(data, 200), "long"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert blocks == 200 * 20 * len(BLOCKS)
    assert len(data) * 200 > 10_000_000
    assert peak < 3_000_000


def test_a_datagram_may_hold_several_blocks_and_a_bad_rest():
    """Live UDP: the good blocks count, the rest is named with its place."""
    split = split_blocks(BLOCKS[0] + BLOCKS[1] + b"\x30\x01\x00abc", "udp", 7)
    assert split.start.tolist() == [0, len(BLOCKS[0])]
    assert split.length.tolist() == [len(BLOCKS[0]), len(BLOCKS[1])]
    (bad,) = split.rejects
    assert bad.offset == 7 + len(BLOCKS[0]) + len(BLOCKS[1])
    assert (bad.reason, bad.raw) == ("truncated", b"\x30\x01\x00abc")
    assert split_blocks(b"\x30\x00\x02").rejects[0].reason == "bad_length"
    assert split_blocks(b"\x30").rejects[0].reason == "truncated"
    assert not split_blocks(b"").rejects
