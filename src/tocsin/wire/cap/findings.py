"""What is wrong with an alert, where, and what to do about it."""

from typing import NamedTuple

import msgspec
from lxml import etree

from tocsin.wire.cap.reasons import REASONS, Severity
from tocsin.wire.cap.tree import place_of


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One fault of an alert."""

    code: str
    """A key of `tocsin.wire.cap.reasons.REASONS`."""
    severity: Severity
    where: str
    """Path of the element (`alert/info[2]/area/polygon`), or empty: the whole file."""
    line: int | None
    """Line of the file, where it is known."""
    what: str
    remedy: str

    def __str__(self) -> str:
        """Return one line for a person."""
        place = self.where or "file"
        line = f", line {self.line}" if self.line else ""
        return f"{self.severity}: {place}{line}: {self.what}. {self.remedy} [{self.code}]"


class Fault(NamedTuple):
    """What a single check has seen, before it is graded."""

    code: str
    node: etree._Element | None
    detail: str = ""
    """What exactly; the meaning of the reason where it is empty."""


def finding_of(fault: Fault, *, strict: bool) -> Finding:
    """Grade a fault by the table of reasons."""
    reason = REASONS[fault.code]
    node = fault.node
    return Finding(
        code=fault.code,
        severity=reason.sending if strict else reason.reading,
        where="" if node is None else place_of(node),
        line=_line(node),
        what=f"{reason.meaning}: {fault.detail}" if fault.detail else reason.meaning,
        remedy=reason.remedy,
    )


def _line(node: etree._Element | None) -> int | None:
    """Return the line of an element; libxml2 knows none of what was made, not read."""
    line: object = None if node is None else node.sourceline
    return line if isinstance(line, int) else None
