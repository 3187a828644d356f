"""One settings tree from one TOML file per site, checked before anything runs.

`load_site` reads the file and the layers that it names and works out what stages need: sensors
and borders in the site plane, who sends what, and each stage's own settings. Every error names
file, key and remedy. docs/sites.md explains every setting.
"""

import difflib
import re
import unicodedata
import zlib
import zoneinfo
from collections.abc import Iterable, Sequence
from datetime import date
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Annotated, Any
from zipfile import BadZipFile

import msgspec
import numpy as np

from tocsin import assess
from tocsin.assess.analogues import Library, joined, library_of
from tocsin.assess.recalibration import MODEL
from tocsin.assess.settings import AssessSettings
from tocsin.detect.site import Site as DetectionSite
from tocsin.geo.check import check_near
from tocsin.geo.layers import countries_of, lonlat_on, places_of, zones_of
from tocsin.geo.load import load_border, read_layer
from tocsin.geo.plane import SitePlane
from tocsin.geo.sensors import sensors_on
from tocsin.model.errors import BadInput, BadSettings
from tocsin.model.place import Border, Country, Place, Zone
from tocsin.model.sensor import Sensor
from tocsin.model.site import BorderEntry, LayerEntry, SensorEntry, SiteEntry, check_entries
from tocsin.model.toml import decode_toml
from tocsin.record.facts import SiteFacts, border_facts
from tocsin.track.settings import TrackSettings
from tocsin.warn.policy import Policy, StandingAuthority, short_of
from tocsin.warn.state import policies_of
from tocsin.wire.asterix.editions import SourceKey, choose_editions
from tocsin.wire.asterix.tables import CATEGORIES, editions

NAME_MOST = 100
"""Characters of a name: a headline holds it beside the rest, twice over."""
_MARKUP = re.compile(r"[<>]|&#?\w+;")
_SHIPPED = Path(assess.__file__).parent / "library.npz"


class SiteFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A site file as it is written; each stage owns its section."""

    site: SiteEntry
    sensor: Annotated[tuple[SensorEntry, ...], msgspec.Meta(min_length=1)]
    border: tuple[BorderEntry, ...] = ()
    countries: LayerEntry | None = None
    places: LayerEntry | None = None
    zones: LayerEntry | None = None
    track: TrackSettings = TrackSettings()
    assess: AssessSettings = AssessSettings()
    warn: Policy = Policy()


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """ASTERIX data of one source: which sensor it belongs to and how it is read."""

    category: int
    sac: int
    sic: int
    edition: str
    sensor_id: str


class LibraryFile(msgspec.Struct, frozen=True, kw_only=True):
    """Which library of futures a site uses; one of its own is held whole, for the record."""

    name: str
    """Of the site's own file; empty: the shipped one alone."""
    data: bytes
    """What that file holds, or nothing."""
    model: str
    """Version of the model of futures that it was used with."""
    shipped_sha256: str
    """Of the library that came with this version: it fills in the classes that a site's lacks."""


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """A site with everything worked out that the stages need."""

    id: str
    title: str
    note: str
    """Shown with every picture, report and draft; says what is invented."""
    synthetic: bool
    """True: every draft made here is an exercise."""
    time_zone: str
    undulation_m: float
    attributions: tuple[str, ...]
    sbs_utc_offset_s: float
    plane: SitePlane
    sensors: tuple[Sensor, ...]
    feeds: tuple[Feed, ...]
    text_routes: dict[str, str]
    """Feeds without SAC and SIC to sensor id."""
    borders: tuple[Border, ...]
    countries: tuple[Country, ...]
    places: tuple[Place, ...]
    zones: tuple[Zone, ...]
    track: TrackSettings
    assess: AssessSettings
    library: LibraryFile
    warn: Policy
    toml: str
    """The file as it was read."""

    @property
    def sources(self) -> dict[SourceKey, str]:
        """Return (category, SAC, SIC) to sensor id."""
        return {(feed.category, feed.sac, feed.sic): feed.sensor_id for feed in self.feeds}

    @property
    def editions(self) -> dict[SourceKey, str]:
        """Return (category, SAC, SIC) to edition."""
        return {(feed.category, feed.sac, feed.sic): feed.edition for feed in self.feeds}


def load_site(path: Path | str) -> Site:
    """Read and check a site file and its layers.

    Raises:
        BadSettings: The file or a setting is wrong.
        BadInput: A layer that it names cannot be used.
    """
    path = Path(path)
    where = str(path)
    text = _text(path)
    file = decode_toml(text, SiteFile, where=where)
    _check(file, where)
    plane = SitePlane(file.site.lat_deg, file.site.lon_deg)

    def layer(entry: LayerEntry | None) -> Sequence[Any]:
        return read_layer(entry, folder=path.parent, plane=plane) if entry else ()

    def near(entry: LayerEntry | None) -> Sequence[Any]:
        """Hold each feature to the site: one zone astray would never be warned."""
        features = layer(entry)
        for feature in features:
            check_near([feature], plane)
        return features

    zones = zones_of(near(file.zones))
    places = places_of(near(file.places), plane=plane, zones=zones)
    _check_names(zones, places, file.warn, where)
    _check_policy(zones, file.warn, where)
    _check_horizons(zones, file.warn, file.assess, where)
    return Site(
        id=file.site.name,
        title=file.site.title,
        note=file.site.note,
        synthetic=file.site.synthetic,
        time_zone=file.site.time_zone,
        undulation_m=file.site.undulation_m,
        attributions=file.site.attributions,
        sbs_utc_offset_s=file.site.sbs_utc_offset_s,
        plane=plane,
        sensors=sensors_on(plane, file.sensor, where=where),
        feeds=_feeds(file.sensor),
        text_routes={name: entry.id for entry in file.sensor for name in entry.text_feed},
        borders=tuple(load_border(b, folder=path.parent, plane=plane) for b in file.border),
        countries=countries_of(layer(file.countries)),
        places=places,
        zones=zones,
        track=file.track,
        assess=file.assess,
        library=_library_file(file.assess.library, path.parent, f"{where}: assess.library"),
        warn=file.warn,
        toml=text,
    )


def detection_site(site: Site, *, date_ns: int | None = None) -> DetectionSite:
    """Return what `detect` needs of a site.

    Args:
        site: The site.
        date_ns: Midnight UTC of a recording that tells no date.
    """
    return DetectionSite(
        plane=site.plane,
        sensors={sensor.id: sensor for sensor in site.sensors},
        routes=site.sources,
        text_routes=site.text_routes,
        editions=choose_editions(by_source=site.editions),
        undulation_m=site.undulation_m,
        date_ns=date_ns,
        sbs_utc_offset_s=site.sbs_utc_offset_s,
    )


def library_of_site(site: Site) -> Library:
    """Return the library of futures that a site uses.

    Raises:
        BadSettings: The site's record is of a version that shipped another library.
        BadInput: Its own file holds no library.
    """
    data = _SHIPPED.read_bytes()
    if (MODEL, sha256(data).hexdigest()) != (site.library.model, site.library.shipped_sha256):
        raise BadSettings(
            "the model or the shipped library of futures is not the one that was used",
            where="journal",
            remedy="Replay it with the version that recorded it.",
        )
    shipped = _read_library(data, where=_SHIPPED.name)
    own = site.library
    return joined(_read_library(own.data, where=own.name), shipped) if own.data else shipped


def shipped_library() -> Library:
    """Return the library of futures that is shipped (synthetic, see its note)."""
    return _read_library(_SHIPPED.read_bytes(), where=_SHIPPED.name)


def site_facts(site: Site) -> SiteFacts:
    """Return what the record and the report keep of a site."""
    return SiteFacts(
        id=site.id,
        title=site.title,
        time_zone=site.time_zone,
        synthetic=site.synthetic,
        note=site.note,
        centre_lonlat_deg=(site.plane.lon_deg, site.plane.lat_deg),
        sensors=site.sensors,
        borders=tuple(
            border_facts(border, [lonlat_on(site.plane, part) for part in border.line_site_m])
            for border in site.borders
        ),
        countries=site.countries,
        places=site.places,
        zones=site.zones,
        attributions=site.attributions,
        settings_toml=site.toml,
    )


def settings_json(site: Site) -> bytes:
    """Write a site canonically for the journal: the same site gives the same bytes.

    Everything worked out is in it, so a replay needs neither the file nor its layers.
    """
    plain = msgspec.to_builtins(site, enc_hook=_listed, str_keys=True, order="sorted")
    return msgspec.json.encode(plain, order="sorted")


def site_from_json(data: bytes) -> Site:
    """Read back what `settings_json` wrote.

    Raises BadSettings where another version of the program wrote it.
    """
    try:
        return msgspec.json.decode(data, type=Site, dec_hook=_arrayed)
    except msgspec.DecodeError as error:
        raise BadSettings(
            f"settings of another version ({error})",
            where="journal",
            remedy="Replay it with the version that recorded it.",
        ) from None


def _library_file(name: str, folder: Path, where: str) -> LibraryFile:
    """Read a site's own library, where it names one, and note which one is shipped."""
    data = b""
    if name:
        try:
            data = (folder / name).read_bytes()
        except OSError as error:
            raise BadSettings(
                f"{folder / name}: {error.strerror or 'cannot be read'}",
                where=where,
                remedy="Name a file of `tocsin learn`, beside the site file.",
            ) from None
        _read_library(data, where=str(folder / name))
    shipped_sha256 = sha256(_SHIPPED.read_bytes()).hexdigest()
    return LibraryFile(name=name, data=data, model=MODEL, shipped_sha256=shipped_sha256)


def _read_library(data: bytes, *, where: str) -> Library:
    try:
        with np.load(BytesIO(data), allow_pickle=False) as arrays:
            return library_of(dict(arrays), where=where)
    except (ValueError, OSError, EOFError, BadZipFile, zlib.error) as error:
        raise BadInput(
            f"no library of futures ({error})", where=where, remedy="Make it with `tocsin learn`."
        ) from None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadSettings(
            error.strerror or "cannot be read",
            where=str(path),
            remedy="Check the path and its permissions.",
        ) from None
    except UnicodeDecodeError as error:
        raise BadSettings(
            f"not UTF-8 at byte {error.start}", where=str(path), remedy="Save it as UTF-8."
        ) from None


def _feeds(sensors: Iterable[SensorEntry]) -> tuple[Feed, ...]:
    return tuple(
        Feed(
            category=feed.category,
            sac=feed.sac,
            sic=feed.sic,
            edition=feed.edition,
            sensor_id=entry.id,
        )
        for entry in sensors
        for feed in entry.feed
    )


def _check(file: SiteFile, where: str) -> None:
    """Refuse what no single table can show to be wrong."""
    check_entries(file.site, file.sensor, file.border, where=where)
    _check_editions(file.sensor, where)
    _check_track(file.track, f"{where}: track")
    try:
        zoneinfo.ZoneInfo(file.site.time_zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        raise BadSettings(
            f"no time zone {file.site.time_zone!r}",
            where=f"{where}: site.time_zone",
            remedy="Give an IANA name such as Europe/Bucharest.",
        ) from None


def _check_editions(sensors: Iterable[SensorEntry], where: str) -> None:
    for sensor in sensors:
        for feed in sensor.feed:
            known = editions(feed.category) if feed.category in CATEGORIES else ()
            if feed.edition not in known:
                raise BadSettings(
                    f"edition {feed.edition} of CAT{feed.category:03d} is not known",
                    where=f'{where}: sensor["{sensor.id}"].feed.edition',
                    remedy=f"Known are: {', '.join(known) or 'none; leave the feed out'}.",
                )


def _check_track(track: TrackSettings, where: str) -> None:
    for name in track.__struct_fields__:
        value = getattr(track, name)
        highest = 1.0 if name.endswith("_prob") else np.inf
        if isinstance(value, float) and not 0.0 < value <= highest:
            raise BadSettings(
                f"{value:g} is out of range",
                where=f"{where}.{name}",
                remedy="Give a number above 0; a probability goes up to 1.",
            )
    if not track.drop_prob < track.hide_prob < track.confirm_prob:
        raise BadSettings(
            "drop_prob, hide_prob and confirm_prob must ascend", where=where, remedy="Order them."
        )


def _check_names(
    zones: Sequence[Zone], places: Sequence[Place], policy: Policy, where: str
) -> None:
    """Refuse names that no message could carry: it would be found at night, at the first alert."""
    told = [(f"zone {zone.id}", name) for zone in zones for name in zone.name.values()]
    told += [(f"place {one.id}", name) for one in places for name in (one.name, one.name_en)]
    told += [("warn.source_name", name) for name in policy.source_name.values()]
    for of, name in told:
        if len(name) > NAME_MOST or _MARKUP.search(name) or not _is_readable(name):
            raise BadSettings(
                f"no message can carry the name {name[:30]!a} ({len(name)} characters)",
                where=f"{where}: {of}",
                remedy=f"Write at most {NAME_MOST} letters, no mark-up and nothing that is unseen.",
            )


def _is_readable(name: str) -> bool:
    """Say whether a name holds letters only, no control or format characters."""
    return not any(unicodedata.category(letter).startswith("C") for letter in name)


def _check_policy(zones: Sequence[Zone], policy: Policy, where: str) -> None:
    """Refuse a policy that does not fit the zones: an unknown id, a contradiction, no name."""
    known = {zone.id for zone in zones} | {zone.county for zone in zones} - {""}
    for name in policy.zone:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            raise BadSettings(
                "no zone and no county has this id",
                where=f'{where}: warn.zone["{name}"]',
                remedy=f"Did you mean `{near[0]}`?" if near else "See the ids in the zones layer.",
            )
    _check_authority(policy.standing_authority, f"{where}: warn")
    for name, change in policy.zone.items():
        _check_authority(change.standing_authority, f'{where}: warn.zone["{name}"]')
    for zone in zones:
        _check_zone_policy(zone, policy, where)


def _check_authority(given: StandingAuthority | None, where: str) -> None:
    """Refuse an authority of no date: everything that it sends tells the date."""
    try:
        date.fromisoformat(given.given_on if given else "2000-01-01")
    except ValueError:
        raise BadSettings(
            f"{given and given.given_on!r} is no date",
            where=f"{where}.standing_authority.given_on",
            remedy="Write it as 2026-05-01.",
        ) from None


def _check_zone_policy(zone: Zone, policy: Policy, where: str) -> None:
    """Refuse what county, zone and policy together make wrong, and a language without a name."""
    try:
        own = policy.of_zone(zone)
    except ValueError as error:
        raise BadSettings(
            str(error),
            where=f'{where}: warn.zone["{zone.id}"]',
            remedy="Look at what the zone, its county, its languages and [warn] say together.",
        ) from None
    for tag in sorted({short_of(language) for language in own.languages}):
        if tag not in zone.name:
            raise BadSettings(
                f"zone {zone.id} has no name in `{tag}`",
                where=f"{where}: warn.languages",
                remedy=f"Give the zone a property name:{tag}, or leave the language out.",
            )


def _check_horizons(
    zones: Sequence[Zone], policy: Policy, assess: AssessSettings, where: str
) -> None:
    """Refuse a level that asks for more time than is forecast."""
    last_s = assess.horizons_s[-1]
    for own in (policy, *policies_of(zones, policy).values()):
        if own.prepare.within_s > last_s:
            raise BadSettings(
                f"within_s = {own.prepare.within_s:g} lies beyond the forecast of {last_s:g} s",
                where=f"{where}: warn.prepare",
                remedy="Ask for less, or add a horizon to assess.horizons_s.",
            )


def _listed(value: object) -> object:
    if isinstance(value, np.ndarray):
        return value.tolist()
    raise NotImplementedError(type(value).__name__)


def _arrayed(_: type, value: object) -> object:
    return np.array(value, dtype=np.float64)
