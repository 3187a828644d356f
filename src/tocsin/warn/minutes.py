"""Times in words: minutes as a range, in each language."""

from math import ceil

from tocsin.model.units import S_NS
from tocsin.warn.words.language import counted
from tocsin.warn.words.table import WORDS

Span = tuple[int, int]
"""First and last whole minute."""


def span_min(t_ns: int, t_from_ns: int | None, t_to_ns: int | None) -> Span | None:
    """Return a window as whole minutes from now: the first rounded down, the last up."""
    if t_from_ns is None or t_to_ns is None:
        return None
    first_min = max(0, (t_from_ns - t_ns) // (60 * S_NS))
    last_min = max(1, ceil((t_to_ns - t_ns) / (60 * S_NS)))
    return int(first_min), int(last_min)


def minutes_words(minutes: int, language: str) -> str:
    """Return a time as it stands alone, such as `30 minutes`, `30 de minute`, `30 хвилин`."""
    words = WORDS[language]
    return counted(minutes, words.minutes, words.plural)


def span_words(span: Span, language: str) -> str:
    """Return a span in words, such as `in 6 to 9 minutes`; no dash, so that it can be spoken."""
    words = WORDS[language]
    first, last = span
    pattern = words.within if first in (0, last) else words.between
    return pattern.format(first=first, last=counted(last, words.minutes_within, words.plural))
