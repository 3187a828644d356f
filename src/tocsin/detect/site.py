"""What `detect` must know of a site: its plane, its sensors and who sends what."""

import msgspec

from tocsin.geo.plane import SitePlane
from tocsin.model.sensor import Sensor
from tocsin.wire.asterix.editions import Editions, SourceKey, choose_editions


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a site's settings that turns bytes into detections."""

    plane: SitePlane
    sensors: dict[str, Sensor]
    routes: dict[SourceKey, str]
    """(category, SAC, SIC) to sensor id. Status categories (034, 002, 019, 063, 065) need no entry
    of their own: they follow any route with the same SAC and SIC."""
    text_routes: dict[str, str] = {}
    """Feeds without SAC and SIC: `readsb` (aircraft.json) and `sbs` to sensor id; a source name
    (`RawChunk.source`) as key goes before these."""
    editions: Editions = msgspec.field(default_factory=choose_editions)
    undulation_m: float = 0.0
    """Height of mean sea level over the ellipsoid about the site (Galati 32 m, Barcelona 49 m)."""
    date_ns: int | None = None
    """Midnight UTC on which a recording without dates begins."""
    sbs_utc_offset_s: float = 0.0
    """Seconds by which the writer of an SBS feed was ahead of UTC: SBS carries local time."""
