"""Find the blocks in a stretch of a recording; step over damage to where frames fit again."""

import numpy as np
from numba import njit

RAW, GPS, FINAL_FORMAT, RPLY = range(4)
"""Kinds of framing."""

BAD_FRAME, BAD_LENGTH, TRUNCATED = range(3)
"""Why bytes were stepped over."""

BAD, INCOMPLETE = -1, -2
CHAIN = 3
"""So many good frames in a row are taken for the way back after damage."""


@njit(cache=True)
def _word(data, at):
    return (np.int64(data[at]) << 8) | data[at + 1]


@njit(cache=True)
def _frame(data, at, size, kind, known):
    """Return begin and end of a frame's blocks and where the next frame begins.

    The first is BAD where no frame can be, INCOMPLETE where it runs past the data.
    """
    wanted = 3 if kind <= GPS else 11
    if at + wanted > size:
        return INCOMPLETE, 0, 0
    first = at if kind <= GPS else at + 8
    block = _word(data, first + 1)
    if not known[data[first]] or block < 3:
        return BAD, 0, 0
    end = first + block
    if kind == FINAL_FORMAT:
        end = at + _word(data, at) - 4
        after = end + 4
    elif kind == RPLY:
        end = first + (
            np.int64(data[at])
            | np.int64(data[at + 1]) << 8
            | np.int64(data[at + 2]) << 16
            | np.int64(data[at + 3]) << 24
        )
        after = end
    else:
        after = end + 10 if kind == GPS else end
    if first + block > end or end - first > 65535:
        return BAD, 0, 0
    if after > size:
        return INCOMPLETE, 0, 0
    if kind == FINAL_FORMAT:
        for k in range(end, after):
            if data[k] != 0xA5:
                return BAD, 0, 0
    return first, end, after


@njit(cache=True)
def _chains(data, at, size, kind, known, at_end):
    """Return whether frames follow each other from here on."""
    for _ in range(CHAIN):
        first, _end, after = _frame(data, at, size, kind, known)
        if first < 0:
            return False
        at = after
        if at == size and at_end:
            return True
    return True


@njit(cache=True)
def _resync(data, at, limit, size, kind, known, at_end):
    """Return the first place before `limit` from which frames follow each other, or -1."""
    for q in range(at, limit):
        if _chains(data, q, size, kind, known, at_end):
            return q
    return -1


@njit(cache=True)
def scan(data, size, kind, known, at_end, start, length, reject):
    """Find the blocks in `data[:size]`.

    Args:
        data: uint8; begins with a frame unless damaged.
        size: bytes of it to use.
        kind: RAW, GPS, FINAL_FORMAT or RPLY.
        known: bool, shape (256,), categories that a block may have.
        at_end: nothing follows the data.
        start, length: int64, filled with the blocks found.
        reject: int64, shape (k, 3), filled with begin, end, why.

    Returns:
        Number of blocks, number of rejects, bytes dealt with (the rest waits for more data).
    """
    n = 0
    rejects = 0
    at = 0
    while at < size and n + 1 < len(start) and rejects + 2 < len(reject):
        first, end, after = _frame(data, at, size, kind, known)
        if first == INCOMPLETE and not at_end:
            break
        why = BAD_FRAME
        if first == INCOMPLETE:
            why = TRUNCATED
        if first < 0:
            q = _resync(data, at + 1, size, size, kind, known, at_end)
            if q < 0 and not at_end:
                break
            reject[rejects, 0] = at
            reject[rejects, 1] = q if q >= 0 else size
            reject[rejects, 2] = BAD_LENGTH if q >= 0 and why == TRUNCATED else why
            rejects += 1
            at = reject[rejects - 1, 1]
            continue
        if kind == RAW and after + 3 <= size:
            # A wrong length is seen by what stands where the next block should begin.
            follows, _end, _after = _frame(data, after, size, kind, known)
            if follows == BAD:
                q = _resync(data, at + 3, after, size, kind, known, at_end)
                if q >= 0:
                    reject[rejects, 0] = at
                    reject[rejects, 1] = q
                    reject[rejects, 2] = BAD_LENGTH
                    rejects += 1
                    at = q
                    continue
        while first + 3 <= end and n < len(start):
            block = _word(data, first + 1)
            if block < 3 or first + block > end:
                break
            start[n] = first
            length[n] = block
            n += 1
            first += block
        if first < end:
            if n == len(start):
                # No room: take the frame again from its beginning next time.
                while n > 0 and start[n - 1] >= at:
                    n -= 1
                break
            reject[rejects, 0] = first
            reject[rejects, 1] = end
            reject[rejects, 2] = BAD_LENGTH
            rejects += 1
        at = after
    return n, rejects, at
