"""Border lines, places and zones: what may be crossed, reached and warned."""

from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

BorderKind = Literal["land", "river", "sea", "mixed", "invented"]


class Border(msgspec.Struct, frozen=True, kw_only=True):
    """One border line with its pedigree, in the site plane.

    The inside is the side to be protected: `inside_site_m` are the rings of that area.
    """

    id: str
    source: str
    vintage: str
    licence: str
    kind: BorderKind
    sigma_m: float
    """1-sigma of the line's position, stated by the site."""
    line_site_m: tuple[NDArray[np.float64], ...]
    """Parts of the line, each shape (k, 2), east north."""
    inside_site_m: tuple[NDArray[np.float64], ...]
    """Rings of the protected side, each shape (k, 2), closed; a ring inside another
    is a hole in it."""


class Country(msgspec.Struct, frozen=True, kw_only=True):
    """A country's outline for drawing a map, possibly simplified: never for a decision."""

    id: str
    """ISO 3166-1 alpha-3."""
    name: str
    rings_lonlat_deg: tuple[tuple[tuple[float, float], ...], ...]
    """Outer rings, lon then lat as in GeoJSON, closed."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A settlement. Populations of places must never be added up (communes hold villages)."""

    id: str
    name: str
    """Name in the local language, with its diacritics."""
    name_en: str
    lat_deg: float
    lon_deg: float
    pos_site_m: tuple[float, float]
    population: int
    country: str
    zone: str
    """Id of the warning zone that it lies in, or empty."""


class Zone(msgspec.Struct, frozen=True, kw_only=True):
    """An area that can be warned."""

    id: str
    name: dict[str, str]
    """Name by language tag (`ro`, `en`)."""
    rings_lonlat_deg: tuple[tuple[tuple[float, float], ...], ...]
    """Outer rings, lon then lat as in GeoJSON, closed."""
    population: int
    """People of this zone alone: nobody is counted in two zones."""
    county: str = ""
    """Id of the larger area that it belongs to (alarms are grouped by it), or empty."""
    languages: tuple[str, ...] = ()
    """Languages of its people, in order (`ro-RO`, `uk-UA`); empty: those of the policy."""
