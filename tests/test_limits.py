"""What Tocsin never does: no weapons, no interception, no tasking, no label of hostility.

The test reads every name and every text of the source. A word of the list may stand only in a
sentence that says what is not done, or where a standard has it as a name (listed here).
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "tocsin"
WORDS = frozenset(
    """
    adversary attack attacker destroy effector effectors enemy engage engagement fire firing
    hostile intent interception intercept interceptor jam jammer jamming kill lethal missile
    munition neutralise neutralize shoot strike weapon weapons
    """.split()  # noqa: SIM905
)
REFUSING = re.compile(r"\b(no|none|not|never|nothing|nobody|unknown|refused?)\b", re.IGNORECASE)
"""A sentence with one of these says what is not done."""
ALLOWED: dict[str, frozenset[str]] = {
    # A radar's own report of interference (CAT034 I034/050: "jamming strobe").
    "detect/facts.py": frozenset({"jamming"}),
    "detect/status.py": frozenset({"jamming"}),
    # A category of alert (CAP 1.2 section 3.2.2: "Fire", fire suppression and rescue).
    "wire/cap/elements.py": frozenset({"fire"}),
}


def pieces(text: str) -> set[str]:
    """Split names and sentences into lower-case words: `fireAt_once` is fire, at, once."""
    return {piece.lower() for piece in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", text)}


def said(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield every identifier, and every sentence of every text that refuses nothing."""
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        for field in ("id", "attr", "name", "arg", "module", "asname"):
            if isinstance(found := getattr(node, field, None), str):
                yield line, found
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            sentences = re.split(r"[.;:]\s|\n\s*\n", node.value)
            yield from ((line, text) for text in sentences if not REFUSING.search(text))


def refused(tree: ast.AST, allowed: frozenset[str] = frozenset()) -> list[tuple[int, str]]:
    """Return the lines that say a word of the list that is not allowed there."""
    wrong = WORDS - allowed
    return [(line, word) for line, text in said(tree) for word in sorted(pieces(text) & wrong)]


@pytest.mark.parametrize(
    "planted",
    [
        "def task_effector(): ...",
        "hostile = True",
        "label = 'Hostile'",
        "track.fire_at(1)",
        "def never_hostile(): ...",
        "'Never label. Call it hostile.'",
    ],
)
def test_a_planted_word_is_caught(planted: str) -> None:
    """The test itself must be able to fail."""
    assert refused(ast.parse(planted))


def test_nothing_offers_interception_or_calls_anything_hostile() -> None:
    """Civil protection only: a name for it in the source is the first step to doing it."""
    found = [
        f"{name}:{line} {word}"
        for path in sorted(SOURCE.rglob("*.py"))
        for name in [path.relative_to(SOURCE).as_posix()]
        for line, word in refused(ast.parse(path.read_text()), ALLOWED.get(name, frozenset()))
    ]
    assert not found, found


def test_the_public_words_accuse_nobody() -> None:
    """Message templates name the hazard, never a side, a target or a purpose."""
    templates = "\n".join(p.read_text() for p in sorted((SOURCE / "warn").glob("*.py")))
    accusing = re.compile(
        r"ostil|inamic|atac|rus[ei]|ucrain|țint[ăeit]+ (a|este)|terror", re.IGNORECASE
    )
    assert not accusing.findall(templates)
