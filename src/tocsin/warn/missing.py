"""Tracks that counted and are not seen: feared wherever they may be, until they are explained.

A lost track is explained when it is seen again, when another goes on as it, or when a person says
what became of it. Losing it explains nothing: on 25 November 2025 an alert was ended when the
drone left the radars, and half an hour later it fell.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from math import cos, radians

import msgspec
import shapely

from tocsin.model.place import Zone
from tocsin.model.threat import Assessment, MayBe
from tocsin.model.units import S_NS
from tocsin.warn.danger import counts
from tocsin.warn.policy import Policy
from tocsin.warn.state import Missing

METRES_PER_DEG = 111_195.0
"""Of latitude, on the mean sphere."""
KNOWN_PROB = 0.5
"""Seen to be a bird, or with a believed transponder, above this: no longer one to fear."""

TOP_SPEED_MPS = 120.0
"""Of what is feared. A first radius may be all uncertainty, and says little about speed."""

Ring = tuple[tuple[float, float], ...]


def remember(
    before: Mapping[int, Missing],
    t_ns: int,
    assessments: Iterable[Assessment],
    policies: Iterable[Policy],
    forget_s: float,
) -> dict[int, Missing]:
    """Return the tracks that count or counted, after one more look.

    Args:
        before: As they were.
        t_ns: Time of the look.
        assessments: All tracks, seen or not.
        policies: Those of all zones: a track counts where one of them says so.
        forget_s: How long a lost track is feared.
    """
    found = {one.track_id: one for one in assessments}
    rules = tuple({id(policy): policy for policy in policies}.values())
    after: dict[int, Missing] = {}
    for number in sorted(before.keys() | found.keys()):
        kept = _looked(before.get(number), found.get(number), t_ns, rules)
        if kept is not None and t_ns - kept.t_seen_ns <= forget_s * S_NS:
            after[number] = kept
    return _continued(after, found, least_prob=min(rule.continued_prob for rule in rules))


def is_seen(assessment: Assessment) -> bool:
    """Say whether a track was measured lately."""
    return assessment.reach is None and assessment.context != "lost"


def reach_of(kept: Missing, t_ns: int) -> float | None:
    """Return how far from where it was seen last it may be; None: nobody knows where that was."""
    if kept.reach is None:
        return None
    grown_s = max(0, t_ns - kept.t_reach_ns) / S_NS
    return kept.reach.radius_m + kept.growth_mps * grown_s


def inside(missing: Mapping[int, Missing]) -> tuple[int, ...]:
    """Return the tracks that are seen on the protected side of a border, ascending."""
    return tuple(number for number, kept in missing.items() if kept.seen and kept.inside)


def may_be_in(missing: Mapping[int, Missing], zone: Zone, t_ns: int) -> tuple[int, ...]:
    """Return the lost, unexplained tracks that may be in a zone, ascending.

    One that was lost inside the border may be in every zone: losing it must not end for any of
    them what seeing it there did not.
    """
    return tuple(
        number
        for number, kept in missing.items()
        if not kept.seen
        and not kept.explained
        and not _goes_on(kept, missing)
        and _touches(kept, zone, t_ns)
    )


def _looked(
    kept: Missing | None, now: Assessment | None, t_ns: int, rules: tuple[Policy, ...]
) -> Missing | None:
    """Return a track after one more look; None: it does not count."""
    if now is None:
        return None if kept is None else msgspec.structs.replace(kept, seen=False)
    known = now.noncooperative_prob < KNOWN_PROB or now.classes.bird_prob > KNOWN_PROB
    if is_seen(now):
        if not any(counts(now, rule) for rule in rules) and (kept is None or known):
            return None
        return Missing(t_seen_ns=now.t_ns, evidence=now.evidence, inside=_is_inside(now))
    if kept is None and not any(counts(now, rule) for rule in rules):
        return None
    first = Missing(t_seen_ns=now.t_ns, evidence=now.evidence, inside=_is_inside(now))
    return _unseen(kept or first, now, t_ns)


def _is_inside(now: Assessment) -> bool:
    """Say whether a track has crossed a border, or may have."""
    return any(crossing.state != "outside" for crossing in now.crossings)


def _unseen(kept: Missing, now: Assessment, t_ns: int) -> Missing:
    """Take over what is told of a track that is not seen."""
    told = now.reach
    if told is None or (kept.reach is not None and told.radius_m == kept.reach.radius_m):
        return msgspec.structs.replace(kept, seen=False)
    begin_ns, begin_m = told.t_seen_ns, 0.0
    if kept.reach is not None and t_ns > kept.t_reach_ns:
        begin_ns, begin_m = kept.t_reach_ns, kept.reach.radius_m
    growth_mps = (told.radius_m - begin_m) / max(1.0, (t_ns - begin_ns) / S_NS)
    return msgspec.structs.replace(
        kept,
        seen=False,
        t_seen_ns=told.t_seen_ns,
        reach=told,
        t_reach_ns=t_ns,
        growth_mps=min(max(growth_mps, 0.0), TOP_SPEED_MPS),
    )


def _continued(
    missing: dict[int, Missing], found: Mapping[int, Assessment], *, least_prob: float
) -> dict[int, Missing]:
    """Note which lost tracks go on as others: each of these as one only, its most probable."""
    after = dict(missing)
    for number in sorted(found):
        for link in _links(found[number], missing, least_prob)[:1]:
            after[link.track_id] = msgspec.structs.replace(
                after[link.track_id], continued_by=number
            )
            if number not in after:
                after[number] = Missing(
                    t_seen_ns=found[number].t_ns, evidence=found[number].evidence
                )
    return after


def _links(now: Assessment, missing: Mapping[int, Missing], least_prob: float) -> tuple[MayBe, ...]:
    """Return the lost tracks that a seen one surely continues and no other does."""
    if not is_seen(now) or now.noncooperative_prob < KNOWN_PROB:
        return ()
    return tuple(
        link
        for link in now.may_be
        if link.same_prob >= least_prob
        and link.track_id in missing
        and not missing[link.track_id].seen
        and missing[link.track_id].continued_by in (None, now.track_id)
    )


def _goes_on(kept: Missing, missing: Mapping[int, Missing]) -> bool:
    """Say whether the track that goes on as this one is itself looked after."""
    return kept.continued_by is not None and kept.continued_by in missing


def _touches(kept: Missing, zone: Zone, t_ns: int) -> bool:
    """Say whether the reach of a track that is not seen touches a zone."""
    radius_m = reach_of(kept, t_ns)
    if kept.reach is None or radius_m is None or kept.inside or zone.id in kept.reach.zones:
        return True
    here = kept.reach.centre_lonlat_deg
    return any(_away_m(here, ring) <= radius_m for ring in zone.rings_lonlat_deg)


@lru_cache(maxsize=16_384)
def _away_m(lonlat_deg: tuple[float, float], ring: Ring) -> float:
    """Return how far a point is from an area, on the plane that touches the earth there.

    Good to a few parts in a thousand within some hundred kilometres; reaches are coarser.
    """
    lon_deg, lat_deg = lonlat_deg
    squeeze = cos(radians(lat_deg))
    area = shapely.Polygon([((lon - lon_deg) * squeeze, lat - lat_deg) for lon, lat in ring])
    return float(shapely.distance(area, shapely.Point(0.0, 0.0))) * METRES_PER_DEG
