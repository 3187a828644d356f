"""The webhook's signature: what a receiver may believe."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.model.errors import BadInput
from tocsin.share.signature import KEY, SIGNATURE, TIMESTAMP, sign, verify

SECRET = b"a secret of tests, 32 bytes long"
KEYS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=60)
TIMES = st.integers(0, 2**33)


@given(key=KEYS, t_s=TIMES, body=st.binary(max_size=200), late_s=st.integers(-300, 300))
def test_what_was_signed_is_believed(key: str, t_s: int, body: bytes, late_s: int) -> None:
    """Else no alert would arrive."""
    headers = sign([SECRET], key=key, t_s=t_s, body=body)
    lower = {name.lower(): value for name, value in headers.items()}
    assert verify(SECRET, lower, body, now_s=t_s + late_s) == key


@given(
    key=KEYS, t_s=TIMES, body=st.binary(min_size=1, max_size=60),
    part=st.sampled_from(["key", "time", "body", "signature", "secret"]),
    at=st.integers(0, 10_000), bit=st.integers(0, 6),
)  # fmt: skip
def test_no_changed_bit_is_believed(
    key: str, t_s: int, body: bytes, part: str, at: int, bit: int
) -> None:
    """A false all-clear is the worst that this door could let in."""
    headers, secret = sign([SECRET], key=key, t_s=t_s, body=body), SECRET
    if part == "body":
        body = flipped(body, at, bit)
    elif part == "secret":
        secret = flipped(secret, at, bit)
    else:
        name = {"key": KEY, "time": TIMESTAMP, "signature": SIGNATURE}[part]
        headers[name] = flipped(headers[name].encode(), at, bit).decode("latin-1")
    with pytest.raises(BadInput):
        verify(secret, headers, body, now_s=t_s)


def flipped(data: bytes, at: int, bit: int) -> bytes:
    at %= len(data)
    return data[:at] + bytes([data[at] ^ (1 << bit)]) + data[at + 1 :]


def test_the_signature_is_that_of_rfc_2104_over_four_lines() -> None:
    """A partner writes its own check from the document; the document is this."""
    headers = sign([SECRET], key="a-1", t_s=1_780_007_700, body=b'{"id":"a-1"}')
    by_hand = hmac.new(SECRET, b'v1\n1780007700\na-1\n{"id":"a-1"}', hashlib.sha256).hexdigest()
    assert headers == {
        "Idempotency-Key": "a-1",
        "Tocsin-Timestamp": "1780007700",
        "Tocsin-Signature": f"v1={by_hand}",
    }


@pytest.mark.parametrize("now_s", [699, 1301])
def test_an_old_or_early_request_is_refused(now_s: int) -> None:
    """Whoever recorded yesterday's warning must not be able to post it today."""
    headers = sign([SECRET], key="a", t_s=1000, body=b"x")
    with pytest.raises(BadInput, match="allowed are 300 s"):
        verify(SECRET, headers, b"x", now_s=now_s)


def test_old_and_new_secret_are_both_good_while_they_are_changed() -> None:
    """A change of secrets in the middle of a raid must cost no alert."""
    new = SECRET[::-1]
    headers = sign([SECRET, new], key="a", t_s=1000, body=b"x")
    for secret in (SECRET, new):
        assert verify(secret, headers, b"x", now_s=1000) == "a"


@pytest.mark.parametrize("name", [KEY, TIMESTAMP, SIGNATURE])
def test_an_unsigned_request_is_refused(name: str) -> None:
    """One missing header must not switch the check off."""
    headers = sign([SECRET], key="a", t_s=1000, body=b"x")
    del headers[name]
    with pytest.raises(BadInput, match=name):
        verify(SECRET, headers, b"x", now_s=1000)


@pytest.mark.parametrize("odd", ["", "-5", "1e3", "٣", "9" * 5000, " 1000"])
def test_a_time_that_is_no_number_is_refused(odd: str) -> None:
    """Odd numbers must end in a refusal, not in an error of the receiver."""
    headers = sign([SECRET], key="a", t_s=1000, body=b"x") | {TIMESTAMP: odd}
    with pytest.raises(BadInput, match="no number of seconds"):
        verify(SECRET, headers, b"x", now_s=1000)


def test_a_key_cannot_reach_into_the_body() -> None:
    """The lines must not be cut elsewhere: `a` + newline + `b` is not `a` with a longer body."""
    headers = sign([SECRET], key="a", t_s=1000, body=b"b\nc") | {KEY: "a\nb"}
    with pytest.raises(BadInput, match="visible ASCII"):
        verify(SECRET, headers, b"c", now_s=1000)
