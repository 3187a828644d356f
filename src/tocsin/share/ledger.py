"""What became of each parcel: one line each, only ever added to."""

import os
from pathlib import Path
from typing import Literal

import msgspec

Outcome = Literal["taken", "refused", "given up"]
"""`taken`: the partner's server answered that it has it, which says nothing of any phone.
`refused`: it will never take this one. `given up`: it did not answer for too long."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one parcel."""

    seq: int
    key: str
    outcome: Outcome
    t_ns: int
    attempts: int
    why: str
    """The partner's last answer, or what kept it from answering."""


class Ledger:
    """A file of lines. A line torn by a crash is left as it is, and not counted."""

    def __init__(self, path: Path) -> None:
        """Read what is there; `path` may be absent."""
        self.path = path
        data = path.read_bytes() if path.exists() else b""
        self.lines: dict[int, Line] = {}
        for text in data.split(b"\n"):
            if line := _line(text):
                self.lines[line.seq] = line
        self._torn = bool(data) and not data.endswith(b"\n")

    def add(self, line: Line) -> None:
        """Write a line and wait for the disk.

        Raises:
            OSError: It is not on the disk; `lines` is as it was.
        """
        end = b"\n" if self._torn else b""
        self._torn = True
        with self.path.open("ab") as file:
            file.write(end + msgspec.json.encode(line) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        self._torn = False
        self.lines[line.seq] = line

    def keys(self) -> set[str]:
        """Return the keys of all parcels that something became of."""
        return {line.key for line in self.lines.values()}


def _line(text: bytes) -> Line | None:
    try:
        return msgspec.json.decode(text, type=Line) if text else None
    except msgspec.DecodeError:
        return None
