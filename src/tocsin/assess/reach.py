"""Where something that is not seen may be by now, and how many people live there.

A lost track has no predictable course: the only honest statement is how far it can have got. The
region is a disc about the place where it was seen last; it grows until somebody explains it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot, sqrt

import numpy as np
from numpy.typing import NDArray

from tocsin.model.place import Place, Zone
from tocsin.model.threat import Reach
from tocsin.model.track import Track
from tocsin.model.units import S_NS

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

PLACE_SIGMA, SPEED_SIGMA = 3.0, 2.0
"""The region holds so many sigmas of the last position, and of the speed since then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Where the people of the zones live: every place of a zone stands for it."""

    at_m: F64
    """shape (places in zones, 2), site plane."""
    zone: I64
    """shape (places in zones,), index into `ids`."""
    ids: tuple[str, ...]
    population: I64
    """shape (zones,)."""


def people_of(places: Sequence[Place], zones: Sequence[Zone]) -> People:
    """Prepare the people of a site; zones without a place are not found by any region."""
    order = sorted(zones, key=lambda zone: zone.id)
    number = {zone.id: index for index, zone in enumerate(order)}
    housed = [place for place in places if place.zone in number]
    return People(
        at_m=np.array([place.pos_site_m for place in housed], dtype=np.float64).reshape(-1, 2),
        zone=np.array([number[place.zone] for place in housed], dtype=np.int64),
        ids=tuple(number),
        population=np.array([zone.population for zone in order], dtype=np.int64),
    )


def reach_of(
    seen: Track, t_ns: int, people: People, *, place_radius_m: float, reach_ratio: float
) -> Reach:
    """Return the region of a track that was seen last as `seen`.

    Args:
        seen: The track as it was when it was last seen.
        t_ns: Time of asking.
        people: The people of the site.
        place_radius_m: A zone is touched where the region comes this near to one of its places.
        reach_ratio: Speed may have grown by this.
    """
    radius_m = radius_of(seen, t_ns, reach_ratio)
    away_m = np.hypot(*(people.at_m - seen.pos_site_m).T)
    touched = np.unique(people.zone[away_m <= radius_m + place_radius_m])
    return Reach(
        t_seen_ns=seen.t_update_ns,
        centre_lonlat_deg=(seen.lon_deg, seen.lat_deg),
        radius_m=radius_m,
        people=int(people.population[touched].sum()),
        zones=tuple(people.ids[index] for index in touched),
    )


def radius_of(seen: Track, t_ns: int, reach_ratio: float) -> float:
    """Return how far from its last position a track may be; it never shrinks with time."""
    place_m = sqrt(max(seen.cov[0] + seen.cov[10], 0.0))
    sigma_mps = sqrt(max(seen.cov[5] + seen.cov[15], 0.0))
    speed_mps = hypot(*seen.vel_site_mps)
    silent_s = max(t_ns - seen.t_update_ns, 0) / S_NS
    # The state is told some seconds after the measurement; it may have turned in these.
    ahead_m = speed_mps * max(seen.t_ns - seen.t_update_ns, 0) / S_NS
    top_mps = (speed_mps + SPEED_SIGMA * sigma_mps) * reach_ratio
    return PLACE_SIGMA * place_m + ahead_m + top_mps * silent_s
