"""Valid and damaged ASTERIX bytes made from the definitions alone: no recording is needed."""

import random

import numpy as np

from tocsin.model.raw import RawChunk
from tocsin.wire.asterix.tables import Node, Uap, category_table, edition_table


def chunk_of(blocks: list[bytes], source: str = "made for a test") -> RawChunk:
    """Return blocks as one chunk."""
    length = np.array([len(block) for block in blocks], dtype=np.int64)
    start = np.cumsum(length) - length
    return RawChunk(
        source=source,
        data=b"".join(blocks),
        start=start,
        length=length,
        offset=start + 1000,
        t_received_ns=np.full(len(blocks), -1, dtype=np.int64),
    )


def block_of(category: int, body: bytes) -> bytes:
    return bytes([category]) + (len(body) + 3).to_bytes(2, "big") + body


def fspec(bits: list[bool]) -> bytes:
    """Return a field specification that ends with its last set bit."""
    while len(bits) > 7 and not any(bits[(len(bits) - 1) // 7 * 7 :]):
        bits = bits[: (len(bits) - 1) // 7 * 7]
    groups = [bits[at : at + 7] for at in range(0, len(bits), 7)]
    octets = [sum(bit << (7 - k) for k, bit in enumerate(group)) for group in groups]
    return bytes(o | (k < len(octets) - 1) for k, o in enumerate(octets))


def item_bytes(node: Node, rng: random.Random) -> bytes:
    """Return a random valid item."""
    match node.kind:
        case "element" | "group":
            return rng.randbytes(node.bits // 8)
        case "extended":
            count = rng.randint(1, len(node.parts))
            octets = [rng.randrange(256) & 0xFE | (k < count - 1) for k in range(count)]
            if not node.parts[count - 1].fx:
                octets[-1] = rng.randrange(256)
            return bytes(octets)
        case "repetitive":
            count = rng.randint(1, 3)
            size = (node.element.bits + 7) // 8
            if node.count_bytes:
                return bytes([0] * (node.count_bytes - 1) + [count]) + rng.randbytes(count * size)
            made = [bytearray(rng.randbytes(size)) for _ in range(count)]
            for k, element in enumerate(made):
                element[-1] = element[-1] & 0xFE | (k < count - 1)
            return b"".join(made)
        case "explicit":
            size = rng.randint(1, 9)
            return bytes([size]) + rng.randbytes(size - 1)
        case "compound":
            chosen = [c is not None and rng.random() < 0.4 for c in node.children]
            parts = [
                item_bytes(c, rng)
                for c, take in zip(node.children, chosen, strict=True)
                if take and c is not None
            ]
            return fspec(chosen) + b"".join(parts)
    raise AssertionError(node.kind)


def record_bytes(category: int, uap: Uap, rng: random.Random, share: float = 0.5) -> bytes:
    """Return a random valid record that begins with item 010 (and 020 in CAT001)."""
    items = category_table(category).items
    chosen = [slot >= 0 and (k < 2 or rng.random() < share) for k, slot in enumerate(uap.slots)]
    body = b""
    for slot, take in zip(uap.slots, chosen, strict=True):
        if take:
            made = item_bytes(items[slot], rng)
            if uap.name and items[slot].name == "020":
                made = bytes([made[0] & 0x7F | (uap.name == "track") << 7]) + made[1:]
            body += made
    return fspec(chosen) + body


def random_blocks(
    category: int, edition: str, count: int, seed: int, share: float = 0.5
) -> list[bytes]:
    """Return valid blocks of one to three records."""
    rng = random.Random(seed)
    uaps = edition_table(category, edition).uaps
    return [
        block_of(
            category,
            b"".join(
                record_bytes(category, rng.choice(uaps), rng, share)
                for _ in range(rng.randint(1, 3))
            ),
        )
        for _ in range(count)
    ]


def mutate(block: bytes, rng: random.Random) -> bytes:
    """Return a block damaged behind its header: bits flipped, cut, grown; its length kept true."""
    body = bytearray(block[3:])
    for _ in range(rng.randint(1, 4)):
        where = rng.randrange(len(body)) if body else 0
        match rng.randrange(4):
            case 0 if body:
                body[where] ^= 1 << rng.randrange(8)
            case 1 if body:
                body[where] = rng.choice((0, 255, rng.randrange(256)))
            case 2 if body:
                del body[where : where + rng.randint(1, 8)]
            case _:
                body[where:where] = rng.randbytes(rng.randint(1, 8))
    return block_of(block[0], bytes(body))
