"""The ground that is warned: zones, their outlines for a message, and the places in them."""

from collections.abc import Mapping

import msgspec

from tocsin.geo.outline import CORNERS, Outline, outlines_of
from tocsin.model.place import Place, Zone


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """Zones and places of a site, and whether what flies over them is synthetic."""

    zones: tuple[Zone, ...]
    places: dict[str, Place]
    """By place id; only places that lie in a zone."""
    outlines: dict[str, Outline]
    """By zone id: the polygons that a message warns, with everybody of the zone inside."""
    synthetic: bool
    """True: the input is simulated, and every draft says so."""


def ground_of(
    zones: tuple[Zone, ...],
    places: tuple[Place, ...],
    *,
    synthetic: bool,
    max_vertices: Mapping[str, int] | int = CORNERS,
) -> Ground:
    """Return the ground; places outside every zone warn nobody and are left out.

    Args:
        zones: Zones of the site.
        places: Places of the site.
        synthetic: Whether what flies over them is simulated.
        max_vertices: Most corners of an outline, for all zones or by zone id.
    """
    known = {zone.id for zone in zones}
    held = {place.id: place for place in places if place.zone in known}
    return Ground(
        zones=zones,
        places=held,
        outlines=outlines_of(zones, tuple(held.values()), max_vertices=max_vertices),
        synthetic=synthetic,
    )
