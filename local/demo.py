"""`make demo`: one invented action from intake to its end, on real parts and through the public doors."""

import asyncio
import shutil
import sys
import time
from pathlib import Path

from rich.console import Console

from local.demo_follow_up import AfterTheRelease, in_seconds
from local.demo_people import (
    DemoError,
    Invitation,
    Mailbox,
    Member,
    address_of,
    answer_invitation,
    choose_pin,
    confirm_all,
    invitation_in,
    is_receipt,
    request_in,
    run_script,
)
from local.demo_story import (
    Story,
    audience_in_words,
    closing_table,
    rehearsal_in_words,
    where_to_look,
)
from local.environment import data_folder, free_ports, given_settings
from local.ports import LOOPBACK
from local.stack import Stack
from local.up import REFUSALS

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
SAMPLE_PROVIDER = "127.0.0.1:8026"
SIGN_AT_ONCE = 2
SIGNS = ("sign", "public", "signs")
ANSWERS = {
    2: ("decline", "public", "declines; nobody reminds her again"),
    3: ("sign", "withheld", "signs without its name: the signature is counted, and named to nobody"),
}
"""Who answers otherwise, by her turn: the answer, how her organisation appears, and what is told of it."""
VERIFIERS_ASKED = 2
LONGEST_WAIT_SECONDS = 30


class Demo:
    """Plays the coordinator, the verifiers and the partners, and tells the story as it happens."""

    def __init__(self, stack: Stack, console: Console, started: float) -> None:
        self._stack = stack
        self._console = console
        self._started = started
        self._mailbox = Mailbox(self._mailbox_url)

    async def play(self) -> None:
        """Carry the action to its end."""
        coordinator, *_ = await asyncio.gather(
            self._coordinator("Marisol Ejemplo"),
            self._verifier("Inés Ejemplo", 1),
            self._verifier("Abril Ejemplo", 2),
        )
        self.say("Inés and Abril are enrolled as verifiers: each chooses a PIN on a page of her own.")
        await self._import_directory(coordinator)
        case = in_seconds(EXAMPLES / "case.yaml", self._stack.data / "case.yaml")
        action = await coordinator.starter("start", str(case))
        reference: str = action["reference"]
        self.say(f"Marisol hands the case in with `starter.py start`: it is safe as {reference}.")
        watching = asyncio.create_task(self._watch(coordinator, reference))
        await self._verifiers_answer(reference)
        looking = asyncio.create_task(self._look_ahead(coordinator, reference))
        await self._partners_answer(looking)
        await self._mailbox.close()
        await self._follow_up(coordinator, reference)
        await watching
        await self._verify(coordinator, reference)
        await self._report(coordinator, reference)
        await self._sum_up(coordinator, reference)

    @property
    def _mailbox_url(self) -> str:
        return f"http://{LOOPBACK}:{self._stack.settings.local_mailbox_port}"

    def say(self, line: str) -> None:
        """Print one line of the story with the time since the start."""
        elapsed = f"{time.monotonic() - self._started:5.1f} s"
        self._console.print(f"[dim]{elapsed}[/dim]  {line}", highlight=False, soft_wrap=True)

    async def _coordinator(self, name: str) -> Member:
        arguments = ("keys", "create", "--name", name, "--email", address_of(name), "--role", "coordinator")
        key = await run_script("admin.py", *arguments, environment=self._stack.environment)
        return Member(name, self._stack.settings.public_url, key.strip())

    async def _verifier(self, name: str, place: int) -> None:
        who = ("--name", name, "--email", address_of(name), "--duty", str(place))
        link = await run_script("admin.py", "verifiers", "enrol", *who, environment=self._stack.environment)
        await choose_pin(link.strip())

    async def _import_directory(self, coordinator: Member) -> None:
        partners = self._stack.data / "partners.yaml"
        own_provider = f"{LOOPBACK}:{self._stack.settings.local_providers_port}"
        partners.write_text((EXAMPLES / "partners.yaml").read_text().replace(SAMPLE_PROVIDER, own_provider))
        imported = await asyncio.gather(
            coordinator.starter("partners", "import", str(partners)),
            coordinator.starter("contacts", "import", str(EXAMPLES / "contacts.yaml")),
        )
        counts = [result["created"] for result in imported]
        self.say(f"Marisol imports {counts[0]} partner organisations and {counts[1]} contacts.")

    async def _follow_up(self, coordinator: Member, reference: str) -> None:
        """Go on with a look at the mailbox of its own: what was not read yet is in it as well."""
        mailbox = Mailbox(self._mailbox_url)
        await AfterTheRelease(coordinator, reference, mailbox, self._take_in, self.say).play()
        await mailbox.close()

    async def _take_in(self, mail: bytes) -> None:
        """Hand a mail on to the network, as its mail server does."""
        await run_script("admin.py", "inbound", environment=self._stack.environment, stdin=mail)

    async def _watch(self, coordinator: Member, reference: str) -> None:
        story = Story(self.say)
        async for action in coordinator.follow(reference):
            story.tell(action)

    async def _verifiers_answer(self, reference: str) -> None:
        """Have each verifier who was asked open her link, type her PIN, read the case and confirm it."""
        answered = 0
        while answered < VERIFIERS_ASKED:
            mails = await self._mailbox.next_mails(LONGEST_WAIT_SECONDS)
            if not mails:
                raise DemoError("No verifier was asked.")
            for mail in mails:
                request = request_in(mail)
                if request is None or reference in mail["subject"]:
                    raise DemoError("A request to a verifier must come first, and say nothing of the case.")
                await confirm_all(request.link)
                answered += 1
                self.say(
                    f"  {request.recipient} opens her link with her PIN, reads, and confirms everything."
                )

    async def _look_ahead(self, coordinator: Member, reference: str) -> None:
        """Have the coordinator see whom the release goes to and what each of them gets, before it goes."""
        preview = await coordinator.starter("preview", reference)
        self.say(f"Marisol looks ahead with `starter.py preview`: {audience_in_words(preview)}.")
        rehearsal = await coordinator.starter("rehearse", reference)
        if not rehearsal["messages"] or any(message["failure"] for message in rehearsal["messages"]):
            raise DemoError("A message of the rehearsal could not be made.")
        for line in rehearsal_in_words(rehearsal):
            self.say(line)

    async def _partners_answer(self, looking: asyncio.Task[None]) -> None:
        """Have two partners sign at once; of those reminded, one declines, one signs unnamed, others sign.

        They decide when it goes out: the coordinator has looked ahead by then.
        """
        invited: set[str] = set()
        answered: list[str] = []
        while mails := await self._mailbox.next_mails(LONGEST_WAIT_SECONDS):
            for mail in mails:
                if is_receipt(mail):
                    self.say(f"  {mail['to'][0]} gets a receipt, by which she could say: that was not us.")
                    continue
                invitation = invitation_in(mail, earlier=invited)
                if invitation is None:
                    return
                invited.add(invitation.recipient)
                if invitation.reminder or len(answered) < SIGN_AT_ONCE:
                    if invitation.reminder:
                        await looking
                    place = len(answered)
                    answered.append(invitation.recipient)
                    await self._answer(invitation, *ANSWERS.get(place, SIGNS))
        raise DemoError("No mail arrived.")

    async def _answer(self, invitation: Invitation, answer: str, visibility: str, told: str) -> None:
        await answer_invitation(invitation, answer, visibility)
        prompt = "is reminded, opens the new link" if invitation.reminder else "opens the link"
        self.say(f"  {invitation.recipient} {prompt}, reads, and {told}.")

    async def _verify(self, coordinator: Member, reference: str) -> None:
        own = str(self._stack.data / "marisols-anchors.jsonl")
        report = await coordinator.starter("audit", "verify", reference, "--anchors", own)
        self.say(
            f"Marisol verifies the audit trail on her own machine: {report['events']} events, each chained,"
            f" {report['server_anchors']} anchors agree. She keeps an anchor of her own."
        )

    async def _report(self, coordinator: Member, reference: str) -> None:
        file = self._stack.data / "report.html"
        report = await coordinator.starter("report", reference, "--out", str(file))
        signed, countries = sum(report["signatures"].values()), len(report["signatures"])
        responses = sum(count for kind in report["responses"] for count in kind["kinds"].values())
        self.say(
            f"Marisol has `starter.py report` for funders, without a name: {signed} signatures from"
            f" {countries} countries, {len(report['timeline'])} points on its timeline, {responses} response"
            f" ({shown(file)})."
        )

    async def _sum_up(self, coordinator: Member, reference: str) -> None:
        events = await coordinator.read(f"/api/v1/actions/{reference}/timeline")
        deliveries = await coordinator.read(f"/api/v1/actions/{reference}/deliveries?limit=1000")
        self._console.print()
        self._console.print(closing_table(events["events"], deliveries["deliveries"]))
        self._console.print(where_to_look(shown(self._stack.data), reference))


def shown(path: Path) -> Path:
    """Return a path as people type it: below the present folder where it lies there."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


async def tell(data: Path, console: Console) -> None:
    """Start everything in an empty folder, play, and stop everything."""
    started = time.monotonic()
    shutil.rmtree(data, ignore_errors=True)
    console.print("Starting PostgreSQL, Temporal, mailbox, providers, worker and web …")
    async with Stack(data, given={**given_settings(), **free_ports()}) as stack:
        demo = Demo(stack, console, started)
        demo.say("Everything runs.")
        await demo.play()


def main() -> int:
    """Tell the story; 0 where it came to its end."""
    console = Console()
    try:
        asyncio.run(tell(data_folder(given_settings()) / "demo", console))
    except (*REFUSALS, DemoError) as refusal:
        console.print(str(refusal), style="red", markup=False)
        return 1
    except KeyboardInterrupt:
        console.print("Stopped.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
