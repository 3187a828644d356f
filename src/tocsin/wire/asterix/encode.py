"""Fields to ASTERIX bytes through libasterix, with the range check that it does not make.

A record is a mapping from item number to what libasterix's `create` takes:

- a fixed item of one value: the value: `"161": 1234`, `"140": (28800.5, "s")`;
- a group: a tuple in order, spare bits included as 0, names optional:
  `"040": (("RHO", (10.0, "NM")), ("THETA", (45.0, "°")))`;
- an extended item: a list with one tuple (or integer) per octet group: `"020": [(5, 0, 0, 0, 0)]`;
- a repeated item: a list; a compound item: a mapping; RE and SP: bytes.

An `int` is the raw number on the wire, a `float` (alone or with its unit) the physical value.
libasterix drops the high bits of a value that does not fit; here it is an error.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from tocsin.model.errors import BadInput
from tocsin.wire.asterix.specs import LibSpec, Value, find_spec, record_spec, variation_kind

MAX_BLOCK_BYTES = 65_535


def encode_block(category: int, edition: str, records: Sequence[Mapping[str, Any]]) -> bytes:
    """Return one ASTERIX data block holding the records, in order.

    For CAT001 the record layout (plot or track) follows bit TYP of each record's item 020.

    Raises:
        BadInput: a record has an unknown item, a value out of range or a wrong shape, or the
            block would be longer than 65,535 bytes.
        BadSettings: no such category or edition.
    """
    find_spec(category, edition)
    body = b"".join(encode_record(category, edition, record) for record in records)
    if len(body) + 3 > MAX_BLOCK_BYTES:
        raise BadInput(
            f"a block of {len(body) + 3} bytes does not fit its 16-bit length",
            where=f"CAT{category:03d} block",
            remedy="Put fewer records into one block.",
        )
    return bytes([category]) + (len(body) + 3).to_bytes(2, "big") + body


def encode_record(category: int, edition: str, record: Mapping[str, Any]) -> bytes:
    """Return one record without the block header; see `encode_block` for what it takes."""
    spec = find_spec(category, edition)
    try:
        layout = _layout(spec, record)
        checked = {
            item: _fit(_item_spec(layout, item), value, f"I{category:03d}/{item}")
            for item, value in record.items()
            if value is not None
        }
        encoded: bytes = layout.create(checked).unparse().to_bytes()
    except (ValueError, AssertionError, TypeError, KeyError) as error:
        raise BadInput(
            str(error) or f"the shape of a value does not match its item: {dict(record)!r:.200}",
            where=f"CAT{category:03d} edition {edition} record",
            remedy="Give each item as its specification lays it out.",
        ) from error
    return encoded


def _layout(spec: LibSpec, record: Mapping[str, Any]) -> LibSpec:
    """Return the record class; CAT001 has one for plots and one for tracks."""
    if not hasattr(spec.cv_uap, "cv_uaps"):
        return record_spec(spec)
    (item, _), names = spec.cv_uap.cv_selector
    if record.get(item) is None:
        raise ValueError(f"item {item} is needed: it tells the layout")
    descriptor = _item_spec(record_spec(spec, names[0]), item)
    fitted = descriptor.create(_fit(descriptor, record[item], item)).unparse().to_bytes()
    return record_spec(spec, names[fitted[0] >> 7])


def _item_spec(layout: LibSpec, item: str) -> LibSpec:
    if item not in layout.cv_items_dict:
        raise ValueError(f"no item {item}")
    return layout.cv_items_dict[item]


def _fit(spec: LibSpec, value: Value, where: str) -> Value:
    """Return `value` ready for libasterix, every number checked against its width."""
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], str):
        if value[0] != spec.cv_name:
            raise ValueError(f"{where}: expected {spec.cv_name}, found {value[0]}")
        value = value[1]
    return _fit_variation(_variation(spec), value, where)


@cache
def _variation(spec: LibSpec) -> LibSpec:
    rule = spec.cv_rule
    return rule.cv_variation if hasattr(rule, "cv_variation") else rule.cv_default_variation


def _fit_variation(variation: LibSpec, value: Value, where: str) -> Value:
    return _FITTERS[variation_kind(variation)](variation, _plain(value), where)


def _plain(value: Value) -> Value:
    """Return a NumPy scalar as the Python number that libasterix asks for."""
    return value.item() if isinstance(value, np.generic) else value


def _fit_element(variation: LibSpec, value: Value, where: str) -> Value:
    rule = variation.cv_rule
    if hasattr(rule, "cv_cases"):
        case, value = value if isinstance(value, tuple) else (None, value)
        content = rule._find_content(case)  # noqa: SLF001 - libasterix offers no public way
        return case, _fit_content(content, variation.cv_bit_size, value, where)
    return _fit_content(rule.cv_content, variation.cv_bit_size, value, where)


def _fit_content(content: LibSpec, bits: int, value: Value, where: str) -> Value:
    if isinstance(value, tuple):
        value = (_plain(value[0]), *value[1:])
        if value[1] != content.cv_unit:
            raise ValueError(f"{where}: unit {value[1]}, expected {content.cv_unit}")
    physical = value[0] if isinstance(value, tuple) else value
    if isinstance(physical, str):
        return physical
    scaled = isinstance(value, tuple) or isinstance(physical, float)
    if scaled and not hasattr(content, "cv_lsb"):
        raise ValueError(f"{where}: {physical!r} is not a whole number")
    number = round(physical / content.cv_lsb) if scaled else int(physical)
    lowest, highest = _limits(content, bits, raw=not scaled)
    if not lowest <= number <= highest:
        raise ValueError(f"{where}: {physical!r} does not fit in {bits} bits")
    return number


@cache
def _limits(content: LibSpec, bits: int, *, raw: bool) -> tuple[int, int]:
    """Return the least and greatest number on the wire; raw ones may be given either way."""
    signed = getattr(content, "cv_signedness", None)
    if signed is None or signed.__name__ == "Unsigned":
        return 0, (1 << bits) - 1
    half = 1 << (bits - 1)
    return -half, (2 * half if raw else half) - 1


def _fit_members(members: Sequence[LibSpec], values: Value, where: str) -> Value:
    """Return the tuple of a group or of one octet group, spare bits included."""
    if isinstance(values, int):
        return values
    wanted = [member[0] for member in members if member is not None]
    given = [value for value in values if value is not None]
    if len(wanted) != len(given):
        raise ValueError(f"{where}: {len(given)} values, expected {len(wanted)}")
    fitted = iter([_fit_member(spec, v, where) for spec, v in zip(wanted, given, strict=True)])
    return tuple(None if member is None else next(fitted) for member in members)


def _fit_member(spec: LibSpec, value: Value, where: str) -> Value:
    if hasattr(spec, "cv_non_spare"):
        return _fit(spec.cv_non_spare, value, f"{where}/{spec.cv_non_spare.cv_name}")
    return int(value)


def _fit_group(variation: LibSpec, value: Value, where: str) -> Value:
    if isinstance(value, int) and not 0 <= value < 1 << variation.cv_bit_size:
        raise ValueError(f"{where}: {value} does not fit in {variation.cv_bit_size} bits")
    return _fit_members(variation.cv_items_list, value, where)


def _fit_extended(variation: LibSpec, value: Value, where: str) -> Value:
    if len(value) > len(variation.cv_items_list):
        raise ValueError(f"{where}: {len(value)} parts, at most {len(variation.cv_items_list)}")
    pairs = zip(variation.cv_items_list, value, strict=False)
    return tuple(_fit_members(members, _plain(part), where) for members, part in pairs)


def _fit_repetitive(variation: LibSpec, value: Value, where: str) -> Value:
    return [_fit_variation(variation.cv_variation, part, where) for part in value]


def _fit_compound(variation: LibSpec, value: Value, where: str) -> Value:
    return {
        name: _fit(_item_spec(variation, name), part, f"{where}/{name}")
        for name, part in value.items()
        if part is not None
    }


def _fit_explicit(variation: LibSpec, value: Value, where: str) -> Value:  # noqa: ARG001 - same shape
    if len(value) > 254:
        raise ValueError(f"{where}: {len(value)} bytes, at most 254")
    return bytes(value)


_FITTERS = {
    "Element": _fit_element,
    "Group": _fit_group,
    "Extended": _fit_extended,
    "Repetitive": _fit_repetitive,
    "Compound": _fit_compound,
    "Explicit": _fit_explicit,
}
