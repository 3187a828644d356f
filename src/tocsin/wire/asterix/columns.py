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
from tocsin.wire.asterix.program import TEXT_CHARS, Program, make_program
from tocsin.wire.asterix.shapes import (
    EMPTY_RECORD,
    EXPLAIN,
    FAULTS,
    OUT_COUNT,
    OUT_FLOAT,
    OUT_ICAO,
    OUT_INT,
)
from tocsin.wire.asterix.sources import source_keys
from tocsin.wire.asterix.tables import CATEGORIES
from tocsin.wire.asterix.wanted import usual_fields

I64 = NDArray[np.int64]
Values = NDArray[np.float64] | NDArray[np.int64] | NDArray[np.str_]

HEADER_BYTES = 3
"""Category and length in front of the records of a block."""

LONGEST_CHUNK_BYTES = 2**31 - 1
"""Places in a chunk are noted in 32 bits."""

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
    """Decode a chunk. No bytes whatever raise an error (only a chunk of 2 GiB does).

    The good records before a bad one are kept; the rest of its block is one `Rejected`.

    Args:
        chunk: the blocks; those of categories that are not decoded are rejected as such.
        editions: which edition each category or source speaks.
        wanted: names of fields or items by category, instead of `wanted.usual_fields`.
    """
    if len(chunk.data) > LONGEST_CHUNK_BYTES:
        raise ValueError(f"a chunk of {len(chunk.data)} bytes: hand in smaller ones")
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
    """What a walk noted."""

    n: int
    record: I64
    place: NDArray[np.int32]
    elements: NDArray[np.int32]
    seen: NDArray[np.bool_]
    reject: I64


def _decode_group(
    data: NDArray[np.uint8], chunk: RawChunk, blocks: I64, program: Program
) -> tuple[Columns, list[Rejected]]:
    """Decode the blocks of one category and edition."""
    start, length = chunk.start[blocks], chunk.length[blocks]
    total = int(length.sum())
    walked = _walk(data, start, length, program, total // 16 + 16)
    if walked.n < 0:  # short records: there cannot be more of them than bytes
        walked = _walk(data, start, length, program, total)
    n = walked.n
    fields, first_element = _fields(data, program, walked)
    columns = Columns(
        category=program.category,
        edition=program.edition,
        n=n,
        sac=walked.record[3, :n],
        sic=walked.record[4, :n],
        block=blocks[walked.record[0, :n]],
        record_offset=walked.record[1, :n],
        record_length=walked.record[2, :n],
        fields=fields,
        first_element=first_element,
    )
    return columns, [_rejected(chunk, blocks, program, row) for row in walked.reject.tolist()]


def _walk(
    data: NDArray[np.uint8], start: I64, length: I64, program: Program, capacity: int
) -> _Walked:
    """Run the kernel with room for `capacity` records; n is -1 when that was too little."""
    record = np.empty((5, capacity), dtype=np.int64)
    place = np.empty((program.places, capacity), dtype=np.int32)
    count = np.empty((program.counts, capacity), dtype=np.int32)
    seen = np.zeros(program.places, dtype=np.bool_)
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
        program.category in INHERITING,
        record,
        place,
        count,
        seen,
        reject,
    )
    return _Walked(n, record, place, count, seen, reject[:bad])


def _fields(
    data: NDArray[np.uint8], program: Program, walked: _Walked
) -> tuple[dict[str, Field], dict[str, I64]]:
    """Return every field, and where the elements of repeated items begin."""
    n, place, seen = walked.n, walked.place, walked.seen.tolist()
    banks = _read(data, program, walked)
    present = list(place[:, :n] >= 0)
    nowhere = _absent(n)
    fields: dict[str, Field] = {}
    first_element: dict[str, I64] = {}
    for column in program.columns:
        here = present[column.place]
        if column.out == OUT_COUNT:
            count = walked.elements[column.count_row, :n].astype(np.int64)
            fields[column.name] = Field(np.where(here, count, -1), here, column.unit)
            first_element[column.name] = place[column.place, :n].astype(np.int64)
        elif seen[column.place]:
            fields[column.name] = Field(next(banks[column.out]), here, column.unit)
        else:
            fields[column.name] = Field(nowhere[column.out], here, column.unit)
    return fields, first_element


def _read(
    data: NDArray[np.uint8], program: Program, walked: _Walked
) -> tuple[Iterator[Values], ...]:
    """Read what any record has; return the columns by kind of delivery, in order."""
    n, out = walked.n, program.fields[:, 6]
    live = walked.seen[program.fields[:, 0]]
    row = np.full(len(out), -1, dtype=np.int64)
    kinds = [live & (out == OUT_FLOAT), live & (out == OUT_INT), live & (out >= OUT_ICAO)]
    for kind in kinds:
        row[kind] = np.arange(np.count_nonzero(kind))
    real, whole, chars = (np.count_nonzero(kind) for kind in kinds)
    reals, wholes = np.empty((real, n)), np.empty((whole, n), dtype=np.int64)
    text = np.empty((chars, n, TEXT_CHARS), dtype=np.uint32)
    _kernels.read_fields(
        data, n, walked.place, program.fields, program.lsb, row, reals, wholes, text
    )
    texts = iter(text.view(f"U{TEXT_CHARS}")[:, :, 0])
    return iter(reals), iter(wholes), texts, texts


def _absent(n: int) -> tuple[Values, Values, Values, Values]:
    """Return the columns of fields that no record has: shared, so not to be written to."""
    texts = np.zeros(n, dtype=f"U{TEXT_CHARS}")
    made = np.full(n, np.nan), np.full(n, -1, dtype=np.int64), texts
    for values in made:
        values.setflags(write=False)
    return (*made, texts)


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
