"""The words of a draft: filled from templates, never translated at run time.

The templates await native review (docs/messages.md says who has signed which language).

Every message has five contents in this order: source, hazard, location, guidance, time
(Sutton and Kuligowski's warning contents; fewer than one public alert in ten has all five).
The description holds the first three, the instruction the last two. Capitals are for hazard
and action only. PREPARE is for duty services: it never tells the public what to do.
An all-clear says what is known, and that debris stays dangerous.
"""

import msgspec

from tocsin.model.alert import AlertText, Level, Purpose
from tocsin.warn.minutes import Span, minutes_words, span_words
from tocsin.warn.names import is_named_after, named
from tocsin.warn.words.language import Language, counted
from tocsin.warn.words.table import WORDS


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What a message tells."""

    level: Level
    source: dict[str, str]
    """Who speaks, by language."""
    zone: dict[str, str]
    place: dict[str, str]
    """The place most probably passed, by language (`names.names_of`); may be empty."""
    tracks: int
    span_min: Span | None
    """First arrival in minutes from the message, or None where it cannot be told."""
    valid_min: int
    synthetic: bool
    purpose: Purpose = "warning"
    update: bool = False
    """True: it replaces a message that was sent before."""
    tracks_left: int = 0
    """All-clear: tracks that were seen to leave."""
    tracks_explained: int = 0
    """All-clear: tracks that a person has explained (found, fallen, a false one)."""


def texts_of(facts: Facts, languages: tuple[str, ...]) -> tuple[AlertText, ...]:
    """Return the message in each language, in the order asked for (`ro-RO`, `en-GB`)."""
    return tuple(_text(facts, language) for language in languages)


def _text(facts: Facts, tag: str) -> AlertText:
    """Fill one language's templates."""
    language = tag.split("-", maxsplit=1)[0]
    words = WORDS[language]
    exercise = words.exercise if facts.synthetic else ""
    contents = _contents(facts, words, language)
    return AlertText(
        language=tag,
        headline=exercise + _headline(facts, words, language),
        description=exercise + " ".join(contents[:3]),
        instruction=exercise + " ".join(contents[3:]),
        area=named(facts.zone, language),
    )


def _headline(facts: Facts, words: Language, language: str) -> str:
    """Return the one line that a list of alerts shows."""
    zone = named(facts.zone, language)
    if facts.purpose == "all_clear":
        return words.all_clear.headline.format(zone=zone)
    line = words.headline[facts.level].format(drones=_drones(facts.tracks, words), zone=zone)
    return words.update + line if facts.update else line


def _contents(facts: Facts, words: Language, language: str) -> tuple[str, str, str, str, str]:
    """Return source, hazard, location, guidance, time."""
    ended = facts.purpose == "all_clear"
    return (
        words.source.format(source=named(facts.source, language)),
        _known(facts, words) if ended else words.hazard.format(drones=_drones(facts.tracks, words)),
        _location(facts, words, language),
        words.all_clear.guidance[facts.level] if ended else words.guidance[facts.level],
        words.all_clear.time if ended else _time(facts, words, language),
    )


def _drones(tracks: int, words: Language) -> str:
    """Name the hazard, and how many where it is not one."""
    return words.drone if tracks <= 1 else counted(tracks, words.drones, words.plural)


def _known(facts: Facts, words: Language) -> str:
    """Say that the warning is over, and what is known of what it was about."""
    clear = words.all_clear
    told = [
        counted(number, phrases, words.plural)
        for number, phrases in (
            (facts.tracks_left, clear.left),
            (facts.tracks_explained, clear.explained),
        )
        if number
    ]
    return f"{clear.hazard} {clear.known.format(facts='; '.join(told) or clear.decided)}"


def _location(facts: Facts, words: Language, language: str) -> str:
    """Say where; the place only where the zone's name does not say it already."""
    zone, place = named(facts.zone, language), named(facts.place, language)
    told = not place or facts.purpose == "all_clear" or is_named_after(facts.zone, facts.place)
    return (words.location if told else words.location_place).format(zone=zone, place=place)


def _time(facts: Facts, words: Language, language: str) -> str:
    """Say when, and for how long the message holds."""
    span = facts.span_min
    valid = words.valid.format(minutes=minutes_words(facts.valid_min, language))
    if span is None:
        return f"{words.arrival_unknown} {valid}"
    return f"{words.arrival.format(span=span_words(span, language))} {valid}"
