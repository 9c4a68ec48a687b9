"""Letters about answers that did not come: what leaves is what a person approved."""

from typing import Final

from activities.drafts import Draft
from models.messages import Purpose
from models.reply_letters import letter_digest
from storage.database import Database
from storage.escalation import letter_to, proposed_step, step_of_round
from storage.reply_clocks import started_at
from templates.rendering import Renderer

FOLLOWING: Final = frozenset(
    {Purpose.STATEMENT, Purpose.ADDENDUM, Purpose.REPLY_REMINDER, Purpose.STOP_NOTICE}
)
"""What goes out as an answer to the mail before it about the same action."""


class ReplyLetters:
    """Finds the step whose letter a message is, and compares it with what was approved."""

    def __init__(self, database: Database, renderer: Renderer, *, time_zone: str) -> None:
        self._database = database
        self._renderer = renderer
        self._time_zone = time_zone

    async def context(self, draft: Draft) -> dict[str, object]:
        """Return what the letter says.

        Raises:
            ValueError: it is not the one that was approved, such as after a change of the template.
        """
        contents = draft.contents
        async with self._database.transaction() as session:
            step_id = await step_of_round(session, contents.document.id, contents.round)
            one = await proposed_step(session, contents.action.id, step_id)
            if one is None:
                raise ValueError("the step of a letter is gone")
            sent_at = await started_at(session, one.step.document_id, one.late.id, self._time_zone)
        letter = letter_to(one, contents.action.reference, sent_at)
        context = letter.context(self._time_zone)
        rendered = self._renderer.email("reply_reminder", letter.language, context)
        if letter_digest(rendered.subject, rendered.text) != one.step.digest:
            raise ValueError("the letter is not the one that was approved")
        return context
