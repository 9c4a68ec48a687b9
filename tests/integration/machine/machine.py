"""The state machine's frame: one step is done, all becomes quiet, and what arrived is judged."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar

from hypothesis.stateful import RuleBasedStateMachine

from tests.integration.machine.inbox import SIGN_LINK, Message
from tests.integration.machine.judge import wrongs
from tests.integration.machine.model import Case, Document, Story, Text, Version
from tests.integration.machine.world import Answer, World

MOST_CASES = 3


@dataclass
class Tally:
    """What was done and seen over all examples."""

    steps: int = 0
    calls: Counter[str] = field(default_factory=Counter)
    messages: Counter[str] = field(default_factory=Counter)
    replacements: int = 0
    """How many statements were of documents that a changed fact had prepared."""
    tails: int = 0
    wrong: str | None = None
    """What went wrong first: hypothesis tells of its own attempt to repeat it, which timing may thwart."""

    def __str__(self) -> str:
        done = sum(number for call, number in self.calls.items() if call.endswith("done"))
        kinds = ", ".join(f"{number} {kind}" for kind, number in sorted(self.messages.items()))
        return (
            f"{self.steps} steps; {done} of {self.calls.total()} calls took effect; "
            f"judged {kinds}; {self.replacements} of them replaced old demands, {self.tails} came in a tail"
        )


class Frame(RuleBasedStateMachine):
    """Cases that people work on, and the story of each."""

    world: ClassVar[World]
    runner: ClassVar[asyncio.Runner]
    tally: ClassVar[Tally]
    known: ClassVar[dict[str, Story]] = {}
    """The stories of all examples: verifiers are still asked about the notices of former ones."""

    def __init__(self) -> None:
        super().__init__()
        self.stories: dict[str, Story] = {}
        self.log: list[str] = []
        self._touched: set[str] = set()
        self._closing: list[tuple[Story, datetime]] = []

    def step(self, work: Coroutine[Any, Any, None]) -> None:
        """Do one step, wait, and judge; no step follows one that was wrong."""
        if self.tally.wrong:
            raise AssertionError(self.tally.wrong)
        self.tally.steps += 1
        self.runner.run(self._through(work))

    def teardown(self) -> None:
        """End every case, so that nothing of it goes on in the next example."""
        self.runner.run(self._end_all())

    def begin_story(self, story: Story) -> None:
        """Take up a case that was handed in."""
        self.stories[story.now.reference] = self.known[story.now.reference] = story
        self._touched.add(story.now.reference)

    def story(self, which: int) -> Story:
        """Return one of the stories."""
        stories = list(self.stories.values())
        return stories[which % len(stories)]

    async def call(self, who: str, method: str, path: str, body: object = None) -> Answer:
        """Call the API, and write down what came of it."""
        answer = await self.world.ask(who, method, path, body)
        became = "done" if answer.took_effect else f"refused ({answer.response.status_code})"
        self.log.append(f"{answer.answered_at:%H:%M:%S.%f} {who}: {method} {path} {body}: {became}")
        self.tally.calls[f"{path.rpartition('/')[2]} {became.split(maxsplit=1)[0]}"] += 1
        return answer

    async def post(
        self, story: Story, who: str, path: str, body: object, how: Callable[[Case], None]
    ) -> Answer:
        """Ask for a change of a case, and take it up where it took effect."""
        answer = await self.call(who, "POST", f"/actions/{story.now.reference}/{path}", body)
        if answer.took_effect:
            self.touched(story, answer, how)
        return answer

    def touched(self, story: Story, answer: Answer, how: Callable[[Case], None]) -> None:
        """Take a change up."""
        self._touched.add(story.now.reference)
        story.change(answer.asked_at, answer.answered_at, how)

    def close_when_quiet(self, story: Story, answer: Answer) -> None:
        """Take a closing up once its workflow has come to its end."""
        self._touched.add(story.now.reference)
        self._closing.append((story, answer.asked_at))

    async def learn_notice(self, story: Story, who: str) -> None:
        """Read the notice that an end has written, if it wrote one."""
        newest = await self.newest_document(story, who)
        known = [document.number for document in story.now.documents]
        if newest["kind"] != "stop_action" or newest["number"] in known:
            return
        version = await self.version_as_told(story, who, newest["number"], 1)
        story.now.documents.append(Document(newest["number"], is_notice=True, versions=[version]))

    async def newest_document(self, story: Story, who: str) -> dict[str, Any]:
        """Ask which document of a case is the newest."""
        answer = await self.world.ask(who, "GET", f"/actions/{story.now.reference}/documents")
        newest: dict[str, Any] = answer.tree["documents"][-1]
        return newest

    async def version_as_told(self, story: Story, who: str, document: int, number: int) -> Version:
        """Read a version that nobody of the machine wrote; its digest must be that of its texts."""
        path = f"/actions/{story.now.reference}/documents/{document}/versions/{number}"
        read = (await self.world.ask(who, "GET", path)).tree
        version = Version(number, {one["language"]: _text(one) for one in read["texts"]}, who)
        assert version.digest == read["digest"]
        return version

    def complain(self, what: str, *shown: str) -> None:
        """Fail, and keep for the report all that led to it."""
        self.tally.wrong = self.tally.wrong or "\n".join([what, *shown, *self.log])
        raise AssertionError(self.tally.wrong)

    async def approve_end(self, story: Story) -> None:
        """Let the notice of a stopped case go out."""
        raise NotImplementedError

    async def _through(self, work: Coroutine[Any, Any, None]) -> None:
        await work
        await self.settle()

    async def settle(self) -> None:
        """Wait until all is quiet, and judge what has arrived."""
        await self.world.quiet(self._touched)
        self._touched.clear()
        for story, asked_at in self._closing:
            story.change(asked_at, datetime.now(UTC), _close)
        self._closing.clear()
        for message in await self.world.inboxes.news():
            self._judge(message)
        for story in self.stories.values():
            if story.untold():
                self.complain(f"Nobody told of the end of {story.now.reference}: {story.untold()}")

    def _judge(self, message: Message) -> None:
        self.tally.messages[str(message.kind)] += 1
        self.tally.replacements += self._is_replacement(message)
        self.log.append(f"{message.received_at:%H:%M:%S.%f} {message.channel} {message.to}: {message.title}")
        found = wrongs(message, self.known, self.world.emails)
        if found:
            what = f"{message.channel} {message.to}, {message.kind}, at {message.received_at:%H:%M:%S.%f}"
            self.complain(f"A message was wrong ({what}): {found}", *message.parts[:2])
        story = self.stories.get(message.reference or "")
        if story and message.kind in {"invitation", "reminder"}:
            story.invitations[message.to] = SIGN_LINK.findall(message.parts[1])[0]

    def _is_replacement(self, message: Message) -> bool:
        story = self.stories.get(message.reference or "")
        guided = {one.number for one in story.now.documents if one.guided} if story else set()
        return message.kind == "statement" and message.number in guided

    async def _end_all(self) -> None:
        for story in self.stories.values():
            answer = await self.world.ask(story.now.author, "POST", f"/actions/{story.now.reference}/stop")
            if answer.took_effect:
                self.touched(story, answer, stop)
                await self.learn_notice(story, story.now.author)
            await self.approve_end(story)
        await self.settle()
        self.tally.tails += sum(era.tail for story in self.stories.values() for era in story.eras)
        await self.world.inboxes.forget()


def stop(case: Case) -> None:
    """Stop a case: a hold and a return end with it."""
    case.stopped, case.held, case.returned = True, False, False


def _close(case: Case) -> None:
    case.closed = True


def _text(tree: dict[str, Any]) -> Text:
    parts = {part: tree[part] for part in ("headline", "summary", "body", "background", "demands")}
    return Text(**parts)
