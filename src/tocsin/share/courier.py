"""Handing parcels over: signed, in order, again and again until the partner's server has them.

One coroutine a partner, so that a slow one holds up no other. An answer of the server says that
it has the alert. Nothing here says that a phone rang.
"""

import asyncio
from collections.abc import Callable, Iterable

import httpx
import msgspec

from tocsin.model.errors import BadStorage
from tocsin.model.units import S_NS
from tocsin.share.ledger import Outcome
from tocsin.share.outbox import Outbox
from tocsin.share.parcel import CONTENT_TYPES, Parcel, body_of
from tocsin.share.partner import Partner, check_partner, secrets_of
from tocsin.share.signature import sign

Clock = Callable[[], int]
"""Gives the time, ns, Unix, UTC."""

HAS_IT_ALREADY = 409
NEVER = frozenset({400, 413, 415, 422})
"""The server understood and will not take this one; other answers may change with a setting."""


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """How long to wait for what. Equal failures give equal waits: no chance is in it."""

    first_s: float = 1.0
    """Wait after the first failure; each later one doubles it."""
    most_s: float = 300.0
    attempt_s: float = 10.0
    """Time that one attempt may take in all, from the first byte to the answer's head."""
    give_up_s: float = 86_400.0
    """A parcel older than this is set aside and counted, so that the row goes on."""
    idle_s: float = 0.1
    """How often an empty row is looked at."""

    def wait_s(self, failures: int) -> float:
        """Return the wait after so many failures of one parcel, from 1."""
        return min(self.most_s, self.first_s * 2.0 ** min(failures - 1, 60))


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What an attempt came to; `outcome` None: try again."""

    outcome: Outcome | None
    why: str


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """A partner with its secrets and its row."""

    partner: Partner
    secrets: tuple[bytes, ...]
    outbox: Outbox


def route_to(partner: Partner, outbox: Outbox) -> Route:
    """Return the way to a partner, checked, with the secrets of the environment.

    Raises:
        BadSettings: The partner is set wrongly, or its secret is missing.
    """
    check_partner(partner)
    return Route(partner=partner, secrets=secrets_of(partner), outbox=outbox)


async def deliver(
    routes: Iterable[Route],
    clock: Clock,
    stop: asyncio.Event,
    patience: Patience | None = None,
) -> None:
    """Hand over what waits and what comes, to all partners at once, until `stop` is set.

    Neither a partner nor a full disk ends it: what is wrong stands in `Outbox.account`.
    """
    patient = patience or Patience()
    limit = httpx.Timeout(patient.attempt_s)
    async with (
        httpx.AsyncClient(follow_redirects=False, trust_env=False, timeout=limit) as client,
        asyncio.TaskGroup() as group,
    ):
        for route in routes:
            group.create_task(_serve(route, client, clock, stop, patient))


async def _serve(
    route: Route, client: httpx.AsyncClient, clock: Clock, stop: asyncio.Event, patience: Patience
) -> None:
    failures, key = 0, ""
    while not stop.is_set():
        parcel = route.outbox.first()
        if parcel is None:
            await _pause(stop, patience.idle_s)
            continue
        failures, key = (failures if parcel.key == key else 0), parcel.key
        t_ns = clock()
        answer = await attempt(route, client, parcel, t_ns=t_ns, patience=patience)
        old = t_ns - parcel.t_accepted_ns > patience.give_up_s * S_NS
        outcome = "given up" if answer.outcome is None and old else answer.outcome
        if not _closed(route.outbox, outcome, t_ns, failures + 1, answer.why):
            failures += 1
            await _pause(stop, patience.wait_s(failures))


def _closed(outbox: Outbox, outcome: Outcome | None, t_ns: int, attempts: int, why: str) -> bool:
    """Write down what an attempt came to; say whether the parcel is dealt with."""
    outbox.note(why)
    if outcome is None:
        return False
    try:
        outbox.close_first(outcome, t_ns=t_ns, attempts=attempts, why=why)
    except BadStorage as wrong:  # it stays the first and is posted once more: one key, one alert
        outbox.note(str(wrong))
        return False
    return True


async def attempt(
    route: Route, client: httpx.AsyncClient, parcel: Parcel, *, t_ns: int, patience: Patience
) -> Answer:
    """Post a parcel once; whatever goes wrong is an answer, not an error."""
    body = body_of(parcel, route.partner.form)
    headers = sign(route.secrets, key=parcel.key, t_s=t_ns // S_NS, body=body)
    headers["Content-Type"] = CONTENT_TYPES[route.partner.form]
    try:
        async with (
            asyncio.timeout(patience.attempt_s),
            client.stream("POST", route.partner.url, content=body, headers=headers) as answer,
        ):
            return _judged(answer.status_code)
    except TimeoutError:
        return Answer(outcome=None, why=f"no answer within {patience.attempt_s:g} s")
    except httpx.HTTPError as wrong:
        return Answer(outcome=None, why=f"{type(wrong).__name__}: {wrong}"[:200])


def _judged(status: int) -> Answer:
    told = f"HTTP {status}"
    if 200 <= status < 300 or status == HAS_IT_ALREADY:
        return Answer(outcome="taken", why=told)
    return Answer(outcome="refused" if status in NEVER else None, why=told)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
