"""The walker: follow FSPEC bits through records, write wanted fields to columns. Bounds-checked.

Every read is guarded by the end of its block, so that no bytes whatever lead outside; a fault is
a negative number on the way up and one row of `reject` at the end. Layout of the tables: `program`.
"""

import numpy as np
from numba import njit

from tocsin.wire.asterix.shapes import (
    COMPOUND,
    EMPTY_RECORD,
    EXTENDED,
    FIXED,
    FSPEC_TOO_LONG,
    LAST_FX,
    NO_RECORD_TYPE,
    OPEN_ENDED,
    OUT_FLOAT,
    OUT_ICAO,
    OUT_INT,
    PAST_END,
    REPEATED,
    UNDEFINED_EXTENSION,
    UNDEFINED_ITEM,
    ZERO_LENGTH,
)


@njit(cache=True)
def _icao_char(code):
    """Return the code point of a 6-bit character (ICAO Annex 10 vol. IV table 3-8), 0 if none."""
    if 1 <= code <= 26:
        return 64 + code
    if code == 32 or 48 <= code <= 57:
        return code
    return 0


@njit(cache=True)
def _write_text(value, bits, icao, cells):
    """Write a text left-adjusted; undefined characters are left out, blanks at the end too."""
    width = 6 if icao else 8
    used = 0
    last = 0
    for k in range(bits // width):
        code = (value >> (bits - width * (k + 1))) & ((1 << width) - 1)
        char = _icao_char(code) if icao else code
        if char != 0:
            cells[used] = char
            used += 1
            if char != 32:
                last = used
    for k in range(last, len(cells)):
        cells[k] = 0


@njit(cache=True)
def _fields(data, at, first, count, n, fields, lsb, real, whole, text, present):
    """Write `count` fields of a node that begins at `at` into row `n` of their columns."""
    for f in range(first, first + count):
        p = at + fields[f, 0]
        value = np.int64(0)
        for k in range(fields[f, 1]):
            value = (value << 8) | data[p + k]
        bits = fields[f, 3]
        value = (value >> fields[f, 2]) & ((np.int64(1) << bits) - 1)
        if fields[f, 4] != 0 and value >> (bits - 1) != 0:
            value -= np.int64(1) << bits
        out = fields[f, 5]
        row = fields[f, 6]
        if out == OUT_FLOAT:
            real[row, n] = value * lsb[f]
        elif out == OUT_INT:
            whole[row, n] = value
        else:
            _write_text(value, bits, out == OUT_ICAO, text[row, n])
        present[fields[f, 7], n] = True


@njit(cache=True)
def _extended(data, at, end, node, n, nodes, parts, fields, lsb, real, whole, text, present):
    """Walk an extended item; return where it ends or a negative fault."""
    first = nodes[node, 2]
    count = nodes[node, 3]
    flags = nodes[node, 6]
    for k in range(count):
        if at >= end:
            return -PAST_END
        part = first + k
        if parts[part, 1] > 0:
            _fields(
                data, at, parts[part, 0], parts[part, 1], n, fields, lsb, real, whole, text, present
            )
        more = data[at] & 1
        at += 1
        if k == count - 1 and flags & LAST_FX == 0:
            return at
        if more == 0:
            return at
    if flags & OPEN_ENDED == 0:
        return -UNDEFINED_EXTENSION
    while at < end:
        more = data[at] & 1
        at += 1
        if more == 0:
            return at
    return -PAST_END


@njit(cache=True)
def _repeated(data, at, end, node, n, nodes, spans, whole, present):
    """Walk a repeated item, noting where its elements are and how many."""
    size = nodes[node, 1]
    first = at
    count = 0
    if nodes[node, 4] == 0:
        more = 1
        while more != 0:
            if at + size > end:
                return -PAST_END
            at += size
            more = data[at - 1] & 1
            count += 1
    else:
        first = at + nodes[node, 4]
        if first > end:
            return -PAST_END
        for k in range(at, first):
            count = (count << 8) | data[k]
        at = first + count * size
        if at > end:
            return -PAST_END
    column = nodes[node, 5]
    if column >= 0:
        whole[spans[column], n] = count
        whole[spans[column] + 1, n] = first
        present[column, n] = True
    return at


@njit(cache=True)
def _explicit(data, at, end, node, n, nodes, spans, whole, present):
    """Walk an item that begins with its own length, noting its bytes."""
    if at >= end:
        return -PAST_END
    size = np.int64(data[at])
    if size == 0:
        return -ZERO_LENGTH
    if at + size > end:
        return -PAST_END
    column = nodes[node, 5]
    if column >= 0:
        whole[spans[column], n] = size - 1
        whole[spans[column] + 1, n] = at + 1
        present[column, n] = True
    return at + size


@njit(cache=True)
def _simple(data, at, end, node, n, nodes, parts, fields, lsb, spans, real, whole, text, present):
    """Walk one item that is not compound; return where it ends or a negative fault."""
    kind = nodes[node, 0]
    if kind == FIXED:
        if at + nodes[node, 1] > end:
            return -PAST_END
        if nodes[node, 3] > 0:
            _fields(
                data,
                at,
                nodes[node, 2],
                nodes[node, 3],
                n,
                fields,
                lsb,
                real,
                whole,
                text,
                present,
            )
        return at + nodes[node, 1]
    if kind == EXTENDED:
        return _extended(
            data, at, end, node, n, nodes, parts, fields, lsb, real, whole, text, present
        )
    if kind == REPEATED:
        return _repeated(data, at, end, node, n, nodes, spans, whole, present)
    return _explicit(data, at, end, node, n, nodes, spans, whole, present)


@njit(cache=True)
def _fspec_end(data, at, end):
    """Return where the field specification that begins at `at` ends, or a negative fault."""
    while at < end:
        more = data[at] & 1
        at += 1
        if more == 0:
            return at
    return -PAST_END


@njit(cache=True)
def _item(
    data,
    at,
    end,
    node,
    n,
    nodes,
    children,
    parts,
    fields,
    lsb,
    spans,
    real,
    whole,
    text,
    present,
):
    """Walk one item of any kind; return where it ends or a negative fault."""
    if nodes[node, 0] != COMPOUND:
        return _simple(
            data, at, end, node, n, nodes, parts, fields, lsb, spans, real, whole, text, present
        )
    body = _fspec_end(data, at, end)
    if body < 0:
        return body
    if body - at > nodes[node, 4]:
        return -FSPEC_TOO_LONG
    first = nodes[node, 2]
    count = nodes[node, 3]
    slot = 0
    here = body
    for octet in range(at, body):
        for bit in range(7, 0, -1):
            if data[octet] >> bit & 1:
                child = children[first + slot] if slot < count else -1
                if child < 0:
                    return -UNDEFINED_ITEM
                here = _simple(
                    data,
                    here,
                    end,
                    child,
                    n,
                    nodes,
                    parts,
                    fields,
                    lsb,
                    spans,
                    real,
                    whole,
                    text,
                    present,
                )
                if here < 0:
                    return here
            slot += 1
    return here


@njit(cache=True)
def _layout(data, at, body, end):
    """Return 0 for a plot, 1 for a track (first bit of I001/020), or a negative fault.

    Item 020 is the second bit of both layouts of CAT001, after 010 of two octets.
    """
    if data[at] & 0x40 == 0:
        return -NO_RECORD_TYPE
    p = body + 2 if data[at] & 0x80 else body
    if p >= end:
        return -PAST_END
    return np.int64(data[p] >> 7)


@njit(cache=True)
def walk(
    data,
    start,
    length,
    uaps,
    fspec_max,
    nodes,
    children,
    parts,
    fields,
    lsb,
    spans,
    inherits,
    record,
    real,
    whole,
    text,
    present,
    reject,
):
    """Walk the records of blocks of one category and edition.

    Args:
        data: uint8, the chunk.
        start, length: int64, shape (b,), the blocks in it, headers included; trusted.
        uaps, fspec_max, nodes, children, parts, fields, lsb: a `Program`.
        spans: int64, row of the integer output of each column, used by those that count elements.
        inherits: a record without item 010 has the source of the one before it in the block.
        record: int64, shape (5, cap), filled with block, offset, length, SAC, SIC.
        real, whole, text, present: outputs, shape (rows, cap); text (rows, cap, characters).
        reject: int64, shape (b, 5), filled with block, offset, fault, layout, slot.

    Returns:
        Number of records and of rejects; records -1 when `cap` is too small.
    """
    n = 0
    rejects = 0
    cap = record.shape[1]
    slots = uaps.shape[1]
    two_layouts = len(fspec_max) > 1
    for block in range(len(start)):
        at = start[block] + 3
        end = start[block] + length[block]
        sac = np.int64(-1)
        sic = np.int64(-1)
        while at < end:
            if n == cap:
                return -1, 0
            begin = at
            if not inherits:
                sac = np.int64(-1)
                sic = np.int64(-1)
            body = _fspec_end(data, at, end)
            layout = np.int64(0)
            slot = -1
            fault = 0
            here = body
            if body < 0:
                fault = -body
            elif two_layouts:
                layout = _layout(data, at, body, end)
                if layout < 0:
                    fault = -layout
                    layout = np.int64(0)
            if fault == 0 and body - at > fspec_max[layout]:
                fault = FSPEC_TOO_LONG
            if fault == 0:
                for octet in range(begin, body):
                    byte = data[octet]
                    if byte & 0xFE == 0:
                        slot += 7
                        continue
                    for bit in range(7, 0, -1):
                        slot += 1
                        if byte >> bit & 1 == 0:
                            continue
                        node = uaps[layout, slot] if slot < slots else np.int64(-1)
                        if node == -1:
                            fault = UNDEFINED_ITEM
                            break
                        pairs = 1
                        if node == -2:
                            if here >= end:
                                fault = PAST_END
                                break
                            pairs = data[here]
                            here += 1
                        for _ in range(pairs):
                            item = node
                            if node == -2:
                                if here >= end:
                                    fault = PAST_END
                                    break
                                frn = data[here]
                                here += 1
                                item = uaps[layout, frn - 1] if 0 < frn <= slots else np.int64(-1)
                                if item < 0:
                                    fault = UNDEFINED_ITEM
                                    break
                            if slot == 0 and here + 2 <= end:
                                sac = np.int64(data[here])
                                sic = np.int64(data[here + 1])
                            here = _item(
                                data,
                                here,
                                end,
                                item,
                                n,
                                nodes,
                                children,
                                parts,
                                fields,
                                lsb,
                                spans,
                                real,
                                whole,
                                text,
                                present,
                            )
                            if here < 0:
                                fault = -here
                                break
                        if fault != 0:
                            break
                    if fault != 0:
                        break
                if fault == 0 and here == body:
                    fault = EMPTY_RECORD
            if fault != 0:
                for row in range(present.shape[0]):
                    present[row, n] = False
                reject[rejects, 0] = block
                reject[rejects, 1] = begin
                reject[rejects, 2] = fault
                reject[rejects, 3] = layout
                reject[rejects, 4] = slot
                rejects += 1
                break
            record[0, n] = block
            record[1, n] = begin
            record[2, n] = here - begin
            record[3, n] = sac
            record[4, n] = sic
            n += 1
            at = here
    return n, rejects


@njit(cache=True)
def blank(n, present_of_real, present_of_whole, present_of_text, real, whole, text, present):
    """Overwrite what no record wrote: NaN, -1 and empty text where `present` is false."""
    for row in range(len(present_of_real)):
        seen = present[present_of_real[row]]
        for k in range(n):
            if not seen[k]:
                real[row, k] = np.nan
    for row in range(len(present_of_whole)):
        seen = present[present_of_whole[row]]
        for k in range(n):
            if not seen[k]:
                whole[row, k] = -1
    for row in range(len(present_of_text)):
        seen = present[present_of_text[row]]
        for k in range(n):
            if not seen[k]:
                text[row, k, :] = 0


@njit(cache=True)
def peek_sources(data, start, length, sac, sic):
    """Write SAC and SIC of the first record of each block; -1 where it has no item 010.

    Item 010 is the first bit of the FSPEC and the first item in all categories decoded here.
    """
    for block in range(len(start)):
        sac[block] = -1
        sic[block] = -1
        end = start[block] + length[block]
        at = start[block] + 3
        if at >= end or data[at] & 0x80 == 0:
            continue
        body = _fspec_end(data, at, end)
        if body < 0 or body + 2 > end:
            continue
        sac[block] = data[body]
        sic[block] = data[body + 1]
