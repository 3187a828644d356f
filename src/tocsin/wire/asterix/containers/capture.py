"""Network captures: pcap and pcapng, read packet by packet, to the ASTERIX blocks in UDP payloads.

Sources: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng. Some recorders put each block behind a
length (u16, with these six octets) and the time of day in ms (u32): the ORADIS header; it is
recognised where a payload is no run of blocks without it.
"""

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

import numpy as np

from tocsin.model.raw import RawChunk, Rejected
from tocsin.wire.asterix.containers.blocks import ASSIGNED, HEADER_BYTES
from tocsin.wire.asterix.containers.packets import find_payload

ORADIS_BYTES = 6
_KNOWN = frozenset(ASSIGNED)
_MISSING = {
    "not_udp": "a packet that is not UDP",
    "fragment": "a fragment of a UDP datagram: record with the full datagrams, or raise the MTU",
    "truncated": "a packet that was cut before its UDP payload: record without a length limit",
    "unknown_link": "a packet on a link layer that is not read",
}


class Packet(NamedTuple):
    """One captured packet."""

    offset: int
    """Where its bytes begin in the file."""
    data: bytes
    link_type: int
    t_ns: int
    """Time of capture, Unix ns UTC; -1 where the capture tells none."""


class Buffered:
    """A stream with a head already read, and how far it was read."""

    def __init__(self, stream: BinaryIO, head: bytes) -> None:
        self._stream = stream
        self._buffer = head
        self._at = 0
        self.offset = 0

    def take(self, size: int) -> bytes:
        """Return the next bytes, fewer only at the end."""
        while len(self._buffer) - self._at < size:
            more = self._stream.read(max(65_536, size))
            if not more:
                break
            self._buffer = self._buffer[self._at :] + more
            self._at = 0
        taken = self._buffer[self._at : self._at + size]
        self._at += len(taken)
        self.offset += len(taken)
        return taken


class _Pending:
    """Blocks on their way into a chunk."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.parts: list[bytes] = []
        self.rows: list[tuple[int, int, int, int]] = []
        self.size = 0

    def add(self, packet: Packet, begin: int, end: int) -> None:
        """Add one block of a packet."""
        self.parts.append(packet.data[begin:end])
        self.rows.append((self.size, end - begin, packet.offset + begin, packet.t_ns))
        self.size += end - begin

    def chunk(self) -> RawChunk:
        """Return the chunk and begin anew."""
        table = np.array(self.rows, dtype=np.int64).reshape(-1, 4).T.copy()
        made = RawChunk(
            source=self.source,
            data=b"".join(self.parts),
            start=table[0],
            length=table[1],
            offset=table[2],
            t_received_ns=table[3],
        )
        self.parts, self.rows, self.size = [], [], 0
        return made


def read_packets(
    packets: Iterator[Packet | Rejected], source: str, chunk_bytes: int
) -> Iterator[RawChunk | Rejected]:
    """Yield the blocks in captured packets in chunks, and every packet that held none."""
    pending = _Pending(source)
    for packet in packets:
        rejected = packet if isinstance(packet, Rejected) else _unpack(packet, pending)
        if rejected is not None:
            yield rejected
        if pending.size >= chunk_bytes:
            yield pending.chunk()
    if pending.rows:
        yield pending.chunk()


def _unpack(packet: Packet, pending: _Pending) -> Rejected | None:
    """Add the blocks of a packet; return what of it is no block."""
    begin, end, missing = find_payload(packet.data, packet.link_type)
    if missing:
        return _reject(pending.source, packet, 0, missing, _MISSING[missing])
    spans, rest = _plain_blocks(packet.data, begin, end)
    if not spans:
        spans, rest = _oradis_blocks(packet.data, begin, end)
    for first, last in spans:
        pending.add(packet, first, last)
    if rest >= end:
        return None
    if not spans:
        return _reject(pending.source, packet, begin, "not_asterix", "a UDP payload without blocks")
    detail = f"{end - rest} bytes at the end of a datagram are no block"
    return _reject(pending.source, packet, rest, "truncated", detail)


def _plain_blocks(data: bytes, at: int, end: int) -> tuple[list[tuple[int, int]], int]:
    """Return the spans of blocks that follow each other, and where they end."""
    spans = []
    while at + HEADER_BYTES <= end and data[at] in _KNOWN:
        size = data[at + 1] << 8 | data[at + 2]
        if size < HEADER_BYTES or at + size > end:
            break
        spans.append((at, at + size))
        at += size
    return spans, at


def _oradis_blocks(data: bytes, at: int, end: int) -> tuple[list[tuple[int, int]], int]:
    """Return the spans of blocks behind ORADIS headers, and where they end."""
    spans: list[tuple[int, int]] = []
    while at + ORADIS_BYTES + HEADER_BYTES <= end:
        after = at + (data[at] << 8 | data[at + 1])
        inside, stop = _plain_blocks(data, at + ORADIS_BYTES, min(after, end))
        if not inside or stop != after:
            break
        spans += inside
        at = after
    return spans, at


def _reject(source: str, packet: Packet, begin: int, reason: str, detail: str) -> Rejected:
    return Rejected(
        source=source,
        offset=packet.offset + begin,
        reason=reason,
        detail=detail,
        raw=packet.data[begin:],
    )
