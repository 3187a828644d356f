"""Minutes in words: rounded outwards, and counted as each language counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.model.units import S_NS
from tocsin.warn.minutes import minutes_words, span_min, span_words


@pytest.mark.parametrize(
    ("language", "count", "words"),
    [
        ("ro", 1, "1 minut"),
        ("ro", 2, "2 minute"),
        ("ro", 19, "19 minute"),
        ("ro", 20, "20 de minute"),
        ("ro", 90, "90 de minute"),
        ("ro", 100, "100 de minute"),
        ("ro", 101, "101 minute"),
        ("ro", 119, "119 minute"),
        ("ro", 120, "120 de minute"),
        ("en", 1, "1 minute"),
        ("en", 2, "2 minutes"),
        ("uk", 1, "1 хвилину"),
        ("uk", 2, "2 хвилини"),
        ("uk", 4, "4 хвилини"),
        ("uk", 5, "5 хвилин"),
        ("uk", 11, "11 хвилин"),
        ("uk", 12, "12 хвилин"),
        ("uk", 14, "14 хвилин"),
        ("uk", 20, "20 хвилин"),
        ("uk", 21, "21 хвилину"),
        ("uk", 22, "22 хвилини"),
        ("uk", 111, "111 хвилин"),
        ("uk", 112, "112 хвилин"),
        ("hu", 1, "1 perc"),
        ("hu", 30, "30 perc"),
    ],
)
def test_minutes_are_counted_as_the_language_counts(language, count, words) -> None:
    """A message with wrong grammar is taken for a fraud."""
    assert minutes_words(count, language) == words


@pytest.mark.parametrize(
    ("window_s", "span", "spoken"),
    [
        (
            (390.0, 500.0),
            (6, 9),
            {
                "en": "in 6 to 9 minutes",
                "ro": "în 6 până la 9 minute",
                "uk": "у проміжку від 6 до 9 хвилин",
                "hu": "6 és 9 perc között",
            },
        ),
        (
            (10.0, 170.0),
            (0, 3),
            {
                "en": "within 3 minutes",
                "ro": "în cel mult 3 minute",
                "uk": "протягом 3 хвилин",
                "hu": "3 percen belül",
            },
        ),
        (
            (-30.0, -5.0),
            (0, 1),
            {
                "en": "within 1 minute",
                "ro": "în cel mult 1 minut",
                "uk": "протягом 1 хвилини",
                "hu": "1 percen belül",
            },
        ),
        (
            (700.0, 1255.0),
            (11, 21),
            {
                "en": "in 11 to 21 minutes",
                "ro": "în 11 până la 21 de minute",
                "uk": "у проміжку від 11 до 21 хвилини",
                "hu": "11 és 21 perc között",
            },
        ),
    ],
)
def test_minutes_are_a_range_rounded_outwards(window_s, span, spoken) -> None:
    """Rounding inwards would promise time that is not there."""
    found = span_min(0, *(round(seconds * S_NS) for seconds in window_s))
    assert found == span
    for language, words in spoken.items():
        assert span_words(found, language) == words


@given(st.integers(-(10**13), 10**13), st.integers(0, 10**13))
def test_the_range_holds_the_window(early_ns: int, long_ns: int) -> None:
    """Whatever the window, what is told begins no later and ends no earlier."""
    first, last = span_min(0, early_ns, early_ns + long_ns)
    assert 0 <= first <= max(0, early_ns) / (60 * S_NS)
    assert last >= 1
    assert last * 60 * S_NS >= early_ns + long_ns


def test_no_window_is_no_span() -> None:
    """Unknown is said, not guessed."""
    assert span_min(0, None, None) is None
    assert span_min(0, 1, None) is None
