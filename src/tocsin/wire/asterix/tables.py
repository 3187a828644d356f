"""The definitions of ASTERIX items as plain records, read from `tables/catNNN.json`.

The files are made from libasterix by `tools/make_asterix_tables.py`; their licence is in
`tables/NOTICE.md`. Reading one takes about a millisecond, so nothing on the hot path has to import
libasterix (about a second).
"""

from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from tocsin.model.errors import BadSettings

CATEGORIES = (1, 2, 10, 19, 20, 21, 34, 48, 62, 63, 65)
"""Categories that are decoded to columns."""

SPARE_SLOT = -1
"""A bit of the FSPEC that stands for no item."""
RANDOM_SLOT = -2
"""The bit for random field sequencing: a count, then pairs of item number and item."""

Kind = Literal["spare", "element", "group", "extended", "repetitive", "explicit", "compound"]
Means = Literal["raw", "table", "integer", "quantity", "icao", "ascii", "octal", "bds"]


class Node(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One item, sub-item or run of spare bits; which fields count follows from `kind`."""

    name: str = ""
    kind: Kind = "spare"
    bits: int = 0
    """Width of an element, a group or spare bits."""
    means: Means = "raw"
    signed: bool = False
    lsb: float = 0.0
    """Value of the last bit in `unit`."""
    unit: str = ""
    depends_on: str = ""
    """Path of the item that chooses among `cases`; the plain bits are delivered."""
    cases: tuple[tuple[int, "Node"], ...] = ()
    members: tuple["Node", ...] = ()
    """Members of a group, in order of their bits."""
    parts: tuple["Part", ...] = ()
    """Octets of an extended item."""
    open_ended: bool = False
    """Octets after the last defined part are stepped over while FX asks for them."""
    count_bytes: int = 0
    """Width of the count of a repeated item; 0: FX bits continue it."""
    element: "Node | None" = None
    fspec_max: int = 0
    children: tuple["Node | None", ...] = ()
    """Sub-items of a compound item by bit of its FSPEC; None is spare."""


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One octet of an extended item."""

    members: tuple[Node, ...]
    fx: bool
    """The last bit says whether another octet follows."""


class Uap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """User application profile: which bit of the FSPEC stands for which item."""

    name: str
    """`plot` or `track` in CAT001, else empty."""
    fspec_max: int
    slots: tuple[int, ...]
    """Index into the category's items, or SPARE_SLOT or RANDOM_SLOT."""


class Edition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One edition of a category."""

    edition: str
    uaps: tuple[Uap, ...]


class Category(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All editions of one category."""

    category: int
    source: str
    editions: tuple[Edition, ...]
    """Oldest first."""
    items: tuple[Node, ...]


@cache
def category_table(category: int) -> Category:
    """Return the definitions of a category.

    Raises:
        BadSettings: the category is not one of `CATEGORIES`.
    """
    if category not in CATEGORIES:
        known = ", ".join(f"{c:03d}" for c in CATEGORIES)
        raise BadSettings(
            f"ASTERIX category {category} is not decoded to columns",
            where="category",
            remedy=f"Choose one of {known}.",
        )
    path = files("tocsin.wire.asterix").joinpath("tables", f"cat{category:03d}.json")
    return msgspec.json.decode(path.read_bytes(), type=Category)


def editions(category: int) -> tuple[str, ...]:
    """Return the known editions of a category, oldest first."""
    return tuple(edition.edition for edition in category_table(category).editions)


def edition_table(category: int, edition: str) -> Edition:
    """Return the record layouts of one edition.

    Raises:
        BadSettings: no such edition.
    """
    for known in category_table(category).editions:
        if known.edition == edition:
            return known
    raise BadSettings(
        f"ASTERIX category {category:03d} has no edition {edition}",
        where="edition",
        remedy=f"Choose one of {', '.join(editions(category))}.",
    )
