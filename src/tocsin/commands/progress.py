"""Show how a replay gets on: a bar on a terminal, a plain line now and then elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from tocsin.model.alert import Decision
from tocsin.model.raw import RawChunk, Rejected
from tocsin.model.units import S_NS
from tocsin.pipeline import Item, Line

PLAIN_LINE_EVERY_S = 10.0
BAR_EVERY_S = 0.2

Watch = Callable[[Line, Item], None]


@contextmanager
def watching(console: Console, what: str, total: int | None) -> Iterator[Watch]:
    """Yield the function to tell of every input; `total` is the bytes of all of them."""
    reached: dict[str, int] = {}
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[told]}"),
    )
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(what, total=total, told="")
        next_s = time.monotonic()

        def watch(line: Line, item: Item) -> None:
            nonlocal next_s
            if not isinstance(item, Decision):
                reached[item.source] = _offset(item)
            if (now_s := time.monotonic()) < next_s:
                return
            bar.update(task, completed=sum(reached.values()), told=_told(line))
            next_s = now_s + (BAR_EVERY_S if console.is_terminal else PLAIN_LINE_EVERY_S)
            if not console.is_terminal and line.now.t_ns:
                console.print(f"{what}: {_told(line)}", highlight=False)

        yield watch


def size_of(paths: list[Path]) -> int | None:
    """Return the bytes of all files, or None where a folder is among them."""
    return None if any(p.is_dir() for p in paths) else sum(p.stat().st_size for p in paths)


def utc(t_ns: int, form: str = "%Y-%m-%d %H:%M:%S") -> str:
    """Write a time for people, without its zone."""
    return datetime.fromtimestamp(t_ns // S_NS, UTC).strftime(form)


def _offset(item: RawChunk | Rejected) -> int:
    if isinstance(item, Rejected):
        return item.offset
    return int(item.offset[-1]) if len(item.offset) else 0


def _told(line: Line) -> str:
    if not line.now.t_ns:
        return ""
    at, tracks = utc(line.now.t_ns, "%H:%M:%S"), len(line.now.tracks)
    return f"{at} UTC, {tracks} tracks, {len(line.desk.drafts)} drafts"
