"""The map: what comes in, what every stage makes of it, and what is on record, top to bottom.

    bytes -> detect -> track -> assess -> warn -> alerts/        everything -> journal/

Replay, simulation and tests run this same code. The clock is that of the data: it comes with the
input, never from the machine. Raw bytes are on record before anybody tries to understand them.
Batches wait HOLD_S, so that those of unlike sensors reach the tracker in order; what is later
still, up to 15 s, makes the tracker go back (`track.late`), and the picture is the same.
"""

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterable
from heapq import heappop, heappush

from tocsin.assess import stage as assess
from tocsin.assess import world as worlds
from tocsin.config import Site, detection_site, settings_json, site_facts
from tocsin.detect import accounts, asides, feed
from tocsin.detect.facts import FeedOutput
from tocsin.model.alert import Draft
from tocsin.model.detection import DetectionBatch
from tocsin.model.raw import RawChunk, Rejected
from tocsin.model.units import S_NS
from tocsin.record import entries
from tocsin.record.facts import SensorHeartbeat
from tocsin.record.journal import Journal
from tocsin.record.replay import salt_key
from tocsin.record.run_folder import RunFolder
from tocsin.record.tracks_geojson import write_geojson
from tocsin.record.tracks_table import TracksTable
from tocsin.record.versions import running_versions
from tocsin.share.cap_files import write_drafts
from tocsin.track import late
from tocsin.track import state as tracker
from tocsin.track.picture import picture
from tocsin.warn import stage as warn
from tocsin.warn.ground import ground_of
from tocsin.wire.cap.drafts import build

HOLD_NS = 7 * S_NS // 2
"""Recordings are merged in stretches of 2 s, and a look is closed a second after its end."""
QUIET_NS = 5 * S_NS
"""A sensor silent for so long hands over the detections that wait for their look to be closed."""
PICTURE_NS, HEARTBEAT_NS = S_NS, 5 * S_NS
COMMIT_ENTRIES = 256

Inputs = Iterable[tuple[int, RawChunk | Rejected]]
"""(time that the input has reached, input), in order."""
Watch = Callable[["Line", RawChunk | Rejected], None]


def run(inputs: Inputs, line: "Line", watch: Watch) -> "Line":
    """Take all input through every stage; `watch` is told of each that has been dealt with.

    Raises:
        BadInput: an input cannot be used.
        BadStorage: the disk refused; what was committed is safe, the rest is not acknowledged.
    """
    with line.journal, line.table:
        for t_ns, item in inputs:
            line.take(t_ns, item)
            watch(line, item)
        line.end()
    write_geojson(line.folder.tracks_parquet, line.folder.tracks_geojson, note=line.site.note)
    return line


class Line:
    """The stages in a row: what each of them remembers, and what can be told of the run."""

    def __init__(
        self, site: Site, folder: RunFolder, *, date_ns: int | None, quota_bytes: int | None
    ) -> None:
        settings = settings_json(site)
        self.site, self.folder, self.settings, self.date_ns = site, folder, settings, date_ns
        self.journal: Journal = folder.new_journal(
            salt_key=salt_key(settings, date_ns), quota_bytes=quota_bytes
        )
        self.table: TracksTable = folder.new_tracks()
        self.senses = detection_site(site, date_ns=date_ns)
        self.world = worlds.prepare(site.borders, site.places, site.zones, site.assess)
        self.ground = ground_of(site.zones, site.places, synthetic=site.synthetic)
        self.feed = feed.start(self.senses)
        self.waiting: list[tuple[late.Key, DetectionBatch]] = []
        self.late = late.begin(tracker.start(site.sensors, site.track))
        self.assess, self.warn = assess.AssessState(), warn.WarnState()
        self.accounts = {sensor.id: accounts.Account() for sensor in site.sensors}
        self.t_begin_ns, self.t_ns, self.t_beat_ns, self.revision = -1, 0, 0, 0
        self.counts: Counter[str] = Counter()
        self.drafts: list[Draft] = []
        self.shown: frozenset[int] = frozenset()
        self.numbers: set[int] = set()

    def take(self, t_ns: int, item: RawChunk | Rejected) -> None:
        """Take one input through every stage."""
        if self.t_begin_ns < 0:
            self._begin(t_ns)
        if isinstance(item, Rejected):
            entries.journal_rejects(self.journal, t_ns, [item], found_in="container")
            self.counts[f"*:{item.reason}"] += 1
        else:
            idx = entries.journal_chunk(self.journal, t_ns, item)
            self.feed, found = feed.step(self.feed, item, self.senses, journal_seq=idx)
            self._note(t_ns, found, asides.asides(found, item))
        self.feed, rest = feed.settle(self.feed, self.senses, quiet_before_ns=t_ns - QUIET_NS)
        self._note(t_ns, rest)
        self._follow(t_ns - HOLD_NS)
        if self.journal.pending >= COMMIT_ENTRIES:
            self.journal.commit()

    def end(self) -> None:
        """Take what waits through the stages, when no more comes."""
        self.feed, rest = feed.flush(self.feed, self.senses)
        self._note(self.t_ns, rest)
        self._follow(None)
        if self.late.tracker.revision != self.revision:
            self._look()

    def _begin(self, t_ns: int) -> None:
        self.t_begin_ns = t_ns
        entries.journal_versions(self.journal, t_ns, running_versions())
        entries.journal_settings(self.journal, t_ns, site_facts(self.site))
        entries.journal_settings_json(self.journal, t_ns, self.settings, date_ns=self.date_ns)

    def _note(self, t_ns: int, found: FeedOutput, noted: tuple[Rejected, ...] = ()) -> None:
        entries.journal_rejects(self.journal, t_ns, (*found.rejects, *noted))
        accounts.note_output(self.accounts, found)
        accounts.totals(self.counts, found)
        for batch in found.batches:
            heappush(self.waiting, (late.key_of(batch), batch))

    def _follow(self, until_ns: int | None) -> None:
        while self.waiting and (until_ns is None or self.waiting[0][0][0] <= until_ns):
            _, batch = heappop(self.waiting)
            if late.take(self.late, batch):
                accounts.note_batch(self.accounts, batch)
            else:
                self.counts[f"{batch.sensor_id}:too_late"] += len(batch)
                entries.journal_rejects(
                    self.journal, self.t_ns, [asides.too_late(batch, self.t_ns)]
                )
            if batch.t_ns - self.t_ns >= PICTURE_NS:
                self._look()

    def _look(self) -> None:
        now = picture(self.late.tracker, self.site.plane)
        self.t_ns, self.revision = now.t_ns, now.revision
        self.shown = frozenset(track.id for track in now.tracks)
        self.numbers |= self.shown
        idx = entries.journal_picture(self.journal, now)
        self.table.write(now)
        self.assess, found = assess.step(self.assess, now, self.world, self.site.assess)
        entries.journal_assessments(self.journal, now.t_ns, found, picture_idx=idx)
        self.warn, drafts = warn.step(self.warn, now.t_ns, found, self.ground, self.site.warn)
        if drafts:
            self._draft(drafts)
        if now.t_ns - self.t_beat_ns >= HEARTBEAT_NS:
            self._beat(now.t_ns)

    def _draft(self, drafts: tuple[Draft, ...]) -> None:
        policy = self.site.warn
        for draft in drafts:
            entries.journal_draft(self.journal, draft)
            cap_xml = build(draft, policy.sender, policy.source_name)
            entries.journal_warning(self.journal, draft.t_drafted_ns, cap_xml, draft_id=draft.id)
        self.journal.commit()
        write_drafts(drafts, self.folder.alerts, policy.sender, policy.source_name)
        self.drafts.extend(drafts)

    def _beat(self, t_ns: int) -> None:
        self.t_beat_ns = t_ns
        accounts.note_time(self.accounts, t_ns)
        for sensor_id, account in self.accounts.items():
            told = dataclasses.asdict(account)
            del told["ahead_ns"]
            background = self.late.tracker.views[sensor_id].background
            clutter = (
                float(background.seen.sum() / looks)
                if (looks := background.looked.mean())
                else None
            )
            entries.journal_heartbeat(
                self.journal,
                SensorHeartbeat(sensor_id=sensor_id, t_ns=t_ns, clutter_per_look=clutter, **told),
            )
