"""What was drafted and what was let out, as spans of time in which a zone was warned."""

from collections.abc import Iterable, Sequence

import msgspec

from tocsin.model.alert import Draft, Sent, Transition

LEVELS = ("PREPARE", "WARN", "LAST_CALL")
WARN = 1
"""From this level on the public is told to take shelter."""


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """One draft or one sent alert of one zone."""

    zone_id: str
    level: int
    """Index into `LEVELS`."""
    t_ns: int
    t_end_ns: int
    """When it runs out, or was cleared or taken back before."""
    tracks: tuple[int, ...] = ()
    """The track that bears it most; reasons come the most probable first."""


class Raise(msgspec.Struct, frozen=True, kw_only=True):
    """A zone that was not warned at some level, and now is."""

    zone_id: str
    level: int
    """The level that it was raised to."""
    t_ns: int
    t_end_ns: int
    tracks: tuple[int, ...]


def drafted(drafts: Sequence[Draft], transitions: Iterable[Transition] = ()) -> tuple[Notice, ...]:
    """Return the warnings among drafts, each until it lapses or its zone is cleared."""
    ends = _ends(transitions)
    return tuple(
        _notice(draft, draft.t_drafted_ns, ends)
        for draft in sorted(drafts, key=lambda d: (d.t_drafted_ns, d.zone_id))
        if draft.purpose == "warning"
    )


def sent_out(sent: Sequence[Sent], transitions: Iterable[Transition] = ()) -> tuple[Notice, ...]:
    """Return the warnings among sent alerts, each until it lapses or its zone is cleared."""
    ends = _ends(transitions)
    return tuple(
        _notice(one.draft, one.t_sent_ns, ends)
        for one in sorted(sent, key=lambda s: (s.t_sent_ns, s.draft.zone_id))
        if one.draft.purpose == "warning"
    )


def raises(notices: Sequence[Notice], level: int) -> tuple[Raise, ...]:
    """Return where a zone came under a level (or a graver one) that was not so just before.

    Updates of a warning that stands are no news: they are counted with what they update.
    """
    until_ns: dict[str, int] = {}
    found = []
    for notice in notices:
        if notice.level < level:
            continue
        if notice.t_ns > until_ns.get(notice.zone_id, -1):
            found.append(
                Raise(
                    zone_id=notice.zone_id,
                    level=notice.level,
                    t_ns=notice.t_ns,
                    t_end_ns=notice.t_end_ns,
                    tracks=notice.tracks,
                )
            )
        until_ns[notice.zone_id] = max(until_ns.get(notice.zone_id, -1), notice.t_end_ns)
    return tuple(found)


def warned_since_ns(
    notices: Sequence[Notice], zone_id: str, t_ns: int, level: int = WARN
) -> int | None:
    """Return since when, without a break, a zone had been warned at a time; None if it was not."""
    spans = spans_of(notices, zone_id, level)
    return next((begin for begin, end in spans if begin <= t_ns <= end), None)


def spans_of(notices: Sequence[Notice], zone_id: str, level: int = WARN) -> list[tuple[int, int]]:
    """Return the spans, apart and ascending, in which a zone was warned at a level or above."""
    return joined(
        (n.t_ns, n.t_end_ns) for n in notices if n.zone_id == zone_id and n.level >= level
    )


def joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return spans as their union: apart and ascending."""
    out: list[tuple[int, int]] = []
    for begin, end in sorted(spans):
        if out and begin <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        elif end > begin:
            out.append((begin, end))
    return out


def _ends(transitions: Iterable[Transition]) -> tuple[dict[str, list[int]], dict[str, int]]:
    """Return when zones were cleared, and when drafts were taken back before they were let out."""
    cleared: dict[str, list[int]] = {}
    taken_back: dict[str, int] = {}
    for step in transitions:
        if step.after == "cleared":
            cleared.setdefault(step.zone_id, []).append(step.t_ns)
        elif step.before == "draft" and step.after in {"rejected", "lapsed"}:
            taken_back[step.draft_id] = step.t_ns
    return cleared, taken_back


def _notice(draft: Draft, t_ns: int, ends: tuple[dict[str, list[int]], dict[str, int]]) -> Notice:
    cleared, taken_back = ends
    after = [t for t in cleared.get(draft.zone_id, ()) if t >= t_ns]
    return Notice(
        zone_id=draft.zone_id,
        level=LEVELS.index(draft.level),
        t_ns=t_ns,
        t_end_ns=min([draft.t_expires_ns, taken_back.get(draft.id, draft.t_expires_ns), *after]),
        tracks=tuple(reason.track_id for reason in draft.reasons[:1]),
    )
