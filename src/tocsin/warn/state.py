"""All that the warn stage carries from one look or decision to the next."""

from collections.abc import Iterable, Mapping

import msgspec

from tocsin.model.alert import Draft, Level, Sent
from tocsin.model.errors import BadInput
from tocsin.model.place import Zone
from tocsin.model.threat import Reach
from tocsin.warn.draft import Standing
from tocsin.warn.ladder import Rung
from tocsin.warn.policy import Policy

Policies = Mapping[str, Policy]
"""The policy of each zone, by its id."""


class Open(msgspec.Struct, frozen=True, kw_only=True):
    """A draft that waits for a decision."""

    draft: Draft
    names: tuple[str, ...] = ()
    """Who has approved it so far."""
    tracks: tuple[int, ...] = ()
    evidence: tuple[tuple[int, int], ...] = ()
    """What it rests on."""
    override: str = ""
    """Of an all-clear that a person wants against the machine's advice: that advice."""


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """What was sent last for a zone, until it is cleared or another takes its place."""

    sent: Sent
    lapsed: bool = False
    """Its time ran out: it warns nobody any more, but nobody has said that it is over."""


class ZoneState(msgspec.Struct, frozen=True, kw_only=True):
    """Where one zone stands."""

    rung: Rung = Rung()
    told: Standing | None = None
    draft: Open | None = None
    """The warning that waits for a decision."""
    alert: Alert | None = None
    over: Open | None = None
    """The all-clear that waits for a decision."""
    t_calm_ns: int | None = None
    """Since when nothing threatens it; None: something does, or nobody asks."""


class Missing(msgspec.Struct, frozen=True, kw_only=True):
    """A track that counted, seen or not; while it is not seen it may be anywhere in its reach."""

    t_seen_ns: int
    evidence: tuple[tuple[int, int], ...]
    seen: bool = True
    """In the picture and measured at the last look."""
    inside: bool = False
    """On the protected side of a border, or at it, when it was seen last."""
    reach: Reach | None = None
    """As told last; None while it is seen. Not seen and None: nobody knows where it was."""
    t_reach_ns: int = 0
    growth_mps: float = 0.0
    """How fast its reach grows."""
    continued_by: int | None = None
    """The track that goes on as this one."""
    explained: str = ""
    """`NAME: REASON`, where a person has explained it."""


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """A standing authority for one level of one zone, given or taken back by decisions."""

    names: tuple[str, ...]
    """Who gave it; empty: it was taken back."""
    t_ns: int


class Area(msgspec.Struct, frozen=True, kw_only=True):
    """The episode of one area (a county, or a zone that belongs to none)."""

    alarm_id: str
    t_active_ns: int
    """When there last was a level, a draft or an alert in it."""
    zones: tuple[str, ...] = ()
    called: int = -1
    """Highest level that it was called for, as index into `policy.LEVELS`; -1: never."""


class WarnState(msgspec.Struct, frozen=True, kw_only=True):
    """All that the stage carries."""

    zones: dict[str, ZoneState] = {}
    missing: dict[int, Missing] = {}
    grants: dict[str, dict[Level, Grant]] = {}
    """By zone."""
    areas: dict[str, Area] = {}
    t_called_ns: int | None = None
    """When the duty officer was called last."""


def snapshot(state: WarnState) -> bytes:
    """Return the state as bytes, exactly."""
    return msgspec.msgpack.encode(state)


def restore(data: bytes) -> WarnState:
    """Return the state that a snapshot holds; raises BadInput where it holds none."""
    try:
        return msgspec.msgpack.decode(data, type=WarnState)
    except msgspec.MsgspecError as wrong:
        raise BadInput(
            f"not a state of warn ({wrong})",
            where="snapshot",
            remedy="Take a snapshot of the same version, or replay the journal.",
        ) from wrong


def policies_of(zones: Iterable[Zone], policy: Policy) -> Policies:
    """Return each zone's policy, with what it and its county have otherwise.

    Zones that have nothing of their own share one.
    """
    made: dict[tuple[object, ...], Policy] = {}
    found = {}
    for zone in zones:
        own = (zone.id in policy.zone and zone.id, zone.county in policy.zone and zone.county)
        key = (*own, zone.languages)
        if key not in made:
            made[key] = policy.of_zone(zone)
        found[zone.id] = made[key]
    return found
