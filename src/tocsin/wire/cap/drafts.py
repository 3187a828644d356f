"""A warning draft as a CAP 1.2 alert: status Draft, scope Restricted; see docs/decisions/0006."""

import msgspec

from tocsin.model.alert import AlertText, Draft, Level
from tocsin.wire.cap.encode import encode
from tocsin.wire.cap.instants import cap_time
from tocsin.wire.cap.records import Area, CapAlert, Info, Named


class Grading(msgspec.Struct, frozen=True, kw_only=True):
    """What a level means in CAP's words (section 3.2.2)."""

    urgency: str
    severity: str
    responses: tuple[str, ...]


GRADINGS: dict[Level, Grading] = {
    "PREPARE": Grading(urgency="Expected", severity="Moderate", responses=("Prepare", "Monitor")),
    "WARN": Grading(urgency="Immediate", severity="Severe", responses=("Shelter",)),
    "LAST_CALL": Grading(urgency="Immediate", severity="Extreme", responses=("Shelter",)),
}

ALL_CLEAR = Grading(urgency="Past", severity="Minor", responses=("AllClear",))
"""What an all-clear is: a person has found that the danger is over."""

EVENTS = {
    "ro": "Dronă neidentificată",
    "en": "Unidentified drone",
    "uk": "Неідентифікований дрон",
    "hu": "Azonosítatlan drón",
}
"""CAP `event` by language; the hazard is named."""

LIKELY_PROB = 0.5
"""CAP: `Likely` is "p > ~50%", `Possible` is below."""

RESTRICTION = "Draft for the duty officers who may approve it. Not for publication."
NOTE_DRAFT = "Draft made by software. Not approved, not sent."
NOTE_EXERCISE = "EXERCISE: made with invented (synthetic) data."


def build(draft: Draft, sender: str, sender_names: dict[str, str] | None = None) -> bytes:
    """Return a draft as CAP 1.2 XML, one info block a language.

    Args:
        draft: The draft.
        sender: CAP sender id: no spaces, commas, `<` or `&`.
        sender_names: Name of the sender by language (`ro`), where there is one.

    Returns:
        UTF-8 XML that is valid against the OASIS schema.
    """
    return encode(alert_of(draft, sender, sender_names))


def alert_of(draft: Draft, sender: str, sender_names: dict[str, str] | None = None) -> CapAlert:
    """Return a draft as an alert record; see `build`."""
    notes = (NOTE_EXERCISE, NOTE_DRAFT) if draft.synthetic else (NOTE_DRAFT,)
    return CapAlert(
        identifier=draft.id,
        sender=sender,
        sent_ns=draft.t_drafted_ns,
        status="Draft",
        msg_type="Update" if draft.replaces else "Alert",
        scope="Restricted",
        restriction=RESTRICTION,
        note=" ".join(notes),
        references=_references(draft, sender),
        infos=tuple(
            info_of(draft, text, sender_names or {}, draft.t_drafted_ns) for text in draft.texts
        ),
    )


def _references(draft: Draft, sender: str) -> str:
    """Return `sender,identifier,sent` of the draft that this one replaces, or nothing."""
    if not draft.replaces or draft.replaces_t_ns is None:
        return ""
    return f"{sender},{draft.replaces},{cap_time(draft.replaces_t_ns)}"


def info_of(draft: Draft, text: AlertText, sender_names: dict[str, str], t_ns: int) -> Info:
    """Return one language's block, in force from `t_ns`."""
    language = text.language.split("-", maxsplit=1)[0]
    ended = draft.purpose == "all_clear"
    grading = ALL_CLEAR if ended else GRADINGS[draft.level]
    return Info(
        language=text.language,
        categories=("Safety",),
        event=EVENTS.get(language, EVENTS["en"]),
        response_types=grading.responses,
        urgency=grading.urgency,
        severity=grading.severity,
        certainty="Observed" if ended else _certainty(draft),
        effective_ns=t_ns,
        expires_ns=draft.t_expires_ns,
        sender_name=sender_names.get(language, ""),
        headline=text.headline,
        description=text.description,
        instruction=text.instruction,
        parameters=_parameters(draft),
        areas=(_area(draft, text),),
    )


def _certainty(draft: Draft) -> str:
    return "Likely" if (draft.zone_prob or 0.0) > LIKELY_PROB else "Possible"


def _parameters(draft: Draft) -> tuple[Named, ...]:
    """Return what machines may want to know beside the words."""
    facts = {
        "tocsin:level": draft.level,
        "tocsin:probability": "" if draft.zone_prob is None else f"{draft.zone_prob:.2f}",
        "tocsin:population": str(draft.population),
        "tocsin:population-added": str(draft.population_added),
        "tocsin:tracks": " ".join(str(reason.track_id) for reason in draft.reasons),
        "tocsin:synthetic": "true" if draft.synthetic else "false",
    }
    return tuple(Named(value_name=name, value=value) for name, value in facts.items() if value)


def _area(draft: Draft, text: AlertText) -> Area:
    """Return the zone, to a metre: CAP wants latitude first, GeoJSON longitude."""
    rings = tuple(
        _closed(tuple((round(lat_deg, 5), round(lon_deg, 5)) for lon_deg, lat_deg in ring))
        for ring in draft.rings_lonlat_deg
    )
    code = Named(value_name="tocsin:zone", value=draft.zone_id)
    return Area(area_desc=text.area, polygons_latlon_deg=rings, geocodes=(code,))


def _closed(ring: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    """Return a ring whose last point is its first, and no other point the one before it."""
    kept = tuple(point for point, last in zip(ring, (None, *ring), strict=False) if point != last)
    return kept if not kept or kept[0] == kept[-1] else (*kept, kept[0])
