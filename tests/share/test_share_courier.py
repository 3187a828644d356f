"""The courier, against a real server that fails, is slow, is down, and answers twice."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from parcels import XML, parcel
from partner_server import PartnerServer, partner_server

from tocsin.model.errors import BadSettings
from tocsin.share.courier import Patience, Route, deliver, route_to
from tocsin.share.ledger import Ledger
from tocsin.share.outbox import Outbox
from tocsin.share.partner import Partner, check_partner, secrets_of
from tocsin.share.signature import verify

SECRET = b"a secret of tests, 32 bytes long"
QUICK = Patience(first_s=0.02, most_s=0.08, attempt_s=5.0, idle_s=0.005)


def partner(url: str, **other) -> Partner:
    return Partner(name="p", url=url, secret_env="TOCSIN_TEST_SECRET", **other)


def route(url: str, outbox: Outbox, **other) -> Route:
    return Route(partner=partner(url, **other), secrets=(SECRET,), outbox=outbox)


def carry(*routes: Route, patience: Patience = QUICK, most_s: float = 20.0) -> None:
    """Deliver until all rows are empty."""

    async def work() -> None:
        stop = asyncio.Event()

        async def watch() -> None:  # a row tells nobody that it is empty
            while any(r.outbox.account().waiting for r in routes):  # noqa: ASYNC110
                await asyncio.sleep(0.005)
            stop.set()

        async with asyncio.timeout(most_s), asyncio.TaskGroup() as group:
            group.create_task(watch())
            group.create_task(deliver(routes, time.time_ns, stop, patience))

    asyncio.run(work())


def test_a_partner_can_verify_what_it_gets(tmp_path: Path) -> None:
    """The whole way: accepted, signed, posted, verified by the receiver's function."""
    with partner_server() as server, Outbox(tmp_path) as outbox:
        outbox.accept(parcel("a-1"))
        carry(route(server.url, outbox))
        ((headers, body),) = server.requests
        assert verify(SECRET, headers, body, now_s=time.time_ns() // 10**9) == "a-1"
        assert headers["Content-Type"] == "application/json"
        assert json.loads(body)["cap_xml"].encode() == XML
        assert outbox.account().taken == 1


def test_a_partner_may_have_the_cap_message_alone(tmp_path: Path) -> None:
    """A gateway that reads CAP must not have to unpack anything."""
    with partner_server() as server, Outbox(tmp_path) as outbox:
        outbox.accept(parcel("a-1"))
        carry(route(server.url, outbox, form="cap"))
        ((headers, body),) = server.requests
        assert headers["Content-Type"] == "application/cap+xml; charset=utf-8"
        assert body == XML
        assert verify(SECRET, headers, body, now_s=time.time_ns() // 10**9) == "a-1"


@pytest.mark.parametrize("trouble", [500, 503, 429, 401, 404, 301, "hang up", 1.2])
def test_it_tries_again_until_the_server_has_it(tmp_path: Path, trouble) -> None:
    """Failures, slowness and a wrong setting at the partner are mended by people in minutes."""
    slow = isinstance(trouble, float)
    patience = msgspec.structs.replace(QUICK, attempt_s=0.6) if slow else QUICK
    with partner_server(trouble, trouble) as server, Outbox(tmp_path) as outbox:
        outbox.accept(parcel("a"))
        outbox.accept(parcel("b"))
        carry(route(server.url, outbox), patience=patience)
        assert server.keys == ["a", "a", "a", "b"]
        assert server.requests[0][1] == server.requests[2][1]
        assert outbox.account().taken == 2
    line = Ledger(tmp_path / "ledger.jsonl").lines[0]
    assert (line.attempts, line.outcome) == (3, "taken")


@pytest.mark.parametrize("status", [400, 413, 415, 422])
def test_what_a_partner_will_never_take_does_not_hold_up_the_row(tmp_path: Path, status) -> None:
    """One odd alert must not keep the next one from leaving."""
    with partner_server(status) as server, Outbox(tmp_path) as outbox:
        outbox.accept(parcel("a"))
        outbox.accept(parcel("b"))
        carry(route(server.url, outbox))
        assert server.keys == ["a", "b"]
        account = outbox.account()
        assert (account.refused, account.taken) == (1, 1)


def test_a_server_that_has_it_already_counts_as_having_it(tmp_path: Path) -> None:
    """A partner that answers the second delivery by 409 means: done."""
    with partner_server(409) as server, Outbox(tmp_path) as outbox:
        outbox.accept(parcel("a"))
        carry(route(server.url, outbox))
        assert outbox.account().taken == 1


def test_a_server_that_is_down_gets_it_when_it_is_back(tmp_path: Path) -> None:
    """The partner restarts in the middle of the night."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with Outbox(tmp_path) as outbox:
        outbox.accept(parcel("a"))
        way = route(f"http://127.0.0.1:{port}/alerts", outbox)
        with pytest.raises(TimeoutError):
            carry(way, most_s=1.5)
        assert outbox.account().waiting == 1
        assert "ConnectError" in outbox.account().last
        with partner_server(port=port) as server:
            carry(way)
            assert server.keys == ["a"]


def test_a_slow_partner_holds_up_no_other(tmp_path: Path) -> None:
    """One agency's trouble must not be everybody's."""
    with (
        partner_server(*[0.25] * 4) as slow, partner_server() as quick,
        Outbox(tmp_path / "slow") as one, Outbox(tmp_path / "quick") as other,
    ):  # fmt: skip
        for key in "abcd":
            one.accept(parcel(key))
            other.accept(parcel(key))
        carry(route(slow.url, one), route(quick.url, other))
        assert max(quick.at_s) < slow.at_s[3]


def test_the_waits_double_up_to_the_most_and_are_the_same_every_time() -> None:
    """No chance in it: whoever looks at a log can say when the next attempt is due."""
    waits_s = [Patience().wait_s(n) for n in range(1, 2000)]
    assert waits_s[:10] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300]
    assert max(waits_s) == 300


def test_it_waits_between_attempts(tmp_path: Path) -> None:
    """A partner that comes back must not be buried by us."""
    patience = Patience(first_s=0.1, most_s=0.2, attempt_s=5.0, idle_s=0.005)
    with partner_server(500, 500, 500) as server, Outbox(tmp_path) as outbox:
        outbox.accept(parcel("a"))
        carry(route(server.url, outbox), patience=patience)
        pauses_s = [b - a for a, b in pairwise(server.at_s)]
        assert all(p >= least for p, least in zip(pauses_s, (0.1, 0.2, 0.2), strict=True))


def test_a_parcel_too_old_is_given_up_counted_and_kept(tmp_path: Path) -> None:
    """A partner that is gone for a day must not keep today's alerts waiting behind."""
    patience = Patience(first_s=0.01, most_s=0.01, attempt_s=5.0, give_up_s=1.0, idle_s=0.005)
    with partner_server(500) as server, Outbox(tmp_path) as outbox:
        outbox.accept(parcel("old", t_accepted_ns=0))
        outbox.accept(parcel("as-old-but-the-server-is-well-again", t_accepted_ns=0))
        carry(route(server.url, outbox), patience=patience)
        account = outbox.account()
        assert (account.given_up, account.taken) == (1, 1)
    assert len(list((tmp_path / "set-aside").iterdir())) == 1


def test_a_full_disk_does_not_stop_the_deliveries(tmp_path: Path, monkeypatch) -> None:
    """The outcome cannot be written down: the alert is posted again, under the same key."""
    tries = iter([True, True, False])
    add = Ledger.add

    def full_twice(self: Ledger, line) -> None:
        if next(tries, False):
            raise OSError(28, "No space left on device")
        add(self, line)

    monkeypatch.setattr(Ledger, "add", full_twice)
    with partner_server() as server, Outbox(tmp_path) as outbox:
        outbox.accept(parcel("a"))
        carry(route(server.url, outbox))
        assert server.keys == ["a", "a", "a"]
        assert outbox.account().taken == 1


KILLED = """
import asyncio, sys, time
from pathlib import Path
from tocsin.share.courier import Patience, Route, deliver
from tocsin.share.outbox import Outbox
from tocsin.share.partner import Partner
partner = Partner(name="p", url=sys.argv[2], secret_env="S")
way = Route(partner=partner, secrets=(b"any",), outbox=Outbox(Path(sys.argv[1])))
asyncio.run(deliver([way], time.time_ns, asyncio.Event(), Patience(first_s=0.02, idle_s=0.005)))
"""


def test_kill_9_in_the_middle_of_delivery_loses_nothing(tmp_path: Path) -> None:
    """At least once on the way, once by the key: that is what the receiver's check makes of it."""
    keys = [f"k{n}" for n in range(40)]
    with Outbox(tmp_path) as outbox:
        assert all(outbox.accept(parcel(key)) for key in keys)
    with partner_server() as server:
        for after in (7, 19):
            _killed_after(after, server, tmp_path)
        with Outbox(tmp_path) as outbox:
            carry(route(server.url, outbox))
            account = outbox.account()
        assert list(dict.fromkeys(server.keys)) == keys
        assert max(Counter(server.keys).values()) <= 3
        assert (account.taken, account.waiting) == (40, 0)


def _killed_after(requests: int, server: PartnerServer, outbox: Path) -> None:
    arguments = [sys.executable, "-c", KILLED, str(outbox), server.url]
    with subprocess.Popen(arguments) as process:
        while len(server.requests) < requests and process.poll() is None:
            time.sleep(0.001)
        os.kill(process.pid, signal.SIGKILL)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": "../up"}, "only a-z"),
        ({"name": ""}, "only a-z"),
        ({"url": "http://partner.example/alerts"}, "not encrypted"),
        ({"url": "ftp://partner.example"}, "no web address"),
        ({"url": "https://user:password@partner.example"}, "holds a password"),
    ],
)
def test_a_partner_set_wrongly_is_refused_in_one_line(changed: dict[str, str], said: str) -> None:
    """Before the first alert, not at three in the morning."""
    right = {"name": "county-office", "url": "https://partner.example/alerts", "secret_env": "S"}
    check_partner(Partner(**right))
    with pytest.raises(BadSettings, match=said) as caught:
        check_partner(Partner(**(right | changed)))
    assert "\n" not in str(caught.value)


def test_secrets_come_from_the_environment_and_nowhere_else(tmp_path, monkeypatch) -> None:
    """No secret in a file or the journal; a missing one is told at the start."""
    here = partner("https://partner.example/alerts")
    with pytest.raises(BadSettings, match="is missing"):
        secrets_of(here, {})
    with pytest.raises(BadSettings, match="under 16 bytes"):
        secrets_of(here, {"TOCSIN_TEST_SECRET": "long-enough-for-anybody short"})
    monkeypatch.setenv("TOCSIN_TEST_SECRET", "an old secret, no blanks".replace(" ", "-"))
    with Outbox(tmp_path) as outbox:
        outbox.accept(parcel("a"))
        assert route_to(here, outbox).secrets == (b"an-old-secret,-no-blanks",)
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"an-old-secret" not in kept
