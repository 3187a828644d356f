"""How much of people's time the warnings took, beside warning whole counties for the same events.

A person-minute is one person told for one minute to stay in shelter. The baseline is what is usual:
whenever any zone of a county is warned, the whole county is.
"""

from collections.abc import Sequence

import msgspec

from tocsin.model.place import Zone
from tocsin.model.units import S_NS
from tocsin.sim.score.notices import WARN, Notice, joined, spans_of

MINUTE_NS = 60 * S_NS


class PersonMinutes(msgspec.Struct, frozen=True, kw_only=True):
    """Both, and how many of the zones warned belong to a county."""

    zones_person_min: float
    """Person-minutes in the zones that were warned."""
    counties_person_min: float | None
    """Had their whole counties been warned instead; None: the site does not tell counties."""

    @property
    def ratio(self) -> float | None:
        """Return the share, or None where nobody was warned or counties are not known."""
        whole = self.counties_person_min
        return self.zones_person_min / whole if whole else None


def person_minutes(notices: Sequence[Notice], zones: Sequence[Zone]) -> PersonMinutes:
    """Return person-minutes under WARN and LAST CALL; PREPARE sends nobody to shelter."""
    spans = {zone.id: spans_of(notices, zone.id, WARN) for zone in zones}
    own = sum(zone.population * _minutes(spans[zone.id]) for zone in zones)
    if any(spans[zone.id] and not zone.county for zone in zones):
        return PersonMinutes(zones_person_min=own, counties_person_min=None)
    people: dict[str, int] = {}
    times: dict[str, list[tuple[int, int]]] = {}
    for zone in zones:
        people[zone.county] = people.get(zone.county, 0) + zone.population
        times.setdefault(zone.county, []).extend(spans[zone.id])
    whole = sum(people[county] * _minutes(joined(times[county])) for county in people)
    return PersonMinutes(zones_person_min=own, counties_person_min=whole)


def _minutes(spans: Sequence[tuple[int, int]]) -> float:
    return sum(end - begin for begin, end in spans) / MINUTE_NS
