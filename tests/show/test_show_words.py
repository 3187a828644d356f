"""Times and numbers read as they were meant."""

import pytest

from tocsin.model.units import S_NS
from tocsin.show.words import (
    LocalTime,
    ahead,
    chance,
    count,
    duration,
    first_upper,
    thousands,
    utc_span,
)

T_NS = 1_780_009_200 * S_NS
"""2026-05-28 23:00:00 UTC, which is 29 May in Romania."""


def test_utc_and_local_dates_may_differ_by_a_day() -> None:
    """02:00 local on the 29th is 23:00 UTC on the 28th: both dates must be said."""
    local = LocalTime("Europe/Bucharest")
    assert utc_span(T_NS, T_NS + 7200 * S_NS) == "28 May 2026, 23:00:00 to 29 May 01:00:00 UTC"
    assert local.span(T_NS, T_NS + 60 * S_NS) == "29 May 2026, 02:00:00 to 02:01:00 EEST"
    assert local.clock(T_NS) == "23:00:00 UTC (02:00:00 EEST)"
    assert local.offset_s(T_NS) == 10_800


@pytest.mark.parametrize(
    ("zone", "said"), [("", "not recorded"), ("Nowhere/At_All", "not known here")]
)
def test_an_unknown_zone_leaves_utc_alone(zone: str, said: str) -> None:
    """A guessed zone would move every time by hours."""
    local = LocalTime(zone)
    assert local.clock(T_NS) == "23:00:00 UTC"
    assert local.between(T_NS, T_NS + S_NS) == "between 23:00:00 and 23:00:01 UTC"
    assert local.offset_s(T_NS) is None
    assert said in local.span(T_NS, T_NS)


def test_counts_and_durations_are_plain_words() -> None:
    """One track is not "1 tracks"."""
    assert [count(n, "entry", "entries") for n in (0, 1, 1234)] == [
        "no entries",
        "1 entry",
        "1\u202f234 entries",
    ]
    assert [duration(round(s * S_NS)) for s in (0.4, 45, 60, 250, 7500)] == [
        "0 s",
        "45 s",
        "1 min",
        "4 min 10 s",
        "2 h 05 min",
    ]
    assert first_upper("no WARN at 5 UTC") == "No WARN at 5 UTC"
    assert thousands(1_234_567) == "1\u202f234\u202f567"
    assert [chance(p) for p in (0.0, 0.5, 0.994, 1.0)] == [
        "under 1 %",
        "50 %",
        "over 99 %",
        "over 99 %",
    ]


@pytest.mark.parametrize(
    ("early_s", "late_s", "said"),
    [
        (240, 540, "in 4 to 9 min"),
        (170, 185, "in about 3 min"),
        (-30, 100, "in 0 to 2 min"),
        (-90, -10, "in less than 1 min"),
    ],
)
def test_a_window_that_rounds_to_one_number_says_one(early_s: int, late_s: int, said: str) -> None:
    """ "In 3 to 3 min" reads like a fault of the machine."""
    assert ahead(early_s * S_NS, late_s * S_NS) == said
