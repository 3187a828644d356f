"""What was let out, put into the outboxes of the partners that may have it."""

from collections.abc import Iterable, Mapping

from tocsin.model.alert import Sent
from tocsin.share.outbox import Outbox
from tocsin.share.parcel import parcel_of
from tocsin.share.partner import Partner


def hand_in(
    sent: Sent,
    messages: Mapping[str, bytes],
    rows: Iterable[tuple[Partner, Outbox]],
    *,
    t_ns: int,
) -> tuple[str, ...]:
    """Put an alert into every row that it is for; it is on the disk when this returns.

    Args:
        sent: What was let out.
        messages: Its CAP messages as published, by identifier, in the order to be sent.
        rows: The partners, each with its outbox.
        t_ns: Now, by the clock of the machine.

    Returns:
        Names of the partners whose row was full: they do not get it, and somebody must be told.

    Raises:
        BadStorage: The disk refused; hand the alert in again, no partner gets it twice.
    """
    parcels = [
        parcel_of(sent, cap_xml, t_accepted_ns=t_ns, key=key) for key, cap_xml in messages.items()
    ]
    return tuple(
        partner.name
        for partner, outbox in rows
        if (sent.draft.level != "PREPARE" or partner.duty)
        and not all([outbox.accept(parcel) for parcel in parcels])  # noqa: C419  each is offered
    )
