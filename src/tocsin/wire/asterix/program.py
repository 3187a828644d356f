"""Flatten the definitions of one edition into the integer tables that the kernel walks.

A node is an item or a sub-item with a length of its own; a field is one run of bits inside a
node that is delivered as a column. The columns of the arrays are named below, once, for this file
and for `_kernels`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

import msgspec
import numpy as np
from numpy.typing import NDArray

from tocsin.wire.asterix.shapes import (
    COMPOUND,
    EXPLICIT,
    EXTENDED,
    FIXED,
    LAST_FX,
    OPEN_ENDED,
    OUT_ASCII,
    OUT_COUNT,
    OUT_FLOAT,
    OUT_ICAO,
    OUT_INT,
    REPEATED,
)
from tocsin.wire.asterix.tables import Node, category_table, edition_table

I64 = NDArray[np.int64]

WIDEST_BITS = 56
"""Wider elements stand in repeated items only, where `repeated` reads them."""
TEXT_CHARS = 8
"""Characters of the longest text field (call sign)."""
_CHAR_BITS = {OUT_ICAO: 6, OUT_ASCII: 8}
_TEXT = {"icao": OUT_ICAO, "ascii": OUT_ASCII}


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One field that is delivered, and where the walk notes it."""

    name: str
    """`I048/040/RHO`; a repeated item or one with a length (RE, SP) has its count here."""
    out: int
    """OUT_FLOAT, OUT_INT, OUT_ICAO, OUT_ASCII, or OUT_COUNT."""
    place: int
    """Row of the walk's places that tells where a record has it."""
    unit: str
    count_row: int
    """Repeated items: row of the walk's counts; else -1."""


class Program(msgspec.Struct, frozen=True, kw_only=True):
    """What the kernel needs to walk records of one category and edition."""

    category: int
    edition: str
    uaps: I64
    """shape (layouts, slots): node of each FSPEC bit, or SPARE_SLOT or RANDOM_SLOT."""
    fspec_max: I64
    """shape (layouts,), longest FSPEC in bytes."""
    nodes: I64
    """shape (n, 7): kind, size in bytes, first, count, aux, place, flags."""
    children: I64
    """Nodes of compound items by FSPEC bit, -1 spare."""
    parts: I64
    """Place of each fixed node and each octet of an extended one, -1 where nothing is wanted."""
    places: int
    """Number of places: rows in which the walk notes where records have what is wanted."""
    counts: int
    """Number of repeated items (and RE, SP) that are wanted."""
    fields: I64
    """shape (n, 7): place, byte, bytes, shift, bits, signed, out."""
    lsb: NDArray[np.float64]
    """shape (n,), one per field."""
    columns: tuple[Column, ...]
    """What is delivered: the fields in order, repeated items in between."""
    slot_names: tuple[tuple[str, ...], ...]
    """Item number of each FSPEC bit by layout, empty where spare: for reports."""


@dataclass
class _Builder:
    """The tables while they grow."""

    wanted: tuple[str, ...]
    nodes: list[list[int]] = field(default_factory=list)
    children: list[int] = field(default_factory=list)
    parts: list[int] = field(default_factory=list)
    fields: list[list[int]] = field(default_factory=list)
    lsb: list[float] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)
    places: int = 0
    counts: int = 0

    def wants(self, path: str) -> bool:
        """Return whether the path, or what it is part of, was asked for."""
        return any(path == w or path.startswith(f"{w}/") for w in self.wanted)

    def leaf(self, path: str, node: Node, bit: int) -> None:
        """Add the field of one element that begins `bit` bits into the part at hand."""
        if node.bits > WIDEST_BITS:
            raise ValueError(f"{path}: {node.bits} bits, at most {WIDEST_BITS}")
        out, unit = _delivery(node)
        end = bit + node.bits
        first, last = bit // 8, (end + 7) // 8
        place = self.places
        self.columns.append(Column(name=path, out=out, place=place, unit=unit, count_row=-1))
        self.fields.append(
            [place, first, last - first, last * 8 - end, node.bits, int(node.signed), out]
        )
        self.lsb.append(node.lsb if out == OUT_FLOAT else 1.0)

    def part(self, path: str, members: tuple[Node, ...]) -> None:
        """Add a fixed node or one octet of an extended one, with its fields."""
        wanted = [leaf for leaf in leaves(path, members) if self.wants(leaf[0])]
        for name, node, bit in wanted:
            self.leaf(name, node, bit)
        self.parts.append(self.places if wanted else -1)
        self.places += bool(wanted)

    def node(self, path: str, node: Node) -> int:
        """Add one item or sub-item and return its number."""
        number = len(self.nodes)
        self.nodes.append([])
        self.nodes[number] = _NODES[node.kind](self, path, node)
        return number

    def fixed(self, path: str, node: Node) -> list[int]:
        """Return the row of an element or group."""
        alone = node.kind == "element"
        self.part(path.rpartition("/")[0] if alone else path, (node,) if alone else node.members)
        return [FIXED, node.bits // 8, len(self.parts) - 1, 1, 0, -1, 0]

    def extended(self, path: str, node: Node) -> list[int]:
        """Return the row of an extended item and add its octets."""
        begin = len(self.parts)
        for part in node.parts:
            self.part(path, part.members)
        flags = LAST_FX * node.parts[-1].fx + OPEN_ENDED * node.open_ended
        return [EXTENDED, 1, begin, len(node.parts), 0, -1, flags]

    def repeated(self, path: str, node: Node) -> list[int]:
        """Return the row of a repeated item; its elements are read on demand."""
        element_bits = node.element.bits if node.element else 0
        fx_bits = 1 if node.count_bytes == 0 else 0
        count_row, place = self.span(path)
        size = (element_bits + fx_bits) // 8
        return [REPEATED, size, count_row, 0, node.count_bytes, place, 0]

    def explicit(self, path: str, _node: Node) -> list[int]:
        """Return the row of an item that begins with its own length (RE, SP)."""
        count_row, place = self.span(path)
        return [EXPLICIT, 0, count_row, 0, 0, place, 0]

    def span(self, path: str) -> tuple[int, int]:
        """Return count row and place of a repeated item, both -1 where it is not wanted."""
        if not self.wants(path):
            return -1, -1
        row, place = self.counts, self.places
        self.columns.append(Column(name=path, out=OUT_COUNT, place=place, unit="", count_row=row))
        self.counts += 1
        self.places += 1
        return row, place

    def compound(self, path: str, node: Node) -> list[int]:
        """Return the row of a compound item and add its sub-items."""
        made = [-1 if c is None else self.node(f"{path}/{c.name}", c) for c in node.children]
        first = len(self.children)
        self.children += made
        return [COMPOUND, 0, first, len(made), node.fspec_max, -1, 0]


_NODES = {
    "element": _Builder.fixed,
    "group": _Builder.fixed,
    "extended": _Builder.extended,
    "repetitive": _Builder.repeated,
    "explicit": _Builder.explicit,
    "compound": _Builder.compound,
}


def leaves(path: str, members: tuple[Node, ...]) -> Iterator[tuple[str, Node, int]]:
    """Yield every element below a run of members: its name, itself, its first bit."""
    bit = 0
    for member in members:
        name = f"{path}/{member.name}"
        if member.kind == "element":
            yield name, member, bit
        elif member.kind == "group":
            yield from ((n, leaf, bit + b) for n, leaf, b in leaves(name, member.members))
        bit += member.bits


def _delivery(node: Node) -> tuple[int, str]:
    """Return how an element is delivered, and its unit."""
    if node.means == "quantity":
        return OUT_FLOAT, node.unit
    out = _TEXT.get(node.means, OUT_INT)
    if out != OUT_INT and node.bits // _CHAR_BITS[out] > TEXT_CHARS:
        raise ValueError(f"{node.name}: more than {TEXT_CHARS} characters")
    return out, ""


@cache
def make_program(category: int, edition: str, wanted: tuple[str, ...]) -> Program:
    """Return the kernel's tables for an edition, delivering the wanted fields.

    Args:
        category: one of `tables.CATEGORIES`.
        edition: as written on the standard.
        wanted: names or their beginnings: `I048/040/RHO`, `I048/020`. Those that the edition does
            not have are left out, so that one list serves all editions.
    """
    table = category_table(category)
    layout = edition_table(category, edition)
    builder = _Builder(wanted)
    numbers: dict[int, int] = {}
    for uap in layout.uaps:
        for slot in uap.slots:
            if slot >= 0 and slot not in numbers:
                item = table.items[slot]
                numbers[slot] = builder.node(f"I{category:03d}/{item.name}", item)
    width = max(len(uap.slots) for uap in layout.uaps)
    uaps = np.full((len(layout.uaps), width), -1, dtype=np.int64)
    for row, uap in enumerate(layout.uaps):
        uaps[row, : len(uap.slots)] = [numbers.get(slot, slot) for slot in uap.slots]
    names = tuple(
        tuple(table.items[slot].name if slot >= 0 else "" for slot in uap.slots)
        for uap in layout.uaps
    )
    return Program(
        category=category,
        edition=edition,
        uaps=uaps,
        fspec_max=np.array([uap.fspec_max for uap in layout.uaps], dtype=np.int64),
        nodes=_table(builder.nodes, 7),
        children=np.array(builder.children, dtype=np.int64),
        parts=np.array(builder.parts, dtype=np.int64),
        places=builder.places,
        counts=builder.counts,
        fields=_table(builder.fields, 7),
        lsb=np.array(builder.lsb, dtype=np.float64),
        columns=tuple(builder.columns),
        slot_names=names,
    )


def _table(rows: list[list[int]], width: int) -> I64:
    return np.array(rows, dtype=np.int64).reshape(len(rows), width)
