"""Rows, cards and figures of the page, as words."""

from collections.abc import Sequence

import msgspec

from tocsin.show.assessed import TrackAssessed
from tocsin.show.flown import STATUSES, Flown
from tocsin.show.night import Night, SensorAccount
from tocsin.show.told import cooperative, passages
from tocsin.show.words import LocalTime, count, duration, thousands, utc


class TrackRow(msgspec.Struct, frozen=True, kw_only=True):
    """One track of the list."""

    track_id: int
    kind: str
    """`without`, `with` or `mixed`: names the colour and the mark."""
    kind_told: str
    claim: str
    first: str
    last: str
    updates: int
    height: str
    speed: str
    sensors: tuple[str, ...]
    end: str
    crossing: str
    gaps: int
    may_be: str
    """Which earlier tracks it may continue, or empty."""
    region: str
    """Where it may be since it was seen last, as held at the end, or empty."""


class SensorRow(msgspec.Struct, frozen=True, kw_only=True):
    """One sensor of the table; `-` in a cell is not known."""

    id: str
    kind: str
    note: str
    reach: str
    first: str
    last: str
    batches: str
    records: str
    detections: str
    rejected: str
    clutter: str
    silences: tuple[str, ...]
    state: str


KINDS_TOLD = {
    "without": "without transponder",
    "with": "with transponder",
    "mixed": "identity in doubt",
}
UNKNOWN = "–"


def kind_of(flown: Flown) -> str:
    """Return which of the three kinds a track is drawn as."""
    return "mixed" if flown.conflict else "with" if cooperative(flown) else "without"


def track_rows(night: Night, flown: Sequence[Flown]) -> list[TrackRow]:
    """Return the tracks, those without transponder and those that crossed first."""
    crossed = {p.flown.track_id: p.stay for p in reversed(passages(night, list(flown)))}
    order = sorted(flown, key=lambda f: (cooperative(f), f.track_id not in crossed, f.track_id))
    return [
        TrackRow(
            track_id=f.track_id,
            kind=kind_of(f),
            kind_told=KINDS_TOLD[kind_of(f)],
            claim=_claim(f),
            first=_utc(f.t_first_ns),
            last=_utc(f.t_last_update_ns),
            updates=f.updates,
            height=_height(f),
            speed=f"{f.speed_mps.mean():.0f} m/s",
            sensors=f.sensors,
            end=STATUSES[f.status[-1]],
            crossing=_utc(crossed[f.track_id].from_ns) if f.track_id in crossed else "",
            gaps=len(f.gaps_ns),
            may_be=_may_be(night.assessed.get(f.track_id)),
            region=_region(night.assessed.get(f.track_id)),
        )
        for f in order
    ]


def _may_be(assessed: TrackAssessed | None) -> str:
    found = assessed.may_be if assessed else ()
    told = [f"track {one.track_id}, p = {one.same_prob:.2f}" for one in found]
    return f"may be the same as {' or '.join(told)}" if told else ""


def _region(assessed: TrackAssessed | None) -> str:
    reach = assessed.regions[-1].reach if assessed and assessed.regions else None
    if reach is None:
        return ""
    return (
        f"within {reach.radius_m / 1000:.0f} km by now, {count(reach.people, 'person', 'people')}"
    )


def _claim(flown: Flown) -> str:
    parts = [flown.callsign, None if flown.icao is None else f"{flown.icao:06X}"]
    claim = " ".join(p for p in parts if p)
    return f"{claim}: {flown.conflict}" if flown.conflict else claim


def _height(flown: Flown) -> str:
    if not flown.height_known:
        return "not known"
    known = flown.alt_msl_m[flown.alt_msl_m == flown.alt_msl_m]
    low, high = round(float(known.min()), -1), round(float(known.max()), -1)
    return f"{low:.0f} m" if low == high else f"{low:.0f} to {high:.0f} m"


def sensor_rows(night: Night, local: LocalTime) -> list[SensorRow]:
    """Return the sensors in the order of the settings."""
    return [_sensor_row(account, local) for account in night.sensors]


def _sensor_row(account: SensorAccount, local: LocalTime) -> SensorRow:
    sensor, last = account.sensor, account.last
    numbers = (last.batches, last.records, last.detections, last.rejected) if last else (None,) * 4
    batches, records, detections, rejected = (
        UNKNOWN if n is None else thousands(n) for n in numbers
    )
    return SensorRow(
        id=sensor.id,
        kind=sensor.kind.replace("_", " "),
        note=sensor.note,
        reach=f"{sensor.range_max_m / 1000:g} km",
        first=_utc(last.t_first_data_ns if last else None),
        last=_utc(last.t_last_data_ns if last else None),
        batches=batches,
        records=records,
        detections=detections,
        rejected=rejected,
        clutter=_clutter(account),
        silences=tuple(
            f"{local.clock(s.from_ns)}, {duration(s.to_ns - s.from_ns)}"
            + ("" if s.ended else ", to the end of the record")
            for s in account.silences
        ),
        state=_state(account),
    )


def _utc(t_ns: int | None) -> str:
    return UNKNOWN if t_ns is None else f"{utc(t_ns):%H:%M:%S}"


def _clutter(account: SensorAccount) -> str:
    estimate = account.last.clutter_per_look if account.last else None
    return UNKNOWN if estimate is None else f"{estimate:.1f}"


def _state(account: SensorAccount) -> str:
    if account.last is None or account.last.t_last_data_ns is None:
        return "nothing heard"
    if not account.silences:
        return "heard throughout"
    silent_ns = sum(s.to_ns - s.from_ns for s in account.silences)
    return f"silent for {duration(silent_ns)}"
