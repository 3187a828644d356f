"""The map: what comes in, what every stage makes of it, and what is on record, top to bottom.

    bytes -> detect -> track -> assess -> warn -> desk -> alerts/      everything -> journal/
                                people's decisions -^

Replay, simulation and tests run this same code. The clock is that of the data: it comes with the
input, never from the machine. Raw bytes are on record before anybody tries to understand them.
Batches wait HOLD_NS, so that unlike sensors reach the tracker in order; later ones, up to 15 s,
make it go back (`track.late`), and the picture is the same.
"""

from collections.abc import Callable, Iterable
from heapq import heappop, heappush

from msgspec import convert

from tocsin.assess import stage as assess
from tocsin.assess import world as worlds
from tocsin.config import Site, detection_site, library_of_site, settings_json, site_facts
from tocsin.desk import Desk
from tocsin.detect import accounts, asides, feed
from tocsin.model.alert import Decision
from tocsin.model.detection import DetectionBatch
from tocsin.model.raw import RawChunk, Rejected
from tocsin.model.track import Picture
from tocsin.model.units import S_NS
from tocsin.record import entries
from tocsin.record.facts import SensorHeartbeat
from tocsin.record.opening import journal_opening
from tocsin.track import late
from tocsin.track import state as tracker
from tocsin.track.picture import picture
from tocsin.warn import stage as warn
from tocsin.warn.ground import ground_of
from tocsin.warn.policy import vertices_of

HOLD_NS = 7 * S_NS // 2  # recordings are merged in stretches of 2 s; a look closes 1 s late
QUIET_NS = 5 * S_NS  # a sensor silent for so long hands over the detections that wait for its look
PICTURE_NS, ASSESS_NS, HEARTBEAT_NS = S_NS, 2 * S_NS, 5 * S_NS  # at most so often, in time of data
COMMIT_ENTRIES = 256

Item = RawChunk | Rejected | Decision
Inputs = Iterable[tuple[int, Item]]  # (time that the input has reached, input), in order
# Time of the first input; midnight of the day given for undated ones.
Begin = tuple[int, int | None]


def run(inputs: Inputs, line: "Line", watch: Callable[["Line", Item], None]) -> None:
    """Take all input through every stage; `watch` is told of each that has been dealt with.

    Raises BadInput; and BadStorage, where what was committed is safe and the rest was not accepted.
    """
    with line.journal, line.table:
        for t_ns, item in inputs:
            line.take(t_ns, item)
            watch(line, item)
        line.end()


class Line:
    """The stages in a row: what each of them remembers, and what can be told of the run."""

    def __init__(self, site: Site, desk: Desk, begin: Begin) -> None:
        self.site, self.desk = site, desk
        self.journal, self.folder = journal, folder = desk.journal, desk.folder
        self.t_begin_ns, date_ns = begin
        journal_opening(journal, self.t_begin_ns, site_facts(site), settings_json(site), date_ns)
        self.table = folder.new_tracks()
        self.senses = detection_site(site, date_ns=date_ns)
        library = library_of_site(site)
        self.world = worlds.prepare(site.borders, site.places, site.zones, site.assess, library)
        corners = vertices_of(site.zones, site.warn)
        told = site.synthetic  # every draft says so
        self.ground = ground_of(site.zones, site.places, synthetic=told, max_vertices=corners)
        self.feed = feed.start(self.senses)
        self.waiting: list[tuple[late.Key, DetectionBatch]] = []
        self.late = late.begin(tracker.start(site.sensors, site.track))
        self.assess, self.warn = assess.AssessState(), warn.WarnState()
        self.tally = accounts.Tally(sensor.id for sensor in site.sensors)
        self.t_in_ns = self.t_assess_ns = self.t_beat_ns = 0
        self.now = Picture(t_ns=0, revision=0, tracks=())
        self.numbers: set[int] = set()

    def take(self, t_ns: int, item: Item) -> None:
        """Take one input through every stage."""
        self.t_in_ns = t_ns
        if isinstance(item, Rejected):
            entries.journal_rejects(self.journal, t_ns, [item], found_in="container")
            self.tally.counts[f"*:{item.reason}"] += 1
        elif isinstance(item, Decision):
            self._decide(t_ns, item)
        else:
            idx = entries.journal_chunk(self.journal, t_ns, item)
            self.feed, found = feed.step(self.feed, item, self.senses, journal_seq=idx)
            self._note(t_ns, asides.with_asides(found, item))
        self.feed, rest = feed.settle(self.feed, self.senses, quiet_before_ns=t_ns - QUIET_NS)
        self._note(t_ns, rest)
        self._follow(t_ns - HOLD_NS)
        if self.journal.pending >= COMMIT_ENTRIES:
            self.journal.commit()

    def end(self) -> None:
        """Take what waits through the stages, when no more comes."""
        self.feed, rest = feed.flush(self.feed, self.senses)
        self._note(self.t_in_ns, rest)
        self._follow(None)
        if self.late.tracker.revision != self.now.revision:
            self._look()

    def _note(self, t_ns: int, found: feed.FeedOutput) -> None:
        found = asides.without_ahead(found, t_ns)
        entries.journal_rejects(self.journal, t_ns, found.rejects)
        self.tally.note(found)
        for batch in found.batches:
            heappush(self.waiting, (late.key_of(batch), batch))

    def _follow(self, until_ns: int | None) -> None:
        while self.waiting and (until_ns is None or self.waiting[0][0][0] <= until_ns):
            _, batch = heappop(self.waiting)
            if late.take(self.late, batch):
                self.tally.note_batch(batch)
            else:
                self._note(self.now.t_ns, asides.too_late(batch, self.now.t_ns))
            if batch.t_ns - self.now.t_ns >= PICTURE_NS:
                self._look()

    def _look(self) -> None:
        self.now = now = picture(self.late.tracker, self.site.plane)
        self.numbers.update(track.id for track in now.tracks)
        idx = entries.journal_picture(self.journal, now)
        self.table.write(now)
        if now.t_ns - self.t_beat_ns >= HEARTBEAT_NS:
            self.t_beat_ns = now.t_ns
            for told in self.tally.beats(now.t_ns, self.late.tracker.views):
                entries.journal_heartbeat(self.journal, convert(told, SensorHeartbeat))
        if now.t_ns - self.t_assess_ns >= ASSESS_NS:
            self._assess(now, idx)

    def _assess(self, now: Picture, picture_idx: int) -> None:
        self.t_assess_ns = now.t_ns
        self.assess, found = assess.step(self.assess, now, self.world, self.site.assess)
        entries.journal_assessments(self.journal, now.t_ns, found, picture_idx=picture_idx)
        self.warn, told = warn.step(self.warn, now.t_ns, found, self.ground, self.site.warn)
        self.desk.tell(now.t_ns, told)

    def _decide(self, t_ns: int, decision: Decision) -> None:
        idx = entries.journal_decision(self.journal, t_ns, decision)
        self.warn, told = warn.decide(self.warn, decision, self.ground, self.site.warn)
        self.desk.tell(decision.t_ns, told, decision_idx=idx)
