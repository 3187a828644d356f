"""Turn TOML text into a settings Struct; what is wrong is said with its key and remedy."""

import difflib
import math
import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, TypeVar

import msgspec
from msgspec import inspect

from tocsin.model.errors import BadSettings

T = TypeVar("T")

_AT = re.compile(r"^(?P<what>.*?)(?: - at (?:`key` in )?`\$?(?P<path>[^`]*)`)?$", re.DOTALL)
_UNKNOWN = re.compile(r"unknown field `(.*)`")
_MISSING = re.compile(r"missing required field `(.*)`")
_STEP = re.compile(r"\.(\w+)|\[(\d+|\.\.\.)\]")
_READ_ON = "The documentation (docs/) explains every setting."
_GUIDES = {"warn": "Read docs/warning.md; docs/sites.md lists every setting."}
"""Where a section of the site file is explained at length."""

Step = str | int
"""A key of a table, the number of an array's entry, or `...` for any key of a free table."""


class Setting(NamedTuple):
    """One key of a file: the Struct that it belongs to, and its field there."""

    owner: type
    field: inspect.Field


def decode_toml(text: str, kind: type[T], *, where: str) -> T:
    """Decode TOML into a Struct that forbids unknown fields.

    Args:
        text: The file's text.
        kind: Type of the whole file.
        where: The file, named in errors.

    Raises:
        BadSettings: Not TOML, an unknown or missing key, a wrong type, a value out of range, NaN
            or infinity.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadSettings(
            f"not TOML: {error}", where=where, remedy="Mend that line (https://toml.io)."
        ) from None
    for path, value in leaves(raw):
        if isinstance(value, float) and not math.isfinite(value):
            raise BadSettings(
                f"{value} is no setting", where=_place(where, raw, path), remedy="Give a number."
            )
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        raise _explained(str(error), raw, kind, where) from None


def leaves(raw: object, path: tuple[Step, ...] = ()) -> Iterator[tuple[tuple[Step, ...], object]]:
    """Yield every value that is no table or array, with the way to it."""
    if isinstance(raw, Mapping):
        pairs: Iterator[tuple[Step, object]] = iter(raw.items())
    elif isinstance(raw, list):
        pairs = iter(enumerate(raw))
    else:
        yield path, raw
        return
    for step, value in pairs:
        yield from leaves(value, (*path, step))


def setting_keys(kind: type[msgspec.Struct]) -> dict[str, Setting]:
    """Return every key that a file may hold, as `sensor[].noise.range_sigma_m`."""
    return dict(_keys(inspect.type_info(kind), ""))


def _keys(info: inspect.Type, prefix: str) -> Iterator[tuple[str, Setting]]:
    match info:
        case inspect.Metadata(type=inner):
            yield from _keys(inner, prefix)
        case inspect.UnionType(types=inners):
            for inner in inners:
                yield from _keys(inner, prefix)
        case inspect.VarTupleType(item_type=inner) | inspect.DictType(value_type=inner):
            yield from _keys(inner, f"{prefix}[]")
        case inspect.StructType(cls=owner, fields=fields):
            for field in fields:
                key = f"{prefix}.{field.encode_name}".lstrip(".")
                yield key, Setting(owner, field)
                yield from _keys(field.type, key)


def _explained(message: str, raw: object, kind: Any, where: str) -> BadSettings:  # noqa: ANN401
    """Say of a validation error what, where and what to do."""
    found = _AT.match(message)
    what, at = (found["what"], found["path"] or "") if found else (message, "")
    path: tuple[Step, ...] = tuple(
        int(number) if number.isdigit() else (name or number) for name, number in _STEP.findall(at)
    )
    keys = setting_keys(kind)
    if unknown := _UNKNOWN.search(what):
        nearest = _nearest(unknown[1], _children(keys, path))
        return BadSettings("unknown key", where=_place(where, raw, (*path, unknown[1])),
                           remedy=nearest)  # fmt: skip
    if missing := _MISSING.search(what):
        return BadSettings("missing", where=_place(where, raw, (*path, missing[1])),
                           remedy=f"Add it. {_read_on(path)}")  # fmt: skip
    value = _value(raw, path)
    told = "got" in what or "enum" in what or isinstance(value, dict | list)
    given = "" if told else f", got {value!r}"
    return BadSettings(
        f"{what[0].lower()}{what[1:]}{given}".replace("`", ""),
        where=_place(where, raw, path),
        remedy=_remedy(keys.get(_dotted(path).removesuffix("[]")), value, path),
    )


def _read_on(path: tuple[Step, ...]) -> str:
    return _GUIDES.get(str(path[0]), _READ_ON) if path else _READ_ON


def _remedy(setting: Setting | None, value: object, path: tuple[Step, ...]) -> str:
    """Name what would be right where the type lists it."""
    match setting and setting.field.type:
        case (
            inspect.LiteralType(values=values)
            | inspect.VarTupleType(item_type=inspect.LiteralType(values=values))
        ):
            return _nearest(str(value), [str(known) for known in values])
    return _read_on(path)


def _nearest(word: str, known: list[str]) -> str:
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f"Did you mean `{close[0]}`?" if close else f"Known here: {', '.join(known)}."


def _children(keys: Mapping[str, object], path: tuple[Step, ...]) -> list[str]:
    """Return the keys that the table at a path may hold."""
    prefix = f"{_dotted(path)}." if path else ""
    below = (key.removeprefix(prefix) for key in keys if key.startswith(prefix))
    return [key for key in below if not re.search(r"[.\[]", key)]


def _dotted(path: tuple[Step, ...]) -> str:
    parts = ("[]" if isinstance(step, int) or step == "..." else f".{step}" for step in path)
    return "".join(parts).lstrip(".")


def _place(where: str, raw: object, path: tuple[Step, ...]) -> str:
    """Write file and key for a person; an entry of an array by its id where it has one."""
    written = ""
    for depth, step in enumerate(path):
        if isinstance(step, int):
            entry = _value(raw, path[: depth + 1])
            name = entry.get("id") if isinstance(entry, dict) else None
            written += f'["{name}"]' if isinstance(name, str) else f"[{step}]"
        else:
            written += "[...]" if step == "..." else f".{step}"
    return f"{where}: {written.lstrip('.')}" if written else where


def _value(raw: object, path: tuple[Step, ...]) -> object:
    """Walk to a value; None where the way leaves the document."""
    for step in path:
        if isinstance(raw, dict):
            raw = raw.get(step)
        elif isinstance(raw, list) and isinstance(step, int) and step < len(raw):
            raw = raw[step]
        else:
            return None
    return raw
