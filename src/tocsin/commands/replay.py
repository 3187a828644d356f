"""`tocsin replay`: recordings in, as fast as they go, the same pipeline; a run folder out.

A run folder may be the input too: its journal holds the raw bytes and the settings, and the run
that they make again must be equal, entry by entry.
"""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import msgspec
from rich.console import Console

from tocsin.commands.approver import Staff, approving
from tocsin.commands.compiling import announce_compiling
from tocsin.commands.progress import size_of, watching
from tocsin.commands.recordings import open_recording
from tocsin.commands.signing import leave_trust, signer_at
from tocsin.commands.sites import site_file
from tocsin.config import Site, detection_site, load_site, settings_json, site_from_json
from tocsin.desk import Desk
from tocsin.detect.recording import read_timed
from tocsin.model.errors import BadInput, BadSettings, BadStorage
from tocsin.model.raw import RawChunk
from tocsin.model.units import S_NS
from tocsin.pipeline import Inputs, Item, Line, run
from tocsin.record.compare import Comparison, compare
from tocsin.record.reader import JournalReader
from tocsin.record.replay import inputs as inputs_of
from tocsin.record.replay import salt_key, settings_entry
from tocsin.record.run_folder import RunFolder
from tocsin.record.tracks_geojson import write_geojson
from tocsin.show.report import write_report

JOURNAL = Path("journal") / "journal.sqlite"
SYNTHETIC = "synthetic"
"""Recordings so named were made by `tocsin simulate`; what is made of them says so."""
MB = 1_000_000
NOBODY = Staff()


class Replayed(NamedTuple):
    """A run that is over."""

    line: Line
    compared: Comparison | None
    """With the run that was replayed; None where recordings were."""
    wall_s: float


class _Source(NamedTuple):
    """What is replayed, and by which settings."""

    inputs: Inputs
    site: Site
    date_ns: int | None
    total: int | None
    past: Path | None
    """The journal that is replayed, or None."""
    equal: bool
    """Whether the run must come out equal to it."""


def replay(  # noqa: PLR0913 - one for each thing that a user may say
    paths: list[Path],
    out: Path,
    *,
    site: str = "",
    date: str = "",
    replace: bool = False,
    journal_max_mb: int | None = None,
    report: bool = True,
    staff: Staff = NOBODY,
    console: Console | None = None,
) -> Replayed:
    """Replay recordings, or a run, into a run folder.

    Args:
        paths: recordings; or one run folder, or its journal.
        out: the run folder to write.
        site: site file, or the name of a shipped one. A run folder brings its own settings;
            where a site is named all the same, or somebody who approves, the run is made anew and
            compared with nothing.
        date: day on which recordings begin that tell none, as YYYY-MM-DD.
        replace: take away a run that is in `out`.
        journal_max_mb: most that the journal may grow to.
        report: write report.html too.
        staff: who stands in for the people that approve, and the key alerts are signed with.
        console: where progress is shown; the standard error unless given.

    Raises:
        BadInput: an input cannot be read or is no recording.
        BadSettings: the site or an option is wrong.
        BadStorage: the run folder cannot be written.
    """
    told = console or Console(stderr=True)
    begun_s = time.monotonic()
    approver = staff.approver.checked() if staff.approver else None
    source = _source(paths, site, _midnight_ns(date))
    _refuse_own_input(source.past, out)
    announce_compiling(told)
    t_begin_ns, inputs = _checked(source.inputs, paths)
    signer = signer_at(staff.signer, source.site, t_begin_ns)
    folder = RunFolder.create(out, replace=replace)
    journal = folder.new_journal(
        salt_key=salt_key(settings_json(source.site), source.date_ns),
        quota_bytes=None if journal_max_mb is None else journal_max_mb * MB,
    )
    if signer is not None:
        leave_trust(folder, source.site, signer)
    desk = Desk(journal, folder, source.site, signer)
    line = Line(source.site, desk, (t_begin_ns, source.date_ns))
    if approver is not None:
        inputs = approving(inputs, line, approver)
    with watching(told, "Replaying", source.total) as watch:
        run(inputs, line, watch)
    write_geojson(folder.tracks_parquet, folder.tracks_geojson, note=source.site.note)
    if report:
        write_report(folder)
    compared = None
    if source.past is not None and source.equal and approver is None:
        with JournalReader(source.past) as before, folder.read_journal() as after:
            compared = compare(before, after)
    return Replayed(line, compared, time.monotonic() - begun_s)


def journal_of(path: Path) -> Path | None:
    """Return the journal that a path names: a run folder or the file itself; else None."""
    if path.is_dir():
        return path / JOURNAL if (path / JOURNAL).is_file() else None
    return path if path.suffix == JOURNAL.suffix and path.is_file() else None


def _source(paths: list[Path], site: str, date_ns: int | None) -> _Source:
    journals = [journal for path in paths if (journal := journal_of(path)) is not None]
    if journals and len(paths) > 1:
        raise BadInput(
            "a run is replayed alone",
            where=str(journals[0]),
            remedy="Name one run folder, or recordings only.",
        )
    if journals:
        return _past(journals[0], site)
    if not site:
        raise BadSettings(
            "recordings need a site",
            where="--site",
            remedy="Name a site file, or a shipped site such as galati or barcelona.",
        )
    for path in paths:
        if not path.is_dir():
            open_recording(path).close()
    settings = _settled(load_site(site_file(site)), [path.name for path in paths])
    inputs = read_timed(paths, detection_site(settings, date_ns=date_ns))
    return _Source(inputs, settings, date_ns, size_of(paths), None, equal=False)


def _past(journal: Path, site: str) -> _Source:
    with JournalReader(journal) as reader:
        settings = settings_entry(reader)
        total = sum(len(item.data) for _, item in inputs_of(reader) if isinstance(item, RawChunk))
    named = _settled(load_site(site_file(site)), []) if site else None
    return _Source(
        inputs=_reread(journal),
        site=named or site_from_json(settings.body or b""),
        date_ns=settings.fields()["date_ns"],
        total=total,
        past=journal,
        equal=named is None,
    )


def _reread(journal: Path) -> Iterator[tuple[int, Item]]:
    with JournalReader(journal) as reader:
        yield from inputs_of(reader)


def _settled(site: Site, names: list[str]) -> Site:
    """Return the site as the journal will give it back, marked where the input is simulated."""
    if any(name.startswith(SYNTHETIC) for name in names):
        site = msgspec.structs.replace(site, synthetic=True)
    return site_from_json(settings_json(site))


def _checked(inputs: Inputs, paths: list[Path]) -> tuple[int, Inputs]:
    """Return when the inputs begin, and all of them: what is no recording leaves no folder."""
    rest = iter(inputs)
    first = next(rest, None)
    if first is None:
        raise BadInput(
            "there is nothing to replay", where=str(paths[0]), remedy="Name one that holds data."
        )
    return first[0], chain([first], rest)


def _refuse_own_input(past: Path | None, out: Path) -> None:
    if past is not None and past.resolve().is_relative_to(out.resolve()):
        raise BadStorage(
            "the run to be replayed lies in the folder that is to be written",
            where=str(out),
            remedy="Name another folder for --out.",
        )


def _midnight_ns(date: str) -> int | None:
    if not date:
        return None
    try:
        day = datetime.strptime(date, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise BadSettings(
            f"{date!r} is no date", where="--date", remedy="Write it as 2023-05-02."
        ) from None
    return round(day.timestamp()) * S_NS
