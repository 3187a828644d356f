"""The words: five contents in order, the hazard named, correct letters, no false shelter call."""

import re
from itertools import product

import pytest

from tocsin.warn.minutes import COUNTS, span_min, span_words
from tocsin.warn.policy import LANGUAGES, LEVELS
from tocsin.warn.reasons import PHRASES, percent
from tocsin.warn.texts import TEMPLATES, Facts, texts_of

CONTENTS = {
    "ro": ("Sursa:", "Pericol:", "Loc:", "Ce faceți:", "Timp:"),
    "en": ("Source:", "Hazard:", "Location:", "What to do:", "Time:"),
}
SHELTER = re.compile(r"ad[ăa]post|intra[țt]i|culca[țt]i|shelter|go into|lie down", re.IGNORECASE)


def facts(level="WARN", tracks=1, span=(6, 9), synthetic=False) -> Facts:
    return Facts(
        level=level,
        source={"ro": "ISU Galați", "en": "Galați Inspectorate"},
        zone={"ro": "județul Galați", "en": "Galați county"},
        place={"ro": "Grindu", "en": "Grindu"},
        tracks=tracks,
        span_min=span,
        valid_min=30,
        synthetic=synthetic,
    )


ALL = [
    (level, tracks, span, synthetic, text)
    for level, tracks, span, synthetic in product(LEVELS, (1, 3), ((6, 9), None), (True, False))
    for text in texts_of(facts(level, tracks, span, synthetic), ("ro-RO", "en-GB"))
]


@pytest.mark.parametrize(("level", "tracks", "span", "synthetic", "text"), ALL)
def test_every_message_has_the_five_contents_in_order(level, tracks, span, synthetic, text) -> None:
    """Fewer than one public alert in ten tells source, hazard, location, guidance and time."""
    whole = f"{text.description} {text.instruction}"
    at = [whole.index(content) for content in CONTENTS[text.language[:2]]]
    assert at == sorted(at)
    assert re.search("DRON", text.headline)
    assert re.search("DRON", text.description)
    assert "Galați" in text.headline
    assert "{" not in whole


@pytest.mark.parametrize(("level", "tracks", "span", "synthetic", "text"), ALL)
def test_prepare_never_tells_the_public_to_take_shelter(
    level, tracks, span, synthetic, text
) -> None:
    """Half of all PREPAREs come to nothing; they are for those on duty."""
    told = SHELTER.search(text.headline + text.description + text.instruction) is not None
    assert told == (level != "PREPARE")


@pytest.mark.parametrize(("level", "tracks", "span", "synthetic", "text"), ALL)
def test_an_exercise_says_so_in_every_part(level, tracks, span, synthetic, text) -> None:
    """A part that is copied alone must not become an alarm, nor a real one an exercise."""
    for part in (text.headline, text.description, text.instruction):
        assert part.startswith(("EXERCIȚIU", "EXERCISE")) == synthetic


def test_romanian_letters_have_commas_below() -> None:
    """Cedillas (U+015F, U+0163) are another language's letters and a phone may not show them."""
    words = repr(TEMPLATES["ro"]) + repr(PHRASES["ro"])
    assert not set(words) & set("şţŞŢ")
    assert set(words) >= set("șțăîâ")


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, "1 minut"),
        (2, "2 minute"),
        (19, "19 minute"),
        (20, "20 de minute"),
        (30, "30 de minute"),
        (90, "90 de minute"),
        (100, "100 de minute"),
        (101, "101 minute"),
        (119, "119 minute"),
        (120, "120 de minute"),
    ],
)
def test_romanian_counts_take_de_from_twenty_on(count: int, words: str) -> None:
    """A message with wrong grammar is taken for a fraud."""
    assert COUNTS["ro"](count) == words


@pytest.mark.parametrize(
    ("window_s", "span", "english", "romanian"),
    [
        ((390.0, 500.0), (6, 9), "in 6 to 9 minutes", "în 6–9 minute"),
        ((10.0, 170.0), (0, 3), "within 3 minutes", "în cel mult 3 minute"),
        ((-30.0, -5.0), (0, 1), "within 1 minute", "în cel mult 1 minut"),
        ((700.0, 1300.0), (11, 22), "in 11 to 22 minutes", "în 11–22 de minute"),
    ],
)
def test_minutes_are_a_range_rounded_outwards(window_s, span, english, romanian) -> None:
    """Rounding inwards would promise time that is not there."""
    found = span_min(0, *(round(seconds * 1e9) for seconds in window_s))
    assert found == span
    assert span_words(found, "en") == english
    assert span_words(found, "ro") == romanian


def test_no_window_stays_unknown() -> None:
    """Unknown is said, not guessed."""
    assert span_min(0, None, None) is None
    (english,) = texts_of(facts(span=None), ("en-GB",))
    assert "Time: when it passes cannot be told." in english.instruction


def test_probabilities_are_never_rounded_to_certainty() -> None:
    """99.6 % is not 100 %."""
    assert [percent(p) for p in (0.0, 0.004, 0.2, 0.354, 0.996, 1.0)] == [
        "0 %",
        "<1 %",
        "20 %",
        "35 %",
        ">99 %",
        "100 %",
    ]


def test_every_language_is_complete() -> None:
    """A language without a template would show at the worst moment."""
    assert set(LANGUAGES) == set(TEMPLATES) == set(PHRASES) == set(COUNTS)
    for template in TEMPLATES.values():
        assert set(template.headline) == set(template.guidance) == set(LEVELS)
