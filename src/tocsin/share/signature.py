"""The signature of a webhook: what a partner checks before it believes anything.

HMAC-SHA256 (RFC 2104) with the shared secret over four lines: the version, the time of sending in
Unix seconds, the idempotency key, and the body as sent. Time and key are signed too, so that an
old request can neither be played again nor pass for another alert.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping

from tocsin.model.errors import BadInput

KEY, TIMESTAMP, SIGNATURE = "Idempotency-Key", "Tocsin-Timestamp", "Tocsin-Signature"
"""Header names; HTTP does not tell large letters from small ones."""
TOLERANCE_S = 300
"""A request whose time is further off is refused: it may be one that was recorded."""
_REMEDY = "Answer 401 and do not act upon it."


def sign(secrets: Iterable[bytes], *, key: str, t_s: int, body: bytes) -> dict[str, str]:
    """Return the headers that sign a request, one signature a secret.

    Args:
        secrets: Shared with the partner; more than one while they are changed.
        key: Idempotency key, visible ASCII.
        t_s: Time of sending, Unix seconds.
        body: The body, byte for byte.
    """
    digests = [_digest(secret, key=key, t_s=str(t_s), body=body) for secret in secrets]
    return {
        KEY: key,
        TIMESTAMP: str(t_s),
        SIGNATURE: ", ".join(f"v1={digest}" for digest in digests),
    }


def verify(
    secret: bytes,
    headers: Mapping[str, str],
    body: bytes,
    *,
    now_s: int,
    tolerance_s: int = TOLERANCE_S,
) -> str:
    """Check a request as its receiver, and return its idempotency key.

    A key that was seen before is the same alert once more: answer 200 and do nothing.

    Args:
        secret: Shared with the sender.
        headers: Of the request, in any spelling.
        body: As it came, before anybody parsed it.
        now_s: The receiver's time, Unix seconds.
        tolerance_s: How far the sender's time may be off.

    Raises:
        BadInput: A header is missing, the time is off, or no signature fits.
    """
    told = {name.lower(): value for name, value in headers.items()}
    missing = [name for name in (KEY, TIMESTAMP, SIGNATURE) if name.lower() not in told]
    if missing:
        raise _refused(f"header {missing[0]} is missing")
    key, time_told = told[KEY.lower()], told[TIMESTAMP.lower()]
    if not (time_told.isascii() and time_told.isdigit() and len(time_told) <= 12):
        raise _refused("its time is no number of seconds")
    if not all(33 <= ord(letter) < 127 for letter in key):
        raise _refused("its key is not visible ASCII")
    expected = f"v1={_digest(secret, key=key, t_s=time_told, body=body)}".encode()
    given = (part.strip().encode() for part in told[SIGNATURE.lower()].split(","))
    if not any([hmac.compare_digest(expected, one) for one in given]):  # noqa: C419  all, always
        raise _refused("no signature fits the secret and the body")
    if abs(now_s - int(time_told)) > tolerance_s:
        raise _refused(f"it was signed {now_s - int(time_told)} s ago, allowed are {tolerance_s} s")
    return key


def _digest(secret: bytes, *, key: str, t_s: str, body: bytes) -> str:
    signed = b"\n".join((b"v1", t_s.encode(), key.encode(), body))
    return hmac.new(secret, signed, hashlib.sha256).hexdigest()


def _refused(what: str) -> BadInput:
    return BadInput(what, where="webhook", remedy=_REMEDY)
