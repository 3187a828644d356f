"""One journal entry: a header that is written once, and a body kept beside it.

The header is sorted compact JSON, stored as the bytes that were hashed and never written again.
It holds a salted hash of the body, not the body, so that a body can be withheld or erased while
the entry still proves. The leaf is that of RFC 6962 section 2.1, SHA-256(0x00 || header), so a
Merkle tree can be laid over a journal that exists.
"""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any, Literal, get_args

import msgspec

Kind = Literal[
    "versions",
    "settings",
    "settings-json",
    "sensor-block",
    "rejected",
    "picture",
    "assessment",
    "draft",
    "warning",
    "decision",
    "refused",
    "transition",
    "sent",
    "published",
    "alarm",
    "operator-act",
    "heartbeat",
    "redaction",
]
KINDS: frozenset[str] = frozenset(get_args(Kind))

Fields = Mapping[str, Any]
"""What the caller puts into a header: plain JSON values."""

HEADER_MAX = 65_535
"""Bytes of a header: a C2SP tlog-tiles entry has a 16-bit length."""
SALT_SIZE = 16
HEADER_VERSION = 1


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry as it lies in the journal."""

    idx: int
    """Position in the journal, from 0 without gaps: what `evidence` cites."""
    stream: str
    stream_seq: int
    """Position in its stream, from 0 without gaps."""
    kind: str
    t_event_ns: int
    t_logged_ns: int
    header: bytes
    leaf: bytes
    """SHA-256(0x00 || header)."""
    salt: bytes
    body_sha256: bytes
    """SHA-256(salt || body)."""
    body: bytes | None
    """None: not kept in this copy (withheld or erased), or not asked for."""

    def fields(self) -> dict[str, Any]:
        """Return the caller's part of the header."""
        found: dict[str, Any] = msgspec.json.decode(self.header)["fields"]
        return found


def leaf_hash(header: bytes) -> bytes:
    """Return the leaf of a header, SHA-256(0x00 || header) (RFC 6962 section 2.1)."""
    return hashlib.sha256(b"\x00" + header).digest()


def salted_hash(salt: bytes, body: bytes) -> bytes:
    """Return SHA-256(salt || body); the salt keeps a short withheld body from being guessed."""
    digest = hashlib.sha256(salt)
    digest.update(body)
    return digest.digest()


def salt_for(salt_key: bytes, idx: int) -> bytes:
    """Return the salt of entry `idx`, the first bytes of HMAC-SHA-256(key, idx).

    The same key gives the same salts, so that a replay gives the same hashes; and one disclosed
    salt says nothing about the others.
    """
    return hmac.digest(salt_key, idx.to_bytes(8, "big"), "sha256")[:SALT_SIZE]


def make_entry(
    *,
    idx: int,
    place: tuple[str, int],
    kind: Kind,
    times_ns: tuple[int, int],
    fields: Fields,
    body: bytes,
    salt: bytes,
) -> Entry:
    """Return the entry with its header written and hashed.

    Args:
        idx: position in the journal.
        place: stream and position in it.
        kind: one of `KINDS`.
        times_ns: time of the event, time of logging.
        fields: the caller's part of the header.
        body: the bytes the entry stands for.
        salt: `SALT_SIZE` bytes.

    Raises:
        ValueError: the kind is unknown, or the header would be longer than `HEADER_MAX`.
    """
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is not a kind of journal entry")
    hashed = salted_hash(salt, body)
    header = msgspec.json.encode(
        {
            "body": {"bytes": len(body), "salted_sha256": hashed.hex()},
            "fields": fields,
            "idx": idx,
            "kind": kind,
            "seq": place[1],
            "stream": place[0],
            "t_event_ns": times_ns[0],
            "t_logged_ns": times_ns[1],
            "v": HEADER_VERSION,
        },
        order="sorted",
    )
    if len(header) > HEADER_MAX:
        raise ValueError(f"header of {len(header)} bytes; at most {HEADER_MAX}, use the body")
    return Entry(
        idx=idx,
        stream=place[0],
        stream_seq=place[1],
        kind=kind,
        t_event_ns=times_ns[0],
        t_logged_ns=times_ns[1],
        header=header,
        leaf=leaf_hash(header),
        salt=salt,
        body_sha256=hashed,
        body=body,
    )
