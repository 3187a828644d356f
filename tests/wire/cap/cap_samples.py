"""Sound alerts of every kind that we send, for tests and for bench/cap.py. All invented."""

import msgspec

from tocsin.model.alert import AlertText, Draft, Level, Purpose, Reason, Sent
from tocsin.wire.cap.publish import alert_of_sent, cancel_of
from tocsin.wire.cap.records import Area, CapAlert, Circle, Info, Named, Resource

S_NS = 10**9
T0_NS = 1_780_000_000 * S_NS
"""2026-05-28 20:26:40 UTC."""
SENDER = "alerts@tocsin.invalid"
NAMES = {
    "ro": "ISU Galați",
    "en": "Galati Inspectorate",
    "uk": "Інспекторат Галаца",
    "hu": "Galați Felügyelőség",
}
WORDS = {
    "ro-RO": ("DRONĂ spre Galați", "Sursa: ISU. Pericol: DRONĂ.", "INTRAȚI în casă.", "Galați"),
    "en-GB": ("DRONE towards Galati", "Source: ISU. Hazard: DRONE.", "GO INDOORS.", "Galati"),
    "uk-UA": ("ДРОН біля Галаца", "Джерело: ISU. ДРОН.", "ЗАЙДІТЬ у будинок.", "Галац"),
    "hu-HU": ("DRÓN Galați felé", "Forrás: ISU. Veszély: DRÓN.", "MENJEN BE.", "Galac"),
}
RING_LONLAT = ((28.0, 45.4), (28.1, 45.4), (28.1, 45.5), (28.05, 45.45), (28.0, 45.5))


def draft_of(
    level: Level = "WARN",
    purpose: Purpose = "warning",
    *,
    synthetic: bool = False,
    languages: tuple[str, ...] = tuple(WORDS),
) -> Draft:
    """Return a draft in four languages."""
    reason = Reason(
        track_id=17,
        border_prob=0.6,
        place_id="p1",
        place_prob=0.62,
        within_s=600.0,
        t_p05_ns=None,
        t_p95_ns=None,
        sentence="Track 17 ...",
        evidence=((7, 1),),
    )
    return Draft(
        id=f"galati-{purpose}-{level.lower()}",
        zone_id="galati",
        level=level,
        t_drafted_ns=T0_NS - 20 * S_NS,
        t_expires_ns=T0_NS + 1800 * S_NS,
        texts=tuple(text_of(language) for language in languages),
        rings_lonlat_deg=(RING_LONLAT,),
        population=250_000,
        reasons=() if purpose == "all_clear" else (reason,),
        replaces="",
        zone_prob=0.62,
        synthetic=synthetic,
        purpose=purpose,
        alarm_id="alarm-1",
        population_added=120,
    )


def text_of(language: str) -> AlertText:
    headline, description, instruction, area = WORDS[language]
    return AlertText(
        language=language,
        headline=headline,
        description=description,
        instruction=instruction,
        area=area,
    )


def sent_of(draft: Draft, replaces: tuple[tuple[str, int], ...] = ()) -> Sent:
    return Sent(id=draft.id, draft=draft, t_sent_ns=T0_NS, by="A. Popescu", replaces=replaces)


EARLIER = (("galati-1", T0_NS - 600 * S_NS), ("galati-2", T0_NS - 300 * S_NS))


def emitted() -> dict[str, CapAlert]:
    """Return one alert of every kind that can go out."""
    kinds: dict[str, CapAlert] = {}
    levels: tuple[Level, ...] = ("PREPARE", "WARN", "LAST_CALL")
    for level in levels:
        for synthetic in (False, True):
            name = f"{level}{'-exercise' if synthetic else ''}"
            first = sent_of(draft_of(level, synthetic=synthetic))
            update = sent_of(draft_of(level, synthetic=synthetic), EARLIER)
            clear = sent_of(draft_of(level, "all_clear", synthetic=synthetic), EARLIER)
            kinds[name] = alert_of_sent(first, SENDER, NAMES)
            kinds[f"{name}-update"] = alert_of_sent(update, SENDER, NAMES)
            kinds[f"{name}-clear"] = alert_of_sent(clear, SENDER, NAMES)
            kinds[f"{name}-cancel"] = cancel_of(clear, SENDER)
    return kinds


def rich() -> CapAlert:
    """Return a sound alert that uses every element of CAP 1.2."""
    alert = emitted()["WARN-update"]
    picture = Resource(
        resource_desc="Map",
        mime_type="image/png",
        size="3",
        uri="map.png",
        deref_uri="QUJD",
        digest="3c01bdbb26f358bab27f267924aa2c9a03fcfdb8",
    )
    return msgspec.structs.replace(
        alert,
        source="duty desk",
        addresses='"police galati" fire@example.invalid',
        codes=("profile:tocsin:1",),
        note="Second message of the night.",
        infos=tuple(_richer(info, picture) for info in alert.infos),
    )


def _richer(info: Info, picture: Resource) -> Info:
    area = info.areas[0]
    full = Area(
        area_desc=area.area_desc,
        polygons_latlon_deg=area.polygons_latlon_deg,
        circles=(Circle(lat_deg=45.43, lon_deg=28.03, radius_km=3.5),),
        geocodes=area.geocodes,
        altitude_ft=0.0,
        ceiling_ft=6000.0,
    )
    return msgspec.structs.replace(
        info,
        audience="everybody",
        event_codes=(Named(value_name="tocsin", value="drone"),),
        onset_ns=T0_NS + 300 * S_NS,
        web="https://example.invalid/alert?a=1",
        contact="112",
        resources=(picture,),
        areas=(full,),
    )
