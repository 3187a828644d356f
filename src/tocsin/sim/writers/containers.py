"""Blocks to files: pcap with times and addresses, or raw blocks one after the other.

pcap 2.4 as tcpdump writes it (libpcap file format), microseconds, Ethernet; each block is the
payload of one IPv4 UDP datagram to a multicast group of the administratively scoped range
(RFC 2365), source addresses from TEST-NET-1 (RFC 5737), so that nothing can be taken for real.
"""

import struct
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from tocsin.model.errors import BadStorage

PCAP_HEADER = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, 1)
PORT = 8600
_ETHERNET = bytes.fromhex("01005e4000010200000000010800")
_GROUP = bytes((239, 192, 0, 1))


class Datagram(NamedTuple):
    """A payload on its way: what was sent when, by which feed."""

    t_ns: int
    """When it is received, Unix ns UTC."""
    feed: int
    """0, 1, ...: becomes the last part of the source address and of the port."""
    payload: bytes


def write_pcap(path: Path, datagrams: Iterable[Datagram]) -> None:
    """Write datagrams, in the order given, as a pcap file.

    Raises:
        BadStorage: it cannot be written.
    """
    _write(path, b"".join([PCAP_HEADER, *(_packet(d) for d in datagrams)]))


def write_raw(path: Path, datagrams: Iterable[Datagram]) -> None:
    """Write payloads one after the other, without times.

    Raises:
        BadStorage: it cannot be written.
    """
    _write(path, b"".join(d.payload for d in datagrams))


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise BadStorage(
            f"cannot be written ({error.strerror})",
            where=str(path),
            remedy="Name a folder that can be written and has room.",
        ) from error


def _packet(datagram: Datagram) -> bytes:
    udp_length = 8 + len(datagram.payload)
    ip_length = 20 + udp_length
    source = bytes((192, 0, 2, 1 + datagram.feed % 250))
    head = struct.pack(">BBHHHBBH", 0x45, 0, ip_length, 0, 0x4000, 1, 17, 0) + source + _GROUP
    head = head[:10] + _checksum(head).to_bytes(2, "big") + head[12:]
    udp = struct.pack(">HHHH", PORT + datagram.feed, PORT + datagram.feed, udp_length, 0)
    frame = _ETHERNET + head + udp + datagram.payload
    seconds, rest_ns = divmod(datagram.t_ns, 1_000_000_000)
    length = len(frame)
    return struct.pack("<IIII", seconds, rest_ns // 1000, length, length) + frame


def _checksum(header: bytes) -> int:
    """Return the Internet checksum (RFC 1071) of a header whose checksum field is 0."""
    total: int = sum(struct.unpack(f">{len(header) // 2}H", header))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
