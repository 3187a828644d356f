"""The sentences of the page: what happened in ten seconds, and what is not known.

Sentences are templates with slots that are filled from the record, each with the entries that
it rests on. None states an intent, and none calls a lost track gone.
"""

from collections.abc import Iterator

import msgspec

from tocsin.model.alert import Draft
from tocsin.model.units import S_NS
from tocsin.show.assessed import Point, Stay
from tocsin.show.flown import Flown
from tocsin.show.lives import DraftEntry
from tocsin.show.night import Night
from tocsin.show.told_alerts import Sentence, drafted
from tocsin.show.told_lost import lost
from tocsin.show.words import LocalTime, chance, count, duration, first_upper

COOPERATIVE_PROB = 0.5
"""At least this share of a track's detections carried a transponder or broadcast."""
NAMED = 2
"""Crossings told one by one; more are only counted."""


KINDS_NAMED = {
    "bird": "a bird",
    "jet": "a jet",
    "other": "something else",
    "slow aircraft": "a slow aircraft",
}
LIKELY_NAMED = 4
"""Likely places named, the largest first."""


class Passage(msgspec.Struct, frozen=True, kw_only=True):
    """A track that was held to have come inside a border."""

    flown: Flown
    stay: Stay


def cooperative(flown: Flown) -> bool:
    """Say whether a track counts as one with transponder."""
    return flown.cooperative_prob >= COOPERATIVE_PROB


def passages(night: Night, flown: list[Flown]) -> list[Passage]:
    """Return the stays inside a border that began in the record and were seen, the first first.

    A stay that no measurement fell into is none: there the picture only carried the track on.
    """
    return [p for p in all_passages(night, flown) if seen_inside(p.flown, p.stay)]


def all_passages(night: Night, flown: list[Flown]) -> list[Passage]:
    """Return the stays inside a border that began in the record, seen or only carried on."""
    by_id = {f.track_id: f for f in flown}
    found = [
        Passage(flown=by_id[track_id], stay=stay)
        for track_id, assessed in night.assessed.items()
        if track_id in by_id
        for stay in assessed.stays
        if stay.after_ns is not None
    ]
    return sorted(found, key=lambda p: (p.stay.from_ns, p.flown.track_id))


def seen_inside(flown: Flown, stay: Stay) -> bool:
    """Say whether a measurement of the track fell into a stay."""
    in_a_gap = any(begin < stay.from_ns and stay.to_ns < end for begin, end in flown.gaps_ns)
    return stay.from_ns <= flown.t_last_update_ns and not in_a_gap


def headline(night: Night, flown: list[Flown]) -> list[Sentence]:
    """Return what a duty officer has to know first, a sentence each."""
    local = LocalTime(night.site.time_zone)
    return [
        _flew(night, flown),
        *_crossed(night, flown, local),
        *lost(night, local),
        *_threatened(night, flown, local),
        *drafted(night, local),
        *_escorted(night, flown),
    ]


def _flew(night: Night, flown: list[Flown]) -> Sentence:
    without = sum(not cooperative(f) for f in flown)
    span = duration(night.to_ns - night.from_ns)
    entries = (night.first_picture_idx, night.last_picture_idx)
    text = f"{first_upper(count(len(flown), 'track'))} in {span}"
    if flown:
        text += f": {without or 'none'} without transponder, {len(flown) - without or 'none'} with"
    return Sentence(text=f"{text}.", entries=tuple(e for e in entries if e >= 0))


def _crossed(night: Night, flown: list[Flown], local: LocalTime) -> Iterator[Sentence]:
    without = [p for p in passages(night, flown) if not cooperative(p.flown)]
    without.sort(key=lambda p: (_first_naming(p, night) is None, _is_no_drone(p, night)))
    for passage in without[:NAMED]:
        draft = _first_naming(passage, night)
        entries = (passage.stay.first_idx, *((draft.idx,) if draft else ()))
        text = _crossing_text(passage, night, local) + _lead(passage, draft, night, local)
        yield Sentence(text=text, entries=entries)
    if len(without) > NAMED:
        yield Sentence(
            text=f"{len(without) - NAMED} more crossings without transponder are listed below.",
            entries=tuple(p.stay.first_idx for p in without[NAMED : NAMED + NAMED]),
        )
    if not without and night.site.borders:
        yield Sentence(
            text="No track without transponder was seen to cross the border.",
            entries=(night.last_picture_idx,) if night.last_picture_idx >= 0 else (),
        )


def _escorted(night: Night, flown: list[Flown]) -> Iterator[Sentence]:
    """Tell of tracks with transponder that crossed, in one line: they are not what matters."""
    found = [p for p in passages(night, flown) if cooperative(p.flown)]
    if found:
        text = f"{count(len(found), 'crossing')} by tracks with transponder."
        entries = tuple(p.stay.first_idx for p in found)[:NAMED]
        yield Sentence(text=first_upper(text), entries=entries)


def _is_no_drone(passage: Passage, night: Night) -> bool:
    points = night.assessed[passage.flown.track_id].points
    return bool(points) and points[-1].kind != "drone"


def _kind_told(passage: Passage, night: Night) -> str:
    """Return what a track that is probably no drone was held to be, in brackets."""
    if not _is_no_drone(passage, night):
        return ""
    point = night.assessed[passage.flown.track_id].points[-1]
    return f" (held to be {KINDS_NAMED.get(point.kind, point.kind)}, {chance(point.kind_prob)})"


def _crossing_text(passage: Passage, night: Night, local: LocalTime) -> str:
    stay, flown = passage.stay, passage.flown
    after_ns = stay.from_ns if stay.after_ns is None else stay.after_ns
    return (
        f"Track {flown.track_id}{_kind_told(passage, night)} crossed the border {stay.border_id} "
        f"{local.between(after_ns, stay.from_ns)}; {_inside(flown, stay)}."
    )


def _inside(flown: Flown, stay: Stay) -> str:
    """Say how long a stay was; of one without a known end, what was not seen is not claimed."""
    held, seen_ns = duration(max(0, stay.to_ns - stay.from_ns)), flown.t_last_update_ns
    if stay.left:
        return f"held inside for {held}, then outside again"
    if stay.to_ns - seen_ns <= 10 * S_NS:
        return f"held inside for {held}, still there when last measured"
    seen, unseen = duration(seen_ns - stay.from_ns), duration(stay.to_ns - seen_ns)
    return f"seen inside for {seen}, then carried on unseen for another {unseen}"


def _threatened(night: Night, flown: list[Flown], local: LocalTime) -> Iterator[Sentence]:
    """Tell the largest likely places, else the one most threatened; of crossers if there are.

    What is probably a bird threatens nobody.
    """
    without = [
        f
        for f in flown
        if not cooperative(f)
        and (assessed := night.assessed.get(f.track_id))
        and not (assessed.points and assessed.points[-1].kind == "bird")
    ]
    crossed = {p.flown.track_id for p in passages(night, flown)}
    tracks = [f for f in without if f.track_id in crossed] or without
    if likely := _likely(night, tracks):
        yield _likely_sentence(night, likely)
        return
    peaks = [
        (a.peak, f) for f in tracks if (a := night.assessed[f.track_id]).peak and a.peak.place_id
    ]
    if peaks:
        peak, track = max(peaks, key=lambda item: item[0].place_prob)
        yield Sentence(text=_threat_text(night, peak, track, local), entries=(peak.idx,))


def _likely(night: Night, tracks: list[Flown]) -> dict[str, tuple[float, int]]:
    """Return the greatest probability of each likely place, and the entry that holds it."""
    found: dict[str, tuple[float, int]] = {}
    for track in tracks:
        for place_id, held in night.assessed[track.track_id].likely.items():
            found[place_id] = max(held, found.get(place_id, held))
    return found


def _likely_sentence(night: Night, likely: dict[str, tuple[float, int]]) -> Sentence:
    by_size = sorted(night.site.places, key=lambda p: (-p.population, p.id))
    named = [p for p in by_size if p.id in likely][:LIKELY_NAMED]
    told = [f"{p.name} ({chance(likely[p.id][0])})" for p in named]
    more = len(likely) - len(named)
    text = "Places threatened at some time with 50 % or more: " + ", ".join(told)
    return Sentence(
        text=text + (f" and {more} smaller." if more else "."),
        entries=tuple(likely[p.id][1] for p in named),
    )


def _threat_text(night: Night, peak: Point, track: Flown, local: LocalTime) -> str:
    names = {place.id: place.name for place in night.site.places}
    within = duration(round(peak.within_s) * S_NS)
    return (
        f"Most threatened place: {names.get(peak.place_id, peak.place_id)}, "
        f"{chance(peak.place_prob)} within {within}, by track {track.track_id}, as assessed at "
        f"{local.clock(peak.t_ns)}."
    )


def _first_naming(passage: Passage, night: Night) -> DraftEntry | None:
    """Return the first draft that gives the track of a crossing as a reason."""
    return next((d for d in night.drafts if _names(d.draft, passage)), None)


def _lead(passage: Passage, entry: DraftEntry | None, night: Night, local: LocalTime) -> str:
    """Say how long before a crossing the first warning of its track was drafted, and sent."""
    if entry is None:
        return " No warning was drafted for it."
    draft, begun_ns = entry.draft, passage.stay.from_ns
    told = (
        f" The first warning that names it was drafted {_ahead(begun_ns - draft.t_drafted_ns)} "
        f"({draft.level.replace('_', ' ')}, {local.clock(draft.t_drafted_ns)})"
    )
    naming = (d.draft.id for d in night.drafts if _names(d.draft, passage))
    sent = next((night.lives.sent[i] for i in naming if i in night.lives.sent), None)
    if sent is None:
        return told + ("." if not night.lives.known else "; none that names it was sent.")
    return f"{told}, the first sent {_ahead(begun_ns - sent.sent.t_sent_ns)}."


def _ahead(ahead_ns: int) -> str:
    return f"{duration(abs(ahead_ns))} {'before' if ahead_ns >= 0 else 'after'}"


def _names(draft: Draft, passage: Passage) -> bool:
    return any(reason.track_id == passage.flown.track_id for reason in draft.reasons)
