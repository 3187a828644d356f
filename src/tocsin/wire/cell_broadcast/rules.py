"""The rules of the linter, one function each, in one table.

A rule yields (place, what is wrong, what to do) for each time it is broken.
"""

import re
from collections.abc import Callable, Iterator

from tocsin.wire.cell_broadcast.letters import flips, without_diacritics
from tocsin.wire.cell_broadcast.pages import PAGES_LIMIT, page_count
from tocsin.wire.cell_broadcast.reading import CONTENTS, Content, bare, first_at, pattern_of
from tocsin.wire.cell_broadcast.subject import Finding, Severity, Subject

Broken = Iterator[tuple[str, str, str]]

SHORT_CHARACTERS = 120
"""A text of 90 characters cannot hold the five contents (the first American limit was that)."""
SHOUTING_SHARE = 0.4
"""More capitals than this among the letters is a text in capitals."""


def _contents(subject: Subject) -> Broken:
    for name in CONTENTS:
        if subject.reading is not None and name not in subject.found():
            yield "description", f"the text does not say its {name}", _SAY[name]


def _order(subject: Subject) -> Broken:
    places = list(subject.found().values())
    if places != sorted(places):
        remedy = "Say source, hazard, location, guidance, time in this order."
        yield "description", "the contents stand in another order than readers expect", remedy


def _language(subject: Subject) -> Broken:
    if subject.reading is None:
        remedy = "Add the language to reading.py, or have a person read the text."
        yield "", "nothing is known of this language, so the contents cannot be scored", remedy


def _pages(subject: Subject) -> Broken:
    pages = page_count(subject.shown)
    if pages > PAGES_LIMIT:
        remedy = "Shorten the names of sender, zone and place, or send the plain variant."
        yield "", f"the text takes {pages} pages of {PAGES_LIMIT}", remedy


def _plane(subject: Subject) -> Broken:
    if outside := next((letter for letter in subject.shown if ord(letter) > 0xFFFF), ""):
        what = f"{outside!r} is in neither alphabet of a cell broadcast"
        yield "", what, "Leave out emoji and other signs beyond U+FFFF."


def _alphabet(subject: Subject) -> Broken:
    wrong = flips(subject.shown)
    if not wrong:
        return
    pages, plain = page_count(subject.shown), without_diacritics(subject.shown)
    letters = " ".join(flip.letter for flip in wrong)
    what = f"{letters} force UCS-2: {pages} pages (first in `{wrong[0].around}`)"
    if plain is None:
        yield "", what, "There is no variant without diacritics for this script; send it so."
    else:
        yield "", what, f"Without diacritics it is GSM-7: {page_count(plain)} pages."


def _english_letters(subject: Subject) -> Broken:
    wrong = flips(subject.shown)
    if subject.text.language.startswith("en") and wrong:
        what = f"`{wrong[0].around}` turns the whole English text to UCS-2"
        yield "", what, "Give the place a name:en in English letters."


def _short(subject: Subject) -> Broken:
    if len(subject.shown) < SHORT_CHARACTERS:
        what = f"{len(subject.shown)} characters cannot say enough to act upon"
        yield "", what, "Say all five contents in whole sentences."


def _html(subject: Subject) -> Broken:
    for part, words in subject.parts().items():
        if found := re.search(r"<[^>\s][^>]*>|&#?\w+;", words):
            yield part, f"{found[0]!r} is shown as it stands", "Write plain text, without markup."


def _placeholder(subject: Subject) -> Broken:
    for part, words in subject.parts().items():
        if found := re.search(r"\{\w*\}|\b(None|nan)\b", words):
            yield part, f"{found[0]!r} was not filled in", "Mend the template or its facts."


def _empty(subject: Subject) -> Broken:
    for part, words in subject.parts().items():
        if not words.strip():
            yield part, "the part is empty", "Fill every part; readers may be shown only one."


def _capitals(subject: Subject) -> Broken:
    letters = [letter for letter in subject.shown if letter.isalpha()]
    if sum(map(str.isupper, letters)) > SHOUTING_SHARE * max(1, len(letters)):
        remedy = "Keep capitals for the hazard and the action."
        yield "", "the text is in capitals, which is read more slowly", remedy
        return
    if subject.reading is not None:
        allowed = pattern_of(subject.reading.capitals)
        named = set(re.findall(r"\w+", bare(subject.text.area + " " + _sender(subject))))
        for word in dict.fromkeys(re.findall(r"\b[^\W\d_]{2,}\b", bare(subject.shown))):
            if word.isupper() and word not in named and not allowed.fullmatch(word):
                remedy = "Keep capitals for the hazard and the action."
                yield "", f"{word!r} is in capitals and neither hazard nor action", remedy


def _sender(subject: Subject) -> str:
    """Return the sentence that names the sender: it may have an acronym."""
    first = subject.found().get("source")
    return "" if first is None else bare(subject.body())[first:].split(".", maxsplit=1)[0]


def _jargon(subject: Subject) -> Broken:
    if subject.reading is not None:
        for found in pattern_of(subject.reading.jargon).finditer(bare(subject.shown)):
            yield "", f"{found[0]!r} is a word of the trade", "Say it in everyday words."


def _speech(subject: Subject) -> Broken:
    wrong = "".join(dict.fromkeys(re.findall(r"[–—/%&*#_|~^…•\n\t]", subject.shown)))
    if wrong:
        remedy = "Write it in words: `6 to 9`, `per cent`."
        yield "", f"{wrong!r} is not read out, or wrongly, by a speech program", remedy


def _cedilla(subject: Subject) -> Broken:
    wrong = sorted(set(subject.shown) & set("şţŞŢ"))
    if subject.text.language.startswith("ro") and wrong:
        what = f"{''.join(wrong)} have cedillas, which are no letters of Romanian"
        yield "", what, "Write ș and ț with a comma below (U+0219, U+021B)."


def _exercise(subject: Subject) -> Broken:
    if subject.reading is None:
        return
    mark = pattern_of(subject.reading.exercise)
    for part, words in subject.parts().items():
        marked = mark.match(bare(words)) is not None
        if part != "area" and marked != subject.synthetic:
            what = "made from synthetic data, but not marked" if subject.synthetic else (
                "marked as an exercise, but the data are real")  # fmt: skip
            yield part, what, "Mark every part of an exercise as one, and nothing else."


def _shelter(subject: Subject) -> Broken:
    public = subject.purpose == "warning" and subject.level != "PREPARE"
    if subject.reading is None or public:
        return
    for part, words in subject.parts().items():
        if first_at(subject.reading.shelter, words) is not None:
            remedy = "Leave shelter to WARN and LAST_CALL."
            yield part, "the public is told to take shelter", remedy


_SAY: dict[Content, str] = {
    "source": "Say who warns.",
    "hazard": "Name the hazard: a drone, not `objects`.",
    "location": "Say where, by a name that people use.",
    "guidance": "Say what to do.",
    "time": "Say when, or that it cannot be told.",
}

RULES: tuple[tuple[str, Severity, Callable[[Subject], Broken]], ...] = (
    ("content_missing", "error", _contents),
    ("too_many_pages", "error", _pages),
    ("not_sendable", "error", _plane),
    ("markup", "error", _html),
    ("not_filled_in", "error", _placeholder),
    ("empty_part", "error", _empty),
    ("exercise_mark", "error", _exercise),
    ("shelter_called", "error", _shelter),
    ("contents_order", "warning", _order),
    ("language_unknown", "warning", _language),
    ("english_flipped", "warning", _english_letters),
    ("too_short", "warning", _short),
    ("capitals", "warning", _capitals),
    ("jargon", "warning", _jargon),
    ("not_for_speech", "warning", _speech),
    ("cedilla", "warning", _cedilla),
    ("alphabet", "note", _alphabet),
)
"""Code, severity and rule, in the order in which findings are told."""


def find(subject: Subject) -> tuple[Finding, ...]:
    """Return everything that the rules find."""
    language = subject.text.language
    return tuple(
        Finding(
            code=code,
            severity=severity,
            place=f"{language} {part}".strip(),
            what=what,
            remedy=remedy,
        )
        for code, severity, rule in RULES
        for part, what, remedy in rule(subject)
    )
