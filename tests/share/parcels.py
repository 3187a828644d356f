"""Parcels for tests; imports little, because killed processes start with it."""

import time

from tocsin.share.parcel import Parcel

XML = "<alert>Galați</alert>".encode()
NOW_NS = time.time_ns()


def parcel(key: str, *, t_accepted_ns: int = NOW_NS) -> Parcel:
    return Parcel(
        key=key, t_accepted_ns=t_accepted_ns, t_sent_ns=0, t_expires_ns=1, zone_id="z",
        level="WARN", purpose="warning", synthetic=True, replaces=(), cap_xml=XML.decode(),
    )  # fmt: skip
