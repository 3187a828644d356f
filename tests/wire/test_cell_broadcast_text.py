"""One text of a headline, a description and an instruction, nothing said twice."""

import msgspec

from tocsin.model.alert import AlertText
from tocsin.wire.cell_broadcast.pages import alphabet_of, page_count
from tocsin.wire.cell_broadcast.text import broadcast_text, exercise_mark, sendable_text

TEXT = AlertText(
    language="en-GB",
    headline="EXERCISE. Update. Alarm: possible DRONE, Galati area. TAKE SHELTER NOW",
    description="EXERCISE. Source: X. Hazard: possible DRONE; debris. Location: Galati area.",
    instruction="EXERCISE. What to do: TAKE SHELTER NOW in a cellar. Time: within 3 minutes.",
    area="Galati area",
)


def test_nothing_is_said_twice() -> None:
    """On a phone each repeated line pushes the one that matters off the screen."""
    assert broadcast_text(TEXT) == (
        "EXERCISE. Update. Alarm. Source: X. Hazard: possible DRONE; debris. Location: Galati "
        "area. What to do: TAKE SHELTER NOW in a cellar. Time: within 3 minutes."
    )


def test_what_only_the_headline_says_is_kept() -> None:
    """Brevity must not lose a content."""
    other = msgspec.structs.replace(TEXT, headline="EXERCISE. Alarm: GAS, Reni")
    assert broadcast_text(other).startswith("EXERCISE. Alarm, GAS, Reni. Source: X.")


def test_only_a_mark_that_all_parts_bear_is_a_mark() -> None:
    """A real warning has none."""
    assert exercise_mark(TEXT) == "EXERCISE. "
    real = msgspec.structs.replace(
        TEXT, headline="Alarm: DRONE", description="Source: X.", instruction="Time: now."
    )
    assert exercise_mark(real) == ""
    assert broadcast_text(real) == "Alarm, DRONE. Source: X. Time: now."


def test_a_text_that_is_too_long_is_sent_without_diacritics() -> None:
    """Fifteen pages are all there is; Ukrainian has no such way out and stays as it is."""
    long = msgspec.structs.replace(TEXT, description="EXERCISE. " + "Galați. " * 90)
    assert alphabet_of(sendable_text(long)) == "GSM-7"
    assert page_count(sendable_text(long)) <= 15
    assert "ț" not in sendable_text(long)
    short = msgspec.structs.replace(TEXT, description="EXERCISE. Galați.")
    assert sendable_text(short) == broadcast_text(short)
    cyrillic = msgspec.structs.replace(TEXT, description="EXERCISE. " + "Рені. " * 120)
    assert sendable_text(cyrillic) == broadcast_text(cyrillic)
