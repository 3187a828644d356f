"""The one block of JSON that the page's own script draws from."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin.model.place import Place
from tocsin.model.units import S_NS
from tocsin.show.assessed import Point, Stay, TrackAssessed
from tocsin.show.flown import STATUSES, Flown
from tocsin.show.lives import DraftEntry
from tocsin.show.night import Night, SensorAccount
from tocsin.show.told import cooperative, seen_inside
from tocsin.show.words import LocalTime

PLACES = 400
"""Most places drawn, by population; threatened ones are drawn always."""
TICK_NS = S_NS // 10
"""Unit of times on the page: a tenth of a second after its begin."""
REGION_LASTS_NS = 60 * S_NS
"""After its last assessment the region of a track is drawn for so long: longer would be a guess."""
SHOWN_PROB = 0.01
"""A crossing less probable is shown without the reason why it has no window."""
DEGREES = 1e5
"""Positions on the page are whole 1e-5 degrees, about a metre."""


def page_data(
    night: Night, flown: Sequence[Flown], *, step_s: float, gap_s: float
) -> dict[str, Any]:
    """Return what the page draws, as plain JSON values with short names."""
    local = LocalTime(night.site.time_zone)
    lexicon: dict[str, int] = {}
    tracks = [_track(night, f, lexicon) for f in flown]
    return {
        "t0_ms": night.from_ns // 1_000_000,
        "end": _ticks(night, night.to_ns),
        "offset_s": local.offset_s(night.from_ns),
        "step_s": step_s,
        "gap_s": gap_s,
        "statuses": STATUSES,
        "synthetic": night.site.synthetic,
        "centre": night.site.centre_lonlat_deg,
        "countries": [
            {"name": c.name, "rings": [_line(r) for r in c.rings_lonlat_deg]}
            for c in night.site.countries
        ],
        "borders": [
            {
                "id": b.id,
                "told": f"{b.id}: {b.source}, {b.vintage}, 1σ {b.sigma_m:g} m",
                "sigma_m": b.sigma_m,
                "lines": [_line(r) for r in b.lines_lonlat_deg],
            }
            for b in night.site.borders
        ],
        "zones": _zones(night),
        "places": [_place(p) for p in _shown(night)],
        "sensors": [_sensor(night, account) for account in night.sensors],
        "lives": night.lives.known,
        "drafts": [_draft(night, entry) for entry in night.drafts],
        "calls": [[_ticks(night, c.alarm.t_ns), c.alarm.level] for c in night.lives.calls],
        "words": list(lexicon),
        "tracks": tracks,
    }


def _zones(night: Night) -> list[dict[str, Any]]:
    """Return the zones with a draft, by the outline that would be warned, else the settings'."""
    drafted = {entry.draft.zone_id for entry in night.drafts}
    known = {z.id: z for z in night.site.zones if z.id in drafted}
    outlines = {zone.id: zone.rings_lonlat_deg for zone in known.values()}
    for entry in night.drafts:
        outlines[entry.draft.zone_id] = entry.draft.rings_lonlat_deg or outlines.get(
            entry.draft.zone_id, ()
        )
    return [
        {
            "id": zone_id,
            "name": next(iter(known[zone_id].name.values()), zone_id)
            if zone_id in known
            else zone_id,
            "rings": [_line(ring) for ring in rings],
        }
        for zone_id, rings in outlines.items()
    ]


def _ticks(night: Night, t_ns: int | None) -> int | None:
    return None if t_ns is None else round((t_ns - night.from_ns) / TICK_NS)


def _line(points: Iterable[tuple[float, float]]) -> list[int]:
    """Return lon, lat, lon, lat... in whole 1e-5 degrees, each as the step from the last."""
    whole = np.rint(np.array(list(points), dtype=np.float64).reshape(-1, 2) * DEGREES)
    return _steps(whole.astype(np.int64)).ravel().tolist()


def _steps(column: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.diff(column, axis=0, prepend=np.zeros_like(column[:1]))


def _shown(night: Night) -> list[Place]:
    """Return the largest places, and every threatened one."""
    threatened = {p.place_id for a in night.assessed.values() for p in a.points}
    by_size = sorted(night.site.places, key=lambda p: (-p.population, p.id))
    return [p for n, p in enumerate(by_size) if n < PLACES or p.id in threatened]


def _place(place: Place) -> dict[str, Any]:
    return {
        "id": place.id,
        "name": place.name,
        "lat": round(place.lat_deg, 5),
        "lon": round(place.lon_deg, 5),
        "people": place.population,
    }


def _sensor(night: Night, account: SensorAccount) -> dict[str, Any]:
    sensor = account.sensor
    return {
        "id": sensor.id,
        "kind": sensor.kind.replace("_", " "),
        "lat": round(sensor.lat_deg, 5),
        "lon": round(sensor.lon_deg, 5),
        "reach_m": sensor.range_max_m,
        "heard": account.last is not None and account.last.t_last_data_ns is not None,
        "silent": [[_ticks(night, s.from_ns), _ticks(night, s.to_ns)] for s in account.silences],
    }


def _draft(night: Night, entry: DraftEntry) -> dict[str, Any]:
    draft = entry.draft
    return {
        "id": draft.id,
        "level": draft.level,
        "zone": draft.zone_id,
        "t": _ticks(night, draft.t_drafted_ns),
        "over": draft.purpose == "all_clear",
        "tracks": sorted({r.track_id for r in draft.reasons}),
        **_life(night, draft.id),
    }


def _life(night: Night, draft_id: str) -> dict[str, Any]:
    """Return when a draft was sent, when that or the waiting ended, and how."""
    steps = [step.transition for step in night.lives.steps.get(draft_id, ())]
    last = steps[-1] if steps else None
    ended = last is not None and last.after not in {"draft", "approved", "sent"}
    sent = night.lives.sent.get(draft_id)
    return {
        "sent": _ticks(night, sent.sent.t_sent_ns) if sent else None,
        "ended": _ticks(night, last.t_ns) if last and ended else None,
        "how": last.after if last and ended else "",
    }


def _track(night: Night, flown: Flown, lexicon: dict[str, int]) -> dict[str, Any]:
    assessed = night.assessed.get(flown.track_id)
    return {
        "id": flown.track_id,
        "kind": "mixed" if flown.conflict else "with" if cooperative(flown) else "without",
        "name": flown.callsign,
        "icao": None if flown.icao is None else f"{flown.icao:06X}",
        "mode_a": None if flown.mode_a is None else f"{flown.mode_a:04o}",
        "conflict": flown.conflict,
        "sensors": flown.sensors,
        "updates": flown.updates,
        "first": _ticks(night, flown.t_first_ns),
        "seen": _ticks(night, flown.t_last_update_ns),
        "gaps": [[_ticks(night, a), _ticks(night, b)] for a, b in flown.gaps_ns],
        "pen": "".join(map(str, flown.pen.tolist())),
        "status": "".join(map(str, flown.status.tolist())),
        "t": _whole((flown.t_ns - night.from_ns) / TICK_NS),
        "lat": _whole(flown.lat_deg * DEGREES),
        "lon": _whole(flown.lon_deg * DEGREES),
        "age": _whole(flown.age_s),
        "speed": _whole(flown.speed_mps),
        "course": _whole(flown.course_true_deg),
        "major": _whole(_three_figures(flown.major_m)),
        "minor": _whole(_three_figures(flown.minor_m)),
        "axis": _whole(flown.axis_deg),
        "exists": _whole(flown.exists_prob * 100.0),
        "alt": _heights(flown),
        "stays": [_stay(night, flown, s) for s in (assessed.stays if assessed else ())],
        "held": [_held(night, p, lexicon) for p in (assessed.points if assessed else ())],
        "regions": _regions(night, assessed) if assessed else [],
        "may_be": [
            [m.track_id, round(m.same_prob, 2)] for m in (assessed.may_be if assessed else ())
        ],
    }


def _regions(night: Night, assessed: TrackAssessed) -> list[list[Any]]:
    """Return where it may have been while unseen: time, place, metres, people, zones; then null."""
    told: list[list[Any]] = []
    for region in assessed.regions:
        t, reach = _ticks(night, region.t_ns), region.reach
        if reach is None:
            told.append([t])
            continue
        lon_deg, lat_deg = (round(x, 5) for x in reach.centre_lonlat_deg)
        seen = _ticks(night, reach.t_seen_ns)
        zones = len(reach.zones)
        told.append([t, lon_deg, lat_deg, round(reach.radius_m), reach.people, zones, seen])
    last_ns = assessed.t_last_ns + REGION_LASTS_NS
    return [*told, [_ticks(night, last_ns)]] if told and last_ns < night.to_ns else told


def _stay(night: Night, flown: Flown, stay: Stay) -> list[Any]:
    times = (stay.after_ns, stay.from_ns, stay.to_ns)
    return [stay.border_id, *(_ticks(night, t) for t in times), int(seen_inside(flown, stay))]


def _held(night: Night, point: Point, lexicon: dict[str, int]) -> list[Any]:
    """Return what was held at one time; words by their number, for they come a thousand times."""

    def number(word: str) -> int:
        return lexicon.setdefault(word, len(lexicon))

    reason = point.window_reason if point.border_prob >= SHOWN_PROB else ""
    return [
        _ticks(night, point.t_ns),
        point.idx,
        round(point.border_prob, 2),
        _ticks(night, point.border_p05_ns),
        _ticks(night, point.border_p95_ns),
        number(point.place_id),
        round(point.place_prob, 2),
        _ticks(night, point.place_p05_ns),
        _ticks(night, point.place_p95_ns),
        number(point.kind),
        round(point.kind_prob, 2),
        number(point.context),
        number(reason),
    ]


def _whole(column: NDArray[Any]) -> list[int]:
    """Return a column in whole numbers, each as the step from the last."""
    found: list[int] = _steps(np.rint(column).astype(np.int64)).tolist()
    return found


def _three_figures(length_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Round half axes to three figures: more would say more than they know."""
    scale = 10.0 ** np.floor(np.log10(np.maximum(length_m, 1.0)) - 2)
    return np.asarray(np.rint(length_m / scale) * scale, dtype=np.float64)


def _heights(flown: Flown) -> list[int | None] | None:
    """Return heights in metres, None for each that is not known, or None where none is."""
    if not flown.height_known:
        return None
    known = np.isfinite(flown.alt_msl_m)
    whole = np.where(known, flown.alt_msl_m, 0.0).round().astype(int).tolist()
    return [h if k else None for h, k in zip(whole, known.tolist(), strict=True)]
