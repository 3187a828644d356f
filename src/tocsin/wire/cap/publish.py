"""What a named person has let out, as a CAP 1.2 alert: never a draft, never without an end.

Status is Actual, or Exercise where the data were invented. PREPARE is for duty services only;
the other levels are public. An update names all that it replaces. An all-clear is an Update with
responseType AllClear, for people; `cancel_of` makes the Cancel for machines that goes with it.
"""

from collections.abc import Container

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from tocsin.model.alert import Sent
from tocsin.model.errors import BadInput
from tocsin.wire.cap.check import check
from tocsin.wire.cap.drafts import NOTE_EXERCISE, info_of
from tocsin.wire.cap.encode import encode
from tocsin.wire.cap.instants import cap_time
from tocsin.wire.cap.records import CapAlert, Info
from tocsin.wire.cap.regions import Box
from tocsin.wire.cap.signing import sign

RESTRICTION = "For duty services that prepare. Not for publication."


def alert_of_sent(
    sent: Sent,
    sender: str,
    sender_names: dict[str, str] | None = None,
    *,
    withheld: Container[str] = (),
) -> CapAlert:
    """Return what was let out as an alert record.

    Args:
        sent: The draft, when and by whom it was let out, and what it replaces.
        sender: CAP sender id: no spaces, commas, `<` or `&`.
        sender_names: Name of the sender by language (`ro`), where there is one.
        withheld: Ids of alerts that the readers of this one never saw (PREPARE, where this one is
            public). It does not refer to them; about nothing else, it is a first Alert: a reader
            may well drop an Update of what it does not know.

    Raises:
        BadInput: It was over before it was sent, or is an all-clear of nothing.
    """
    seen = tuple(earlier for earlier in sent.replaces if earlier[0] not in withheld)
    sent = msgspec.structs.replace(sent, replaces=seen)
    draft = sent.draft
    if draft.t_expires_ns <= sent.t_sent_ns:
        raise BadInput(
            f"it ended at {cap_time(draft.t_expires_ns)}, before it was sent",
            where=f"alert {sent.id!r}",
            remedy="Draft it again.",
        )
    if draft.purpose == "all_clear" and not sent.replaces:
        raise BadInput(
            "an all-clear of nothing",
            where=f"alert {sent.id!r}",
            remedy="Name the alerts that it ends.",
        )
    infos = tuple(info_of(draft, text, sender_names or {}, sent.t_sent_ns) for text in draft.texts)
    message = "Update" if sent.replaces else "Alert"
    return _envelope(sent, sender, sent.id, message, infos=infos)


def cancel_of(sent: Sent, sender: str) -> CapAlert:
    """Return the Cancel that tells machines what an all-clear (or an update) has ended.

    It refers to what `sent` replaces, never to `sent` itself: people must still find that.
    """
    if not sent.replaces:
        raise BadInput(
            "nothing to cancel", where=f"alert {sent.id!r}", remedy="Name what it replaces."
        )
    return _envelope(sent, sender, f"{sent.id}-cancel", "Cancel", infos=())


def _envelope(
    sent: Sent, sender: str, identifier: str, message: str, *, infos: tuple[Info, ...]
) -> CapAlert:
    draft = sent.draft
    restricted = draft.level == "PREPARE"
    return CapAlert(
        identifier=identifier,
        sender=sender,
        sent_ns=sent.t_sent_ns,
        status="Exercise" if draft.synthetic else "Actual",
        msg_type=message,
        scope="Restricted" if restricted else "Public",
        restriction=RESTRICTION if restricted else "",
        note=NOTE_EXERCISE if draft.synthetic else "",
        references=" ".join(
            f"{sender},{earlier},{cap_time(t_ns)}" for earlier, t_ns in sent.replaces
        ),
        incidents=draft.alarm_id,
        infos=infos,
    )


def issue(
    alert: CapAlert,
    key: ec.EllipticCurvePrivateKey | None = None,
    certificate: x509.Certificate | None = None,
    *,
    region: Box | None = None,
) -> bytes:
    """Return an alert as it goes out: written, held to the strict check, signed.

    Args:
        alert: From `alert_of_sent` or `cancel_of`.
        key: Key to sign with; unsigned without one.
        certificate: Certificate of that key.
        region: Where the sender may warn.

    Raises:
        BadInput: The alert is not sound; nothing may be sent then. The line names the first fault.
    """
    xml = encode(alert)
    wrong = [one for one in check(xml, strict=True, region=region) if one.severity == "error"]
    if wrong:
        first = wrong[0]
        more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
        raise BadInput(
            f"not sent: {first.what} [{first.code}]{more}",
            where=f"alert {alert.identifier!r}, {first.where or 'file'}",
            remedy=first.remedy,
        )
    if key is None or certificate is None:
        return xml
    return sign(xml, key, certificate)
