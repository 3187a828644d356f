"""An alert as CAP 1.2 has it (OASIS CAP-v1.2, 1 July 2010, section 3.2), element by element.

Fields carry the elements' names in snake case and keep the order of the schema. A missing
optional element is an empty string or tuple; times are Unix nanoseconds, UTC.
"""

import msgspec


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A value with the name of its list: `eventCode`, `parameter`, `geocode`."""

    value_name: str
    value: str


class Resource(msgspec.Struct, frozen=True, kw_only=True):
    """A file that belongs to an info block (section 3.2.3)."""

    resource_desc: str
    mime_type: str
    size: str = ""
    uri: str = ""
    deref_uri: str = ""
    digest: str = ""


class Circle(msgspec.Struct, frozen=True, kw_only=True):
    """A point and a radius."""

    lat_deg: float
    lon_deg: float
    radius_km: float


class Area(msgspec.Struct, frozen=True, kw_only=True):
    """Where (section 3.2.4)."""

    area_desc: str
    polygons_latlon_deg: tuple[tuple[tuple[float, float], ...], ...] = ()
    """Rings, latitude then longitude, the last point equal to the first."""
    circles: tuple[Circle, ...] = ()
    geocodes: tuple[Named, ...] = ()
    altitude_ft: float | None = None
    """Feet above mean sea level, as the standard has it."""
    ceiling_ft: float | None = None


class Info(msgspec.Struct, frozen=True, kw_only=True):
    """The message in one language (section 3.2.2)."""

    language: str = ""
    categories: tuple[str, ...]
    event: str
    response_types: tuple[str, ...] = ()
    urgency: str
    severity: str
    certainty: str
    audience: str = ""
    event_codes: tuple[Named, ...] = ()
    effective_ns: int | None = None
    onset_ns: int | None = None
    expires_ns: int | None = None
    sender_name: str = ""
    headline: str = ""
    description: str = ""
    instruction: str = ""
    web: str = ""
    contact: str = ""
    parameters: tuple[Named, ...] = ()
    resources: tuple[Resource, ...] = ()
    areas: tuple[Area, ...] = ()


class CapAlert(msgspec.Struct, frozen=True, kw_only=True):
    """The whole alert (section 3.2.1)."""

    identifier: str
    sender: str
    sent_ns: int
    status: str
    msg_type: str
    source: str = ""
    scope: str
    restriction: str = ""
    addresses: str = ""
    codes: tuple[str, ...] = ()
    note: str = ""
    references: str = ""
    incidents: str = ""
    infos: tuple[Info, ...] = ()


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """One of `references`: the three that together name a message."""

    sender: str
    identifier: str
    sent_ns: int
