"""The check that the documentation gives to partners accepts what we send, and nothing else."""

import re
import time
from pathlib import Path

import pytest

from tocsin.share.courier import HAS_IT_ALREADY, NEVER, Patience
from tocsin.share.outbox import WAITING_MAX
from tocsin.share.signature import TOLERANCE_S, sign

PAGE = (Path(__file__).parents[2] / "docs" / "share.md").read_text()
SECRETS = (b"an old secret, 32 bytes in length", b"the new one, also of 32 bytes....")


def test_the_receivers_code_in_the_documentation_works() -> None:
    """A partner copies it; if it were wrong, every alert would be answered with 401."""
    code = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert code is not None
    told: dict = {}
    exec(code[1], told)
    now_s = time.time_ns() // 10**9
    headers = sign(SECRETS, key="a-1", t_s=now_s, body=b"{}")
    assert told["accept"](SECRETS[1], headers, b"{}") == "a-1"
    with pytest.raises(PermissionError, match="no signature"):
        told["accept"](SECRETS[1], headers, b"{ }")
    old = sign(SECRETS, key="a-1", t_s=now_s - TOLERANCE_S - 5, body=b"{}")
    with pytest.raises(PermissionError, match="too old"):
        told["accept"](SECRETS[1], old, b"{}")


def test_the_documented_numbers_are_those_of_the_program() -> None:
    """An integrator sets timeouts by them."""
    flat = " ".join(PAGE.split())
    assert f"more than {TOLERANCE_S} s off" in flat
    assert f"2xx, {HAS_IT_ALREADY} |" in flat
    assert f"| {', '.join(map(str, sorted(NEVER)))} |" in flat
    patience = Patience()
    assert f"no answer within {patience.attempt_s:g} s" in flat
    assert f"up to {patience.most_s:g} s, for {patience.give_up_s / 3600:g} h" in flat
    assert f"({WAITING_MAX:,} alerts)" in flat
