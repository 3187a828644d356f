"""The pcapng file format (draft-ietf-opsawg-pcapng): typed blocks, interfaces, sections."""

import struct
from collections.abc import Callable, Iterator
from typing import NamedTuple

from tocsin.model.raw import Rejected
from tocsin.wire.asterix.containers.capture import Buffered, Packet

MAGIC = b"\x0a\x0d\x0d\x0a"
LONGEST_BLOCK_BYTES = 16_777_216
"""The draft's advice; a longer one is damage."""

_ORDER = {b"\x1a\x2b\x3c\x4d": ">", b"\x4d\x3c\x2b\x1a": "<"}
_SECTION, _INTERFACE, _OLD_PACKET, _SIMPLE_PACKET, _PACKET = 0x0A0D0D0A, 1, 2, 3, 6
_RESOLUTION, _OFFSET = 9, 14


class Interface(NamedTuple):
    """What an interface block says about the packets of its interface."""

    link_type: int
    ticks_per_s: int
    offset_s: int


class _Section:
    """Byte order and interfaces of the section being read."""

    def __init__(self) -> None:
        self.order = "<"
        self.interfaces: list[Interface] = []


def read_pcapng(stream: Buffered, source: str) -> Iterator[Packet | Rejected]:
    """Yield the packets of a capture; damage and a cut end are rejects."""
    section = _Section()
    while True:
        offset = stream.offset
        head = stream.take(8)
        if not head:
            return
        if head[:4] == MAGIC:
            mark = stream.take(4)
            section = _Section()
            section.order = _ORDER.get(mark, "?")
            head += mark
        if len(head) < 8 or section.order == "?":
            yield _bad(source, offset, head, "truncated" if len(head) < 8 else "bad_frame")
            return
        kind, size = struct.unpack(f"{section.order}II", head[:8])
        if size % 4 or not 12 <= size <= LONGEST_BLOCK_BYTES:
            yield _bad(source, offset, head, "bad_frame")
            return
        body = stream.take(size - len(head))
        if len(body) < size - len(head):
            yield _bad(source, offset, head + body, "truncated")
            return
        read = _READERS.get(kind)
        if read is not None:
            yield from read(section, head[8:] + body[:-4], offset + 8, source)


def _bad(source: str, offset: int, raw: bytes, reason: str) -> Rejected:
    detail = {
        "truncated": "the capture ends inside a block",
        "bad_frame": "no pcapng block begins here; what follows in the capture cannot be read",
    }[reason]
    return Rejected(source=source, offset=offset, reason=reason, detail=detail, raw=raw)


def _interface(
    section: _Section, body: bytes, _offset: int, _source: str
) -> Iterator[Packet | Rejected]:
    """Note an interface: its link layer and the resolution of its clock."""
    options = dict(_options(body[8:], section.order))
    code = (options.get(_RESOLUTION) or b"\x06")[0]
    ticks = 1 << (code & 0x7F) if code & 0x80 else int(10 ** min(code, 18))
    shift = options.get(_OFFSET, b"")
    offset_s = struct.unpack(f"{section.order}q", shift)[0] if len(shift) == 8 else 0
    link_type = struct.unpack(f"{section.order}H", body[:2])[0] if len(body) >= 2 else -1
    section.interfaces.append(Interface(link_type, ticks, offset_s))
    yield from ()


def _options(raw: bytes, order: str) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(raw):
        code, size = struct.unpack(f"{order}HH", raw[at : at + 4])
        if code == 0:
            return
        yield code, raw[at + 4 : at + 4 + size]
        at += 4 + (size + 3) // 4 * 4


def _packet(
    section: _Section, body: bytes, offset: int, source: str
) -> Iterator[Packet | Rejected]:
    """Enhanced packet: interface, time (two words), captured and original length, bytes."""
    if len(body) < 20:
        yield _bad(source, offset, body, "bad_frame")
        return
    number, high, low, size = struct.unpack(f"{section.order}IIII", body[:16])
    yield _made(section, (number, high << 32 | low, size), body[20:], (offset + 20, source))


def _old_packet(
    section: _Section, body: bytes, offset: int, source: str
) -> Iterator[Packet | Rejected]:
    """Packet block of the first drafts: the interface has 16 bits, drops follow."""
    if len(body) < 20:
        yield _bad(source, offset, body, "bad_frame")
        return
    number, _, high, low, size = struct.unpack(f"{section.order}HHIII", body[:16])
    yield _made(section, (number, high << 32 | low, size), body[20:], (offset + 20, source))


def _simple_packet(
    section: _Section, body: bytes, offset: int, source: str
) -> Iterator[Packet | Rejected]:
    """Simple packet: original length and bytes, no time, first interface."""
    size = struct.unpack(f"{section.order}I", body[:4])[0] if len(body) >= 4 else 0
    yield _made(section, (0, -1, size), body[4:], (offset + 4, source))


def _made(
    section: _Section, numbers: tuple[int, int, int], data: bytes, place: tuple[int, str]
) -> Packet | Rejected:
    number, ticks, size = numbers
    offset, source = place
    if number >= len(section.interfaces):
        return _bad(source, offset, data, "bad_frame")
    known = section.interfaces[number]
    t_ns = -1
    if ticks >= 0:
        t_ns = known.offset_s * 1_000_000_000 + ticks * 1_000_000_000 // known.ticks_per_s
    return Packet(offset, data[:size], known.link_type, t_ns)


_Reader = Callable[[_Section, bytes, int, str], Iterator[Packet | Rejected]]
_READERS: dict[int, _Reader] = {
    _INTERFACE: _interface,
    _OLD_PACKET: _old_packet,
    _SIMPLE_PACKET: _simple_packet,
    _PACKET: _packet,
}
