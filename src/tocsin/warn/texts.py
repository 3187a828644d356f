"""The words of a draft: reviewed templates, no machine translation.

Every message has five contents in this order: source, hazard, location, guidance, time
(Sutton and Kuligowski's warning contents; fewer than one public alert in ten has all five).
The description holds the first three, the instruction the last two. Capitals are for hazard
and action only. PREPARE is for duty services: it never tells the public what to do.
"""

import msgspec

from tocsin.model.alert import AlertText, Level
from tocsin.warn.minutes import COUNTS, Span, span_words


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What a message tells."""

    level: Level
    source: dict[str, str]
    """Who speaks, by language."""
    zone: dict[str, str]
    place: dict[str, str]
    """The place most probably passed, by language."""
    tracks: int
    span_min: Span | None
    """First arrival in minutes from the message, or None where it cannot be told."""
    valid_min: int
    synthetic: bool


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """One language's phrases."""

    tag: str
    exercise: str
    hazard_one: str
    hazard_many: str
    headline: dict[Level, str]
    source: str
    hazard: str
    location: str
    guidance: dict[Level, str]
    arrival: str
    arrival_unknown: str
    valid: str


TEMPLATES: dict[str, Template] = {
    "ro": Template(
        tag="ro-RO",
        exercise="EXERCIȚIU (date inventate). ",
        hazard_one="o posibilă DRONĂ neidentificată",
        hazard_many="{tracks} posibile DRONE neidentificate",
        headline={
            "PREPARE": "Pregătire: posibilă DRONĂ, {zone}",
            "WARN": "Avertizare: posibilă DRONĂ, {zone}",
            "LAST_CALL": "ALARMĂ: posibilă DRONĂ, {zone}. ADĂPOSTIȚI-VĂ ACUM",
        },
        source="Sursa: {source}.",
        hazard="Pericol: {hazard}; pot cădea resturi sau se poate produce o explozie.",
        location="Loc: {zone}, mai ales zona {place}.",
        guidance={
            "PREPARE": (
                "Ce faceți: mesaj numai pentru serviciile de intervenție, nu pentru public. "
                "Verificați mijloacele de alarmare și țineți la îndemână persoana care aprobă."
            ),
            "WARN": (
                "Ce faceți: INTRAȚI într-un adăpost sau într-o clădire solidă, departe de ferestre "
                "și de pereții exteriori. Dacă vedeți resturi, nu le atingeți și sunați la 112."
            ),
            "LAST_CALL": (
                "Ce faceți: ADĂPOSTIȚI-VĂ ACUM în cel mai apropiat adăpost sau în interiorul "
                "clădirii, departe de ferestre și de pereții exteriori. Dacă sunteți afară și nu "
                "aveți unde intra, CULCAȚI-VĂ la pământ. Dacă vedeți resturi, nu le atingeți și "
                "sunați la 112."
            ),
        },
        arrival="Timp: prima trecere este posibilă {span} de la acest mesaj.",
        arrival_unknown="Timp: ora trecerii nu se poate estima.",
        valid="Valabil {minutes}; expirarea nu înseamnă încetarea pericolului.",
    ),
    "en": Template(
        tag="en-GB",
        exercise="EXERCISE (invented data). ",
        hazard_one="a possible unidentified DRONE",
        hazard_many="{tracks} possible unidentified DRONES",
        headline={
            "PREPARE": "Prepare: possible DRONE, {zone}",
            "WARN": "Warning: possible DRONE, {zone}",
            "LAST_CALL": "ALARM: possible DRONE, {zone}. TAKE SHELTER NOW",
        },
        source="Source: {source}.",
        hazard="Hazard: {hazard}; debris may fall or there may be an explosion.",
        location="Location: {zone}, above all the area of {place}.",
        guidance={
            "PREPARE": (
                "What to do: for duty services only, not for the public. Check the means of alarm "
                "and keep the person who approves at hand."
            ),
            "WARN": (
                "What to do: GO INTO a shelter or a solid building, away from windows and outer "
                "walls. If you see debris, do not touch it and call 112."
            ),
            "LAST_CALL": (
                "What to do: TAKE SHELTER NOW in the nearest shelter or deep inside the building, "
                "away from windows and outer walls. If you are outside with nowhere to go, LIE "
                "DOWN. If you see debris, do not touch it and call 112."
            ),
        },
        arrival="Time: the first passage is possible {span} from this message.",
        arrival_unknown="Time: when it passes cannot be told.",
        valid="Valid for {minutes}; expiry does not mean that the danger is over.",
    ),
}


def texts_of(facts: Facts, languages: tuple[str, ...]) -> tuple[AlertText, ...]:
    """Return the message in each language, in the order asked for (`ro-RO`, `en-GB`)."""
    return tuple(_text(facts, language) for language in languages)


def named(names: dict[str, str], language: str) -> str:
    """Return a name in a language, or in the first one that there is."""
    return names.get(language) or next(iter(names.values()), "")


def _text(facts: Facts, tag: str) -> AlertText:
    """Fill one language's template."""
    language = tag.split("-", maxsplit=1)[0]
    template = TEMPLATES[language]
    exercise = template.exercise if facts.synthetic else ""
    zone = named(facts.zone, language)
    contents = _contents(facts, template, language)
    return AlertText(
        language=tag,
        headline=exercise + template.headline[facts.level].format(zone=zone),
        description=exercise + " ".join(contents[:3]),
        instruction=exercise + " ".join(contents[3:]),
        area=zone,
    )


def _contents(facts: Facts, template: Template, language: str) -> tuple[str, str, str, str, str]:
    """Return source, hazard, location, guidance, time."""
    zone, place = named(facts.zone, language), named(facts.place, language)
    number = template.hazard_one if facts.tracks == 1 else template.hazard_many
    return (
        template.source.format(source=named(facts.source, language)),
        template.hazard.format(hazard=number.format(tracks=facts.tracks)),
        template.location.format(zone=zone, place=place),
        template.guidance[facts.level],
        _time(facts, template, language),
    )


def _time(facts: Facts, template: Template, language: str) -> str:
    """Say when, and for how long the message holds."""
    valid = template.valid.format(minutes=COUNTS[language](facts.valid_min))
    if facts.span_min is None:
        return f"{template.arrival_unknown} {valid}"
    return f"{template.arrival.format(span=span_words(facts.span_min, language))} {valid}"
