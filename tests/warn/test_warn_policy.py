"""A policy that contradicts itself is refused before the night."""

import msgspec
import pytest

from tocsin.warn.policy import LevelRule, Policy


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
        ({"languages": ["fr-FR"]}, "texts exist in"),
        ({"officer_language": "fr"}, "texts exist in"),
        ({"source_name": {"ro": "ISU"}}, "source_name"),
        ({"sender": "a b"}, "sender"),
        ({"sender": ""}, "sender"),
        ({"min_exists_prob": 1.5}, "min_exists_prob"),
        ({"min_drone_prob": float("nan")}, "min_drone_prob"),
        ({"update_after_s": -1.0}, "times"),
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
    assert [rule.min_prob for rule in policy.rules()] == [0.2, 0.35, 0.5]


def test_a_level_may_be_set_alone() -> None:
    """A site that is stricter about one level keeps the others."""
    policy = msgspec.convert({"warn": {"within_s": 600, "min_prob": 0.4}}, Policy)
    assert policy.warn == LevelRule(within_s=600.0, min_prob=0.4)
    assert policy.prepare == Policy().prepare
