"""Why a draft was made, in one plain sentence a track, with the evidence it rests on."""

from math import ceil

from tocsin.model.alert import Reason
from tocsin.model.threat import Assessment, ClassBelief, Crossing, Reach, Threat
from tocsin.model.units import S_NS
from tocsin.warn.danger import Danger, prob_within
from tocsin.warn.minutes import minutes_words, span_min, span_words
from tocsin.warn.names import named, names_of
from tocsin.warn.words.language import Officer
from tocsin.warn.words.table import WORDS


def reason_of(danger: Danger, within_s: float, t_ns: int, language: str) -> Reason:
    """Return one track's share in a draft.

    Args:
        danger: The track and its most probable place in the zone.
        within_s: Horizon of the level that is drafted.
        t_ns: Time of the draft.
        language: Language of the sentence (`ro`, `en`, `uk`, `hu`).
    """
    crossing = _likeliest(danger.assessment.crossings, within_s)
    threat = danger.threat
    return Reason(
        track_id=danger.assessment.track_id,
        border_prob=0.0 if crossing is None else prob_within(crossing, within_s),
        place_id=danger.place.id,
        place_prob=prob_within(threat, within_s),
        within_s=within_s,
        t_p05_ns=threat.t_p05_ns,
        t_p95_ns=threat.t_p95_ns,
        sentence=_sentence(danger, crossing, within_s, t_ns, language),
        evidence=danger.assessment.evidence,
    )


def lost_words(reach: Reach, t_ns: int, language: str) -> str:
    """Say how long a track has not been seen, how far it may be by now, and who lives there."""
    officer = WORDS[language].officer
    ago_min = max(1, (t_ns - reach.t_seen_ns) // (60 * S_NS))
    return officer.reach.format(
        ago=minutes_words(int(ago_min), language),
        radius_km=ceil(reach.radius_m / 1000.0),
        people=f"{reach.people:,}".replace(",", officer.thousands),
    )


def percent(share_prob: float) -> str:
    """Return a probability in whole percent, never quite 0 or 100 unless it is."""
    if 0.0 < share_prob < 0.01:
        return "<1 %"
    if 0.99 < share_prob < 1.0:
        return ">99 %"
    return f"{100.0 * share_prob:.0f} %"


def _likeliest(crossings: tuple[Crossing, ...], within_s: float) -> Crossing | None:
    """Return the border most probably crossed; None: no border is within reach."""
    return max(crossings, key=lambda crossing: prob_within(crossing, within_s), default=None)


def _sentence(
    danger: Danger, crossing: Crossing | None, within_s: float, t_ns: int, language: str
) -> str:
    """Write the sentence: what, where to, how probably, when, and across which line."""
    officer, threat = WORDS[language].officer, danger.threat
    passes = officer.passes.format(
        prob=percent(prob_within(threat, within_s)),
        radius_km=threat.radius_m / 1000.0,
        place=named(names_of(danger.place), language),
        within=minutes_words(round(within_s / 60.0), language),
    )
    return "".join(
        (
            _track(danger.assessment, officer),
            passes,
            _whole(danger, officer, within_s),
            _when(officer.arrives, t_ns, threat, language) or officer.no_arrival,
            _border(officer, crossing, within_s, t_ns, language),
            _unseen(danger.assessment, t_ns, language),
            ".",
        )
    )


def _whole(danger: Danger, officer: Officer, within_s: float) -> str:
    """Say how probably any place of the zone is passed, where that is more than the one named."""
    for zone in danger.assessment.zones:
        told = percent(prob_within(zone, within_s))
        if zone.zone_id == danger.place.zone and told != percent(
            prob_within(danger.threat, within_s)
        ):
            return officer.whole.format(prob=told)
    return ""


def _track(assessment: Assessment, officer: Officer) -> str:
    """Say which track it is, of which kind, and whether it is seen."""
    kind, kind_prob = _kind(assessment.classes)
    head = officer.track.format(
        id=assessment.track_id, kind=officer.kinds[kind], kind_prob=percent(kind_prob)
    )
    return head + (officer.lost if assessment.context == "lost" else "")


def _kind(classes: ClassBelief) -> tuple[str, float]:
    """Return the most probable class and its probability."""
    shares = {name: getattr(classes, name) for name in classes.__struct_fields__}
    kind = max(shares, key=shares.__getitem__)
    return kind, shares[kind]


def _when(pattern: str, t_ns: int, passage: Threat | Crossing, language: str) -> str:
    """Return a window in words, or nothing where there is none."""
    span = span_min(t_ns, passage.t_p05_ns, passage.t_p95_ns)
    return "" if span is None else pattern.format(span=span_words(span, language))


def _border(
    officer: Officer, crossing: Crossing | None, within_s: float, t_ns: int, language: str
) -> str:
    """Say how it stands to the border; nothing where the border is out of its reach."""
    if crossing is None:
        return ""
    standing = {"inside": officer.inside, "at the border": officer.at_border}
    if crossing.state in standing:
        return standing[crossing.state]
    when = _when(officer.crosses_when, t_ns, crossing, language)
    return officer.crosses.format(prob=percent(prob_within(crossing, within_s))) + when


def _unseen(assessment: Assessment, t_ns: int, language: str) -> str:
    """Say how far a lost track may be, and which earlier track this one may continue."""
    officer = WORDS[language].officer
    lost = "" if assessment.reach is None else lost_words(assessment.reach, t_ns, language)
    may_be = assessment.may_be[:1]
    return lost + "".join(
        officer.may_be.format(id=other.track_id, prob=percent(other.same_prob)) for other in may_be
    )
