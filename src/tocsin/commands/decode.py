"""`tocsin decode`: every field of a recording, as JSON lines or one Parquet file per category."""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Literal, NamedTuple

import msgspec

from tocsin.commands.recordings import announce_decoder, open_recording, progress_over
from tocsin.model.errors import BadSettings, BadStorage
from tocsin.model.raw import RawChunk, Rejected
from tocsin.wire.asterix.containers import read_chunks
from tocsin.wire.asterix.editions import Editions, choose_editions
from tocsin.wire.asterix.full import parse_block
from tocsin.wire.asterix.probe import chosen_by_trial
from tocsin.wire.asterix.sources import by_source
from tocsin.wire.asterix.specs import editions_of

Form = Literal["jsonl", "parquet"]


class Decoding(NamedTuple):
    """What was written."""

    records: int
    rejects: int
    files: tuple[Path, ...]
    """Empty when the lines went to the standard output."""


def decode(
    path: Path,
    *,
    form: Form = "jsonl",
    out: Path | None = None,
    editions: Mapping[int, str] | None = None,
) -> Decoding:
    """Write every field of a recording.

    Args:
        path: recording of any known container.
        form: `jsonl`: one line per record, decoded by libasterix, units and meanings included;
            `parquet`: one file per category and edition, one row per record, one column per field.
        out: file for the lines, folder for Parquet; the standard output unless given.
        editions: by category; those not stated are found by trying them on the recording.

    Raises:
        BadInput: the recording cannot be read or is none.
        BadSettings: an edition is not known, or Parquet without a folder.
        BadStorage: the output cannot be written.
    """
    open_recording(path).close()
    announce_decoder()
    with progress_over(path, f"Probing {path.name}") as watch:
        chosen = chosen_by_trial(lambda: open_recording(path), str(path), watch=watch)
    stated = dict(editions or {})
    _check_stated(stated)
    with progress_over(path, f"Decoding {path.name}") as watch, open_recording(path) as stream:
        chunks = _watched(read_chunks(stream, str(path)), watch)
        if form == "parquet":
            return _to_parquet(chunks, out, _override(chosen, stated))
        return _to_lines(chunks, out, _override(chosen, stated), stated)


def _check_stated(stated: Mapping[int, str]) -> None:
    for category, edition in stated.items():
        known = editions_of(category)
        if edition not in known:
            raise BadSettings(
                f"category {category:03d} has no edition {edition}",
                where="edition",
                remedy=f"Choose one of: {', '.join(known) or 'none is known'}.",
            )


def _override(chosen: Editions, stated: Mapping[int, str]) -> Editions:
    """Return the editions found by trial, but those stated for whole categories."""
    found = {key: e for key, e in chosen.by_source.items() if key[0] not in stated}
    usual = {category: e for category, e in stated.items() if category in chosen.by_category}
    return choose_editions(usual, found)


def _watched(
    chunks: Iterator[RawChunk | Rejected], watch: Callable[[int], None]
) -> Iterator[RawChunk | Rejected]:
    for chunk in chunks:
        yield chunk
        watch(int(chunk.offset[-1]) if isinstance(chunk, RawChunk) else chunk.offset)


def _to_parquet(
    chunks: Iterator[RawChunk | Rejected], out: Path | None, editions: Editions
) -> Decoding:
    from tocsin.commands.parquet import write_parquet

    if out is None:
        raise BadSettings(
            "Parquet needs a folder", where="--out", remedy="Name one to write the files to."
        )
    return Decoding(*write_parquet(chunks, out, editions))


def _to_lines(
    chunks: Iterator[RawChunk | Rejected],
    out: Path | None,
    editions: Editions,
    stated: Mapping[int, str],
) -> Decoding:
    if out is None:
        return _to_standard_output(chunks, editions, stated)
    try:
        with out.open("wb") as file:
            return Decoding(*_write_lines(chunks, file, editions, stated), (out,))
    except OSError as error:
        raise BadStorage(
            f"cannot be written ({error.strerror or error})",
            where=str(out),
            remedy="Name a file in a folder that exists and has room.",
        ) from error


def _to_standard_output(
    chunks: Iterator[RawChunk | Rejected], editions: Editions, stated: Mapping[int, str]
) -> Decoding:
    """Write the lines; a reader that has seen enough (`| head`) ends the work in peace."""
    try:
        counts = _write_lines(chunks, sys.stdout.buffer, editions, stated)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Decoding(0, 0, ())
    return Decoding(*counts, ())


def _write_lines(
    chunks: Iterator[RawChunk | Rejected],
    file: IO[bytes],
    editions: Editions,
    stated: Mapping[int, str],
) -> tuple[int, int]:
    records = rejects = 0
    for chunk in chunks:
        lines = (
            [_reject_line(chunk)]
            if isinstance(chunk, Rejected)
            else _lines(chunk, editions, stated)
        )
        for line in lines:
            rejects += "rejected" in line
            records += "record" in line
            file.write(msgspec.json.encode(line) + b"\n")
    return records, rejects


def _lines(
    chunk: RawChunk, editions: Editions, stated: Mapping[int, str]
) -> Iterator[dict[str, Any]]:
    """Yield one line per record and per reject, in the order of their bytes."""
    edition_of: dict[int, str] = {}
    for (category, sac, sic), blocks in by_source(chunk):
        edition = _edition(editions, stated, category, (sac, sic))
        edition_of |= dict.fromkeys(blocks.tolist(), edition)
    for block, edition in sorted(edition_of.items()):
        yield from _block_lines(chunk, block, edition)


def _edition(
    editions: Editions, stated: Mapping[int, str], category: int, source: tuple[int, int]
) -> str:
    """Return the edition to read a block under; empty where libasterix knows none."""
    if category in editions.by_category:
        return editions.of(category, *source)
    known = editions_of(category)
    return stated.get(category) or (known[-1] if known else "")


def _block_lines(chunk: RawChunk, block: int, edition: str) -> Iterator[dict[str, Any]]:
    raw = chunk.block(block)
    offset = int(chunk.offset[block])
    head = {"category": raw[0]} | _receipt(int(chunk.t_received_ns[block]))
    if not edition:
        detail = f"category {raw[0]:03d} is not known"
        yield _reject_line(_bad(chunk, offset, "category_not_decoded", detail, raw))
        return
    parsed = parse_block(raw, raw[0], edition)
    for at, record in zip(parsed.offsets, parsed.records, strict=True):
        yield {"offset": offset + at, **head, "edition": edition, "record": record}
    if parsed.fault:
        at = 0 if parsed.rest == 3 else parsed.rest
        detail = f"CAT{raw[0]:03d} read as edition {edition}: {parsed.fault}"
        yield _reject_line(_bad(chunk, offset + at, "not_parsed", detail, raw[at:]))


def _receipt(t_ns: int) -> dict[str, str]:
    """Return the time of receipt, in words a person reads; empty where it is not told."""
    if t_ns < 0:
        return {}
    seconds, rest_ns = divmod(t_ns, 1_000_000_000)
    return {"received": f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest_ns:09d}Z"}


def _bad(chunk: RawChunk, offset: int, reason: str, detail: str, raw: bytes) -> Rejected:
    return Rejected(source=chunk.source, offset=offset, reason=reason, detail=detail, raw=raw)


def _reject_line(bad: Rejected) -> dict[str, Any]:
    return {
        "offset": bad.offset,
        "rejected": bad.reason,
        "detail": bad.detail,
        "hex": bad.raw.hex(),
    }
