"""What the pipeline writes: one small function for each kind of entry.

Bodies are MessagePack of the model's own records, so that a reader gets back what was written.
Each function returns the `idx` of the entry, which is what `evidence` cites.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from tocsin.model.alert import Alarm, Decision, Draft, Sent, Transition
from tocsin.model.raw import RawChunk, Rejected
from tocsin.model.threat import Assessment
from tocsin.model.track import Picture
from tocsin.record.entry import Entry
from tocsin.record.facts import SensorHeartbeat, SiteFacts
from tocsin.record.journal import Journal

RUN, PICTURE, ASSESSMENT, ALERT = "run", "picture", "assessment", "alert"
DECISION = "decision"
"""Names of the streams that do not belong to a source."""
STEPS_IN_HEADER = 40
"""A header is small and a raid's lapse may touch every zone; the body has them all."""

I64 = NDArray[np.int64]


class StoredChunk(msgspec.Struct, frozen=True, array_like=True):
    """A `RawChunk` in the journal; integer columns as little-endian bytes."""

    source: str
    data: bytes
    start: bytes
    length: bytes
    offset: bytes
    t_received_ns: bytes


_PACK = msgspec.msgpack.Encoder(order="sorted")
_PACK_SITE = msgspec.msgpack.Encoder()
"""Noise is given by a number, and msgspec sorts only words; a site read from JSON has one order."""


def journal_versions(journal: Journal, t_ns: int, versions: Mapping[str, str]) -> int:
    """Write which program and libraries run: name to version."""
    return journal.append(RUN, "versions", t_ns, {"versions": dict(versions)})


def journal_settings(journal: Journal, t_ns: int, site: SiteFacts) -> int:
    """Write what the run stands on: the site, its sensors, border and places."""
    fields = {"site": site.id, "synthetic": site.synthetic, "title": site.title}
    return journal.append(RUN, "settings", t_ns, fields, _PACK_SITE.encode(site))


def journal_settings_json(
    journal: Journal, t_ns: int, settings_json: bytes, *, date_ns: int | None = None
) -> int:
    """Write the whole settings as worked out, from which a replay starts without any file.

    `date_ns` is the day given for recordings that tell none.
    """
    return journal.append(RUN, "settings-json", t_ns, {"date_ns": date_ns}, settings_json)


def journal_chunk(journal: Journal, t_ns: int, chunk: RawChunk) -> int:
    """Write raw bytes as they came in; do this before anybody tries to understand them.

    `t_ns` is the time of receipt, or of the replay's clock where the container tells none.
    """
    fields = {
        "blocks": len(chunk.start),
        "from_offset": int(chunk.offset[0]) if len(chunk.offset) else None,
        "source": chunk.source,
    }
    columns = (chunk.start, chunk.length, chunk.offset, chunk.t_received_ns)
    stored = StoredChunk(chunk.source, chunk.data, *(_column_bytes(c) for c in columns))
    body = _PACK.encode(stored)
    return journal.append(f"raw/{chunk.source}", "sensor-block", t_ns, fields, body)


def journal_rejects(
    journal: Journal, t_ns: int, rejects: Sequence[Rejected], *, found_in: str = "chunk"
) -> int | None:
    """Write what could not be understood, with its reasons counted; None where nothing was.

    `found_in` is `container` for damaged stretches of a recording: their bytes are in no chunk, so
    a replay of the journal takes them from here. What was found later is found again.
    """
    if not rejects:
        return None
    counts = Counter((r.source, r.reason) for r in rejects)
    told = [{"number": n, "reason": r, "source": s} for (s, r), n in sorted(counts.items())]
    fields = {"counts": told, "found_in": found_in}
    return journal.append(RUN, "rejected", t_ns, fields, _PACK.encode(list(rejects)))


def journal_picture(journal: Journal, picture: Picture) -> int:
    """Write one revision of the picture."""
    fields = {"revision": picture.revision, "tracks": len(picture.tracks)}
    return journal.append(PICTURE, "picture", picture.t_ns, fields, _PACK.encode(picture))


def journal_assessments(
    journal: Journal, t_ns: int, assessments: Sequence[Assessment], *, picture_idx: int
) -> int:
    """Write what was worked out from the picture in entry `picture_idx`."""
    fields = {"of_picture": picture_idx, "tracks": len(assessments)}
    body = _PACK.encode(list(assessments))
    return journal.append(ASSESSMENT, "assessment", t_ns, fields, body)


def journal_draft(journal: Journal, draft: Draft) -> int:
    """Write a warning that the policy asks for. Nothing is sent."""
    fields = {
        "id": draft.id,
        "level": draft.level,
        "replaces": draft.replaces,
        "synthetic": draft.synthetic,
        "zone": draft.zone_id,
    }
    return journal.append(ALERT, "draft", draft.t_drafted_ns, fields, _PACK.encode(draft))


def journal_warning(journal: Journal, t_ns: int, cap_xml: bytes, *, draft_id: str) -> int:
    """Write the CAP message of a draft, byte for byte."""
    return journal.append(ALERT, "warning", t_ns, {"draft": draft_id}, cap_xml)


def journal_decision(journal: Journal, t_ns: int, decision: Decision) -> int:
    """Write what a named person decided; do this before anybody acts upon it.

    It is an input: a replay takes it from here, in its place among the chunks. `t_ns` is the time
    that the inputs had reached.
    """
    fields = {"by": decision.by, "choice": decision.choice, "subject": decision.subject}
    return journal.append(DECISION, "decision", t_ns, fields, _PACK.encode(decision))


def journal_refusal(journal: Journal, t_ns: int, *, decision_idx: int, why: str) -> int:
    """Write that what entry `decision_idx` asks for was not done, and why.

    It is a decision, or a `sent` entry of which no sound message could be made.
    """
    return journal.append(ALERT, "refused", t_ns, {"decision": decision_idx, "why": why})


def journal_transitions(
    journal: Journal, t_ns: int, transitions: Sequence[Transition]
) -> int | None:
    """Write steps in the lives of alerts; None where there was none."""
    if not transitions:
        return None
    steps = [{"after": t.after, "draft": t.draft_id, "zone": t.zone_id} for t in transitions]
    fields = {"number": len(steps), "steps": steps[:STEPS_IN_HEADER]}
    return journal.append(ALERT, "transition", t_ns, fields, _PACK.encode(list(transitions)))


def journal_sent(journal: Journal, sent: Sent) -> int:
    """Write an alert that was let out, before it leaves."""
    fields = {
        "by": sent.by,
        "draft": sent.draft.id,
        "id": sent.id,
        "replaces": [id_ for id_, _ in sent.replaces],
        "synthetic": sent.draft.synthetic,
        "zone": sent.draft.zone_id,
    }
    return journal.append(ALERT, "sent", sent.t_sent_ns, fields, _PACK.encode(sent))


def journal_published(journal: Journal, t_ns: int, cap_xml: bytes, *, sent_id: str) -> int:
    """Write a CAP message of an alert that was let out, before it is signed.

    A draft's message is a `warning`: nobody can take one for the other.
    """
    return journal.append(ALERT, "published", t_ns, {"sent": sent_id}, cap_xml)


def journal_alarm(journal: Journal, alarm: Alarm) -> int:
    """Write what the duty officer was called for."""
    fields = {"area": alarm.area_id, "id": alarm.id, "level": alarm.level}
    return journal.append(ALERT, "alarm", alarm.t_ns, fields, _PACK.encode(alarm))


def journal_heartbeat(journal: Journal, beat: SensorHeartbeat) -> int:
    """Write a sensor's account so far; also when nothing came, so that silence is on record."""
    fields = msgspec.to_builtins(beat)
    return journal.append(f"sensor/{beat.sensor_id}", "heartbeat", beat.t_ns, fields)


def journal_act(
    journal: Journal, t_ns: int, *, by: str, act: str, details: Mapping[str, str]
) -> int:
    """Write what a named person did."""
    return journal.append(
        "acts", "operator-act", t_ns, {"act": act, "by": by, "details": dict(details)}
    )


def chunk_of(entry: Entry) -> RawChunk:
    """Return the chunk of a `sensor-block` entry, equal to the one that was written."""
    stored = msgspec.msgpack.decode(_body(entry), type=StoredChunk)
    return RawChunk(
        source=stored.source,
        data=stored.data,
        start=_column(stored.start),
        length=_column(stored.length),
        offset=_column(stored.offset),
        t_received_ns=_column(stored.t_received_ns),
    )


def rejects_of(entry: Entry) -> list[Rejected]:
    """Return the rejects of a `rejected` entry."""
    return msgspec.msgpack.decode(_body(entry), type=list[Rejected])


def picture_of(entry: Entry) -> Picture:
    """Return the picture of a `picture` entry."""
    return msgspec.msgpack.decode(_body(entry), type=Picture)


def assessments_of(entry: Entry) -> list[Assessment]:
    """Return the assessments of an `assessment` entry."""
    return msgspec.msgpack.decode(_body(entry), type=list[Assessment])


def draft_of(entry: Entry) -> Draft:
    """Return the draft of a `draft` entry."""
    return msgspec.msgpack.decode(_body(entry), type=Draft)


def decision_of(entry: Entry) -> Decision:
    """Return the decision of a `decision` entry."""
    return msgspec.msgpack.decode(_body(entry), type=Decision)


def transitions_of(entry: Entry) -> list[Transition]:
    """Return the steps of a `transition` entry."""
    return msgspec.msgpack.decode(_body(entry), type=list[Transition])


def sent_of(entry: Entry) -> Sent:
    """Return the alert of a `sent` entry."""
    return msgspec.msgpack.decode(_body(entry), type=Sent)


def alarm_of(entry: Entry) -> Alarm:
    """Return the alarm of an `alarm` entry."""
    return msgspec.msgpack.decode(_body(entry), type=Alarm)


def settings_of(entry: Entry) -> SiteFacts:
    """Return the site of a `settings` entry."""
    return msgspec.msgpack.decode(_body(entry), type=SiteFacts)


def heartbeat_of(entry: Entry) -> SensorHeartbeat:
    """Return the account of a `heartbeat` entry."""
    return msgspec.convert(entry.fields(), SensorHeartbeat)


def _body(entry: Entry) -> bytes:
    """Return the body; callers skip entries whose body is withheld."""
    if entry.body is None:
        raise ValueError(f"entry {entry.idx} is here without its body")
    return entry.body


def _column_bytes(column: I64) -> bytes:
    return column.astype("<i8", copy=False).tobytes()


def _column(stored: bytes) -> I64:
    return np.frombuffer(stored, "<i8").astype(np.int64)
