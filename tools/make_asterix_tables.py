"""Write src/tocsin/wire/asterix/tables/catNNN.json from libasterix's definitions.

    .venv/bin/python tools/make_asterix_tables.py

One file per category, each with every edition that libasterix has. Layouts that editions share are
stored once. Run it again when libasterix learns an edition; the diff of the files is the review.
"""

import json
from importlib.metadata import version
from pathlib import Path

from asterix import base, generated

CATEGORIES = (1, 2, 10, 19, 20, 21, 34, 48, 62, 63, 65)
OPEN_ENDED = {(19, "553")}
"""Extended items whose further octets are stepped over although no edition defines them: a real
MLAT system sends the status of eight reference transponders in I019/553; edition 1.3 ends at four.
"""
TABLES = Path(__file__).parents[1] / "src" / "tocsin" / "wire" / "asterix" / "tables"
CONTENT = {
    base.ContentRaw: "raw",
    base.ContentTable: "table",
    base.ContentString: "string",
    base.ContentInteger: "integer",
    base.ContentQuantity: "quantity",
    base.ContentBds: "bds",
}
STRINGS = {base.StringAscii: "ascii", base.StringICAO: "icao", base.StringOctal: "octal"}


def content(rule) -> dict:
    """Return what the bits of an element mean; empty for plain bits."""
    if hasattr(rule, "cv_cases"):
        path = rule.cv_depends_on[0]
        cases = [[values[0], content_of(case)] for values, case in rule.cv_cases]
        return {"means": "raw", "depends_on": "/".join(path), "cases": cases}
    return content_of(rule.cv_content)


def content_of(cls) -> dict:
    kind = next(name for known, name in CONTENT.items() if issubclass(cls, known))
    if kind == "string":
        return {"means": STRINGS[cls.cv_string_type]}
    made = {"means": kind}
    if kind in {"integer", "quantity"}:
        made["signed"] = cls.cv_signedness is base.Signed
    if kind == "quantity":
        made |= {"lsb": cls.cv_lsb, "unit": cls.cv_unit}
    return made


def member(spec, bits: int) -> dict:
    """Return one member of a group: a run of spare bits or a named layout."""
    if not hasattr(spec, "cv_non_spare"):
        return {"bits": bits}
    return {"bits": bits, "name": spec.cv_non_spare.cv_name} | layout(spec.cv_non_spare)


def layout(non_spare) -> dict:
    rule = non_spare.cv_rule
    return variation(getattr(rule, "cv_variation", None) or rule.cv_default_variation)


def variation(cls) -> dict:
    if issubclass(cls, base.Element):
        return {"kind": "element", "bits": cls.cv_bit_size} | content(cls.cv_rule)
    if issubclass(cls, base.Group):
        members = [member(spec, bits) for spec, bits in cls.cv_items_list]
        return {"kind": "group", "bits": cls.cv_bit_size, "members": members}
    if issubclass(cls, base.Extended):
        parts = [
            {"members": [member(*m) for m in part if m], "fx": part[-1] is None}
            for part in cls.cv_items_list
        ]
        assert all(None not in part[:-1] for part in cls.cv_items_list)
        return {"kind": "extended", "parts": parts}
    if issubclass(cls, base.Repetitive):
        return {
            "kind": "repetitive",
            "count_bytes": cls.cv_rep_bytes or 0,
            "element": variation(cls.cv_variation),
        }
    if issubclass(cls, base.Explicit):
        return {"kind": "explicit"}
    assert issubclass(cls, base.Compound)
    children = [None if s is None else named(s) for s in cls.cv_items_list]
    return {"kind": "compound", "fspec_max": cls.cv_fspec_max_bytes, "children": children}


def named(non_spare) -> dict:
    return {"name": non_spare.cv_name} | layout(non_spare)


class Category:
    """The editions of one category, with the layouts they share kept once."""

    def __init__(self, category: int) -> None:
        self.category = category
        self.items: list[dict] = []
        self.seen: dict[str, int] = {}

    def number(self, item: dict) -> int:
        """Return the place of an item in the list, adding it when it is new."""
        key = json.dumps(item, sort_keys=True)
        if key not in self.seen:
            self.seen[key] = len(self.items)
            self.items.append(item)
        return self.seen[key]

    def frn(self, slot) -> int:
        """Return the item's number in the list; -1 is spare, -2 random field sequencing."""
        if issubclass(slot, base.UapItemSpare):
            return -1
        if issubclass(slot, base.UapItemRFS):
            return -2
        item = named(slot.cv_non_spare)
        if (self.category, item["name"]) in OPEN_ENDED:
            item["open_ended"] = True
        return self.number(item)

    def edition(self, spec) -> dict:
        """Return the record layouts of one edition."""
        uap = spec.cv_uap
        records = getattr(uap, "cv_uaps", None) or {"": uap.cv_record}
        return {
            "edition": "{}.{}".format(*spec.cv_edition),
            "uaps": [
                {
                    "name": name,
                    "fspec_max": record.cv_fspec_max_bytes,
                    "slots": [self.frn(slot) for slot in record.cv_items_list],
                }
                for name, record in records.items()
            ],
        }


def text(number: int) -> str:
    """Return the file's text: one item or edition a line, so that a diff can be read."""
    category = Category(number)
    editions = [category.edition(spec) for spec in generated.manifest["CATS"][number]]
    rows = {"editions": editions, "items": category.items}
    blocks = [
        f'"{key}": [\n' + ",\n".join(json.dumps(r, ensure_ascii=False) for r in rows[key]) + "\n]"
        for key in rows
    ]
    head = f'"category": {number},\n"source": "libasterix {version("libasterix")}",\n'
    return "{\n" + head + ",\n".join(blocks) + "\n}\n"


def main() -> None:
    TABLES.mkdir(exist_ok=True)
    for number in CATEGORIES:
        path = TABLES / f"cat{number:03d}.json"
        path.write_text(text(number), encoding="utf-8")
        print(f"{path.name}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
