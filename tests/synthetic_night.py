"""A synthetic night for tests of the record and the report: invented, and it says so.

A handful of movers without transponder come up the Danube from the east, one turns across an
invented border towards the towns; two airliners pass with transponders. There is no tracker
behind it: the pictures are the movers' own positions, with uncertainty that grows where nothing
saw them. Times, places and outlines are made up, near Galati.
"""

import math
from dataclasses import dataclass, field

import msgspec
import numpy as np

from tocsin.model.alert import AlertText, Draft, Reason
from tocsin.model.place import Country, Place, Zone
from tocsin.model.raw import RawChunk, Rejected
from tocsin.model.sensor import Noise, Sensor
from tocsin.model.threat import Assessment, ClassBelief, Crossing, Threat
from tocsin.model.track import Contribution, Identity, Picture, Track
from tocsin.model.units import S_NS
from tocsin.record import entries
from tocsin.record.facts import BorderFacts, SensorHeartbeat, SiteFacts
from tocsin.record.run_folder import RunFolder
from tocsin.record.tracks_geojson import write_geojson

CENTRE = (45.40, 28.20)
M_PER_DEG_LAT = 111_130.0
M_PER_DEG_LON = 111_320.0 * math.cos(math.radians(CENTRE[0]))
T0_NS = 1_780_007_700 * S_NS
"""2026-05-28 22:35:00 UTC, 01:35 local."""
BORDER_LINE = (
    (28.08, 46.10), (28.12, 45.90), (28.15, 45.70), (28.16, 45.58), (28.21, 45.47),
    (28.33, 45.35), (28.52, 45.27), (28.72, 45.23), (28.95, 45.28), (29.30, 45.42), (29.65, 45.33),
)  # fmt: skip


@dataclass
class Mover:
    """Waypoints (s, lat, lon), and when nothing sees it."""

    number: int
    way: list[tuple[float, float, float]]
    icao: int | None = None
    callsign: str | None = None
    alt_m: float | None = None
    unseen_s: list[tuple[float, float]] = field(default_factory=list)
    conflict: str | None = None
    coop_prob: float = 0.0


MOVERS = [
    Mover(1, [(60, 45.62, 29.92), (900, 45.50, 29.25), (1500, 45.37, 28.86)]),
    Mover(2, [(90, 45.68, 29.95), (1000, 45.49, 29.15), (1560, 45.39, 28.84)]),
    Mover(3, [(120, 45.75, 29.98), (800, 45.60, 29.45), (1500, 45.50, 28.75), (1800, 45.47, 28.45)],
          unseen_s=[(620, 740)]),
    Mover(4, [(150, 45.80, 29.85), (1100, 45.58, 28.90), (1620, 45.46, 28.30)]),
    Mover(5, [(200, 45.70, 29.80), (800, 45.52, 29.20), (1100, 45.47, 28.86), (1300, 45.46, 28.52),
              (1480, 45.455, 28.24), (1640, 45.437, 28.06)]),
    Mover(6, [(260, 45.86, 29.90), (1200, 45.62, 29.00), (1760, 45.50, 28.42)]),
    Mover(7, [(340, 45.58, 29.96), (1300, 45.47, 29.10), (1790, 45.37, 28.75)],
          unseen_s=[(900, 960), (1500, 1e9)]),
    Mover(8, [(0, 44.98, 28.05), (420, 45.40, 27.72), (900, 45.93, 27.35)], icao=0x4A08C1,
          callsign="ROT31K", alt_m=10_060.0, coop_prob=1.0),
    Mover(9, [(700, 45.95, 28.62), (1300, 45.38, 27.95), (1790, 44.98, 27.50)], icao=0x4CA7B2,
          callsign="RYR7QX", alt_m=11_280.0, coop_prob=1.0),
    Mover(10, [(500, 45.62, 27.66), (1100, 45.52, 27.95), (1500, 45.38, 27.84)], alt_m=420.0,
          icao=0x4A3344, callsign="SMURD2", coop_prob=0.55,
          conflict="its address was heard 40 km away at the same time"),
]  # fmt: skip


@dataclass
class Night:
    """Everything that a pipeline would have written."""

    site: SiteFacts
    pictures: list[Picture]
    assessments: list[list[Assessment]]
    drafts: list[Draft]
    heartbeats: list[SensorHeartbeat]
    rejects: list[tuple[int, list[Rejected]]]


def make_night(
    *,
    countries: tuple[Country, ...] = (),
    places: tuple[Place, ...] = (),
    borders: tuple[BorderFacts, ...] = (),
    step_s: float = 2.0,
    end_s: float = 1830.0,
    copies: int = 1,
) -> Night:
    """Return the night; `copies` flies every mover so many times, some way apart."""
    movers = [_shifted(m, n) for n in range(copies) for m in MOVERS]
    site = _site(countries or _countries(), places or _places(), borders)
    pictures, assessments = [], []
    for revision, at_s in enumerate(np.arange(0.0, end_s, step_s)):
        tracks = [t for m in movers if (t := _track(m, float(at_s))) is not None]
        t_ns = T0_NS + round(float(at_s) * S_NS)
        pictures.append(Picture(t_ns=t_ns, revision=revision, tracks=tuple(tracks)))
        assessments.append([_assessment(t, t_ns) for t in tracks])
    return Night(
        site, pictures, assessments, _drafts(), _heartbeats(site.sensors, end_s), _rejects()
    )


def write_night(night: Night, folder: RunFolder, *, salt_key: bytes = b"a fixed test key") -> None:
    """Write the night as a pipeline would."""
    beats = sorted(night.heartbeats, key=lambda b: b.t_ns)
    drafts = sorted(night.drafts, key=lambda d: d.t_drafted_ns)
    rejects = list(night.rejects)
    with folder.new_journal(salt_key=salt_key) as journal, folder.new_tracks() as table:
        entries.journal_versions(journal, T0_NS, {"tocsin": "0.1.0", "python": "3.11"})
        entries.journal_settings(journal, T0_NS, night.site)
        for picture, assessed in zip(night.pictures, night.assessments, strict=True):
            entries.journal_chunk(journal, picture.t_ns, _chunk(picture.t_ns))
            while rejects and rejects[0][0] <= picture.t_ns:
                entries.journal_rejects(journal, *rejects.pop(0))
            idx = entries.journal_picture(journal, picture)
            table.write(picture)
            entries.journal_assessments(journal, picture.t_ns, assessed, picture_idx=idx)
            while drafts and drafts[0].t_drafted_ns <= picture.t_ns:
                draft = drafts.pop(0)
                entries.journal_draft(journal, draft)
                cap = f"<alert><identifier>{draft.id}</identifier></alert>".encode()
                entries.journal_warning(journal, draft.t_drafted_ns, cap, draft_id=draft.id)
                folder.write_alert(draft.id, cap)
            while beats and beats[0].t_ns <= picture.t_ns:
                entries.journal_heartbeat(journal, beats.pop(0))
            if journal.pending > 400:
                journal.commit()
    write_geojson(folder.tracks_parquet, folder.tracks_geojson, note="synthetic")


def _shifted(mover: Mover, copy: int) -> Mover:
    if copy == 0:
        return mover
    way = [(t + 7.0 * copy, lat + 0.02 * copy, lon + 0.013 * copy) for t, lat, lon in mover.way]
    return Mover(mover.number + 100 * copy, way, alt_m=mover.alt_m, coop_prob=mover.coop_prob)


def _track(mover: Mover, at_s: float) -> Track | None:
    times = np.array([w[0] for w in mover.way])
    if not times[0] <= at_s <= times[-1] + 160.0:
        return None
    end_s = float(times[-1])
    gaps = [*mover.unseen_s, (end_s, end_s + 1e9)]
    gap_from_s = min((a for a, b in gaps if a < at_s < b), default=None)
    age_s = 0.0 if gap_from_s is None else at_s - gap_from_s
    seen_s = at_s - age_s
    seen_s -= seen_s % 4.0
    seen_s = max(seen_s, float(times[0]))
    age_s = at_s - seen_s
    lat, lon = _on_way(mover, seen_s)
    ahead = _on_way(mover, min(seen_s + 1.0, end_s))
    behind = _on_way(mover, max(min(seen_s, end_s) - 1.0, float(times[0])))
    span_s = min(seen_s + 1.0, end_s) - max(min(seen_s, end_s) - 1.0, float(times[0]))
    ve = (ahead[1] - behind[1]) * M_PER_DEG_LON / span_s
    vn = (ahead[0] - behind[0]) * M_PER_DEG_LAT / span_s
    lat, lon = lat + vn * age_s / M_PER_DEG_LAT, lon + ve * age_s / M_PER_DEG_LON
    along, across = (60.0 + 9.0 * age_s) ** 2, (110.0 + 4.0 * age_s) ** 2
    course = math.atan2(ve, vn)
    s, c = math.sin(course), math.cos(course)
    ee, nn, en = (
        along * s * s + across * c * c,
        along * c * c + across * s * s,
        (along - across) * s * c,
    )
    status = "confirmed" if age_s < 12 else "coasting" if age_s < 70 else "lost"
    cov = [0.0] * 16
    cov[0], cov[2], cov[8], cov[10], cov[5], cov[15] = ee, en, en, nn, 9.0, 9.0
    pos = ((lon - CENTRE[1]) * M_PER_DEG_LON, (lat - CENTRE[0]) * M_PER_DEG_LAT)
    updates = int((seen_s - float(times[0])) // 4) + 1
    t_ns, first_ns, update_ns = (T0_NS + round(x * S_NS) for x in (at_s, float(times[0]), seen_s))
    return Track(
        id=mover.number, status=status, t_ns=t_ns, t_first_ns=first_ns, t_update_ns=update_ns,
        exists_prob=max(0.3, min(0.999, 0.8 + updates * 0.02) - age_s * 0.004),
        pos_site_m=pos, vel_site_mps=(ve, vn), cov=tuple(cov), lat_deg=lat, lon_deg=lon,
        speed_mps=math.hypot(ve, vn), course_true_deg=math.degrees(course) % 360.0,
        alt_msl_m=mover.alt_m, alt_sigma_m=None if mover.alt_m is None else 30.0,
        climb_mps=None if mover.alt_m is None else 0.0,
        manoeuvre_prob=0.7 if mover.number == 5 and 1090 < at_s < 1180 else 0.06,
        cooperative_prob=mover.coop_prob, updates=updates,
        identity=Identity(icao=mover.icao, callsign=mover.callsign, conflict=mover.conflict),
        contributions=(Contribution(sensor_id="galati-radar", t_last_ns=update_ns, updates=updates),
                       *((Contribution(sensor_id="tulcea-radar", t_last_ns=update_ns,
                                       updates=updates // 2),) if lon > 28.4 else ())),
        evidence=((2, 0), (5, 1)),
    )  # fmt: skip


def _on_way(mover: Mover, at_s: float) -> tuple[float, float]:
    t, lat, lon = (np.array(x, dtype=float) for x in zip(*mover.way, strict=True))
    weave = 0.0016 * math.sin(at_s / 55.0 + mover.number) if mover.alt_m is None else 0.0
    return float(np.interp(at_s, t, lat)) + weave, float(np.interp(at_s, t, lon))


def _assessment(track: Track, t_ns: int) -> Assessment:
    crosses = track.id % 100 == 5
    inside = track.lon_deg < 28.185 if crosses else track.lon_deg < 28.0
    near = crosses and 28.185 <= track.lon_deg < 28.215
    heading_in = track.id % 100 == 5 and t_ns > T0_NS + 1000 * S_NS
    prob = 0.0 if inside else min(0.93, (t_ns - T0_NS) / S_NS / 1500) if heading_in else 0.04
    to_go = max(0, T0_NS + 1500 * S_NS - t_ns)
    drone = 0.02 if track.alt_msl_m and track.alt_msl_m > 5000 else 0.78
    return Assessment(
        track_id=track.id, t_ns=t_ns, exists_prob=track.exists_prob,
        noncooperative_prob=1.0 - track.cooperative_prob,
        classes=ClassBelief(drone_prob=drone, slow_aircraft_prob=0.12, jet_prob=0.86 - drone,
                            bird_prob=0.01, other_prob=0.01),
        context="lost" if track.status == "lost" else "straight",
        crossings=(Crossing(
            track_id=track.id, border_id="invented-river", within_s=(60.0, 180.0, 300.0),
            prob=(prob * 0.3, prob * 0.8, prob),
            t_p05_ns=t_ns + to_go * 8 // 10 if prob > 0.1 else None,
            t_p50_ns=t_ns + to_go if prob > 0.1 else None,
            t_p95_ns=t_ns + to_go * 13 // 10 if prob > 0.1 else None,
            window_reason="" if prob > 0.1 else "too unlikely for a window",
            state="at the border" if near else "inside" if inside else "outside"),),
        threats=(Threat(track_id=track.id, place_id="galati", radius_m=2000.0,
                        within_s=(60.0, 180.0, 300.0), prob=(prob * 0.1, prob * 0.5, prob * 0.8),
                        t_p05_ns=t_ns + to_go, t_p50_ns=t_ns + to_go * 12 // 10,
                        t_p95_ns=t_ns + to_go * 15 // 10),) if heading_in else (),
        evidence=((2, 0), (5, 1)),
    )  # fmt: skip


def _site(
    countries: tuple[Country, ...], places: tuple[Place, ...], borders: tuple[BorderFacts, ...]
) -> SiteFacts:
    invented = BorderFacts(
        id="invented-river", source="drawn by hand for tests, invented", vintage="2026",
        licence="none needed", kind="invented", sigma_m=150.0, lines_lonlat_deg=(BORDER_LINE,),
    )  # fmt: skip
    ring = (
        (27.93, 45.38),
        (28.14, 45.38),
        (28.19, 45.47),
        (28.14, 45.52),
        (27.93, 45.52),
        (27.93, 45.38),
    )
    return SiteFacts(
        id="galati-test", title="Galați, synthetic night", time_zone="Europe/Bucharest",
        synthetic=True, note="Synthetic, inspired by public timelines. Sensors are invented.",
        centre_lonlat_deg=(CENTRE[1], CENTRE[0]), sensors=_sensors(),
        borders=borders or (invented,), countries=countries, places=places,
        zones=(Zone(id="galati-city", name={"ro": "Municipiul Galați", "en": "City of Galați"},
                    rings_lonlat_deg=(ring,), population=217_851),),
        attributions=("© OpenStreetMap contributors, ODbL 1.0", "GeoNames, CC BY 4.0"),
        settings_toml='[site]\nid = "galati-test"\ntitle = "Galați </script> & night"\n',
    )  # fmt: skip


def _sensors() -> tuple[Sensor, ...]:
    def sensor(
        name: str, kind: str, lat: float, lon: float, reach_m: float, turn_s: float
    ) -> Sensor:
        return Sensor(
            id=name, kind=kind, lat_deg=lat, lon_deg=lon, alt_ellipsoid_m=60.0,
            pos_site_m=(0.0, 0.0), convergence_rad=0.0, pd_cooperative_prob=0.97,
            pd_noncooperative_prob=0.8, revisit_s=turn_s, range_min_m=0.0, range_max_m=reach_m,
            elevation_max_deg=40.0, clutter_per_look=5.0, noise=Noise(range_sigma_m=60.0),
            noise_by_type={}, note="invented",
        )  # fmt: skip

    return (
        sensor("galati-radar", "radar", 45.47, 27.99, 90_000.0, 4.0),
        sensor("tulcea-radar", "radar", 45.17, 28.79, 80_000.0, 4.0),
        sensor("reni-acoustic", "acoustic", 45.44, 28.19, 6_000.0, 1.0),
        sensor("adsb-galati", "adsb", 45.45, 28.04, 200_000.0, 1.0),
    )


def _countries() -> tuple[Country, ...]:
    west, east = ((26.5, 46.4), (26.5, 44.5)), ((30.5, 44.5), (30.5, 46.4))
    line = BORDER_LINE
    south = (*west, (29.65, 44.5), *reversed(line), west[0])
    north = (*line, (29.65, 45.33), (30.2, 45.7), east[1], line[0])
    return (
        Country(id="AAA", name="South bank (invented)", rings_lonlat_deg=(south,)),
        Country(id="BBB", name="North bank (invented)", rings_lonlat_deg=(north,)),
    )


def _places() -> tuple[Place, ...]:
    def place(name: str, lat: float, lon: float, people: int, zone: str = "") -> Place:
        return Place(
            id=name.lower().replace("ț", "t").replace("ă", "a"), name=name, name_en=name,
            lat_deg=lat, lon_deg=lon, pos_site_m=(0.0, 0.0), population=people, country="XX",
            zone=zone,
        )  # fmt: skip

    return (
        place("Galați", 45.436, 28.05, 217_851, "galati-city"),
        place("Brăila", 45.27, 27.97, 154_686),
        place("Tulcea", 45.18, 28.80, 65_624), place("Reni", 45.456, 28.283, 17_736),
        place("Izmail", 45.35, 28.84, 69_932), place("Giurgiulești", 45.48, 28.20, 2_866),
    )  # fmt: skip


def _drafts() -> list[Draft]:
    def draft(number: int, level: str, at_s: float, prob: float, replaces: str) -> Draft:
        t_ns = T0_NS + round(at_s * S_NS)
        ro = AlertText(
            language="ro-RO", headline="Obiect aerian neidentificat se apropie. Adăpostiți-vă.",
            description="Un obiect fără transponder poate trece frontiera spre Galați.",
            instruction="Mergeți la adăpost sau într-o cameră fără ferestre. Nu atingeți resturi.",
            area="Municipiul Galați",
        )  # fmt: skip
        en = AlertText(
            language="en-GB", headline="Unidentified flying object approaching. Take shelter.",
            description="An object without transponder may cross the border towards Galați.",
            instruction="Go to a shelter or a room without windows. Do not touch debris.",
            area="City of Galați",
        )  # fmt: skip
        reason = Reason(
            track_id=5, border_prob=prob, place_id="galati", place_prob=prob * 0.8, within_s=300.0,
            t_p05_ns=t_ns + 90 * S_NS, t_p95_ns=t_ns + 320 * S_NS,
            sentence=f"Track 5 crosses within 5 min with probability {prob:.2f}.",
            evidence=((2, 0), (5, 1)),
        )  # fmt: skip
        return Draft(
            id=f"galati-test-{number}", zone_id="galati-city", level=level, t_drafted_ns=t_ns,
            t_expires_ns=t_ns + 1800 * S_NS, texts=(ro, en), rings_lonlat_deg=(),
            population=217_851, reasons=(reason,), replaces=replaces, synthetic=True,
        )  # fmt: skip

    return [
        draft(1, "PREPARE", 1040.0, 0.35, ""), draft(2, "WARN", 1160.0, 0.62, "galati-test-1"),
        draft(3, "LAST_CALL", 1400.0, 0.91, "galati-test-2"),
    ]  # fmt: skip


def _heartbeats(sensors: tuple[Sensor, ...], end_s: float) -> list[SensorHeartbeat]:
    silent = {"tulcea-radar": (700.0, 910.0), "reni-acoustic": (0.0, 1e9)}
    beats = []
    for sensor in sensors:
        last_s, looks = None, 0
        for at_s in np.arange(10.0, end_s, 10.0):
            begin, stop = silent.get(sensor.id, (1e9, 1e9))
            if not begin <= at_s < stop:
                last_s, looks = float(at_s) - 1.0, looks + 2
            at = lambda x: None if x is None else T0_NS + round(x * S_NS)  # noqa: E731
            beats.append(SensorHeartbeat(
                sensor_id=sensor.id, t_ns=T0_NS + round(float(at_s) * S_NS), batches=looks,
                records=looks * 9, detections=looks * 8, rejected=looks // 40,
                t_first_data_ns=None if last_s is None else at(9.0), t_last_data_ns=at(last_s),
                clutter_per_look=4.2 if sensor.kind == "radar" else None,
            ))  # fmt: skip
    return beats


def _rejects() -> list[tuple[int, list[Rejected]]]:
    def reject(offset: int, reason: str, detail: str, raw: bytes) -> Rejected:
        return Rejected(source="galati.ast", offset=offset, reason=reason, detail=detail, raw=raw)

    cut = reject(40_960, "truncated", "block says 61 bytes, 12 are left", bytes.fromhex("30003dff"))
    odd = reject(81_233, "unknown category", "category 77 <b>is not</b> read here", b"\x4d\x00\x09")
    return [
        (T0_NS + 300 * S_NS, [cut, msgspec.structs.replace(cut, offset=51_200)]),
        (T0_NS + 900 * S_NS, [odd]),
    ]


def _chunk(t_ns: int) -> RawChunk:
    at = np.array([0, 12], dtype=np.int64)
    return RawChunk(
        source="galati.ast", data=bytes(range(24)), start=at, length=at * 0 + 12, offset=at + 4096,
        t_received_ns=at * 0 + t_ns,
    )  # fmt: skip
