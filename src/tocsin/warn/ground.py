"""The ground that is warned: zones, the places in them, and how the borders are called."""

import msgspec

from tocsin.model.place import Place, Zone


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """Zones and places of a site, and whether what flies over them is synthetic."""

    zones: tuple[Zone, ...]
    places: dict[str, Place]
    """By place id; only places that lie in a zone."""
    synthetic: bool
    """True: the input is simulated, and every draft says so."""


def ground_of(zones: tuple[Zone, ...], places: tuple[Place, ...], *, synthetic: bool) -> Ground:
    """Return the ground; places outside every zone warn nobody and are left out."""
    known = {zone.id for zone in zones}
    return Ground(
        zones=zones,
        places={place.id: place for place in places if place.zone in known},
        synthetic=synthetic,
    )
