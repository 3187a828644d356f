"""Times in words: minutes as a range, in each language."""

from collections.abc import Callable
from math import ceil

from tocsin.model.units import S_NS

Span = tuple[int, int]
"""First and last whole minute."""


def span_min(t_ns: int, t_from_ns: int | None, t_to_ns: int | None) -> Span | None:
    """Return a window as whole minutes from now: the first rounded down, the last up."""
    if t_from_ns is None or t_to_ns is None:
        return None
    first_min = max(0, (t_from_ns - t_ns) // (60 * S_NS))
    last_min = max(1, ceil((t_to_ns - t_ns) / (60 * S_NS)))
    return int(first_min), int(last_min)


def _count_ro(count: int) -> str:
    """Return `1 minut`, `5 minute`, `20 de minute` (`de` from 20 on, not after 101 to 119)."""
    if count == 1:
        return "1 minut"
    linked = count == 0 or (count >= 20 and not 1 <= count % 100 <= 19)
    return f"{count} de minute" if linked and count else f"{count} minute"


def _count_en(count: int) -> str:
    """Return `1 minute` or `5 minutes`."""
    return "1 minute" if count == 1 else f"{count} minutes"


COUNTS: dict[str, Callable[[int], str]] = {"ro": _count_ro, "en": _count_en}
_WITHIN = {"ro": "în cel mult {last}", "en": "within {last}"}
_BETWEEN = {"ro": "în {first}–{last}", "en": "in {first} to {last}"}


def span_words(span: Span, language: str) -> str:
    """Return a span in words, such as `in 6 to 9 minutes`."""
    first, last = span
    pattern = _WITHIN[language] if first in (0, last) else _BETWEEN[language]
    return pattern.format(first=first, last=COUNTS[language](last))
