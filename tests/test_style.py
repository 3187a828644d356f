"""The style rules that no linter holds: units in names, short files, few and short functions."""

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "tocsin"
ROOMS = ("model", "geo", "track", "assess", "plan", "warn", "detect", "sim")
UNITS = tuple(
    f"_{unit}"
    for unit in (
        *("m", "km", "m2", "m2ps2", "m2ps3", "per_m2", "per_km2", "mps", "mps2", "ft", "nm", "fl"),
        *("deg", "degps", "rad", "rad2", "radps", "s", "ms", "ns", "per_s", "hz", "kt", "px", "pa"),
        *("db", "dbm", "frac", "prob", "ratio", "share", "sigma", "per_look", "looks", "nats"),
        *("per_h", "person_min"),
    )
)


def bare_floats(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield every argument or field annotated float (or float | None) whose name has no unit."""
    for node in ast.walk(tree):
        match node:
            case ast.arg(arg=name, annotation=annotation) if annotation is not None:
                pass
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation):
                pass
            case _:
                continue
        if ast.unparse(annotation) in {"float", "float | None"} and not name.endswith(UNITS):
            yield node.lineno, name


def python_files() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def test_a_planted_bare_float_is_caught() -> None:
    """The rule itself must be able to fail."""
    assert list(bare_floats(ast.parse("def f(speed: float): ..."))) == [(1, "speed")]
    assert not list(bare_floats(ast.parse("def f(speed_mps: float): ...")))


@pytest.mark.parametrize("room", ROOMS)
def test_every_bare_number_names_its_unit(room: str) -> None:
    """A float without a unit in its name is how feet become metres."""
    found = [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path in sorted((SOURCE / room).rglob("*.py"))
        for line, name in bare_floats(ast.parse(path.read_text()))
    ]
    assert not found, found


def test_no_file_is_longer_than_500_lines() -> None:
    """A long file is two subjects in one."""
    long = {
        str(p.relative_to(ROOT)): n
        for p in python_files()
        if (n := len(p.read_text().splitlines())) > 500
    }
    assert not long


def test_functions_stay_short() -> None:
    """The median function has under 10 lines of code."""
    lengths = [
        (node.end_lineno or node.lineno) - node.body[0].lineno + 1
        for path in python_files()
        if path.name != "_kernels.py"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert statistics.median(lengths) < 10


def test_no_file_has_a_name_that_says_nothing() -> None:
    """Catch-all names hide where things are."""
    empty = {"utils", "helpers", "manager", "managers", "base", "common", "misc"}
    assert not [p for p in python_files() if p.stem in empty]
