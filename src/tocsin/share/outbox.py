"""The outbox of one partner: what was accepted for it waits on the disk until it is handed over.

    OUTBOX/<partner>/000000000042.json   a parcel that waits; the number is its place in the row
                     ledger.jsonl        what became of each parcel: one line each
                     set-aside/          parcels that were refused or given up, for people to see

Parcels leave in the order that they came, because an update must not overtake its alert. What
`accept` returned True for is on the disk. The row is bounded: where it is full the new parcel is
turned away, counted, and the caller is told; nothing that was accepted makes room for it.
"""

import fcntl
import os
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

import msgspec

from tocsin.model.errors import BadStorage
from tocsin.share.ledger import Ledger, Line, Outcome
from tocsin.share.parcel import Parcel
from tocsin.share.whole import sync_folder, write_whole

WAITING_MAX = 1_000
"""Parcels: a raid is some dozens. More means that the partner is gone for days."""


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """How things stand with a partner. `taken` says that its server took it, no more."""

    waiting: int
    taken: int
    refused: int
    given_up: int
    turned_away: int
    """Not accepted since this process began, because the row was full."""
    last: str
    """The last answer, or what kept the partner from answering; empty: none was asked for."""


class Outbox:
    """The one owner of a partner's row; may be used from several threads."""

    def __init__(self, folder: Path, *, waiting_max: int = WAITING_MAX) -> None:
        """Open a row, with what a process that was killed has left in it.

        Raises:
            BadStorage: Another process owns it, or it cannot be read or written.
        """
        self.folder = folder
        self._most = waiting_max
        self._turned_away = 0
        self._last = ""
        self._guard = Lock()
        with _told_plainly(folder):
            (folder / "set-aside").mkdir(parents=True, exist_ok=True)
            self._fd = _owned(folder)
            self._ledger = Ledger(folder / "ledger.jsonl")
            self._row = deque(self._waiting())
            self._keys = self._ledger.keys() | {parcel.key for _, parcel in self._row}
        last = [*self._ledger.lines, *(seq for seq, _ in self._row)]
        self._next_seq = max(last, default=-1) + 1

    def accept(self, parcel: Parcel) -> bool:
        """Take a parcel in; it is on the disk when this returns True.

        One whose key was accepted before is not taken twice, and counts as accepted.

        Returns:
            False where the row is full: the parcel was turned away.

        Raises:
            BadStorage: The disk refused; the parcel was not accepted.
        """
        with self._guard:
            if parcel.key in self._keys:
                return True
            if len(self._row) >= self._most:
                self._turned_away += 1
                return False
            with _told_plainly(self.folder):
                write_whole(self._path(self._next_seq), msgspec.json.encode(parcel))
            self._row.append((self._next_seq, parcel))
            self._keys.add(parcel.key)
            self._next_seq += 1
            return True

    def first(self) -> Parcel | None:
        """Return the parcel whose turn it is, or None."""
        with self._guard:
            return self._row[0][1] if self._row else None

    def close_first(self, outcome: Outcome, *, t_ns: int, attempts: int, why: str) -> None:
        """Write what became of the first parcel and let the next one have its turn.

        Raises:
            BadStorage: The disk refused; the parcel stays the first.
        """
        with self._guard, _told_plainly(self.folder):
            seq, parcel = self._row[0]
            line = Line(
                seq=seq, key=parcel.key, outcome=outcome, t_ns=t_ns, attempts=attempts, why=why
            )
            self._ledger.add(line)
            self._row.popleft()
            self._put_away(seq, outcome)

    def account(self) -> Account:
        """Return how things stand."""
        with self._guard:
            told = [line.outcome for line in self._ledger.lines.values()]
            return Account(
                waiting=len(self._row),
                taken=told.count("taken"),
                refused=told.count("refused"),
                given_up=told.count("given up"),
                turned_away=self._turned_away,
                last=self._last,
            )

    def note(self, why: str) -> None:
        """Keep the last answer, for `account`."""
        self._last = why

    def close(self) -> None:
        """Give up the row; what waits in it stays on the disk."""
        os.close(self._fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _path(self, seq: int) -> Path:
        return self.folder / f"{seq:012d}.json"

    def _waiting(self) -> Iterator[tuple[int, Parcel]]:
        """Yield what waits; what the ledger tells of was only not yet put away."""
        names = (path for path in self.folder.glob("*.json") if path.stem.isdecimal())
        for path in sorted(names):
            seq = int(path.stem)
            if line := self._ledger.lines.get(seq):
                self._put_away(seq, line.outcome)
            else:
                yield seq, _parcel(path)

    def _put_away(self, seq: int, outcome: Outcome) -> None:
        path = self._path(seq)
        if outcome == "taken":
            path.unlink(missing_ok=True)
        elif path.exists():
            path.replace(self.folder / "set-aside" / path.name)
        sync_folder(self.folder)


def _parcel(path: Path) -> Parcel:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Parcel)
    except msgspec.DecodeError as wrong:
        raise BadStorage(
            f"this parcel cannot be read ({wrong})",
            where=str(path),
            remedy="Restore the file, or move it to set-aside.",
        ) from wrong


def _owned(folder: Path) -> int:
    """Hold the row; the kernel lets go of it when the process ends, however it ends."""
    handle = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as wrong:
        os.close(handle)
        raise BadStorage(
            "another process sends from this outbox",
            where=str(folder),
            remedy="Stop it, or name another folder.",
        ) from wrong
    return handle


@contextmanager
def _told_plainly(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as wrong:
        raise BadStorage(
            f"the outbox cannot be used ({wrong.strerror or wrong})",
            where=str(wrong.filename or folder),
            remedy="Free space or rights on that folder; the alert itself is in the journal.",
        ) from wrong
