"""The policy that people set: when to draft what, who may approve it, in which languages."""

import msgspec

from tocsin.model.alert import Level

LEVELS: tuple[Level, ...] = ("PREPARE", "WARN", "LAST_CALL")
"""From the lowest to the highest."""


LANGUAGES = ("ro", "en")
"""Languages in which reviewed templates exist (see `warn.texts`)."""


class LevelRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a level is reached: probability that a place of the zone is passed within a time."""

    within_s: float
    min_prob: float
    valid_s: float = 1800.0
    """How long a draft of this level holds before it lapses (a lapse is not an all-clear)."""


class StandingAuthority(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Leave, given beforehand by a named person, to publish some levels without asking."""

    given_by: str
    given_on: str
    """Date as YYYY-MM-DD."""
    levels: tuple[Level, ...]


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The `[warn]` section of a site file.

    Raises ValueError (at decoding: a validation error that names the key) where it contradicts
    itself. The thresholds belong to the model version of `assess`; the defaults are those
    measured for it: about one in five PREPARE, one in three WARN, one in two LAST CALL.
    """

    prepare: LevelRule = LevelRule(within_s=1200.0, min_prob=0.2)
    warn: LevelRule = LevelRule(within_s=600.0, min_prob=0.35)
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
    max_duration_s: float = 5400.0
    """No draft is valid for longer than this."""
    update_after_s: float = 300.0
    """A standing draft of the same level is not updated more often than this."""
    window_shift_s: float = 180.0
    """The arrival window must move by this much to be worth an update."""
    officer_language: str = "en"
    """Language of the reasons that the duty officer reads."""
    languages: tuple[str, ...] = ("ro-RO", "en-GB")
    sender: str = "draft@tocsin.invalid"
    """CAP sender id: no spaces, commas, `<` or `&`."""
    source_name: dict[str, str] = msgspec.field(
        default_factory=lambda: {
            "ro": "Inspectoratul pentru Situații de Urgență",
            "en": "Inspectorate for Emergency Situations",
        }
    )
    """Who speaks, by language; the first of the five contents of a message."""
    approvers: tuple[str, ...] = ()
    """Names of those who may approve a draft; empty: nothing can be approved."""
    standing_authority: StandingAuthority | None = None

    def __post_init__(self) -> None:
        """Refuse a policy that contradicts itself."""
        rules = self.rules()
        probs = [rule.min_prob for rule in rules]
        horizons_s = [rule.within_s for rule in rules]
        short = {language.split("-", maxsplit=1)[0] for language in self.languages}
        for wrong, why in (
            (not all(0 < prob <= 1 for prob in probs), "min_prob must lie in 0..1"),
            (probs != sorted(probs), "a higher level must not ask for a lower probability"),
            (horizons_s != sorted(horizons_s, reverse=True), "a higher level must look less far"),
            (min(horizons_s) <= 0, "within_s must be positive"),
            (not 0 < self.release_ratio < 1, "release_ratio must lie in 0..1"),
            (
                not all(0 < rule.valid_s <= self.max_duration_s for rule in rules),
                "valid_s must lie in 0..max_duration_s",
            ),
            (not 60 <= self.max_duration_s <= 86_400, "max_duration_s must lie in 60..86400"),
            (min(self.release_after_s, self.update_after_s, self.window_shift_s) < 0, "times < 0"),
            (not 0 <= self.min_exists_prob <= 1, "min_exists_prob must lie in 0..1"),
            (not 0 <= self.min_noncooperative_prob <= 1, "min_noncooperative_prob: 0..1"),
            (not 0 <= self.min_drone_prob <= 1, "min_drone_prob must lie in 0..1"),
            (not self.languages, "languages must name at least one"),
            (not short | {self.officer_language} <= set(LANGUAGES), f"texts exist in {LANGUAGES}"),
            (not short <= set(self.source_name), "source_name lacks one of the languages"),
            (not self.sender or set(self.sender) & set(" ,<&"), "sender: no space, comma, <, &"),
        ):
            if wrong:
                raise ValueError(why)

    def rules(self) -> tuple[LevelRule, LevelRule, LevelRule]:
        """Return the rules in the order of `LEVELS`."""
        return (self.prepare, self.warn, self.last_call)
