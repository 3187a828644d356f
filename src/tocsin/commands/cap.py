"""`tocsin cap`: what CAP files say, in plain words, and whether they are sound."""

import textwrap
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.markup import escape

from tocsin.model.errors import BadInput, BadSettings
from tocsin.model.raw import Rejected
from tocsin.model.units import S_NS
from tocsin.wire.cap.atom import read_feed
from tocsin.wire.cap.chains import BREAKS, Chains, chains, expires_ns
from tocsin.wire.cap.check import check, is_sound
from tocsin.wire.cap.decode import parse
from tocsin.wire.cap.explain import Line, clock, explain
from tocsin.wire.cap.findings import Finding
from tocsin.wire.cap.old import renew
from tocsin.wire.cap.records import CapAlert
from tocsin.wire.cap.tree import MOST_BYTES, alert_tree
from tocsin.wire.cap.trust import TrustStore, trust_store
from tocsin.wire.cap.verifying import VERDICTS, Verdict, verify

TRUST_FILE = "trust.toml"
LOOSE = frozenset({"verified", "unsigned", "unknown-sender", "unreadable"})
"""Verdicts that are no fault of the file where no trust store was given."""
LABEL_WIDTH = 16


class Explained(NamedTuple):
    """One file."""

    path: Path
    alert: CapAlert | None
    lines: tuple[Line, ...]
    findings: tuple[Finding, ...]
    verdict: Verdict
    trusting: bool
    """Whether a trust store was given: then only a verified signature is sound."""

    @property
    def sound(self) -> bool:
        """Return whether the file may be believed and used."""
        accepted = {"verified"} if self.trusting else LOOSE
        return is_sound(self.findings) and self.verdict.reason in accepted


def explain_files(
    files: Iterable[Path], *, trust: Path | None, at: str, strict: bool
) -> tuple[list[Explained], Chains | None]:
    """Read, check and explain files; several are also put into their chains.

    Args:
        files: CAP files.
        trust: Trust store: a TOML file, or a folder with `trust.toml`; PEM files beside it.
        at: Time of checking (ISO 8601), or empty: now.
        strict: As for what we send: blemishes are errors too.

    Raises:
        BadSettings: The trust store or the time is wrong.
        OSError: A file cannot be read.
    """
    t_ns = _time_ns(at)
    store = read_trust(trust) if trust else TrustStore()
    explained = [
        _explained(path, store, t_ns, strict=strict, trusting=trust is not None) for path in files
    ]
    alerts = [one.alert for one in explained if one.alert is not None]
    return explained, chains(alerts, t_ns) if len(explained) > 1 else None


def read_trust(path: Path) -> TrustStore:
    """Read a trust store: a TOML file, or a folder that holds `trust.toml`, with its PEM files."""
    file = path / TRUST_FILE if path.is_dir() else path
    if not file.is_file():
        raise BadSettings(
            "no trust store here",
            where=str(file),
            remedy=f"Name a TOML file, or a folder that holds {TRUST_FILE}; see docs/cap.md.",
        )
    pems = {pem.name: pem.read_bytes() for pem in sorted(file.parent.glob("*.pem"))}
    return trust_store(file.read_bytes(), pems, str(file))


def _explained(
    path: Path, store: TrustStore, t_ns: int, *, strict: bool, trusting: bool
) -> Explained:
    data = _bytes(path)
    root = alert_tree(data, path.name)
    lines: tuple[Line, ...] = ()
    if isinstance(root, Rejected):
        lines = tuple(_instead(data, root))
    else:
        renew(root)
        lines = tuple(explain(root, t_ns))
    alert = parse(data, path.name, old_forms=True)
    return Explained(
        path=path,
        alert=None if isinstance(alert, Rejected) else alert,
        lines=lines,
        findings=check(data, strict=strict, t_ns=t_ns),
        verdict=verify(data, store, t_ns),
        trusting=trusting,
    )


def _bytes(path: Path) -> bytes:
    """Return a file, or so much of it that its size is seen to be too large."""
    if path.is_dir():
        raise BadInput("a folder", where=str(path), remedy="Name files, such as FOLDER/*.xml.")
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)


def _instead(data: bytes, root: Rejected) -> Iterable[Line]:
    """Yield what a file is that is no alert."""
    found = read_feed(data) if root.reason == "not-cap" else root
    if isinstance(found, Rejected):
        return
    yield Line("kind", f"a feed of {len(found.entries)} alerts, not an alert itself")
    yield Line("what", f"{found.title}; fetch the files that it links to")


def _time_ns(text: str) -> int:
    try:
        when = datetime.fromisoformat(text) if text else datetime.now(UTC)
    except ValueError as wrong:
        raise BadSettings(
            f"{text!r} is no time", where="--at", remedy="Write it as 2026-05-28T22:20:00+00:00."
        ) from wrong
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return int(when.timestamp()) * S_NS


def print_explained(one: Explained, console: Console) -> None:
    """Print one file's story and findings."""
    console.print(f"[bold]{escape(str(one.path))}[/]: {_head(one)}", soft_wrap=True)
    signed = [Line("signature", _signature(one))] if one.verdict.reason != "unreadable" else []
    for line in (*one.lines, *signed, *_findings(one.findings)):
        _print_line(line, console)


def _print_line(line: Line, console: Console) -> None:
    first = f"  {line.label + ':':<{LABEL_WIDTH}}"
    rest = " " * len(first)
    width = max(console.width, len(first) + 40)
    wrapper = textwrap.TextWrapper(
        width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False
    )
    for text in wrapper.wrap(line.text):
        console.print(text, markup=False, soft_wrap=True)


def _head(one: Explained) -> str:
    errors = sum(finding.severity == "error" for finding in one.findings)
    warnings = len(one.findings) - errors
    counts = f"{_count(errors, 'error')}, {_count(warnings, 'warning')}"
    if one.sound:
        proof = "sender proven" if one.verdict.valid else "but the sender is NOT proven"
        return f"[green]SOUND[/], {proof} ({counts})"
    believed = one.verdict.reason in ({"verified"} if one.trusting else LOOSE)
    why = "its contents" if believed else f"the signature: {one.verdict.reason}"
    if one.verdict.reason == "unreadable":
        why = "its contents: it cannot be read"
    elif errors and not believed:
        why = "its contents, and the signature"
    return f"[red]NOT SOUND[/] because of {why} ({counts})"


def _count(number: int, word: str) -> str:
    return f"{number or 'no'} {word}{'' if number == 1 else 's'}"


def _signature(one: Explained) -> str:
    """Say what the signature is worth, and what it is not."""
    verdict = one.verdict
    said = VERDICTS[verdict.reason]
    when = clock(verdict.t_ns)
    if verdict.valid:
        form = "as it came" if verdict.form == "raw" else "only without its white space"
        return (
            f"VERIFIED for {when} by {verdict.subject}; its {verdict.pinned} is pinned for this "
            f"sender; the file matches {form}"
        )
    if verdict.reason == "unsigned":
        return "none: nothing proves who sent this"
    if not one.trusting and verdict.reason == "unknown-sender":
        return "there is one; without a trust store (--trust) it proves nothing"
    detail = f"{verdict.detail[:1].upper()}{verdict.detail[1:]}"
    return f"NOT VERIFIED for {when}: {said} {detail} [{verdict.reason}]"


def _findings(findings: tuple[Finding, ...]) -> Iterable[Line]:
    """Yield findings, errors first; the same fault in several places is told once."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in sorted(findings, key=lambda one: one.severity):
        groups.setdefault((finding.severity, finding.code), []).append(finding)
    for (severity, code), found in groups.items():
        first = found[0]
        line = f", line {first.line}" if first.line else ""
        more = f" (and in {_count(len(found) - 1, 'more place')})" if len(found) > 1 else ""
        place = f" At {first.where}{line}{more}." if first.where else ""
        yield Line(severity, f"{first.what}.{place} {first.remedy} [{code}]")


def print_chains(found: Chains, console: Console) -> None:
    """Print what holds of several alerts, and where their chains are broken."""
    console.print("[bold]together[/]")
    for one in found.standings:
        by = f" by {one.by.identifier}" if one.by else ""
        name = f"{one.alert.identifier} of {clock(one.alert.sent_ns)}"
        endless = one.state == "current" and expires_ns(one.alert) is None
        by += " (no end was given)" if endless else ""
        _print_line(Line(one.state, f"{name}{by}"), console)
    for broken in found.breaks:
        text = f"{broken.alert.identifier}: {BREAKS[broken.code]} ({broken.about.identifier})"
        _print_line(Line("broken", f"{text} [{broken.code}]"), console)


def is_whole(found: Chains | None) -> bool:
    """Return whether chains are unbroken; earlier files that were not given are no fault."""
    return found is None or all(broken.code == "missing" for broken in found.breaks)
