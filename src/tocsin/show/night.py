"""What the report knows of a run: gathered from its journal, one pass a kind."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from statistics import median

import msgspec

from tocsin.model.errors import BadInput
from tocsin.model.raw import Rejected
from tocsin.model.sensor import Sensor
from tocsin.model.units import S_NS
from tocsin.record.entries import heartbeat_of, rejects_of, settings_of
from tocsin.record.entry import Entry
from tocsin.record.facts import SensorHeartbeat, SiteFacts
from tocsin.record.reader import JournalReader
from tocsin.show.assessed import TrackAssessed, gather_assessed
from tocsin.show.lives import DraftEntry, Lives, gather_lives

EXAMPLES = 3
"""Rejects shown for each source and reason."""
SILENT_LOOKS = 3.0
SILENT_MIN_S = 15.0
"""A sensor is called silent after three of its turns without data, and never under 15 s; one that
speaks only when it hears something, after three times its own usual pause."""


class Silence(msgspec.Struct, frozen=True, kw_only=True):
    """A time in which a sensor gave nothing."""

    from_ns: int
    to_ns: int
    ended: bool
    """False: it was still silent when the record ends."""


class SensorAccount(msgspec.Struct, frozen=True, kw_only=True):
    """A sensor with its last account and its silences; `last` is None without any heartbeat."""

    sensor: Sensor
    last: SensorHeartbeat | None
    silences: tuple[Silence, ...]


class RejectRow(msgspec.Struct, frozen=True, kw_only=True):
    """What could not be read of one source for one reason."""

    source: str
    reason: str
    number: int
    first_idx: int
    examples: tuple[Rejected, ...]


class Night(msgspec.Struct, frozen=True, kw_only=True):
    """Everything of a run but its tracks."""

    site: SiteFacts
    versions: dict[str, str]
    from_ns: int
    to_ns: int
    first_picture_idx: int
    last_picture_idx: int
    entries_by_kind: dict[str, int]
    head_idx: int
    head_leaf: str
    """Leaf hash of the last entry, hex: names the state of the journal that this page shows."""
    lives: Lives
    rejects: tuple[RejectRow, ...]
    sensors: tuple[SensorAccount, ...]
    assessed: dict[int, TrackAssessed]

    @property
    def drafts(self) -> tuple[DraftEntry, ...]:
        """Return the drafts in the order written."""
        return self.lives.drafts


class _Ledger(msgspec.Struct):
    """What the headers alone tell: how many entries, of which time, and the last of them."""

    kinds: Counter[str]
    from_ns: int | None = None
    to_ns: int = 0
    first_picture_idx: int = -1
    last_picture_idx: int = -1
    head_idx: int = -1
    head_leaf: str = ""

    def note(self, entry: Entry) -> None:
        """Take one entry into account; the span is that of the data, not of the program."""
        self.kinds[entry.kind] += 1
        self.head_idx, self.head_leaf = entry.idx, entry.leaf.hex()
        if entry.kind in {"sensor-block", "picture"}:
            t_ns = entry.t_event_ns
            self.from_ns = t_ns if self.from_ns is None else min(self.from_ns, t_ns)
            self.to_ns = max(self.to_ns, t_ns)
        if entry.kind == "picture":
            self.last_picture_idx = entry.idx
            if self.first_picture_idx < 0:
                self.first_picture_idx = entry.idx


def gather(journal: JournalReader) -> Night:
    """Read what the report needs.

    Raises:
        BadInput: the journal holds no settings, so nothing can be drawn.
        BadStorage: it cannot be read.
    """
    site = _site(journal)
    ledger = _Ledger(Counter())
    for entry in journal.read(bodies=False):
        ledger.note(entry)
    from_ns = ledger.from_ns or 0
    return Night(
        site=site,
        versions=_versions(journal),
        from_ns=from_ns,
        to_ns=max(ledger.to_ns, from_ns),
        first_picture_idx=ledger.first_picture_idx,
        last_picture_idx=ledger.last_picture_idx,
        entries_by_kind=dict(ledger.kinds),
        head_idx=ledger.head_idx,
        head_leaf=ledger.head_leaf,
        lives=gather_lives(journal),
        rejects=_rejects(journal),
        sensors=_sensors(journal, site, from_ns),
        assessed=gather_assessed(journal, {p.id for p in site.places if p.zone}),
    )


def _site(journal: JournalReader) -> SiteFacts:
    for entry in journal.read(kind="settings"):
        if entry.body is not None:
            return settings_of(entry)
    raise BadInput(
        "the journal holds no settings, so there is no site to draw",
        where=str(journal.path),
        remedy="Name the folder of a whole run",
    )


def _versions(journal: JournalReader) -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in journal.read(kind="versions", bodies=False):
        found |= entry.fields()["versions"]
    return found


def _rejects(journal: JournalReader) -> tuple[RejectRow, ...]:
    """Add up rejects from the headers; open only the bodies that give an example."""
    numbers: Counter[tuple[str, str]] = Counter()
    first: dict[tuple[str, str], int] = {}
    examples: dict[tuple[str, str], list[Rejected]] = {}
    for entry in journal.read(kind="rejected"):
        told = {(c["source"], c["reason"]): c["number"] for c in entry.fields()["counts"]}
        numbers.update(told)
        wanted = [key for key in told if len(examples.setdefault(key, [])) < EXAMPLES]
        for key in wanted:
            first.setdefault(key, entry.idx)
        for reject in rejects_of(entry) if wanted and entry.body is not None else ():
            kept = examples.setdefault((reject.source, reject.reason), [])
            if len(kept) < EXAMPLES:
                kept.append(reject)
    return tuple(
        RejectRow(
            source=key[0],
            reason=key[1],
            number=number,
            first_idx=first[key],
            examples=tuple(examples[key]),
        )
        for key, number in numbers.most_common()
    )


def _sensors(journal: JournalReader, site: SiteFacts, from_ns: int) -> tuple[SensorAccount, ...]:
    beats: dict[str, list[SensorHeartbeat]] = {}
    for entry in journal.read(kind="heartbeat", bodies=False):
        beat = heartbeat_of(entry)
        beats.setdefault(beat.sensor_id, []).append(beat)
    return tuple(
        SensorAccount(
            sensor=sensor,
            last=told[-1] if (told := beats.get(sensor.id, [])) else None,
            silences=tuple(silences(told, sensor.revisit_s, from_ns)),
        )
        for sensor in site.sensors
    )


def silences(beats: list[SensorHeartbeat], revisit_s: float, from_ns: int) -> Iterator[Silence]:
    """Yield the times without data that a sensor's accounts show.

    Args:
        beats: its accounts in the order of time.
        revisit_s: its usual time between data.
        from_ns: begin of the record.
    """
    patience_ns = round(max(SILENT_LOOKS * revisit_s, SILENT_MIN_S) * S_NS)
    patience_ns = max(patience_ns, round(SILENT_LOOKS * _usual_pause_ns(beats)))
    since_ns: int | None = None
    last_ns = from_ns
    for beat in beats:
        heard_ns = from_ns if beat.t_last_data_ns is None else beat.t_last_data_ns
        if since_ns is not None and heard_ns > since_ns:
            yield Silence(from_ns=since_ns, to_ns=heard_ns, ended=True)
            since_ns = None
        if since_ns is None and beat.t_ns - heard_ns > patience_ns:
            since_ns = heard_ns
        last_ns = beat.t_ns
    if since_ns is not None:
        yield Silence(from_ns=since_ns, to_ns=last_ns, ended=False)


def _usual_pause_ns(beats: list[SensorHeartbeat]) -> float:
    """Return the usual time between data, or 0 where accounts are too far apart to tell."""
    heard_ns = sorted({beat.t_last_data_ns for beat in beats if beat.t_last_data_ns is not None})
    pauses_ns = [later - earlier for earlier, later in pairwise(heard_ns)]
    if len(pauses_ns) < 3:
        return 0.0
    between_ns = median(later.t_ns - earlier.t_ns for earlier, later in pairwise(beats))
    usual_ns = median(pauses_ns)
    return usual_ns if usual_ns > 2 * between_ns else 0.0
