"""Which edition of a category a source speaks: nothing on the wire says it, so the site does."""

from collections.abc import Iterable, Mapping
from typing import TypeAlias

import msgspec

from tocsin.model.errors import BadSettings
from tocsin.wire.asterix.tables import CATEGORIES, edition_table, editions

SourceKey: TypeAlias = tuple[int, int, int]
"""Category, SAC, SIC. The category belongs to it: an ADS-B station and a multilateration system of
one airport were met under the same SAC and SIC."""


class Editions(msgspec.Struct, frozen=True):
    """The edition of each category, and of single sources that differ from it."""

    by_category: dict[int, str]
    by_source: dict[SourceKey, str]

    def of(self, category: int, sac: int, sic: int) -> str:
        """Return the edition that a source speaks."""
        return self.by_source.get((category, sac, sic), self.by_category[category])

    def sources_of(self, category: int) -> dict[tuple[int, int], str]:
        """Return the sources of a category that differ from its usual edition."""
        return {
            (sac, sic): edition
            for (known, sac, sic), edition in self.by_source.items()
            if known == category
        }


def choose_editions(
    by_category: Mapping[int, str] | None = None, by_source: Mapping[SourceKey, str] | None = None
) -> Editions:
    """Return the editions to decode with: the newest known unless stated otherwise.

    Args:
        by_category: edition of a whole category, `{21: "0.23"}`.
        by_source: edition of one source, `{(21, 0, 107): "0.23"}`.

    Raises:
        BadSettings: a category or an edition is not known, or SAC or SIC is not 0 to 255.
    """
    stated = dict(by_category or {})
    sources = dict(by_source or {})
    _check_known([*stated.items(), *((key[0], edition) for key, edition in sources.items())])
    for category, sac, sic in sources:
        if not (0 <= sac <= 255 and 0 <= sic <= 255):
            raise BadSettings(
                f"SAC {sac} SIC {sic} is not possible",
                where=f"edition of category {category:03d}",
                remedy="Give numbers from 0 to 255.",
            )
    usual = {category: editions(category)[-1] for category in CATEGORIES}
    return Editions(by_category=usual | stated, by_source=sources)


def _check_known(pairs: Iterable[tuple[int, str]]) -> None:
    for category, edition in pairs:
        edition_table(category, edition)
