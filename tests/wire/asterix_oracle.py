"""What libasterix says a column should hold, record by record: the authority for the walker."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from tocsin.model.raw import RawChunk, Rejected
from tocsin.wire.asterix.columns import Columns, Decoded
from tocsin.wire.asterix.containers import read_chunks
from tocsin.wire.asterix.full import Parsed, parse_block


def chunks_of(path) -> Iterator[RawChunk]:
    """Yield the chunks of a recording that holds nothing damaged."""
    with path.open("rb") as stream:
        for chunk in read_chunks(stream, path.name):
            assert not isinstance(chunk, Rejected), chunk
            yield chunk


def leaves_of(prefix: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield name and plain value of every leaf; repeated items and bytes give their count."""
    if isinstance(value, list):
        yield prefix, len(value)
    elif isinstance(value, dict) and "hex" in value:
        yield prefix, len(bytes.fromhex(value["hex"]))
    elif isinstance(value, dict) and "value" in value:
        yield prefix, value["value"]
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name != "spare":
                yield from leaves_of(f"{prefix}/{name}", inner)
    elif isinstance(value, str):
        yield prefix, value
    else:
        yield prefix, value


def same(found: Any, expected: Any) -> bool:
    """Return whether a column's value is what libasterix says."""
    if isinstance(found, np.integer) and isinstance(expected, str):
        return int(found) == int(expected, 16 if len(expected) >= 14 else 8)
    if isinstance(expected, str):
        return str(found) == expected.rstrip(" ").replace("\0", "")
    return float(found) == float(expected)


def compare(columns: Columns, row: int, record: dict[str, Any]) -> Iterator[str]:
    """Yield every difference between one row and libasterix's record."""
    prefix = f"I{columns.category:03d}"
    expected = {}
    for item, value in record.items():
        if item != "RFS":
            expected |= dict(leaves_of(f"{prefix}/{item}", value))
    for name, field in columns.fields.items():
        if not field.present[row]:
            if name in expected:
                yield f"{name}: missing, expected {expected[name]!r}"
        elif name not in expected:
            yield f"{name}: {field.values[row]!r}, expected none"
        elif not same(field.values[row], expected[name]):
            yield f"{name}: {field.values[row]!r}, expected {expected[name]!r}"


def compare_chunk(
    chunk: RawChunk, decoded: Decoded, step: int = 1
) -> tuple[int, list[str], list[tuple[int, Parsed]]]:
    """Compare the blocks of a chunk, every `step`-th of them.

    Returns the number of records compared, the differences, and the blocks libasterix rejects.
    """
    compared = 0
    wrong: list[str] = []
    refused: list[tuple[int, Parsed]] = []
    for columns in decoded.columns:
        first = np.unique(columns.block)[::step]
        rows = {block: np.flatnonzero(columns.block == block) for block in first.tolist()}
        for block, of_block in rows.items():
            parsed = parse_block(chunk.block(block), columns.category, columns.edition)
            if parsed.fault:
                refused.append((block, parsed))
            begin = int(chunk.start[block])
            mine = (columns.record_offset[of_block] - begin).tolist()
            if mine[: len(parsed.offsets)] != parsed.offsets:
                wrong.append(f"block {block}: records at {mine}, expected {parsed.offsets}")
            for row, record in zip(of_block.tolist(), parsed.records, strict=False):
                compared += 1
                wrong += [f"block {block}: {line}" for line in compare(columns, row, record)]
    return compared, wrong, refused
