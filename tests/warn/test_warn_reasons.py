"""The sentence that the duty officer reads, in each language."""

import msgspec
import pytest

from tocsin.model.threat import MayBe, Reach, ZoneThreat
from tocsin.model.units import S_NS
from tocsin.warn.danger import Danger
from tocsin.warn.reasons import percent, reason_of
from tocsin.warn.words.table import WORDS

T0_NS = 1_780_000_000_000_000_000
PROBS = (0.1, 0.4, 0.5)


@pytest.fixture
def danger_of(ground, assessment_of):
    """Return a maker of dangers to the first place."""

    def make(**changes) -> Danger:
        found = assessment_of(**({"track_id": 17, "probs": PROBS} | changes))
        return Danger(
            assessment=found,
            threat=found.threats[0],
            place=ground.places["p1"],
            probs=(0.5, 0.4, 0.1),
        )

    return make


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        (
            "en",
            "Track 17, probably a drone (88 %), without a believed transponder: 40 % chance of "
            "passing within 3 km of Macin 1 inside 10 minutes; if it does, in 6 to 9 minutes. 60 % "
            "chance of crossing the border, in 6 to 9 minutes.",
        ),
        (
            "ro",
            "Ținta 17, probabil dronă (88 %), fără transponder credibil: probabilitate de 40 % să "
            "treacă la mai puțin de 3 km de Măcin 1 în 10 minute; dacă trece, în 6 până la 9 "
            "minute. Probabilitate de 60 % să treacă frontiera, în 6 până la 9 minute.",
        ),
        (
            "uk",
            "Об’єкт 17, імовірно дрон (88 %), без достовірного транспондера: імовірність 40 %, що "
            "за 10 хвилин пройде ближче ніж за 3 км від місця Măcin 1; якщо пройде, то у проміжку "
            "від 6 до 9 хвилин. Імовірність перетину кордону 60 %, у проміжку від 6 до 9 хвилин.",
        ),
        (
            "hu",
            "17. objektum, valószínűleg drón (88 %), hiteles transzponder nélkül: 40 %-os eséllyel "
            "10 perc alatt 3 km-nél közelebb halad el ehhez a helyhez: Măcin 1; ha igen, 6 és 9 "
            "perc között. A határ átlépésének esélye 60 %, 6 és 9 perc között.",
        ),
    ],
)
def test_the_sentence_says_what_where_when(language, sentence, danger_of) -> None:
    """Read by one person at three in the morning."""
    assert reason_of(danger_of(), 600.0, T0_NS, language).sentence == sentence


def test_a_lost_track_tells_how_far_it_may_be_and_who_it_may_be(danger_of) -> None:
    """Without these a lost track looks as if it stood still, and its return like another."""
    reach = Reach(
        t_seen_ns=T0_NS - 250 * S_NS,
        centre_lonlat_deg=(28.1, 45.2),
        radius_m=12_340.0,
        people=217_851,
        zones=("galati",),
    )
    lost = danger_of(context="lost", reach=reach, may_be=(MayBe(track_id=4, same_prob=0.62),))
    told = {name: reason_of(lost, 600.0, T0_NS, name).sentence for name in WORDS}
    assert told["en"].endswith(
        " Last seen 4 minutes ago; by now it may be up to 13 km from there, a region with a "
        "population of 217,851. It may be the same as track 4 (62 %)."
    )
    assert "acum 4 minute; între timp poate fi la cel mult 13 km" in told["ro"]
    assert "populație de 217.851. Poate fi aceeași cu ținta 4 (62 %)." in told["ro"]
    assert "Востаннє бачили 4 хвилини тому" in told["uk"]
    assert told["hu"].endswith("Lehet, hogy ugyanaz, mint ez: 4. objektum (62 %).")
    for sentence in told.values():
        assert not {"{", "}"} & set(sentence)


def test_the_whole_zone_is_told_where_it_is_more_than_the_place(danger_of) -> None:
    """A level may be reached by many places of which none alone would."""
    danger = danger_of(context="straight")
    threat = danger.threat
    zone = ZoneThreat(
        track_id=17,
        zone_id="galati",
        radius_m=threat.radius_m,
        within_s=threat.within_s,
        prob=(0.0, 0.3, 0.65, 0.7, 0.8),
        t_p05_ns=None,
        t_p50_ns=None,
        t_p95_ns=None,
    )
    for language, words in {
        "en": "inside 10 minutes (65 % for the zone as a whole); if it does",
        "ro": "în 10 minute (65 % pentru toată zona); dacă trece",
    }.items():
        found = msgspec.structs.replace(danger.assessment, zones=(zone,))
        more = msgspec.structs.replace(danger, assessment=found)
        assert words in reason_of(more, 600.0, T0_NS, language).sentence
    same = msgspec.structs.replace(zone, prob=threat.prob)
    other = msgspec.structs.replace(zone, zone_id="tulcea")
    for zones in ((same,), (other,)):
        found = msgspec.structs.replace(danger.assessment, zones=zones)
        alone = msgspec.structs.replace(danger, assessment=found)
        assert "as a whole" not in reason_of(alone, 600.0, T0_NS, "en").sentence


def test_what_is_not_known_is_said_or_left_out(danger_of) -> None:
    """No window: said. No border within reach: nothing to say."""
    unknown = danger_of(window_min=None, state="inside")
    told = reason_of(unknown, 600.0, T0_NS, "en").sentence
    assert "; when cannot be told. It is already inside the border." in told
    alone = msgspec.structs.replace(
        unknown, assessment=msgspec.structs.replace(unknown.assessment, crossings=())
    )
    assert "border" not in reason_of(alone, 600.0, T0_NS, "en").sentence


def test_probabilities_are_never_rounded_to_certainty() -> None:
    """99.6 % is not 100 %."""
    assert [percent(p) for p in (0.0, 0.004, 0.2, 0.354, 0.996, 1.0)] == [
        "0 %",
        "<1 %",
        "20 %",
        "35 %",
        ">99 %",
        "100 %",
    ]
