"""The walker: follow FSPEC bits through records, note where what is wanted lies, then read it.

Every read of the walk is guarded by the end of its block, so that no bytes whatever lead outside. A
fault ends the block with one row of `reject`. Layout of the tables: `program`. The walk is one
function on purpose: handing a dozen arrays to small ones was measured twenty times slower; reading
fields column by column afterwards was measured three times faster than during the walk.
"""

import numpy as np
from numba import njit

from tocsin.wire.asterix.shapes import (
    COMPOUND,
    EMPTY_RECORD,
    EXPLICIT,
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
def _fspec_end(data, at, end):
    """Return where the field specification that begins at `at` ends, or a negative fault."""
    while at < end:
        more = data[at] & 1
        at += 1
        if more == 0:
            return at
    return -PAST_END


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
    inherits,
    record,
    place,
    count,
    seen,
    reject,
):
    """Walk the records of blocks of one category and edition.

    Args:
        data: uint8, the chunk.
        start, length: int64, shape (b,), the blocks in it, headers included; trusted.
        uaps, fspec_max, nodes, children, parts: a `Program`.
        inherits: a record without item 010 has the source of the one before it in the block.
        record: int64, shape (5, cap), filled with block, offset, length, SAC, SIC.
        place: int32, shape (places, cap), filled with where in `data` each record has it, or -1.
        count: int32, shape (counts, cap), filled with numbers of elements where there are any.
        seen: bool, shape (places,), set where any record has it.
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
        here = start[block] + 3
        end = start[block] + length[block]
        sac = np.int64(-1)
        sic = np.int64(-1)
        while here < end:
            if n == cap:
                return -1, 0
            begin = here
            if not inherits:
                sac = np.int64(-1)
                sic = np.int64(-1)
            fault = 0
            layout = np.int64(0)
            body = _fspec_end(data, begin, end)
            if body < 0:
                fault = -body
            elif two_layouts:
                layout = _layout(data, begin, body, end)
                if layout < 0:
                    fault = -layout
                    layout = np.int64(0)
            if fault == 0 and body - begin > fspec_max[layout]:
                fault = FSPEC_TOO_LONG
            # State of the record's FSPEC, of a compound item's, and of random field sequencing.
            for row in range(len(seen)):
                place[row, n] = -1
            here = body
            octet = begin
            byte = np.int64(data[begin])
            bit = 8
            slot = -1
            child_octet = np.int64(0)
            child_body = np.int64(0)
            child_byte = np.int64(0)
            child_bit = 1
            child_slot = -1
            child_first = np.int64(0)
            child_count = np.int64(0)
            random_left = np.int64(0)
            while fault == 0:
                # Choose the next node: of a compound item, of a random sequence, of the record.
                if child_octet < child_body:
                    child_bit -= 1
                    if child_bit == 0:
                        child_octet += 1
                        if child_octet < child_body:
                            child_byte = np.int64(data[child_octet])
                            child_bit = 8
                        continue
                    child_slot += 1
                    if child_byte >> child_bit & 1 == 0:
                        continue
                    node = np.int64(-1)
                    if child_slot < child_count:
                        node = children[child_first + child_slot]
                elif random_left > 0:
                    random_left -= 1
                    if here >= end:
                        fault = PAST_END
                        break
                    frn = np.int64(data[here])
                    here += 1
                    node = np.int64(-1)
                    if 0 < frn <= slots:
                        node = max(uaps[layout, frn - 1], np.int64(-1))
                else:
                    bit -= 1
                    if bit == 0:
                        octet += 1
                        if octet == body:
                            break
                        byte = np.int64(data[octet])
                        bit = 8
                        continue
                    slot += 1
                    if byte >> bit & 1 == 0:
                        continue
                    node = np.int64(-1)
                    if slot < slots:
                        node = uaps[layout, slot]
                    if node == -2:
                        if here >= end:
                            fault = PAST_END
                            break
                        random_left = np.int64(data[here])
                        here += 1
                        continue
                    if slot == 0 and here + 2 <= end:
                        sac = np.int64(data[here])
                        sic = np.int64(data[here + 1])
                if node < 0:
                    fault = UNDEFINED_ITEM
                    break

                kind = nodes[node, 0]
                size = nodes[node, 1]
                if kind <= EXTENDED:  # FIXED or EXTENDED
                    part = nodes[node, 2]
                    last_part = part + nodes[node, 3] - 1
                    while True:
                        if here + size > end:
                            fault = PAST_END
                            break
                        if part <= last_part and parts[part] >= 0:
                            place[parts[part], n] = here
                            seen[parts[part]] = True
                        here += size
                        if kind == FIXED:
                            break
                        flags = nodes[node, 6]
                        if part == last_part and flags & LAST_FX == 0:
                            break
                        if data[here - 1] & 1 == 0:
                            break
                        if part >= last_part and flags & OPEN_ENDED == 0:
                            fault = UNDEFINED_EXTENSION
                            break
                        part += 1
                elif kind == COMPOUND:
                    child_octet = here
                    child_body = _fspec_end(data, here, end)
                    if child_body < 0:
                        fault = -child_body
                    elif child_body - here > nodes[node, 4]:
                        fault = FSPEC_TOO_LONG
                    else:
                        child_byte = np.int64(data[here])
                        child_bit = 8
                        child_slot = -1
                        child_first = nodes[node, 2]
                        child_count = nodes[node, 3]
                        here = child_body
                else:
                    # Repeated or with a length of its own: note where it is and how much.
                    first = here
                    total = np.int64(0)
                    if kind == EXPLICIT:
                        if here >= end:
                            fault = PAST_END
                        else:
                            total = np.int64(data[here]) - 1
                            first = here + 1
                            here += total + 1
                            if total < 0:
                                fault = ZERO_LENGTH
                    elif nodes[node, 4] == 0:
                        while True:
                            here += size
                            total += 1
                            if here > end or data[here - 1] & 1 == 0:
                                break
                    else:
                        first = here + nodes[node, 4]
                        if first > end:
                            fault = PAST_END
                        else:
                            for k in range(here, first):
                                total = (total << 8) | data[k]
                            here = first + total * size
                    if fault == 0 and here > end:
                        fault = PAST_END
                    row = nodes[node, 5]
                    if fault == 0 and row >= 0:
                        place[row, n] = first
                        count[nodes[node, 2], n] = total
                        seen[row] = True

            if fault == 0 and here == body:
                fault = EMPTY_RECORD
            if fault != 0:
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
    return n, rejects


@njit(cache=True)
def read_fields(data, n, place, fields, lsb, row, real, whole, text):
    """Read the fields of `n` records, one column after the other.

    Args:
        data: uint8, the chunk.
        n: number of records.
        place: int32, as filled by `walk`.
        fields, lsb: a `Program`.
        row: int64, row of each field in the output of its kind, -1 where no record has it.
        real: float64, shape (rows, n): scaled; NaN where absent.
        whole: int64, shape (rows, n); -1 where absent.
        text: uint32, shape (rows, n, characters); 0 where absent.
    """
    for f in range(len(row)):
        to = row[f]
        if to < 0:
            continue
        where = place[fields[f, 0]]
        first = fields[f, 1]
        size = fields[f, 2]
        shift = fields[f, 3]
        bits = fields[f, 4]
        mask = (np.int64(1) << bits) - 1
        # Subtracting twice the sign bit turns an unsigned number into two's complement.
        sign = (np.int64(1) << (bits - 1)) if fields[f, 5] != 0 else np.int64(0)
        out = fields[f, 6]
        step = lsb[f]
        for k in range(n):
            at = np.int64(where[k])
            if at < 0:
                if out == OUT_FLOAT:
                    real[to, k] = np.nan
                elif out == OUT_INT:
                    whole[to, k] = -1
                else:
                    text[to, k, :] = 0
                continue
            at += first
            value = np.int64(data[at])
            for p in range(at + 1, at + size):
                value = (value << 8) | data[p]
            value = (value >> shift) & mask
            value -= (value & sign) << 1
            if out == OUT_FLOAT:
                real[to, k] = value * step
            elif out == OUT_INT:
                whole[to, k] = value
            else:
                _write_text(value, bits, out == OUT_ICAO, text[to, k])


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
