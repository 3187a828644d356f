"""Look up libasterix's definition of a category and edition. Importing it costs about a second.

Only the full-fidelity path (`full`, `encode`) comes here; the hot path runs on `tables`.
"""

from functools import cache
from typing import Any, TypeAlias

from tocsin.model.errors import BadSettings

LibSpec: TypeAlias = Any
"""One of libasterix's generated classes: they share no useful base class."""
Value: TypeAlias = Any
"""A value in the shape that the item's definition asks for, known only at run time."""


@cache
def editions_of(category: int) -> tuple[str, ...]:
    """Return the editions that libasterix defines for a category, oldest first; may be empty."""
    from asterix import generated

    return tuple(edition_text(spec) for spec in generated.manifest["CATS"].get(category, ()))


@cache
def find_spec(category: int, edition: str) -> LibSpec:
    """Return libasterix's class of one category and edition.

    Args:
        category: ASTERIX category, 1 to 255.
        edition: as written on the standard, `"1.32"`.

    Raises:
        BadSettings: libasterix has no such category or edition.
    """
    from asterix import generated

    for spec in generated.manifest["CATS"].get(category, ()):
        if edition_text(spec) == edition:
            return spec
    known = ", ".join(editions_of(category)) or "none"
    raise BadSettings(
        f"no definition of ASTERIX category {category:03d} edition {edition}",
        where="edition",
        remedy=f"Choose one of: {known}.",
    )


def edition_text(spec: LibSpec) -> str:
    """Return the edition of a libasterix class as it is written: `1.32`."""
    major, minor = spec.cv_edition
    return f"{major}.{minor}"


def record_spec(spec: LibSpec, uap: str = "") -> LibSpec:
    """Return the record class of a category; `uap` names one where it has several (CAT001)."""
    return spec.cv_uap.spec(uap) if hasattr(spec.cv_uap, "cv_uaps") else spec.cv_uap.cv_record


@cache
def variation_kind(variation: LibSpec) -> str:
    """Return the name of libasterix's kind of layout: Element, Group, Extended, ..."""
    from asterix import base

    kinds = (base.Element, base.Group, base.Extended, base.Repetitive, base.Compound)
    return next((kind.__name__ for kind in kinds if issubclass(variation, kind)), "Explicit")
