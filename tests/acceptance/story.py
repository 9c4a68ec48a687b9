"""The vocabulary of the acceptance cases: what people do in a story, and what comes of it."""

import re
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import httpx

from local.environment import free_ports
from local.postgres import EmbeddedPostgres
from models.vocabulary import Role
from tests.acceptance.cases import mailbox_of
from tests.acceptance.clock import Clock, StackInTime
from tests.acceptance.files import case_file, change_file, document_file
from tests.acceptance.inboxes import Mail
from tests.acceptance.network import ROLES, Network, keys_in_database, people_of
from tests.acceptance.people import Coordinator

OTHER_COORDINATOR = "olga@otra-red.example"

A_YEAR = timedelta(days=365)
A_LITTLE = timedelta(minutes=1)
"""Past a moment, so that what was due at it has come."""


@dataclass(frozen=True)
class World:
    """A network at work, in a time that can pass."""

    network: Network
    clock: Clock
    other_network: Coordinator
    """Somebody of another network that works with the same engine."""


@asynccontextmanager
async def world_in_time(data: Path, server: EmbeddedPostgres, name: str) -> AsyncIterator[World]:
    """Start everything by a clock of its own."""
    stack = StackInTime(data, given=free_ports(), postgres=server, database=name)
    async with stack, httpx.AsyncClient(timeout=40, trust_env=False) as http:
        keys = await keys_in_database(stack, ROLES | {OTHER_COORDINATOR: Role.COORDINATOR})
        yield world_of(stack, http, keys)


def world_of(stack: StackInTime, http: httpx.AsyncClient, keys: Mapping[str, str]) -> World:
    """Bring the people to the doors of a running stack; `keys` by mail address."""
    network = people_of(stack, http, keys)
    other = replace(network.coordinator, key=keys[OTHER_COORDINATOR], email=OTHER_COORDINATOR)
    return World(network, Clock(stack), other)


@dataclass(frozen=True)
class Story:
    """One action, from the case that a coordinator handed in."""

    world: World
    reference: str
    began: date
    """The day from which days of the story are counted."""
    told: list[Mapping[str, Any]]
    """The case, and each change of its facts, as its coordinator wrote them down."""

    @property
    def network(self) -> Network:
        return self.world.network

    @property
    def today(self) -> str:
        return self.world.clock.now().date().isoformat()

    def day(self, number: int) -> str:
        """Return a day of the story, by its number."""
        return (self.began + timedelta(days=number)).isoformat()

    async def attested(self) -> None:
        """Have two verifiers read what is current, and stand behind it."""
        for verifier in self.network.verifiers:
            await verifier.attest(self.reference)

    async def released(self) -> None:
        """Have the coordinator release what is approved, to all who may get it."""
        await self.network.coordinator.release(self.reference)

    async def reaches(self, phase: str) -> None:
        await self.network.coordinator.reaches(self.reference, phase)

    async def action(self) -> dict[str, Any]:
        return await self.network.coordinator.action(self.reference)

    async def resembles(self) -> dict[str, int]:
        """Return which other actions may be about the same person, with their likeness in percent."""
        found = (await self.action())["possible_duplicates"]
        return {one["reference"]: one["similarity"] for one in found}

    async def rejected(self, reason: str) -> None:
        """Have a verifier reject it."""
        await self.network.verifiers[0].decide(self.reference, "reject", {"reason": reason})

    async def phase(self) -> str:
        phase: str = (await self.action())["phase"]
        return phase

    async def goes_out(self) -> None:
        """Have it attested and released, and wait until it is followed up."""
        await self.attested()
        await self.released()
        await self.reaches("following_up")

    async def signed_by(self, *partners: str, document: int = 1) -> None:
        await self.network.partners.sign(f"{self.reference}/{document}", *map(mailbox_of, partners))

    async def signs_at(self, address: str, document: int = 1) -> None:
        """Sign by the invitation to an address."""
        await self.network.partners.sign(f"{self.reference}/{document}", address)

    async def has_address(self, target: int, address: str) -> None:
        """Give an office another mail address, looked up today."""
        today = self.world.clock.now().date()
        looked_up = {"source": "llamada", "checked_on": f"{today}", "valid_until": f"{today + A_YEAR}"}
        entry = {"channel": "email", "value": address, **looked_up}
        await self.does(f"targets/{target}/addresses", entry)

    async def finds_nothing_at(self, mails: list[Mail]) -> None:
        """Follow the sign links of mails that should open nothing any more."""
        for mail in mails:
            if mail.kind in {"invitation", "receipt"}:
                page = await self.network.coordinator.http.get(mail.link, follow_redirects=True)
                assert page.status_code == httpx.codes.NOT_FOUND

    async def tells(self, document: str) -> None:
        """Write the next document of the case."""
        await self.does("documents", document_file(document))

    async def learns(self, change: str) -> None:
        """Report that facts changed."""
        tree = change_file(change, self.world.clock.now().date())
        await self.does("changed-facts", tree)
        self.told.extend([tree, tree.get("adds", {})])

    async def widens(self, change: str) -> None:
        """Add people, concerns and offices to the case."""
        tree = change_file(change, self.world.clock.now().date())
        await self.does("widening", tree)
        self.told.append(tree)

    async def writes(self, number: int, document: str) -> None:
        """Write another version of a document."""
        await self.does(f"documents/{number}/versions", document_file(document))

    async def begins_again(self, document: str) -> None:
        """Wake a case that slept or was closed."""
        await self.does("reopen", document_file(document))

    async def does(self, what: str, body: object = None) -> dict[str, Any]:
        """Have the coordinator do something about the action by the API."""
        return await self.network.coordinator.decide(self.reference, what, body)

    async def refused(self, what: str, body: object = None) -> str:
        """Have the coordinator try what is refused, and return what she is told."""
        answer = await self.network.coordinator.ask("POST", f"/actions/{self.reference}/{what}", json=body)
        assert answer.is_client_error, answer.text
        return answer.text

    async def consents(self, person: int, *uses: str, by: str = "herself", **more: Any) -> None:
        """Record what a person allows today."""
        for use in uses:
            given = {"person": person, "use": use, "given": True, "given_by": by, "method": "phone"}
            await self.does("consents", {**given, "on": self.today, **more})

    async def answered_by(self, target: int, kind: str) -> None:
        """Write down what an office answered today."""
        answer = {"target": target, "kind": kind, "channel": "letter", "received_on": self.today}
        await self.does("responses", answer)

    async def clocks(self) -> list[dict[str, Any]]:
        """Return until when each office should answer, and what was proposed where it is late."""
        clocks: list[dict[str, Any]] = (
            await self.network.coordinator.read(f"/actions/{self.reference}/clocks")
        )["clocks"]
        return clocks

    async def proposals(self) -> list[str]:
        """List the steps that are proposed where an office is late."""
        return [
            step["id"] for one in await self.clocks() for step in one["steps"] if step["state"] == "proposed"
        ]

    async def approves_the_next_letter(self) -> None:
        """Read the letter that is proposed to an office that is late, and let it go."""
        (step,) = await self.proposals()
        draft = await self.network.coordinator.read(f"/actions/{self.reference}/steps/{step}")
        await self.does(f"steps/{step}", {"decision": "approved", "digest": draft["digest"]})

    async def page_of(self, name: str) -> str:
        """Return what a partner's personal link to sign shows now."""
        link = await self.network.partners.link(f"{self.reference}/1", mailbox_of(name))
        return (await self.network.coordinator.http.get(link, follow_redirects=True)).text

    async def moves_hearing(self, number: int, day: int) -> None:
        await self.does(f"milestones/{number}/move", {"on": self.day(day), "at": "10:00"})

    async def days_told_of(self) -> Counter[int]:
        """Count how often the coordinator was reminded of each date of the case, by its number."""
        mails = [mail for mail in await self.mails() if mail.kind in {"day near", "day passed"}]
        return Counter(
            int(re.findall(rf"milestones show {self.reference} (\d+)", one.text)[0]) for one in mails
        )

    async def files_at(self, mechanism: str) -> str:
        """Draw a draft for a mechanism, send it by hand, say so, and return what it says."""
        path = f"/actions/{self.reference}/submissions"
        draft = (await self.network.coordinator.ask("GET", f"{path}/{mechanism}.md")).raise_for_status()
        await self.does("submissions", {"mechanism": mechanism, "digest": draft.headers["Acuerpa-Digest"]})
        return draft.text

    async def taps(self, news: str) -> None:
        """Answer the last check-in by its personal link."""
        link = (await self.mails("check-in"))[-1].link
        await self.network.partners.fill_in(link, said=news)

    async def loses_its_machines(self, partner: str) -> None:
        await self._about_partner(partner, "compromised")

    async def comes_back(self, partner: Mapping[str, Any]) -> None:
        """Have a partner back, at addresses that are its own."""
        await self.network.coordinator.import_partners([partner])
        await self._about_partner(partner["id"], "restore")

    async def confirms_its_signature(self, address: str) -> None:
        """Confirm what was answered before, by the link that was sent to an address."""
        link = await self.network.partners.link(self.reference, address, "confirmation")
        await self.network.partners.fill_in(link, said="confirm", told_by="Amparo Ficticia")

    async def _about_partner(self, partner: str, what: str) -> None:
        answer = await self.network.coordinator.ask("POST", f"/partners/{partner}/{what}")
        answer.raise_for_status()

    async def after(self, **duration: float) -> None:
        """Let time pass."""
        await self.world.clock.passes(self.reference, await self.phase(), timedelta(**duration) + A_LITTLE)

    async def on_the_evening_of(self, day: int) -> None:
        """Let time pass until the evening of a day of the story, after the hours of courts."""
        evening = datetime.combine(self.began + timedelta(days=day), time(20), UTC)
        await self.after(seconds=(evening - self.world.clock.now()).total_seconds())

    async def got(self, kind: str, number: int) -> Counter[str]:
        """Wait until so many mails of a kind have come, and count them by address."""
        await self.network.mailbox.has(number, self.reference, kind)
        return await self.network.mailbox.copies(self.reference, kind)

    async def readers_of(self, document: int, number: int) -> dict[str, str]:
        """Wait until so many have a document by mail, and map who has it, once, to the language of hers."""
        await self.network.mailbox.until(lambda mails: len(self._copies(mails, document)) >= number)
        copies = self._copies(await self.mails(), document)
        assert len({mail.to for mail in copies}) == len(copies)
        return {mail.to: mail.language for mail in copies}

    async def texts_of(self, document: int) -> dict[str, str]:
        """Map who has a document by mail to what she reads."""
        return {mail.to: mail.text for mail in self._copies(await self.mails(), document)}

    def _copies(self, mails: list[Mail], document: int) -> list[Mail]:
        index = re.compile(rf"{self.reference}/{document}\b")
        return [mail for mail in mails if index.search(mail.subject) and mail.kind == "statement"]

    async def mails(self, kind: str | None = None) -> list[Mail]:
        """Return what has come of the action."""
        mails = await self.network.mailbox.mails(self.reference)
        return [mail for mail in mails if kind in {None, mail.kind}]


async def handed_in(world: World, name: str, by: Coordinator | None = None) -> Story:
    """Have a coordinator hand the case of a file in."""
    today = world.clock.now().date()
    tree = case_file(name, today)
    reference = await (by or world.network.coordinator).hand_in(tree)
    return Story(world, reference, today, [tree])


def hours_between(first: str, second: str) -> float:
    """Return how many hours lie between two moments of the API."""
    return (datetime.fromisoformat(second) - datetime.fromisoformat(first)) / timedelta(hours=1)
