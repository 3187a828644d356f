"""What a run came to, on one screen, in plain words."""

from collections import Counter

from rich.console import Console

from tocsin.commands.progress import utc
from tocsin.commands.replay import Replayed
from tocsin.detect.accounts import KEPT
from tocsin.model.units import DAY_NS, S_NS
from tocsin.pipeline import Line
from tocsin.show.lives import gather_lives
from tocsin.show.stories import one_name_short

DRAFTS_SHOWN = 12
WORDS = {
    "antenna_locks": "searches for the antenna's direction",
    "clock_jumps": "jumps of a clock",
    "clock_restarts": "clocks set back",
    "duplicate_blocks": "blocks met twice",
    "monitor": "from fixed monitors",
    "no_detection": "without a detection",
    "no_position": "without a position",
}
"""Where the reason with its underscores taken out would not be understood."""
UNSAID = ("undated", "antenna_locks")
"""Notes that are told otherwise, or concern nobody who reads a summary."""


def print_summary(done: Replayed, console: Console) -> None:
    """Print what was read, what was made of it, and where it lies."""
    line = done.line
    span_s = (line.now.t_ns - line.t_begin_ns) / S_NS
    rows = [
        ("Data", f"{utc(line.t_begin_ns)} to {utc(line.now.t_ns, '%H:%M:%S')} UTC"
                 f" ({span_s / 60:.1f} min, {span_s / max(done.wall_s, 1e-9):,.0f} times as fast"
                 " as it happened)"),
        ("Read", _read(line.tally.counts)),
        ("Set aside", _reasons(line.tally.counts, KEPT) or "nothing"),
        ("Noticed", _reasons(line.tally.notes, UNSAID)),
        ("Tracks", f"{len(line.numbers)}, of these {len(line.now.tracks)} at the end"),
        ("Drafts", _drafts(line)),
        *(("", f"{utc(d.t_drafted_ns, '%H:%M:%S')} UTC  {d.level.replace('_', ' '):<9}  {d.zone_id}"
               f"{'  (update)' if d.replaces else ''}") for d in line.desk.drafts[:DRAFTS_SHOWN]),
    ]  # fmt: skip
    if len(line.desk.drafts) > DRAFTS_SHOWN:
        rows.append(("", f"... and {len(line.desk.drafts) - DRAFTS_SHOWN} more, see the report"))
    rows += [("Sent", _sent(line)), ("Waiting", _waiting(line)), ("Refused", _refused(line))]
    if line.site.synthetic:
        rows.append(("Exercise", "synthetic: " + (line.site.note or "the input is simulated")))
    if line.t_begin_ns < DAY_NS:
        rows.append(("No date", "the recording tells none: counted from 1970, see --date"))
    rows += [_same(done)] if done.compared else []
    rows.append(("Report", str(line.folder.report)))
    for name, text in (row for row in rows if row[1]):
        console.print(f"{name:<10} {text}", highlight=False, markup=False, soft_wrap=True)


def _read(counts: Counter[str]) -> str:
    by = Counter[str]()
    for name, number in counts.items():
        by[name.rpartition(":")[2]] += number
    alive = f", {by['heartbeats']:,} signs of life" if by["heartbeats"] else ""
    return f"{by['records']:,} records: {by['rows']:,} detections{alive}"


def _reasons(counts: Counter[str], but: tuple[str, ...]) -> str:
    """Return the reasons with their numbers, the most frequent first."""
    reasons = Counter[str]()
    for name, number in counts.items():
        what = name.rpartition(":")[2]
        reasons[what] += number * (what not in but)
    told = (f"{n:,} {WORDS.get(what, what.replace('_', ' '))}" for what, n in reasons.most_common())
    return ", ".join(one for one in told if not one.startswith("0 "))


def _drafts(line: Line) -> str:
    if not line.desk.drafts:
        return "none"
    zones = {draft.zone_id for draft in line.desk.drafts}
    zone = "1 zone" if len(zones) == 1 else f"{len(zones)} zones"
    calls = f"{len(line.desk.alarms)} calls to the officer on duty"
    return f"{len(line.desk.drafts)} for {zone}, {calls.replace('1 calls', '1 call')}"


def _sent(line: Line) -> str:
    """Say what was let out, and by whom."""
    sent = line.desk.sent
    if not sent:
        why = "no draft was approved by all whose name it needs"
        return f"nothing: {why}" if line.desk.drafts else ""
    names = ", ".join(sorted({one.by for one in sent}))
    return f"{len(sent)} alerts, let out by {names}".replace("1 alerts", "1 alert")


def _waiting(line: Line) -> str:
    """Say what one person approved, and no second one, where two are needed."""
    policy = line.site.warn
    if not (policy.two_person or any(own.two_person for own in policy.zone.values())):
        return ""
    with line.folder.read_journal() as journal:
        drafts = one_name_short(gather_lives(journal))
    if not drafts:
        return ""
    number = "1 draft has" if len(drafts) == 1 else f"{len(drafts)} drafts have"
    return f"{number} one name of the two needed (two_person): not sent, first {drafts[0].id}"


def _refused(line: Line) -> str:
    """Say what was not acted upon, the first reason in full."""
    refused = line.desk.refused
    more = f" (and {len(refused) - 1} more, see the journal)" if len(refused) > 1 else ""
    return f"{refused[0]}{more}" if refused else ""


def _same(done: Replayed) -> tuple[str, str]:
    compared = done.compared
    if compared is None:
        return ("", "")
    if compared.difference:
        return ("NOT EQUAL", f"after {compared.identical:,} equal entries, {compared.difference}")
    rest = f"; the old record ends {compared.shorter:,} entries early" if compared.shorter else ""
    return ("Reproduced", f"{compared.identical:,} entries identical{rest}")
