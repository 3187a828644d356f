"""Who gets the alerts that were sent, and by which secret they know that it is us."""

import os
import re
from collections.abc import Mapping
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from tocsin.model.errors import BadSettings

Form = Literal["json", "cap"]
SECRET_MIN = 16
"""Bytes: what is shorter can be guessed."""
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Partner(msgspec.Struct, frozen=True, kw_only=True):
    """One receiver of alerts over HTTP. The secret itself stands in no file and no journal."""

    name: str
    """Lower-case letters, digits and hyphens: it names a folder too."""
    url: str
    secret_env: str
    """Environment variable that holds the secret; two of them, a space between, while the partner
    changes from one to the other."""
    form: Form = "json"
    """Body of the request: the envelope with the CAP message in it, or the CAP message alone."""
    duty: bool = False
    """True: a duty service, which gets PREPARE too; others get only what is public."""


def check_partner(partner: Partner) -> None:
    """Refuse what could not be delivered to, or not safely.

    Raises:
        BadSettings: The name is no folder's name, or the address is not one to send to.
    """
    where = f"partner {partner.name!r}"
    if not _NAME.fullmatch(partner.name):
        raise BadSettings(
            "a partner's name has only a-z, 0-9 and hyphens", where=where, remedy="Name it so."
        )
    parts = urlsplit(partner.url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise BadSettings(
            f"{partner.url!r} is no web address", where=where, remedy="Write https://HOST/PATH."
        )
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise BadSettings(
            "its address is not encrypted", where=where, remedy="Write it with https://."
        )
    if parts.username or parts.password:
        raise BadSettings(
            "its address holds a password",
            where=where,
            remedy="Take it out; requests are signed by the secret of `secret_env`.",
        )


def secrets_of(partner: Partner, environment: Mapping[str, str] | None = None) -> tuple[bytes, ...]:
    """Return the partner's secrets; `environment` is that of the process unless given.

    Raises:
        BadSettings: The variable is missing, or a secret in it is too short.
    """
    told = (os.environ if environment is None else environment).get(partner.secret_env, "")
    found = tuple(word.encode() for word in told.split())
    if not found or any(len(secret) < SECRET_MIN for secret in found):
        what = "is missing" if not found else f"holds a secret under {SECRET_MIN} bytes"
        raise BadSettings(
            f"environment variable {partner.secret_env} {what}",
            where=f"partner {partner.name!r}",
            remedy="Set it to a random secret that the partner has too.",
        )
    return found
