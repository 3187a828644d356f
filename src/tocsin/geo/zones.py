"""What a layer of warning zones must be: people counted once, in languages that have a tag."""

import re
from collections.abc import Sequence

import numpy as np
import shapely

from tocsin.geo.check import Feature

OVERLAP_SHARE = 0.01
"""Of the smaller of two zones so much may lie in the other: slivers of separate drawing."""
_TAG = re.compile(r"[a-z]{2,3}-[A-Z]{2}")


def languages_of(feature: Feature) -> tuple[str, ...]:
    """Read `languages`: a list of tags, or one text with commas.

    Table formats have no lists; tools that copy one there write it as JSON.

    Raises BadInput where one is no tag, or is given twice.
    """
    given = feature.properties.get("languages") or ()
    if isinstance(given, str):
        text = given.strip("[] ").replace('"', "")
        given = text.split(",") if text else ()
    if not isinstance(given, list | tuple):
        feature.refuse(f"property `languages` is {given!r}", "Give tags such as ro-RO, uk-UA.")
    languages = tuple(str(tag).strip() for tag in given)
    for tag in languages:
        if not _TAG.fullmatch(tag):
            feature.refuse(f"`{tag}` is no language tag", "Give tags such as ro-RO, uk-UA.")
        if languages.count(tag) > 1:
            feature.refuse(f"language `{tag}` is given twice", "Give every language once.")
    return languages


def check_people(feature: Feature) -> None:
    """Refuse a zone of which nobody knows how many people it warns, or that warns nobody."""
    if feature.properties.get("population") in (None, 0):
        feature.refuse(
            "the zone has no population",
            "Give `population`, counting everybody in one zone only; leave out empty land.",
        )


def check_apart(features: Sequence[Feature]) -> None:
    """Refuse zones that overlap by more than a sliver: their people would be warned twice."""
    shapes = np.array([feature.geometry for feature in features], dtype=object)
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    for one, other in sorted(zip(first.tolist(), second.tolist(), strict=True)):
        if one >= other:
            continue
        common = shapely.intersection(shapes[one], shapes[other])
        share = common.area / min(shapes[one].area, shapes[other].area)
        if share > OVERLAP_SHARE:
            near = common.representative_point()
            features[other].refuse(
                f"{share:.0%} of a zone lies in another: it overlaps `{_name(features[one])}` near "
                f"longitude {near.x:.3f}, latitude {near.y:.3f}",
                "Cut one of them; give communes or their villages, not both.",
            )


def _name(feature: Feature) -> str:
    return str(feature.properties.get("id"))
