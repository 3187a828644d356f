"""Questions to places: which are near, how are they spelled, in which country do they lie."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from tocsin.model.place import Place

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

_COMMA_BELOW = str.maketrans("şţŞŢ", "șțȘȚ")


@dataclass(frozen=True, slots=True)
class PlaceIndex:
    """Places made ready for many questions; build it with `index_places`."""

    places: tuple[Place, ...]
    tree: cKDTree
    """Over their positions in the site plane."""

    def nearest(self, pos_site_m: ArrayLike) -> tuple[I64, F64]:
        """Return index and distance of the nearest place.

        Args:
            pos_site_m: shape (n, 2), east north, finite.

        Returns:
            Indices into `places`, shape (n,), and distances in metres, shape (n,).
        """
        distance_m, index = self.tree.query(np.atleast_2d(np.asarray(pos_site_m)))
        return np.asarray(index, dtype=np.int64), np.asarray(distance_m, dtype=np.float64)

    def within(self, pos_site_m: ArrayLike, radius_m: float) -> tuple[I64, I64]:
        """Return every pair of a position and a place no farther apart than a radius.

        Args:
            pos_site_m: shape (n, 2), east north, finite.
            radius_m: How far to look.

        Returns:
            Row of the position and index of the place, each shape (pairs,), ordered by both.
        """
        found = self.tree.query_ball_point(
            np.atleast_2d(np.asarray(pos_site_m)), radius_m, return_sorted=True
        )
        row = np.repeat(np.arange(len(found)), [len(indices) for indices in found])
        return row, np.array([i for indices in found for i in indices], dtype=np.int64)


def index_places(places: Sequence[Place]) -> PlaceIndex:
    """Index places, at least one, by their position in the site plane."""
    pos_site_m = np.array([place.pos_site_m for place in places], dtype=np.float64)
    return PlaceIndex(places=tuple(places), tree=cKDTree(pos_site_m.reshape(-1, 2)))


def comma_below(name: str) -> str:
    """Write s and t with comma below, the letters of Romanian, for the look-alikes with cedilla.

    Old code pages had only the Turkish cedilla letters, and gazetteers mix both; a search for one
    misses the other. SR 13411:1999 and the Romanian Academy ask for the comma.
    """
    return unicodedata.normalize("NFC", name).translate(_COMMA_BELOW)


def search_key(name: str) -> str:
    """Return a name without case, diacritics or doubled spaces, for matching only."""
    letters = unicodedata.normalize("NFKD", comma_below(name))
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(bare.casefold().split())


def country_of(
    lat_deg: ArrayLike, lon_deg: ArrayLike, outlines: Mapping[str, shapely.Geometry]
) -> NDArray[np.str_]:
    """Say in which country positions lie.

    Args:
        lat_deg: Geodetic latitude, shape (n,).
        lon_deg: Longitude, shape (n,).
        outlines: shapely polygons in lon, lat degrees by country code; must not overlap.

    Returns:
        Country codes, shape (n,), empty where no outline holds the position.
    """
    lat, lon = (np.atleast_1d(np.asarray(x, dtype=np.float64)) for x in (lat_deg, lon_deg))
    codes = np.full(lat.shape, "", dtype=f"<U{max(map(len, outlines), default=1)}")
    for code, outline in outlines.items():
        shapely.prepare(outline)
        codes[shapely.contains_xy(outline, lon, lat)] = code
    return codes
