"""What a language must have before anybody is warned in it.

Sentences are written so that names stand in their plain form (nominative): no grammar is
guessed at run time. Only whole numbers are inflected, by the plural forms of the language.
"""

from collections.abc import Callable, Mapping
from typing import Literal

import msgspec

from tocsin.model.alert import Level

Form = Literal["one", "few", "many"]
"""Plural forms; a language that has fewer leaves some out."""
Plural = Callable[[int], Form]
Counted = Mapping[Form, str]
"""A phrase with `{n}` for each plural form of the language."""


class AllClear(msgspec.Struct, frozen=True, kw_only=True):
    """The phrases of an all-clear: what is known, and that debris stays dangerous."""

    headline: str
    hazard: str
    known: str
    left: Counted
    """So many were seen to leave."""
    explained: Counted
    """So many were explained by a person: found, fallen, or a false one."""
    decided: str
    """Said instead where neither is known: a person ended it."""
    guidance: dict[Level, str]
    time: str


class Officer(msgspec.Struct, frozen=True, kw_only=True):
    """The phrases of a reason, for the duty officer."""

    kinds: dict[str, str]
    track: str
    lost: str
    passes: str
    whole: str
    """Added where the whole zone is more probably passed than its first place."""
    arrives: str
    no_arrival: str
    crosses: str
    crosses_when: str
    inside: str
    at_border: str
    reach: str
    may_be: str
    thousands: str
    """What stands between the thousands of a number."""


class Language(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is said in one language."""

    tag: str
    plural: Plural
    minutes: Counted
    """A time as it stands alone: `valid for 30 minutes`."""
    minutes_within: Counted
    """The same after the words of `within` and `between`, which may ask for another case."""
    within: str
    between: str
    exercise: str
    update: str
    drone: str
    drones: Counted
    headline: dict[Level, str]
    source: str
    hazard: str
    location: str
    location_place: str
    """Added where the place is not already in the zone's name."""
    guidance: dict[Level, str]
    arrival: str
    arrival_unknown: str
    valid: str
    all_clear: AllClear
    officer: Officer


def counted(count: int, phrases: Counted, plural: Plural) -> str:
    """Return a phrase with its number, in the right plural form."""
    return phrases[plural(count)].format(n=count)
