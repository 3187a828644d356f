"""Set aside records that are no detections, each counted under one reason."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.detect.rows import Rows
from tocsin.detect.view import View

Bools = NDArray[np.bool_]
I64 = NDArray[np.int64]


class Understood(NamedTuple):
    """What a family made of the records of one source."""

    rows: Rows
    arrival: I64
    """shape (n,), place of each row in the order of bytes."""
    aside: dict[str, int]
    """Records that are no detection, by reason."""


def sift(view: View, reasons: dict[str, Bools]) -> tuple[View, dict[str, int]]:
    """Return the records that no reason sets aside, and how many each reason took.

    A record to which several reasons apply counts under the first.
    """
    keep = np.ones(len(view), dtype=np.bool_)
    aside: dict[str, int] = {}
    for reason, applies in reasons.items():
        taken = int(np.count_nonzero(keep & applies))
        if taken:
            aside[reason] = taken
        keep &= ~applies
    return (view if keep.all() else view.some(keep)), aside


def citation(journal_seq: int, view: View) -> I64:
    """Return where each record can be found again: journal entry and place in the chunk."""
    return np.column_stack((np.full(len(view), journal_seq, dtype=np.int64), view.arrival))
