"""The policy that people set: when to draft what, who may approve it, in which languages."""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

import msgspec

from tocsin.model.alert import Level
from tocsin.model.place import Zone

LEVELS: tuple[Level, ...] = ("PREPARE", "WARN", "LAST_CALL")
"""From the lowest to the highest."""


LANGUAGES = ("ro", "en", "uk", "hu")
"""Languages in which templates exist (see `warn.texts`)."""


class LevelRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a level is reached: probability that a place of the zone is passed within a time."""

    within_s: float
    min_prob: float
    valid_s: float = 1200.0
    """How long a draft of this level holds before it lapses (a lapse is not an all-clear)."""
    after_s: float = 0.0
    """The probability must have lasted for so long; every second of it is lead time lost."""


class LevelChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a zone or county has otherwise about a level; what is not given stays."""

    within_s: float | None = None
    min_prob: float | None = None
    valid_s: float | None = None
    after_s: float | None = None


class StandingAuthority(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Leave, given beforehand by a named person, to publish some levels without asking."""

    given_by: str
    """One of the approvers."""
    given_on: str
    """Date as YYYY-MM-DD."""
    levels: tuple[Level, ...]
    """Empty: none; so a zone can be taken out of an authority that holds elsewhere."""


class ZonePolicy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[warn.zone."ID"]`: what a zone, or all zones of a county, have otherwise."""

    prepare: LevelChange | None = None
    warn: LevelChange | None = None
    last_call: LevelChange | None = None
    release_ratio: float | None = None
    release_after_s: float | None = None
    min_exists_prob: float | None = None
    min_noncooperative_prob: float | None = None
    min_drone_prob: float | None = None
    min_seen_s: float | None = None
    max_duration_s: float | None = None
    update_after_s: float | None = None
    languages: tuple[str, ...] | None = None
    """Exactly these, in this order, instead of those of the zone and the policy."""
    approvers: tuple[str, ...] | None = None
    two_person: bool | None = None
    standing_authority: StandingAuthority | None = None
    all_clear_max_prob: float | None = None
    all_clear_after_s: float | None = None
    all_clear_max_people: int | None = None
    max_vertices: int | None = None


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The `[warn]` section of a site file.

    Raises ValueError (at decoding: a validation error that names the key) where it contradicts
    itself. The thresholds belong to the model version of `assess`; the defaults are those
    chosen for it on tuning seeds (bench/lead.py measures them on others).
    """

    prepare: LevelRule = LevelRule(within_s=1200.0, min_prob=0.2, valid_s=1800.0, after_s=20.0)
    prepare_per_county: bool = True
    """True: one PREPARE a county; its duty services are the same, and once is enough. Zones that
    reach PREPARE later join the alarm."""
    warn: LevelRule = LevelRule(within_s=600.0, min_prob=0.5)
    last_call: LevelRule = LevelRule(within_s=300.0, min_prob=0.5)
    release_ratio: float = 0.5
    """A level is left only below its threshold times this ..."""
    release_after_s: float = 60.0
    """... for this long without a break."""
    min_exists_prob: float = 0.9
    """A track less surely existing than this takes no part in a draft."""
    min_noncooperative_prob: float = 0.8
    """A track less surely without a believed transponder takes no part in a draft."""
    min_drone_prob: float = 0.5
    """A track that is less plausibly a drone (a bird, say) takes no part in a draft."""
    min_seen_s: float = 8.0
    """A track seen for less long takes no part in a draft: two or three looks can make geese as
    fast as a drone."""
    max_duration_s: float = 5400.0
    """No draft is valid for longer than this, and none is prolonged for a track that was lost
    longer ago."""
    update_after_s: float = 300.0
    """A standing draft of the same level is not updated more often than this."""
    window_shift_s: float = 180.0
    """The arrival window must move by this much to be worth an update."""
    officer_language: str = "en"
    """Language of the reasons that the duty officer reads."""
    languages: tuple[str, ...] = ("ro-RO", "en-GB")
    """Languages of the messages. A zone's own languages come first, then these."""
    sender: str = "draft@tocsin.invalid"
    """CAP sender id: no spaces, commas, `<` or `&`."""
    source_name: dict[str, str] = msgspec.field(
        default_factory=lambda: {
            "ro": "Inspectoratul pentru Situații de Urgență",
            "en": "Inspectorate for Emergency Situations",
            "uk": "Інспекторат з надзвичайних ситуацій",
            "hu": "Katasztrófavédelmi Felügyelőség",
        }
    )
    """Who speaks, by language; the first of the five contents of a message."""
    max_vertices: int = 20
    """Most corners of a warned outline, 4 to 100: what the network takes."""
    approvers: tuple[str, ...] = ()
    """Names of those who may approve a draft; empty: nothing can be approved."""
    two_person: bool = False
    """True: an approval, an all-clear or a standing authority needs two different names."""
    standing_authority: StandingAuthority | None = None
    all_clear_max_prob: float = 0.02
    """An all-clear is drafted only when nothing is more probable to pass the zone than this ..."""
    all_clear_after_s: float = 600.0
    """... for this long, nothing that counts is inside the border, and ..."""
    all_clear_max_people: int = 0
    """... where a lost track may be, there live no more people of the zone than this."""
    continued_prob: float = 0.9
    """A lost track is explained by another that continues it at least this probably."""
    lost_forget_s: float = 43_200.0
    """A lost track that nobody explains is feared for this long: longer than it can fly."""
    call_gap_s: float = 120.0
    """The duty officer is not called more often than this; what comes sooner joins the call."""
    quiet_after_s: float = 1800.0
    """After so long without a level or an open draft, a county's next one is a new alarm."""
    zone: dict[str, ZonePolicy] = {}
    """What zones or counties have otherwise, by their id; a zone's own goes before its county's."""

    def __post_init__(self) -> None:
        """Refuse a policy that contradicts itself."""
        for wrong, why in (*_thresholds(self), *_people(self), *_messages(self)):
            if wrong:
                raise ValueError(why)
        for name, change in self.zone.items():
            try:
                _changed(self, change)
            except ValueError as error:
                raise ValueError(f'zone "{name}": {error}') from None

    def rules(self) -> tuple[LevelRule, LevelRule, LevelRule]:
        """Return the rules in the order of `LEVELS`."""
        return (self.prepare, self.warn, self.last_call)

    def of_zone(self, zone: Zone) -> "Policy":
        """Return the policy of one zone: its county's changes, then its own, and its languages.

        Raises ValueError where county and zone together contradict.
        """
        named = [self.zone[name] for name in (zone.county, zone.id) if name in self.zone]
        policy = self
        if zone.languages:
            own = dict.fromkeys((*zone.languages, *self.languages))
            policy = msgspec.structs.replace(policy, languages=tuple(own), zone={})
        for change in named:
            policy = _changed(policy, change)
        return policy

    def may_approve(self, name: str) -> bool:
        """Say whether a person has the right to decide under this policy."""
        return name in self.approvers


SENDER = "sender: give one, without space, comma, < or &"
TEXTS_EXIST = f"texts exist in {', '.join(LANGUAGES)}"
Check = tuple[bool, str]


def _thresholds(policy: Policy) -> Iterator[Check]:
    """Check levels, probabilities and times."""
    for level, rule in zip(LEVELS, policy.rules(), strict=True):
        yield from _rule_alone(level.lower(), rule, policy.max_duration_s)
    yield from _ladder(policy.rules())
    for name in ("release_after_s", "update_after_s", "window_shift_s"):
        yield getattr(policy, name) < 0, f"{name} must be 0 or more"
    for name in ("min_exists_prob", "min_noncooperative_prob", "min_drone_prob"):
        yield not 0 <= getattr(policy, name) <= 1, f"{name} must lie in 0..1"
    yield not 0 <= policy.min_seen_s <= 60, "min_seen_s must lie in 0..60"
    yield not 0 < policy.release_ratio < 1, "release_ratio must lie above 0 and below 1"
    yield not 60 <= policy.max_duration_s <= 86_400, "max_duration_s must lie in 60..86400"


def _rule_alone(level: str, rule: LevelRule, longest_s: float) -> Iterator[Check]:
    """Check what one level asks for."""
    if not 0 < rule.min_prob <= 1:
        yield True, f"{level}.min_prob = {rule.min_prob:g}: it must be above 0, at most 1"
    if not rule.within_s > 0:
        yield True, f"{level}.within_s = {rule.within_s:g}: it must be above 0"
    if not 0 <= rule.after_s <= 120:
        yield True, f"{level}.after_s = {rule.after_s:g}: it must lie in 0..120"
    if not 0 < rule.valid_s <= longest_s:
        bounds = f"above 0, at most max_duration_s = {longest_s:g}"
        yield True, f"{level}.valid_s = {rule.valid_s:g}: it must be {bounds}"


def _ladder(rules: tuple[LevelRule, ...]) -> Iterator[Check]:
    """Check that each level asks for no less than the one below it."""
    for (low, below), (high, above) in pairwise(zip(map(str.lower, LEVELS), rules, strict=True)):
        if above.min_prob < below.min_prob:
            keys = f"{high}.min_prob = {above.min_prob:g}, {low}.min_prob = {below.min_prob:g}"
            yield True, f"{keys}: a higher level must not ask for a lower probability"
        if above.within_s > below.within_s:
            keys = f"{high}.within_s = {above.within_s:g}, {low}.within_s = {below.within_s:g}"
            yield True, f"{keys}: a higher level must look less far"


def _people(policy: Policy) -> tuple[Check, ...]:
    """Check who decides, and what is asked before it is said to be over."""
    given = policy.standing_authority
    names = policy.approvers
    blank = any(not name.strip() or name != name.strip() for name in names)
    return (
        (blank, "approvers: a name must not be blank or begin or end with a space"),
        (len(set(names)) < len(names), "approvers: a name is given twice"),
        (policy.two_person and len(names) == 1, "two_person needs two approvers"),
        (
            given is not None and bool(given.levels) and given.given_by not in names,
            "standing_authority.given_by is none of the approvers",
        ),
        (policy.all_clear_after_s < 60, "all_clear_after_s must be 60 or more"),
        (not 0 <= policy.all_clear_max_prob <= 0.1, "all_clear_max_prob must lie in 0..0.1"),
        (policy.all_clear_max_people < 0, "all_clear_max_people must be 0 or more"),
        (not 0.5 <= policy.continued_prob <= 1, "continued_prob must lie in 0.5..1"),
        (not 3600 <= policy.lost_forget_s <= 172_800, "lost_forget_s must lie in 3600..172800"),
        (not 60 <= policy.call_gap_s <= 600, "call_gap_s must lie in 60..600"),
        (not 300 <= policy.quiet_after_s <= 86_400, "quiet_after_s must lie in 300..86400"),
    )


def _messages(policy: Policy) -> Iterator[Check]:
    """Check languages, sender and outline."""
    yield not policy.languages, "languages must name at least one"
    for language in policy.languages:
        yield from _language(language, policy)
    if policy.officer_language not in LANGUAGES:
        yield True, f"officer_language = {policy.officer_language!r}: {TEXTS_EXIST}"
    yield not policy.sender or bool(set(policy.sender) & set(" ,<&")), SENDER
    yield not 4 <= policy.max_vertices <= 100, "max_vertices must lie in 4..100"


def _language(language: str, policy: Policy) -> Iterator[Check]:
    """Check one language of the messages."""
    short = short_of(language)
    if short not in LANGUAGES:
        yield True, f"languages holds {language!r}: {TEXTS_EXIST}"
    if sum(short_of(other) == short for other in policy.languages) > 1:
        yield True, f"languages: {short!r} is given twice"
    if short not in policy.source_name:
        yield True, f"source_name lacks {short!r}, which languages holds"


def short_of(language: str) -> str:
    """Return `ro` of `ro-RO`."""
    return language.split("-", maxsplit=1)[0]


def _changed(policy: Policy, change: ZonePolicy) -> Policy:
    """Return a policy with what a zone or county has otherwise."""
    given: dict[str, Any] = {
        name: value
        for name in change.__struct_fields__
        if (value := getattr(change, name)) is not None
    }
    for name, value in given.items():
        if isinstance(value, LevelChange):
            given[name] = _rule(getattr(policy, name), value)
    return msgspec.structs.replace(policy, **given, zone={})


def _rule(rule: LevelRule, change: LevelChange) -> LevelRule:
    given = {name: getattr(change, name) for name in change.__struct_fields__}
    return msgspec.structs.replace(rule, **{k: v for k, v in given.items() if v is not None})


def vertices_of(zones: Iterable[Zone], policy: Policy) -> dict[str, int]:
    """Return the most corners that each zone's warned outline may have, by zone id."""
    return {zone.id: policy.of_zone(zone).max_vertices for zone in zones}
