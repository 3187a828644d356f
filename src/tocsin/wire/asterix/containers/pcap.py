"""The pcap file format (draft-ietf-opsawg-pcap): 24 octets, then packets behind 16 octets each."""

import struct
from collections.abc import Iterator

from tocsin.model.raw import Rejected
from tocsin.wire.asterix.containers.capture import Buffered, Packet

MAGIC = {
    b"\xa1\xb2\xc3\xd4": (">", 1000),
    b"\xd4\xc3\xb2\xa1": ("<", 1000),
    b"\xa1\xb2\x3c\x4d": (">", 1),
    b"\x4d\x3c\xb2\xa1": ("<", 1),
}
"""Byte order and nanoseconds of a tick, by the first four octets."""

LONGEST_PACKET_BYTES = 262_144
"""libpcap's own limit; a longer one is damage."""


def read_pcap(stream: Buffered, source: str) -> Iterator[Packet | Rejected]:
    """Yield the packets of a capture; its end is a reject when it lies inside a packet."""
    head = stream.take(24)
    if len(head) < 24:
        yield _cut(source, 0, head)
        return
    order, tick_ns = MAGIC[head[:4]]
    link_type = struct.unpack(f"{order}I", head[20:])[0] & 0xFFFF
    packet_head = struct.Struct(f"{order}IIII")
    while True:
        offset = stream.offset
        head = stream.take(16)
        if not head:
            return
        if len(head) < 16:
            yield _cut(source, offset, head)
            return
        seconds, ticks, size, _ = packet_head.unpack(head)
        if size > LONGEST_PACKET_BYTES:
            yield _damaged(source, offset, head, size)
            return
        data = stream.take(size)
        if len(data) < size:
            yield _cut(source, offset, head + data)
            return
        yield Packet(offset + 16, data, link_type, seconds * 1_000_000_000 + ticks * tick_ns)


def _cut(source: str, offset: int, raw: bytes) -> Rejected:
    detail = "the capture ends inside a packet"
    return Rejected(source=source, offset=offset, reason="truncated", detail=detail, raw=raw)


def _damaged(source: str, offset: int, raw: bytes, size: int) -> Rejected:
    detail = f"a packet states {size} bytes; what follows in the capture cannot be read"
    return Rejected(source=source, offset=offset, reason="bad_frame", detail=detail, raw=raw)
