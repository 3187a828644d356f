"""Write the table of all settings into docs/sites.md, from the words in the code.

    python tools/make_settings_doc.py

Run it after a setting was added, removed or explained anew; tests/test_config.py asks for it.
"""

import ast
import inspect as python
import textwrap
from functools import cache
from pathlib import Path

import msgspec
from msgspec import inspect

from tocsin.config import SiteFile
from tocsin.model.toml import Setting, setting_keys

PAGE = Path(__file__).parents[1] / "docs" / "sites.md"
BEGIN, END = "<!-- settings: made by tools/make_settings_doc.py -->", "<!-- end of settings -->"
PLAIN = {
    inspect.FloatType: "number",
    inspect.IntType: "whole number",
    inspect.StrType: "text",
    inspect.BoolType: "true or false",
}


def main() -> None:
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{table()}{END}{after}", encoding="utf-8")
    print(f"{PAGE.name}: {len(rows())} settings")


def table() -> str:
    head = "| setting | takes | default | meaning |\n|---|---|---|---|\n"
    return head + "".join(f"| {' | '.join(row)} |\n" for row in rows())


def rows() -> list[tuple[str, str, str, str]]:
    keys = setting_keys(SiteFile)
    return [
        (f"`{key}`", takes(setting.field.type), default(setting), meaning(setting))
        for key, setting in keys.items()
        if not any(other.startswith((f"{key}.", f"{key}[].")) for other in keys)
    ]


def takes(info: inspect.Type) -> str:
    match info:
        case inspect.Metadata(type=inner):
            return takes(inner)
        case inspect.UnionType(types=types):
            kinds = dict.fromkeys(takes(t) for t in types if not isinstance(t, inspect.NoneType))
            return " or ".join(kinds) if len(kinds) < 4 else "any value"
        case inspect.LiteralType(values=values):
            return ", ".join(f"`{value}`" for value in values)
        case inspect.VarTupleType(item_type=item):
            return f"list of {takes(item)}"
        case inspect.DictType(value_type=value):
            return f"table of {takes(value)}"
    return PLAIN.get(type(info), "a value") + limits(info)


def limits(info: inspect.Type) -> str:
    """Write the bounds of a number, `0 to 1` or `above 0`."""
    low, high, above = (getattr(info, name, None) for name in ("ge", "le", "gt"))
    if low is not None and high is not None:
        return f", {low:g} to {high:g}"
    if above is not None:
        return f", above {above:g}" + (f", up to {high:g}" if high is not None else "")
    return f", {low:g} or more" if low is not None else ""


def default(setting: Setting) -> str:
    field = setting.field
    if field.required:
        return "**needed**"
    value = field.default
    if value is msgspec.NODEFAULT:
        value = field.default_factory()
    if value is None or value in ("", (), {}):
        return "none"
    return f"`{str(value).lower() if isinstance(value, bool) else shown(value)}`"


def shown(value: object) -> str:
    return msgspec.json.encode(value).decode() if isinstance(value, tuple | dict) else str(value)


def meaning(setting: Setting) -> str:
    words = notes(setting.owner).get(setting.field.name) or first_line(setting.owner)
    return " ".join(words.split()).replace("|", "\\|")


def first_line(owner: type) -> str:
    return (owner.__doc__ or "").partition("\n")[0]


@cache
def notes(owner: type) -> dict[str, str]:
    """Return the docstrings that stand under a Struct's fields."""
    (body,) = ast.parse(textwrap.dedent(python.getsource(owner))).body
    assert isinstance(body, ast.ClassDef)
    found = {}
    for field, note in zip(body.body, body.body[1:], strict=False):
        match field, note:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=text)):
                found[name] = str(text)
    return found


if __name__ == "__main__":
    main()
