"""Why a draft was made, in one plain sentence a track, with the evidence it rests on."""

import msgspec

from tocsin.model.alert import Reason
from tocsin.model.threat import ClassBelief, Crossing, Threat
from tocsin.warn.danger import Danger, prob_within
from tocsin.warn.minutes import COUNTS, span_min, span_words
from tocsin.warn.texts import named


class Phrases(msgspec.Struct, frozen=True, kw_only=True):
    """One language's phrases for the duty officer."""

    kinds: dict[str, str]
    track: str
    lost: str
    passes: str
    arrives: str
    no_arrival: str
    crosses: str
    crosses_when: str
    inside: str
    at_border: str


PHRASES: dict[str, Phrases] = {
    "ro": Phrases(
        kinds={
            "drone_prob": "dronă",
            "slow_aircraft_prob": "aeronavă lentă",
            "jet_prob": "avion cu reacție",
            "bird_prob": "pasăre",
            "other_prob": "altceva",
        },
        track="Ținta {id}, probabil {kind} ({kind_prob}), fără transponder credibil",
        lost=" (contact pierdut, poziție estimată)",
        passes=(
            ": probabilitate de {prob} să treacă la mai puțin de {radius_km:g} km de {place} "
            "în {within}"
        ),
        arrives="; dacă trece, {span}",
        no_arrival="; momentul nu se poate estima",
        crosses=". Probabilitate de {prob} să treacă frontiera",
        crosses_when=", {span}",
        inside=". Este deja dincoace de frontieră",
        at_border=". Este la frontieră",
    ),
    "en": Phrases(
        kinds={
            "drone_prob": "a drone",
            "slow_aircraft_prob": "a slow aircraft",
            "jet_prob": "a jet",
            "bird_prob": "a bird",
            "other_prob": "something else",
        },
        track="Track {id}, probably {kind} ({kind_prob}), without a believed transponder",
        lost=" (contact lost, position estimated)",
        passes=": {prob} chance of passing within {radius_km:g} km of {place} inside {within}",
        arrives="; if it does, {span}",
        no_arrival="; when cannot be told",
        crosses=". {prob} chance of crossing the border",
        crosses_when=", {span}",
        inside=". It is already inside the border",
        at_border=". It is at the border",
    ),
}


def reason_of(danger: Danger, within_s: float, t_ns: int, language: str) -> Reason:
    """Return one track's share in a draft.

    Args:
        danger: The track and its most probable place in the zone.
        within_s: Horizon of the level that is drafted.
        t_ns: Time of the draft.
        language: Language of the sentence (`ro`, `en`).
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
    phrases, threat = PHRASES[language], danger.threat
    kind, kind_prob = _kind(danger.assessment.classes)
    names = {"ro": danger.place.name, "en": danger.place.name_en or danger.place.name}
    head = phrases.track.format(
        id=danger.assessment.track_id, kind=phrases.kinds[kind], kind_prob=percent(kind_prob)
    )
    lost = phrases.lost if danger.assessment.context == "lost" else ""
    passes = phrases.passes.format(
        prob=percent(prob_within(threat, within_s)),
        radius_km=threat.radius_m / 1000.0,
        place=named(names, language),
        within=COUNTS[language](round(within_s / 60.0)),
    )
    when = _when(phrases.arrives, t_ns, threat, language) or phrases.no_arrival
    border = _border(phrases, crossing, within_s, t_ns, language)
    return f"{head}{lost}{passes}{when}{border}."


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
    phrases: Phrases, crossing: Crossing | None, within_s: float, t_ns: int, language: str
) -> str:
    """Say how it stands to the border; nothing where the border is out of its reach."""
    if crossing is None:
        return ""
    standing = {"inside": phrases.inside, "at the border": phrases.at_border}
    if crossing.state in standing:
        return standing[crossing.state]
    when = _when(phrases.crosses_when, t_ns, crossing, language)
    return phrases.crosses.format(prob=percent(prob_within(crossing, within_s))) + when
