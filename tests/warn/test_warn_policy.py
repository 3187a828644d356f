"""A policy that contradicts itself is refused before the night."""

import re
import tomllib
from pathlib import Path

import msgspec
import pytest

from tocsin.model.place import Zone
from tocsin.warn.policy import LevelRule, Policy, ZonePolicy, vertices_of


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ({"warn": {"within_s": 600.0, "min_prob": 0.1}}, "lower probability"),
        ({"last_call": {"within_s": 900.0, "min_prob": 0.5}}, "look less far"),
        ({"prepare": {"within_s": 1200.0, "min_prob": 0.0}}, "min_prob"),
        ({"prepare": {"within_s": 1200.0}}, "min_prob"),
        ({"max_duration_s": 600.0}, "max_duration_s"),
        ({"release_ratio": 1.0}, "release_ratio"),
        ({"languages": []}, "languages"),
        ({"prepare": {"within_s": 0.0, "min_prob": 0.2}}, "prepare.within_s = 0"),
        ({"warn": {"within_s": 600.0, "min_prob": 0.4, "after_s": 300.0}}, "warn.after_s = 300"),
        ({"languages": ["fr-FR"]}, "'fr-FR': texts exist in ro, en, uk, hu"),
        ({"languages": ["ro-RO", "ro-MD"]}, "'ro' is given twice"),
        ({"officer_language": "fr"}, "officer_language = 'fr': texts exist in"),
        ({"source_name": {"ro": "ISU"}}, "source_name lacks 'en'"),
        ({"sender": "a b"}, "sender"),
        ({"sender": ""}, "sender"),
        ({"min_exists_prob": 1.5}, "min_exists_prob"),
        ({"min_drone_prob": float("nan")}, "min_drone_prob"),
        ({"update_after_s": -1.0}, "update_after_s"),
        ({"min_seen_s": -1.0}, "min_seen_s"),
        ({"levels": {}}, "levels"),
    ],
)
def test_a_contradiction_is_named(section, said) -> None:
    """An inverted threshold found at three in the morning is found too late."""
    with pytest.raises(msgspec.ValidationError, match=said):
        msgspec.convert(section, Policy)


def test_the_defaults_hold() -> None:
    """A site without a policy of its own must still be warned."""
    policy = msgspec.convert({}, Policy)
    assert [rule.within_s for rule in policy.rules()] == [1200.0, 600.0, 300.0]
    assert [rule.min_prob for rule in policy.rules()] == [0.2, 0.5, 0.5]
    assert [rule.valid_s for rule in policy.rules()] == [1800.0, 1200.0, 1200.0]
    assert policy.min_seen_s == 8.0


def test_a_level_may_be_set_alone() -> None:
    """A site that is stricter about one level keeps the others."""
    policy = msgspec.convert({"warn": {"within_s": 600, "min_prob": 0.4}}, Policy)
    assert policy.warn == LevelRule(within_s=600.0, min_prob=0.4)
    assert policy.prepare == Policy().prepare


def zone(**changes) -> Zone:
    fields = {"id": "z", "name": {"en": "Z"}, "rings_lonlat_deg": (), "population": 1}
    return Zone(**(fields | changes))


def test_a_zone_goes_before_its_county_and_both_before_the_rest() -> None:
    """What is not given stays; what is given nearer counts."""
    policy = msgspec.convert(
        {
            "approvers": ["Ana"],
            "zone": {
                "c": {"warn": {"min_prob": 0.4}, "approvers": ["Ion"]},
                "z": {"warn": {"min_prob": 0.45}, "max_vertices": 40},
            },
        },
        Policy,
    )
    own = policy.of_zone(zone(county="c"))
    assert (own.warn.min_prob, own.warn.within_s) == (0.45, 600.0)
    assert (own.approvers, own.max_vertices, own.prepare) == (("Ion",), 40, policy.prepare)
    assert policy.of_zone(zone(id="y", county="c")).warn.min_prob == 0.4
    assert policy.of_zone(zone(id="x")) == msgspec.structs.replace(policy, zone=policy.zone)
    assert vertices_of([zone(county="c"), zone(id="x")], policy) == {"z": 40, "x": 20}


def test_a_zone_s_own_languages_come_first() -> None:
    """People read what stands first; the language of the country is never left out."""
    policy = Policy()
    assert policy.of_zone(zone(languages=("hu-HU", "ro-RO"))).languages == (
        "hu-HU",
        "ro-RO",
        "en-GB",
    )
    changed = Policy(zone={"z": ZonePolicy(languages=("uk-UA",))})
    assert changed.of_zone(zone(languages=("hu-HU",))).languages == ("uk-UA",)


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ({"approvers": ["Ana", "Ana"]}, "given twice"),
        ({"approvers": [" Ana"]}, "blank or begin or end"),
        ({"approvers": ["Ana"], "two_person": True}, "two_person needs two"),
        ({"max_vertices": 3}, "max_vertices"),
        ({"max_vertices": 101}, "max_vertices"),
        ({"all_clear_max_prob": 0.5}, "all_clear_max_prob"),
        ({"all_clear_after_s": 10.0}, "all_clear_after_s"),
        ({"all_clear_max_people": -1}, "all_clear_max_people"),
        ({"call_gap_s": 5.0}, "call_gap_s"),
        ({"continued_prob": 0.2}, "continued_prob"),
        ({"languages": ["ro-RO", "ro-MD"]}, "given twice"),
        ({"zone": {"z": {"release_ratio": 2.0}}}, 'zone "z": release_ratio'),
        ({"zone": {"z": {"aprovers": []}}}, "aprovers"),
        (
            {"standing_authority": {"given_by": "B", "given_on": "2026-05-01", "levels": ["WARN"]}},
            "none of the approvers",
        ),
    ],
)
def test_who_decides_and_what_is_over_is_checked_too(section, said) -> None:
    """One approver under a two-person rule is none."""
    with pytest.raises(msgspec.ValidationError, match=said):
        msgspec.convert(section, Policy)


def test_the_policy_in_the_documentation_holds() -> None:
    """What an officer copies must work."""
    page = (Path(__file__).parents[2] / "docs" / "warning.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    policy = msgspec.convert(tomllib.loads(text)["warn"], Policy)
    assert policy.two_person
    assert policy.of_zone(zone(county="ro-tl")).standing_authority.levels == ()
    assert policy.of_zone(zone(id="ro-gl-galati")).languages[-1] == "uk-UA"
