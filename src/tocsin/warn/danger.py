"""How endangered each zone is: the tracks that count, and the places they may pass."""

from collections.abc import Iterable, Mapping

import msgspec

from tocsin.model.place import Place
from tocsin.model.threat import Assessment, Crossing, Threat, ZoneThreat
from tocsin.warn.ground import Ground
from tocsin.warn.policy import Policy


class Danger(msgspec.Struct, frozen=True, kw_only=True):
    """One track and one zone, told by the place that it most probably passes there."""

    assessment: Assessment
    threat: Threat
    place: Place
    probs: tuple[float, ...]
    """Probability for the zone within each level's horizon, in the order of `policy.LEVELS`."""


def counts(assessment: Assessment, policy: Policy) -> bool:
    """Say whether a track may take part in a draft."""
    return (
        assessment.exists_prob >= policy.min_exists_prob
        and assessment.noncooperative_prob >= policy.min_noncooperative_prob
        and assessment.classes.drone_prob >= policy.min_drone_prob
        and assessment.seen_s >= policy.min_seen_s
    )


def dangers_by_zone(
    assessments: tuple[Assessment, ...], ground: Ground, policies: Mapping[str, Policy]
) -> dict[str, tuple[Danger, ...]]:
    """Return each zone's dangers: every track that counts with the places it threatens there.

    What is too improbable to reach or hold any level is left out.

    Args:
        assessments: All tracks.
        ground: Zones and places.
        policies: The policy of each zone, by its id.
    """
    zones: dict[str, list[Danger]] = {}
    for assessment in assessments:
        whole = {threat.zone_id: threat for threat in assessment.zones}
        for zone_id, threats in _by_zone(assessment, ground).items():
            policy = policies[zone_id]
            if counts(assessment, policy):
                found = _dangers(assessment, threats, whole.get(zone_id), ground, policy)
                zones.setdefault(zone_id, []).extend(found)
    return {zone_id: tuple(found) for zone_id, found in zones.items() if found}


def zone_probs(dangers: tuple[Danger, ...]) -> tuple[float, ...]:
    """Return the greatest probability within each level's horizon; empty for no danger.

    Tracks are not added up: the errors of one model about a raid are not independent.
    """
    return tuple(map(max, zip(*(danger.probs for danger in dangers), strict=True)))


def greatest_probs(
    assessments: Iterable[Assessment], ground: Ground, policies: Mapping[str, Policy]
) -> dict[str, float]:
    """Return by zone how probably any of some tracks passes it, however improbable that is.

    Within the time of PREPARE; zones that are not in it are passed by none.
    """
    found: dict[str, float] = {}
    for assessment in assessments:
        for zone_id, passage in _passages(assessment, ground):
            if zone_id in policies:
                prob = prob_within(passage, policies[zone_id].prepare.within_s)
                found[zone_id] = max(prob, found.get(zone_id, 0.0))
    return found


def _passages(
    assessment: Assessment, ground: Ground
) -> list[tuple[str, ZoneThreat]] | list[tuple[str, Threat]]:
    """Return what a track threatens: zones, or places where no zones are told."""
    if assessment.zones:
        return [(one.zone_id, one) for one in assessment.zones]
    known = (one for one in assessment.threats if one.place_id in ground.places)
    return [(ground.places[one.place_id].zone, one) for one in known]


def bearing(
    dangers: tuple[Danger, ...], level: int, least_prob: float, within_s: float
) -> tuple[Danger, ...]:
    """Return the dangers that bear a level, the most probable first, one for a track.

    A track counts with the place that it most probably passes within the level's horizon.
    """
    ranked = sorted(
        (danger for danger in dangers if danger.probs[level] >= least_prob),
        key=lambda danger: (
            -danger.probs[level],
            danger.assessment.track_id,
            -prob_within(danger.threat, within_s),
            danger.place.id,
        ),
    )
    best: dict[int, Danger] = {}
    for danger in ranked:
        best.setdefault(danger.assessment.track_id, danger)
    return tuple(best.values())


def prob_within(passage: Threat | ZoneThreat | Crossing, within_s: float) -> float:
    """Return the probability within a time, linear between the horizons that were told."""
    if within_s >= passage.within_s[-1]:
        return passage.prob[-1]
    after = next(n for n, horizon_s in enumerate(passage.within_s) if within_s <= horizon_s)
    to_s, to_prob = passage.within_s[after], passage.prob[after]
    from_s, from_prob = (
        (passage.within_s[after - 1], passage.prob[after - 1]) if after else (0.0, 0.0)
    )
    return from_prob + (within_s - from_s) / (to_s - from_s) * (to_prob - from_prob)


def _by_zone(assessment: Assessment, ground: Ground) -> dict[str, list[Threat]]:
    """Return what a track threatens, by zone."""
    zones: dict[str, list[Threat]] = {}
    for threat in assessment.threats:
        place = ground.places.get(threat.place_id)
        if place is not None:
            zones.setdefault(place.zone, []).append(threat)
    return zones


def _dangers(
    assessment: Assessment,
    threats: list[Threat],
    whole: ZoneThreat | None,
    ground: Ground,
    policy: Policy,
) -> list[Danger]:
    """Return one danger a place; the probabilities are those of the whole zone where told."""
    least_prob = policy.release_ratio * min(rule.min_prob for rule in policy.rules())
    found = []
    for threat in threats:
        passage = threat if whole is None else whole
        if passage.prob[-1] >= least_prob:
            probs = tuple(prob_within(passage, rule.within_s) for rule in policy.rules())
            place = ground.places[threat.place_id]
            found.append(Danger(assessment=assessment, threat=threat, place=place, probs=probs))
    return found
