"""Every element of repeated items (Mode S registers, warnings, contributing sensors) as columns.

The walk notes only where the elements are; what is asked for is read here, all records at once.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.model.errors import BadSettings
from tocsin.model.raw import RawChunk
from tocsin.wire.asterix.columns import Columns
from tocsin.wire.asterix.program import leaves
from tocsin.wire.asterix.tables import Node, category_table, edition_table

I64 = NDArray[np.int64]


class Elements(NamedTuple):
    """All elements of one repeated item, in order."""

    record: I64
    """shape (m,), row of the `Columns` that each element belongs to."""
    values: dict[str, NDArray[np.float64] | I64]
    """shape (m,) each, by the name inside the element; empty name where it has no parts.

    float64 in `units`, else int64. Registers (64 bits) come as MBDATA (56 bits) and BDS.
    """
    units: dict[str, str]


def read_elements(columns: Columns, chunk: RawChunk, name: str) -> Elements:
    """Return every element of a repeated item.

    Args:
        columns: what `decode` made of `chunk`, with `name` among its fields.
        chunk: the bytes.
        name: `I048/250`, `I048/030`, `I062/510`.

    Raises:
        BadSettings: the item is not a repeated one, or was not asked for when decoding.
    """
    node = _find(columns, name)
    if node is None or node.element is None or name not in columns.first_element:
        raise BadSettings(
            f"{name} is no repeated item among the decoded fields",
            where=f"CAT{columns.category:03d} edition {columns.edition}",
            remedy=f"Choose one of {', '.join(columns.first_element)}.",
        )
    element = node.element
    size = (element.bits + 7) // 8
    count = np.maximum(columns.fields[name].values.astype(np.int64), 0)
    record = np.repeat(np.arange(columns.n), count)
    place = np.arange(len(record)) - np.repeat(np.cumsum(count) - count, count)
    at = columns.first_element[name][record] + place * size
    data = np.frombuffer(chunk.data, dtype=np.uint8)
    parts = {path.lstrip("/"): (leaf, bit) for path, leaf, bit in _parts(element)}
    values = {path: _read(data, at, leaf, bit) for path, (leaf, bit) in parts.items()}
    return Elements(record, values, {path: leaf.unit for path, (leaf, _) in parts.items()})


def repeats(columns: Columns, name: str) -> bool:
    """Return whether a field counts the elements of a repeated item (not bytes of RE or SP)."""
    node = _find(columns, name)
    return node is not None and node.element is not None


def _find(columns: Columns, name: str) -> Node | None:
    """Return the definition of an item or sub-item of this edition."""
    _, number, *rest = name.split("/")
    table = category_table(columns.category)
    for uap in edition_table(columns.category, columns.edition).uaps:
        for slot in uap.slots:
            if slot >= 0 and table.items[slot].name == number:
                return _descend(table.items[slot], rest)
    return None


def _descend(node: Node, names: list[str]) -> Node | None:
    for name in names:
        found = [child for child in node.children if child is not None and child.name == name]
        if not found:
            return None
        node = found[0]
    return node


def _parts(element: Node) -> list[tuple[str, Node, int]]:
    """Return name, definition and first bit of each part of an element."""
    if element.kind == "group":
        return list(leaves("", element.members))
    if element.bits == 64:  # a Comm-B register and the number it was read from
        return [
            ("MBDATA", Node(kind="element", bits=56), 0),
            ("BDS", Node(kind="element", bits=8), 56),
        ]
    return [("", element, 0)]


def _read(data: NDArray[np.uint8], at: I64, leaf: Node, bit: int) -> NDArray[np.float64] | I64:
    """Return one part of the elements that begin at `at`."""
    end = bit + leaf.bits
    first, last = bit // 8, (end + 7) // 8
    value = np.zeros(len(at), dtype=np.int64)
    for octet in range(first, last):
        value = (value << 8) | data[at + octet]
    value = (value >> (last * 8 - end)) & ((1 << leaf.bits) - 1)
    if leaf.signed:
        value = np.where(value >> (leaf.bits - 1), value - (1 << leaf.bits), value)
    return np.multiply(value, leaf.lsb, dtype=np.float64) if leaf.means == "quantity" else value
