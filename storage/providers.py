"""What providers may be given, and whether they are served: known to all workers by one row each.

A bucket is taken from in the transaction of the claim, so that a claim that fails takes nothing. The row of a
limited provider is locked from there to the commit: claims for it take turns, by one lock for however many
messages. What was taken is spent, whatever becomes of the messages: each of them is an attempt.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.providers import Limits, Provider

PATIENCE = timedelta(seconds=30)
"""How long one that may be given nothing is waited for before the next is asked, and a probe's outcome."""

FAILURES_TO_OPEN = 5
"""How many messages in a row must fail before nothing more is given to a provider."""

FIRST_PROBE = timedelta(seconds=2)
"""How long a circuit is open before one message tries; each failure doubles it, up to `PATIENCE`."""

_NOTHING = timedelta(0)

_KNOW = text("""
    INSERT INTO provider (name, tokens, refilled_at, day, taken_today, failures, openings)
    SELECT name, 0, 'epoch', 'epoch', 0, 0, 0 FROM unnest(CAST(:names AS text[])) AS name ORDER BY name
    ON CONFLICT (name) DO NOTHING
""")

_STANDING = text("""
    SELECT name, opened_at IS NOT NULL AS is_open, failures > 0 AS is_troubled,
           greatest(paused_until, probe_at) - clock_timestamp() AS wait
    FROM provider WHERE name = ANY(CAST(:names AS text[]))
""")

# The clock is read behind the lock: whoever waited for it counts from when she got it.
_TAKE = text("""
    WITH locked AS MATERIALIZED (SELECT * FROM provider WHERE name = :name FOR UPDATE),
    timed AS MATERIALIZED (
        SELECT locked.*, clock_timestamp() AS at,
               CAST(:rate AS double precision) AS rate, CAST(:per_day AS integer) AS per_day
        FROM locked),
    filled AS MATERIALIZED (
        SELECT name, at, rate, per_day, CAST(at AT TIME ZONE 'UTC' AS date) AS today,
               least(CAST(:burst AS integer), tokens + rate * extract(epoch FROM at - refilled_at)) AS tokens,
               CASE WHEN day = CAST(at AT TIME ZONE 'UTC' AS date) THEN taken_today ELSE 0 END AS taken
        FROM timed),
    granted AS MATERIALIZED (
        SELECT *, greatest(0, least(CAST(:wanted AS integer), floor(tokens), per_day - taken)) AS messages
        FROM filled)
    UPDATE provider
    SET tokens = coalesce(granted.tokens - granted.messages, 0), refilled_at = granted.at,
        day = granted.today, taken_today = granted.taken + granted.messages
    FROM granted WHERE provider.name = granted.name
    RETURNING CAST(granted.messages AS integer) AS messages,
              CASE WHEN granted.taken >= granted.per_day
                   THEN (CAST(granted.today + 1 AS timestamp) AT TIME ZONE 'UTC') - granted.at
                   ELSE (1 - granted.tokens) / granted.rate * interval '1 second' END AS wait
""")

_GIVE_BACK = text("""
    UPDATE provider SET tokens = tokens + :messages, taken_today = taken_today - :messages WHERE name = :name
""")

_PROBE = text("""
    UPDATE provider SET probe_at = clock_timestamp() + :patience
    WHERE name = :name AND opened_at IS NOT NULL AND probe_at <= clock_timestamp()
    RETURNING name
""")

_PROBE_AGAIN = text("UPDATE provider SET probe_at = clock_timestamp() WHERE name = :name")

_SERVED = text("""
    UPDATE provider SET failures = 0, openings = 0, opened_at = NULL, probe_at = NULL
    WHERE name = :name AND (failures > 0 OR opened_at IS NOT NULL)
    RETURNING old.opened_at IS NOT NULL AS closed
""")

_FAILED = text("""
    WITH before AS MATERIALIZED (
        SELECT name, (:at_once OR failures + :messages >= :enough) AND (opened_at IS NULL OR :probe) AS opens
        FROM provider WHERE name = :name FOR UPDATE)
    UPDATE provider
    SET failures = failures + :messages,
        openings = CASE WHEN before.opens THEN openings + 1 ELSE openings END,
        opened_at = CASE WHEN before.opens THEN coalesce(opened_at, clock_timestamp()) ELSE opened_at END,
        probe_at = CASE WHEN before.opens
                        THEN clock_timestamp() + least(:longest, :first * power(2, least(openings, 10)))
                        ELSE probe_at END
    FROM before WHERE provider.name = before.name
    RETURNING old.opened_at IS NULL AND provider.opened_at IS NOT NULL AS opened
""")

_PAUSE = text("""
    UPDATE provider SET paused_until = greatest(paused_until, clock_timestamp() + :wait) WHERE name = :name
""")


class Allowance(NamedTuple):
    """How many messages a claim may take for a provider; where none, how long it is to wait.

    `is_open` where its circuit is: then the message is a probe. `by_limit` where our own limit says wait.
    """

    provider: str
    messages: int
    wait: timedelta = _NOTHING
    is_open: bool = False
    is_troubled: bool = False
    by_limit: bool = False
    limited: bool = False


class _Standing(NamedTuple):
    is_open: bool
    is_troubled: bool
    wait: timedelta


async def allow(session: AsyncSession, offers: Sequence[Limits], wanted: int) -> Allowance:
    """Allow a claim some messages for the first provider, in order of preference, that may be given any.

    The next one is asked where a circuit is open, or where nothing would go for longer than `PATIENCE`.
    """
    standing = await _standing(session, [limits.provider for limits in offers])
    waiting = []
    for limits in offers:
        allowance = await _allowed(session, limits, standing[limits.provider], wanted)
        if allowance.messages or not (allowance.is_open or allowance.wait > PATIENCE):
            return allowance
        waiting.append(allowance)
    return min(waiting, key=lambda allowance: allowance.wait)


async def _allowed(session: AsyncSession, limits: Limits, standing: _Standing, wanted: int) -> Allowance:
    name, is_open = limits.provider, standing.is_open
    if standing.wait > _NOTHING:
        return Allowance(name, 0, standing.wait, is_open=is_open)
    if is_open:
        probing = await session.execute(_PROBE, {"name": name, "patience": PATIENCE})
        if probing.first() is None:
            return Allowance(name, 0, FIRST_PROBE, is_open=True)
        wanted = 1
    allowed = Allowance(name, wanted, is_open=is_open, is_troubled=is_open or standing.is_troubled)
    return await _taken(session, limits, allowed) if limits.any else allowed


async def _taken(session: AsyncSession, limits: Limits, allowed: Allowance) -> Allowance:
    taken = await session.execute(
        _TAKE,
        {
            "name": limits.provider,
            "burst": limits.burst,
            "rate": limits.refill_per_second,
            "per_day": limits.per_day,
            "wanted": allowed.messages,
        },
    )
    granted = taken.one()
    if granted.messages:
        return allowed._replace(messages=granted.messages, limited=True)
    if allowed.is_open:
        await session.execute(_PROBE_AGAIN, {"name": limits.provider})
    return allowed._replace(messages=0, wait=granted.wait, by_limit=True)


async def _standing(session: AsyncSession, names: list[str]) -> dict[str, _Standing]:
    while True:
        rows = (await session.execute(_STANDING, {"names": names})).all()
        if len(rows) == len(names):
            return {row.name: _Standing(row.is_open, row.is_troubled, row.wait or _NOTHING) for row in rows}
        await session.execute(_KNOW, {"names": names})


async def give_back(session: AsyncSession, allowance: Allowance, used: int) -> None:
    """Put back what a claim was allowed and found no messages for."""
    if allowance.limited:
        unused = allowance.messages - used
        await session.execute(_GIVE_BACK, {"name": allowance.provider, "messages": unused})
    if allowance.is_open and not used:
        await session.execute(_PROBE_AGAIN, {"name": allowance.provider})


async def was_served(session: AsyncSession, provider: str) -> bool:
    """Forget the failures of a provider that took or judged a message; True where that closes its circuit."""
    served = (await session.execute(_SERVED, {"name": provider})).first()
    return served is not None and served.closed


async def has_failed(
    session: AsyncSession, provider: str, messages: int, *, at_once: bool, probe: bool
) -> bool:
    """Count failures in a row, and open the circuit where they are enough; True where it was closed before.

    `at_once` opens it with the first. While it is open, only a failed `probe` keeps it open for longer.
    """
    parameters = {
        "name": provider,
        "messages": messages,
        "at_once": at_once,
        "probe": probe,
        "enough": FAILURES_TO_OPEN,
        "first": FIRST_PROBE,
        "longest": PATIENCE,
    }
    return bool((await session.execute(_FAILED, parameters)).one().opened)


async def pause(session: AsyncSession, provider: str, wait: timedelta) -> None:
    """Give a provider nothing for so long: it asked for that."""
    await session.execute(_PAUSE, {"name": provider, "wait": wait})


async def known_providers(session: AsyncSession) -> list[Provider]:
    """List what is known of providers, by name."""
    return list(await session.exec(select(Provider).order_by(col(Provider.name))))
