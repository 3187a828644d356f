"""Raw blocks to columns: one array per field, one row per record, for all records of a chunk.

What the standard calls an item of a record becomes `fields["I048/040/RHO"]`: values scaled to the
unit of the specification (nautical miles, degrees, flight levels: callers convert), and whether
each record had it. Bytes that no record can be made of come back as `Rejected`.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from tocsin.model.raw import RawChunk, Rejected
from tocsin.wire.asterix import _kernels
from tocsin.wire.asterix.editions import Editions
from tocsin.wire.asterix.program import TEXT_CHARS, Column, Program, make_program
from tocsin.wire.asterix.shapes import EMPTY_RECORD, EXPLAIN, FAULTS
from tocsin.wire.asterix.sources import source_keys
from tocsin.wire.asterix.tables import CATEGORIES
from tocsin.wire.asterix.wanted import usual_fields

I64 = NDArray[np.int64]
Values = NDArray[np.float64] | NDArray[np.int64] | NDArray[np.str_]

HEADER_BYTES = 3
"""Category and length in front of the records of a block."""

INHERITING = frozenset({1, 2})
"""Categories whose later records may leave out their source (it is that of the record before)."""


class Field(NamedTuple):
    """One field of all records of a `Columns`."""

    values: Values
    """shape (n,): float64 in `unit`, int64 as on the wire, or text without trailing blanks.

    Where `present` is false: NaN, -1 or empty.
    """
    present: NDArray[np.bool_]
    """shape (n,)"""
    unit: str
    """As the specification writes it: NM, °, s, FL, kt, m/s, ...; empty for whole numbers."""


class Columns(msgspec.Struct, frozen=True, kw_only=True):
    """All records of one category and edition in a chunk, in the order of their bytes."""

    category: int
    edition: str
    n: int
    sac: I64
    """shape (n,), system area code; -1 where the record has no item 010."""
    sic: I64
    """shape (n,), system identification code, or -1."""
    block: I64
    """shape (n,), which block of the chunk."""
    record_offset: I64
    """shape (n,), where the record begins in `chunk.data`."""
    record_length: I64
    """shape (n,), bytes."""
    fields: Mapping[str, Field]
    """By name; a repeated item or one with its own length (RE, SP) has its count here."""
    first_element: Mapping[str, I64]
    """For those: where the first element, or the bytes, begin in `chunk.data`; -1 if absent."""


class Decoded(NamedTuple):
    """Everything that a chunk held: understood or not, no byte is left out."""

    columns: tuple[Columns, ...]
    """One per category and edition met."""
    rejects: tuple[Rejected, ...]
    """In the order of their bytes."""


def decode(
    chunk: RawChunk, editions: Editions, wanted: Mapping[int, tuple[str, ...]] | None = None
) -> Decoded:
    """Decode a chunk. No bytes whatever raise an error.

    The good records before a bad one are kept; the rest of its block is one `Rejected`.

    Args:
        chunk: the blocks; those of categories that are not decoded are rejected as such.
        editions: which edition each category or source speaks.
        wanted: names of fields or items by category, instead of `wanted.usual_fields`.
    """
    data = np.frombuffer(chunk.data, dtype=np.uint8)
    sound = _sound_blocks(chunk)
    columns: list[Columns] = []
    rejects = [_bad_block(chunk, int(block)) for block in np.flatnonzero(~sound)]
    for category, edition, blocks in _groups(data, chunk, np.flatnonzero(sound), editions):
        if category not in CATEGORIES:
            rejects += [_not_decoded(chunk, int(block), category) for block in blocks]
            continue
        names = (wanted or {}).get(category) or usual_fields(category)
        made, bad = _decode_group(data, chunk, blocks, make_program(category, edition, names))
        columns.append(made)
        rejects += bad
    return Decoded(tuple(columns), tuple(sorted(rejects, key=lambda r: r.offset)))


def _sound_blocks(chunk: RawChunk) -> NDArray[np.bool_]:
    """Return which blocks lie inside the chunk and are long enough for a header."""
    end = chunk.start + chunk.length
    inside: NDArray[np.bool_] = (chunk.start >= 0) & (end <= len(chunk.data))
    return inside & (chunk.length >= HEADER_BYTES)


def _groups(
    data: NDArray[np.uint8], chunk: RawChunk, blocks: I64, editions: Editions
) -> Iterator[tuple[int, str, I64]]:
    """Yield category, edition and block numbers: those that one walk can take together."""
    category = data[chunk.start[blocks]]
    for number in np.flatnonzero(np.bincount(category, minlength=256)).tolist():
        mine = blocks[category == number]
        exceptions = editions.sources_of(number)
        usual = editions.by_category.get(number, "")
        if not exceptions:
            yield number, usual, mine
            continue
        key = source_keys(data, chunk, mine)
        spoken = {sac * 256 + sic: edition for (sac, sic), edition in exceptions.items()}
        named = np.array([spoken.get(k, usual) for k in key.tolist()])
        for edition in np.unique(named).tolist():
            yield number, edition, mine[named == edition]


class _Walked(NamedTuple):
    """The arrays that one walk filled."""

    n: int
    record: I64
    real: NDArray[np.float64]
    whole: I64
    text: NDArray[np.uint32]
    present: NDArray[np.bool_]
    reject: I64


def _decode_group(
    data: NDArray[np.uint8], chunk: RawChunk, blocks: I64, program: Program
) -> tuple[Columns, list[Rejected]]:
    """Decode the blocks of one category and edition."""
    start, length = chunk.start[blocks], chunk.length[blocks]
    total = int(length.sum())
    walked = _walk(data, start, length, program, total // 8 + 16)
    if walked.n < 0:  # short records: there cannot be more of them than bytes
        walked = _walk(data, start, length, program, total)
    n = walked.n
    columns = Columns(
        category=program.category,
        edition=program.edition,
        n=n,
        sac=walked.record[3, :n],
        sic=walked.record[4, :n],
        block=blocks[walked.record[0, :n]],
        record_offset=walked.record[1, :n],
        record_length=walked.record[2, :n],
        fields=_fields(program.columns, walked),
        first_element={
            column.name: walked.whole[column.offset_row, :n]
            for column in program.columns
            if column.offset_row >= 0
        },
    )
    return columns, [_rejected(chunk, blocks, program, row) for row in walked.reject.tolist()]


def _walk(
    data: NDArray[np.uint8], start: I64, length: I64, program: Program, capacity: int
) -> _Walked:
    """Run the kernel with room for `capacity` records; n is -1 when that was too little."""
    real_rows, whole_rows, text_rows = (len(rows) for rows in program.present_of)
    record = np.empty((5, capacity), dtype=np.int64)
    real = np.empty((real_rows, capacity))
    whole = np.empty((whole_rows, capacity), dtype=np.int64)
    text = np.empty((text_rows, capacity, TEXT_CHARS), dtype=np.uint32)
    present = np.zeros((len(program.columns), capacity), dtype=np.bool_)
    reject = np.empty((len(start), 5), dtype=np.int64)
    n, bad = _kernels.walk(
        data,
        start,
        length,
        program.uaps,
        program.fspec_max,
        program.nodes,
        program.children,
        program.parts,
        program.fields,
        program.lsb,
        program.spans,
        program.category in INHERITING,
        record,
        real,
        whole,
        text,
        present,
        reject,
    )
    _kernels.blank(n, *program.present_of, real, whole, text, present)
    return _Walked(n, record, real, whole, text, present, reject[:bad])


def _fields(columns: tuple[Column, ...], walked: _Walked) -> dict[str, Field]:
    """Return every field as a view into the arrays of the walk."""
    n = walked.n
    reals, wholes, present = walked.real[:, :n], walked.whole[:, :n], walked.present[:, :n]
    texts = walked.text[:, :n].view(f"<U{TEXT_CHARS}")[:, :, 0]
    banks: tuple[list[Values], ...] = (list(reals), list(wholes), list(texts), list(texts))
    seen = list(present)
    return {
        column.name: Field(banks[column.out][column.row], seen[column.present_row], column.unit)
        for column in columns
    }


def _rejected(chunk: RawChunk, blocks: I64, program: Program, row: list[int]) -> Rejected:
    """Return what a walk could not understand: from the bad record to the end of its block."""
    number, begin, fault, layout, slot = row
    block = int(blocks[number])
    start = int(chunk.start[block])
    end = start + int(chunk.length[block])
    if begin == start + HEADER_BYTES:
        begin = start
    reason = FAULTS[fault]
    names = program.slot_names[layout]
    known = 0 <= slot < len(names) and names[slot] and fault != EMPTY_RECORD
    item = f"; at item {names[slot]}" if known else ""
    return Rejected(
        source=chunk.source,
        offset=int(chunk.offset[block]) + begin - start,
        reason=reason,
        detail=(
            f"a record of CAT{program.category:03d} (read as edition {program.edition}) "
            f"{EXPLAIN[reason]}{item}"
        ),
        raw=chunk.data[begin:end],
    )


def _not_decoded(chunk: RawChunk, block: int, category: int) -> Rejected:
    return Rejected(
        source=chunk.source,
        offset=int(chunk.offset[block]),
        reason="category_not_decoded",
        detail=f"a block of category {category:03d}, which is not decoded to columns",
        raw=chunk.block(block),
    )


def _bad_block(chunk: RawChunk, block: int) -> Rejected:
    return Rejected(
        source=chunk.source,
        offset=int(chunk.offset[block]),
        reason="bad_block",
        detail=f"a block of {int(chunk.length[block])} bytes does not lie inside its chunk",
        raw=chunk.block(block),
    )
