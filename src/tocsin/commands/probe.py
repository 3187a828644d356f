"""`tocsin probe`: what is in a recording, told so that a newcomer understands it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tocsin.commands.recordings import announce_decoder, open_recording, progress_over
from tocsin.wire.asterix.containers import CONTAINERS
from tocsin.wire.asterix.probe import Probe, SourceProbe, probe_recording
from tocsin.wire.asterix.titles import title

_NS_S = 1_000_000_000
_SHORT_CLOCK = 1
"""CAT001 tells its time within 512 s only."""


def probe(
    paths: Sequence[Path], *, sample_blocks: int = 2_000, console: Console | None = None
) -> list[Probe]:
    """Print what is in each recording and return it.

    Args:
        paths: recordings of any known container.
        sample_blocks: blocks of each source to try every edition on.
        console: where to print; the standard output unless given.

    Raises:
        BadInput: a file cannot be read or is no recording.
    """
    out = console or Console()
    announce_decoder()
    found = []
    for path in paths:
        open_recording(path).close()
        with progress_over(path, f"Reading {path.name}") as watch:
            one = probe_recording(
                lambda p=path: open_recording(p),  # type: ignore[misc]
                str(path),
                sample_blocks=sample_blocks,
                watch=watch,
            )
        show(one, out)
        found.append(one)
    return found


def show(found: Probe, console: Console) -> None:
    """Print one recording: its container, its sources, what was rejected, what to do next."""
    console.print(f"\n[bold]{found.source}[/bold]")
    console.print(
        f"{CONTAINERS[found.container]}: {found.records:,} records in {found.blocks:,} blocks "
        f"({found.bytes:,} bytes){_received(found)}"
    )
    console.print(_source_table(found.sources))
    if found.rejects:
        console.print(_reject_table(found))
    else:
        console.print("Every byte was understood.")
    for line in _advice(found.sources):
        console.print(line)


def _received(found: Probe) -> str:
    if found.received_ns is None:
        return "; the container tells no date"
    first, last = (datetime.fromtimestamp(t / _NS_S, UTC) for t in found.received_ns)
    return f"; received {first:%Y-%m-%d %H:%M:%S} to {last:%Y-%m-%d %H:%M:%S} UTC"


def _source_table(sources: Sequence[SourceProbe]) -> Table:
    table = Table(title="Sources", title_justify="left")
    for name in ("Category", "SAC/SIC", "Records", "Time of day (UTC)", "Edition", "How it fits"):
        table.add_column(name, justify="right" if name == "Records" else "left")
    for source in sources:
        table.add_row(
            f"{source.category:03d} {title(source.category)}",
            f"{source.sac}/{source.sic}" if source.sac >= 0 else "not told",
            f"{source.records:,}",
            _day_time(source),
            source.edition or "-",
            _fit(source),
        )
    return table


def _day_time(source: SourceProbe) -> str:
    if source.day_time_s is None:
        return "not told"
    if not source.fitting:
        return "-"
    if source.category == _SHORT_CLOCK:
        return "within 512 s only"
    first_s, last_s = source.day_time_s
    return f"{_clock(first_s)} to {_clock(last_s)}"


def _clock(time_s: float) -> str:
    """Return a time of day as HH:MM:SS, with the number of midnights passed."""
    day, rest_s = divmod(time_s, 86_400.0)
    clock = f"{int(rest_s // 3600):02d}:{int(rest_s // 60 % 60):02d}:{int(rest_s % 60):02d}"
    return clock if day == 0 else f"{clock} (day {int(day):+d})"


def _fit(source: SourceProbe) -> str:
    """Return how the editions fared with the sample."""
    if not source.fits:
        return "[yellow]not decoded to columns[/yellow]"
    fitting = source.fitting
    others = [fit for fit in source.fits if fit.edition not in fitting]
    parts = []
    if not fitting:
        best = max(source.fits, key=lambda fit: fit.accepted_share)
        return f"[red]none fits[/red]; the best understands {best.accepted_share:.0%} of the blocks"
    if len(fitting) > 1:
        parts.append(f"{fitting[0]} to {fitting[-1]} fit alike")
    else:
        parts.append("the only one that fits")
    if others:
        best_share = max(fit.accepted_share for fit in others)
        parts.append(f"the others understand {best_share:.0%} of the blocks at most")
    return "; ".join(parts)


def _reject_table(found: Probe) -> Table:
    table = Table(title="Not understood", title_justify="left")
    for name in ("Reason", "Times", "Bytes", "The first"):
        table.add_column(name, justify="right" if name in {"Times", "Bytes"} else "left")
    for reject in found.rejects:
        table.add_row(reject.reason, f"{reject.times:,}", f"{reject.bytes:,}", reject.first)
    return table


def _advice(sources: Sequence[SourceProbe]) -> list[str]:
    """Return what to write where the newest edition is not the one, or none fits."""
    lines = []
    for source in sources:
        if source.fits and not source.fitting:
            lines.append(
                f"[red]Category {source.category:03d} from {source.sac}/{source.sic}: no known "
                "edition fits. Ask its owner which edition it speaks.[/red]"
            )
        elif source.fits and source.edition != source.fits[-1].edition:
            lines.append(
                f"State edition {source.edition} for category {source.category:03d}, "
                f"SAC {source.sac} SIC {source.sic}, in the site file."
            )
    return lines
