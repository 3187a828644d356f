"""Recordings of ASTERIX: find out the container by its content, then yield chunks of blocks.

Memory stays flat: a stream is read once from its beginning, some tens of kilobytes at a time.
"""

from collections.abc import Iterator
from typing import BinaryIO

from tocsin.model.errors import BadInput
from tocsin.model.raw import RawChunk, Rejected
from tocsin.wire.asterix.containers import _kernels, pcap, pcapng
from tocsin.wire.asterix.containers.blocks import Split, split_blocks
from tocsin.wire.asterix.containers.capture import Buffered, read_packets
from tocsin.wire.asterix.containers.framed import GPS_HEADER_BYTES, find_blocks, read_framed

__all__ = ["CONTAINERS", "Split", "detect_container", "read_chunks", "read_head", "split_blocks"]

CONTAINERS = {
    "raw": "ASTERIX blocks, one after the other",
    "final_format": "IOSS Final Format",
    "rply": "RPLY recording",
    "gps": "GPS recording (2,200 bytes of header, 10 bytes after each block)",
    "pcap": "network capture (pcap)",
    "pcapng": "network capture (pcapng)",
}
"""What is read, in words."""

_FRAMINGS = {
    "final_format": _kernels.FINAL_FORMAT,
    "rply": _kernels.RPLY,
    "raw": _kernels.RAW,
    "gps": _kernels.GPS,
}
_COMPRESSED = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"PK\x03\x04": "zip"}

HEAD_BYTES = 65_536
"""How much is read before the container is named."""
MANY_BLOCKS = 10
"""So many blocks make a recording of bytes that begin with something else."""


def detect_container(head: bytes, source: str = "recording") -> str:
    """Return which of `CONTAINERS` a recording is, by its first bytes.

    Args:
        head: the first 64 KiB, or all of a shorter recording.
        source: for the error.

    Raises:
        BadInput: empty, compressed, or none of the containers.
    """
    if head[:4] in pcap.MAGIC:
        return "pcap"
    if head[:4] == pcapng.MAGIC:
        return "pcapng"
    for name, kind in _FRAMINGS.items():
        body = head[GPS_HEADER_BYTES:] if name == "gps" else head
        if _fits(body, kind, at_end=len(head) < HEAD_BYTES):
            return name
    raise _unknown(head, source)


def _fits(body: bytes, kind: int, *, at_end: bool) -> bool:
    """Return whether the bytes are frames of this kind.

    The first frame begins at the first byte and most bytes are frames; or, where a recording was
    cut off at its beginning, there are many frames and little else.
    """
    found = find_blocks(body, kind, at_end=at_end)
    if not len(found.start):
        return False
    bad = int((found.reject[:, 1] - found.reject[:, 0]).sum())
    if found.start[0] == (0 if kind in {_kernels.RAW, _kernels.GPS} else 8):
        return 2 * bad < found.used
    return 10 * bad < found.used and len(found.start) >= MANY_BLOCKS


def _unknown(head: bytes, source: str) -> BadInput:
    if not head:
        return BadInput("the recording is empty", where=source, remedy="Give one that holds data.")
    for magic, name in _COMPRESSED.items():
        if head.startswith(magic):
            return BadInput(
                f"the recording is compressed ({name})",
                where=source,
                remedy="Unpack it first, or pipe it in.",
            )
    return BadInput(
        f"no ASTERIX recording (it begins with {head[:8].hex(' ')})",
        where=source,
        remedy=f"Give one of: {', '.join(CONTAINERS.values())}.",
    )


def read_chunks(
    stream: BinaryIO, source: str, chunk_bytes: int = 65_536
) -> Iterator[RawChunk | Rejected]:
    """Yield the blocks of a recording in chunks, in order, and every damaged stretch.

    Args:
        stream: opened for reading bytes; need not be seekable.
        source: name that chunks and rejects carry.
        chunk_bytes: about how many bytes of blocks one chunk holds.

    Raises:
        BadInput: the stream is none of `CONTAINERS`.
    """
    head = read_head(stream)
    name = detect_container(head, source)
    if name in _FRAMINGS:
        return read_framed(stream, head, source, chunk_bytes, _FRAMINGS[name])
    reader = pcap.read_pcap if name == "pcap" else pcapng.read_pcapng
    return read_packets(reader(Buffered(stream, head), source), source, chunk_bytes)


def read_head(stream: BinaryIO) -> bytes:
    """Return the first bytes; a pipe may hand them over in pieces."""
    head = b""
    while len(head) < HEAD_BYTES:
        more = stream.read(HEAD_BYTES - len(head))
        if not more:
            break
        head += more
    return head
