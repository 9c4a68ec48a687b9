"""What each message says: drafts become the contents of their channel."""

from activities.sending import Draft
from channels.mime import EmailContent
from channels.partner_api import DocumentContent
from channels.sms import SmsContent
from models.documents import DocumentText
from models.messages import Purpose
from security.fields import FieldCipher
from security.sealed_places import api_secret_place
from security.tokens import new_token, token_hash
from storage.contents import Contents
from storage.database import Database
from storage.sign_on import closing_time, issue_link
from templates.rendering import Renderer


class Composer:
    """Makes mails, texts and documents; each invitation gets a sign link, of which only the hash is kept."""

    def __init__(
        self, database: Database, renderer: Renderer, cipher: FieldCipher, *, public_url: str, time_zone: str
    ) -> None:
        self._database = database
        self._renderer = renderer
        self._cipher = cipher
        self._public_url = public_url.rstrip("/")
        self._time_zone = time_zone

    async def email(self, draft: Draft) -> EmailContent:
        """Compose a mail of any purpose."""
        contexts = {
            Purpose.STATEMENT: self._statement,
            Purpose.INVITATION: self._invitation,
            Purpose.SIGN_ON_REMINDER: self._invitation,
            Purpose.CHECK_IN: self._check_in,
        }
        purpose, language = draft.contents.purpose, draft.delivery.language
        rendered = self._renderer.email(purpose.value, language, await contexts[purpose](draft))
        return EmailContent(
            recipient_name=draft.recipient.name,
            subject=rendered.subject,
            text=rendered.text,
            html=rendered.html,
            language=language,
        )

    async def sms(self, draft: Draft) -> SmsContent:
        """Compose a text that announces a statement."""
        text = _text(draft)
        context = {"index": draft.contents.index, "title": text.headline}
        return SmsContent(self._renderer.sms("statement", draft.delivery.language, context))

    async def document(self, draft: Draft) -> DocumentContent:
        """Compose the JSON of a statement for a partner's system."""
        if draft.recipient.sealed_secret is None:
            raise ValueError("a partner with an API address has no secret")
        return DocumentContent(
            document={"type": "statement.released", "data": _as_json(draft)},
            secret=self._cipher.open(
                draft.recipient.sealed_secret, context=api_secret_place(draft.delivery.address)
            ),
        )

    async def _statement(self, draft: Draft) -> dict[str, object]:
        return {
            **_text_context(draft),
            **_signatories(draft.contents),
            "salutation": draft.recipient.salutation,
            "recipient_name": draft.recipient.name,
            "unsubscribe": draft.delivery.recipient_kind == "contact",
        }

    async def _invitation(self, draft: Draft) -> dict[str, object]:
        return {
            **_text_context(draft),
            "recipient_name": draft.recipient.name,
            "partner_name": draft.recipient.organisation,
            "sign_url": await self._sign_url(draft),
            "closes_at": closing_time(draft.contents.document),
            "time_zone": draft.recipient.time_zone or self._time_zone,
        }

    async def _check_in(self, draft: Draft) -> dict[str, object]:
        return {
            "recipient_name": draft.recipient.name,
            "reference": draft.contents.action.reference,
            "released_at": draft.contents.action.released_at,
            "number": draft.contents.round,
            "time_zone": draft.recipient.time_zone or self._time_zone,
        }

    async def _sign_url(self, draft: Draft) -> str:
        if draft.delivery.invitation_id is None:
            raise ValueError("an invitation's delivery names no invitation")
        token = new_token()
        async with self._database.transaction() as session:
            await issue_link(session, draft.delivery.invitation_id, draft.delivery.id, token_hash(token))
        return f"{self._public_url}/s/{token}"


def _text(draft: Draft) -> DocumentText:
    return draft.contents.texts[draft.delivery.language]


def _text_context(draft: Draft) -> dict[str, object]:
    text = _text(draft)
    return {
        "index": draft.contents.index,
        "title": text.headline,
        "summary": text.summary,
        "body": text.body,
        "background": text.background,
        "demands": text.demands,
        "statement_language": text.language,
    }


def _signatories(contents: Contents) -> dict[str, object]:
    return {
        "signatories": [one._asdict() for one in contents.signatories],
        "unnamed_signatories": contents.unnamed_signatories,
    }


def _as_json(draft: Draft) -> dict[str, object]:
    return {
        "delivery_id": str(draft.delivery.id),
        **_text_context(draft),
        **_signatories(draft.contents),
        "digest": draft.contents.digest.hex(),
    }
