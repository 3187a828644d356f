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

from tocsin.model.errors import BadSettings
from tocsin.wire.asterix.shapes import (
    COMPOUND,
    EXPLICIT,
    EXTENDED,
    FIXED,
    LAST_FX,
    OPEN_ENDED,
    OUT_ASCII,
    OUT_FLOAT,
    OUT_ICAO,
    OUT_INT,
    REPEATED,
)
from tocsin.wire.asterix.tables import Node, category_table, edition_table

I64 = NDArray[np.int64]

TEXT_CHARS = 8
"""Characters of the longest text field (call sign)."""
_CHAR_BITS = {OUT_ICAO: 6, OUT_ASCII: 8}
_TEXT = {"icao": OUT_ICAO, "ascii": OUT_ASCII}


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """Where one field is delivered: the row of its output array and of the presence array."""

    name: str
    """`I048/040/RHO`; a repeated item or one with a length (RE, SP) has its count here."""
    out: int
    """OUT_FLOAT, OUT_INT, OUT_ICAO or OUT_ASCII."""
    row: int
    present_row: int
    unit: str
    offset_row: int
    """Repeated items: row of the integer array with the offset of the first element, else -1."""


class Program(msgspec.Struct, frozen=True, kw_only=True):
    """What the kernel needs to walk records of one category and edition."""

    category: int
    edition: str
    uaps: I64
    """shape (layouts, slots): node of each FSPEC bit, or SPARE_SLOT or RANDOM_SLOT."""
    fspec_max: I64
    """shape (layouts,), longest FSPEC in bytes."""
    nodes: I64
    """shape (n, 7): kind, size in bytes, first, count, aux, column row, flags."""
    children: I64
    """Nodes of compound items by FSPEC bit, -1 spare."""
    parts: I64
    """shape (n, 2): first field and count of fields of each node, or octet of an extended one."""
    fields: I64
    """shape (n, 8): byte, bytes, shift, bits, signed, out, row, present row."""
    lsb: NDArray[np.float64]
    """shape (n,), one per field."""
    columns: tuple[Column, ...]
    spans: I64
    """shape (columns,), row of each column in its output array."""
    present_of: tuple[I64, I64, I64]
    """Presence row of each row of the float, integer and text output arrays."""
    slot_names: tuple[tuple[str, ...], ...]
    """Item number of each FSPEC bit by layout, empty where spare: for reports."""


@dataclass
class _Builder:
    """The tables while they grow."""

    prefix: str
    wanted: tuple[str, ...]
    nodes: list[list[int]] = field(default_factory=list)
    children: list[int] = field(default_factory=list)
    parts: list[list[int]] = field(default_factory=list)
    fields: list[list[int]] = field(default_factory=list)
    lsb: list[float] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)
    rows: dict[int, int] = field(default_factory=lambda: {OUT_FLOAT: 0, OUT_INT: 0, OUT_ICAO: 0})

    def wants(self, path: str) -> bool:
        """Return whether the path, or what it is part of, was asked for."""
        return any(path == w or path.startswith(f"{w}/") for w in self.wanted)

    def column(self, path: str, out: int, unit: str, *, spans: bool = False) -> Column:
        """Add a column and return it; `spans` adds a row for the offset of repeated elements."""
        bank = OUT_ICAO if out == OUT_ASCII else out
        row = self.rows[bank]
        self.rows[bank] += 2 if spans else 1
        made = Column(
            name=path,
            out=out,
            row=row,
            present_row=len(self.columns),
            unit=unit,
            offset_row=row + 1 if spans else -1,
        )
        self.columns.append(made)
        return made

    def present_of(self, *outs: int) -> I64:
        """Return the presence row of each row of one output array."""
        rows = {c.row: c.present_row for c in self.columns if c.out in outs}
        rows |= {c.offset_row: c.present_row for c in self.columns if OUT_INT in outs}
        return np.array([rows[row] for row in sorted(rows) if row >= 0], dtype=np.int64)

    def leaf(self, path: str, node: Node, bit: int) -> None:
        """Add the field of one element that begins `bit` bits into its node."""
        if node.bits > 56:
            raise BadSettings(
                f"{path} is {node.bits} bits wide",
                where="field",
                remedy="Ask for it through its repeated item.",
            )
        out, unit = _delivery(node)
        column = self.column(path, out, unit)
        end = bit + node.bits
        first, last = bit // 8, (end + 7) // 8
        bits = [first, last - first, last * 8 - end, node.bits, int(node.signed)]
        self.fields.append([*bits, out, column.row, column.present_row])
        self.lsb.append(node.lsb if out == OUT_FLOAT else 1.0)

    def spread(self, path: str, members: tuple[Node, ...]) -> tuple[int, int]:
        """Add the fields of consecutive members; return the first one and their count."""
        first = len(self.fields)
        for name, node, bit in leaves(path, members):
            if self.wants(name):
                self.leaf(name, node, bit)
        return first, len(self.fields) - first

    def node(self, path: str, node: Node) -> int:
        """Add one item or sub-item and return its number."""
        number = len(self.nodes)
        self.nodes.append([])
        self.nodes[number] = _NODES[node.kind](self, path, node)
        return number

    def fixed(self, path: str, node: Node) -> list[int]:
        """Return the row of an element or group."""
        members = (node,) if node.kind == "element" else node.members
        self.parts.append(
            list(self.spread(_parent(path) if node.kind == "element" else path, members))
        )
        return [FIXED, node.bits // 8, len(self.parts) - 1, 1, 0, -1, 0]

    def extended(self, path: str, node: Node) -> list[int]:
        """Return the row of an extended item and add its octets."""
        begin = len(self.parts)
        self.parts += [list(self.spread(path, part.members)) for part in node.parts]
        flags = LAST_FX * node.parts[-1].fx + OPEN_ENDED * node.open_ended
        return [EXTENDED, 1, begin, len(node.parts), 0, -1, flags]

    def repeated(self, path: str, node: Node) -> list[int]:
        """Return the row of a repeated item; its elements are read on demand."""
        element_bits = node.element.bits if node.element else 0
        fx_bits = 1 if node.count_bytes == 0 else 0
        row = self.span_row(path)
        return [REPEATED, (element_bits + fx_bits) // 8, 0, 0, node.count_bytes, row, 0]

    def explicit(self, path: str, _node: Node) -> list[int]:
        """Return the row of an item that begins with its own length (RE, SP)."""
        return [EXPLICIT, 0, 0, 0, 0, self.span_row(path), 0]

    def span_row(self, path: str) -> int:
        """Return the number of the count column of a repeated item, -1 if it is not wanted."""
        if not self.wants(path):
            return -1
        self.column(path, OUT_INT, "", spans=True)
        return len(self.columns) - 1

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


def _parent(path: str) -> str:
    return path.rpartition("/")[0]


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
    builder = _Builder(prefix=f"I{category:03d}", wanted=wanted)
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
        parts=_table(builder.parts, 2),
        fields=_table(builder.fields, 8),
        lsb=np.array(builder.lsb, dtype=np.float64),
        columns=tuple(builder.columns),
        spans=np.array([column.row for column in builder.columns], dtype=np.int64),
        present_of=(
            builder.present_of(OUT_FLOAT),
            builder.present_of(OUT_INT),
            builder.present_of(OUT_ICAO, OUT_ASCII),
        ),
        slot_names=names,
    )


def _table(rows: list[list[int]], width: int) -> I64:
    return np.array(rows, dtype=np.int64).reshape(len(rows), width)
