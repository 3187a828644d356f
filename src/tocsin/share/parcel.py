"""One sent alert on its way to one partner: what waits in the outbox and what is posted."""

from datetime import UTC, datetime

import msgspec

from tocsin.model.alert import Sent
from tocsin.model.errors import BadInput
from tocsin.model.units import S_NS
from tocsin.share.partner import Form

ENVELOPE_VERSION = 1
CONTENT_TYPES: dict[Form, str] = {
    "json": "application/json",
    "cap": "application/cap+xml; charset=utf-8",
}


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be handed over. It is the same on every attempt."""

    key: str
    """Idempotency key: the id of the alert. Two deliveries with one key are one alert."""
    t_accepted_ns: int
    """When it came to the outbox, by the clock of the machine."""
    t_sent_ns: int
    t_expires_ns: int
    zone_id: str
    level: str
    purpose: str
    synthetic: bool
    replaces: tuple[str, ...]
    """Ids of the alerts that it updates or ends."""
    cap_xml: str
    """The CAP message; its UTF-8 bytes are those published, signature and all."""


def parcel_of(sent: Sent, cap_xml: bytes, *, t_accepted_ns: int, key: str = "") -> Parcel:
    """Return the parcel of an alert; who approved it is not told to partners.

    Args:
        sent: What was let out.
        cap_xml: One of its CAP messages, as published.
        t_accepted_ns: Now, by the clock of the machine.
        key: Identifier of that message, where it is not the alert's own (the Cancel that goes
            with an all-clear).

    Raises:
        BadInput: The id cannot stand in a header, or the message is no UTF-8.
    """
    key = key or sent.id
    if not key or not all(33 <= ord(letter) < 127 for letter in key):
        raise BadInput(
            "the id of an alert is not visible ASCII", where=repr(key), remedy="Name it so."
        )
    try:
        text = cap_xml.decode()
    except UnicodeDecodeError as wrong:
        raise BadInput(
            "its CAP message is no UTF-8", where=sent.id, remedy="Encode it so."
        ) from wrong
    return Parcel(
        key=key,
        t_accepted_ns=t_accepted_ns,
        t_sent_ns=sent.t_sent_ns,
        t_expires_ns=sent.draft.t_expires_ns,
        zone_id=sent.draft.zone_id,
        level=sent.draft.level,
        purpose=sent.draft.purpose,
        synthetic=sent.draft.synthetic,
        replaces=tuple(id_ for id_, _ in sent.replaces),
        cap_xml=text,
    )


def body_of(parcel: Parcel, form: Form) -> bytes:
    """Return the body of the request, the same bytes on every attempt."""
    return parcel.cap_xml.encode() if form == "cap" else _envelope(parcel)


def _envelope(parcel: Parcel) -> bytes:
    return msgspec.json.encode(
        {
            "type": "tocsin.alert",
            "version": ENVELOPE_VERSION,
            "id": parcel.key,
            "purpose": parcel.purpose,
            "level": parcel.level,
            "zone": parcel.zone_id,
            "sent": _utc(parcel.t_sent_ns),
            "expires": _utc(parcel.t_expires_ns),
            "replaces": parcel.replaces,
            "synthetic": parcel.synthetic,
            "cap_xml": parcel.cap_xml,
        }
    )


def _utc(t_ns: int) -> str:
    return datetime.fromtimestamp(t_ns // S_NS, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
