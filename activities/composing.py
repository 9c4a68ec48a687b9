"""What each message says: drafts become the contents of their channel."""

from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

from activities.attaching import LetterAttachments
from activities.digest_context import digest_context
from activities.document_context import signatories, text_context, text_for
from activities.drafts import Draft
from activities.expiry_context import expiry_context
from activities.leak_watch import LeakWatch, Part, texts_in
from activities.milestone_context import milestone_context
from activities.missed_context import missed_context
from activities.moulding import Moulds
from activities.receipt_context import receipt_context
from activities.reply_letters import FOLLOWING, ReplyLetters
from activities.secret_links import SecretLinks
from channels.mime import EmailContent
from channels.partner_api import DocumentContent
from channels.sms import SmsContent
from models.messages import Purpose
from models.outbox import RecipientKind
from models.partner_webhooks import ActionStopped, StatementAddendum, StatementReleased, as_json
from models.text_changes import new_lines
from security.fields import FieldCipher
from security.sealed_places import api_secret_place, former_secret_place
from security.unsubscribing import UnsubscribeLinks
from storage.addenda import ListChanges, list_changes
from storage.database import Database
from storage.letter_content import addressed_lines
from storage.partner_documents import addendum_event, document_event
from storage.receipts import told_answer
from storage.sign_on import closing_time
from storage.signing_again import signed_text
from templates.letter.press import LetterPress
from templates.rendering import Renderer

_ASKING = {Purpose.VERIFICATION, Purpose.VERIFICATION_REMINDER}


class Stationery(NamedTuple):
    """What messages are written with."""

    renderer: Renderer
    press: LetterPress
    unsubscribe_links: UnsubscribeLinks


class Composer:
    """Makes mails, texts and documents, and has each read before it leaves.

    Invitations and requests get a link of their own, of which only the hash is kept.
    """

    def __init__(
        self,
        database: Database,
        stationery: Stationery,
        cipher: FieldCipher,
        *,
        public_url: str,
        time_zone: str,
        sign_links_last: timedelta,
        sms_link: str | None = None,
    ) -> None:
        self._database = database
        self._renderer = stationery.renderer
        self._cipher = cipher
        self._watch = LeakWatch(cipher)
        self._unsubscribe_links = stationery.unsubscribe_links
        self._letters = LetterAttachments(stationery.press, self._watch, time_zone=time_zone)
        self._moulds = Moulds(self._watch, self._written_mail)
        self._links = SecretLinks(database, public_url=public_url, last=sign_links_last)
        self._reply_letters = ReplyLetters(database, stationery.renderer, time_zone=time_zone)
        self._time_zone = time_zone
        self._sms_link = sms_link

    async def email(self, draft: Draft) -> EmailContent:
        """Compose a mail of any purpose."""
        return await self._moulds.mail(draft, self._personal(draft))

    def _personal(self, draft: Draft) -> EmailContent:
        """Return what headers hold of one recipient."""
        return EmailContent(
            recipient_name=draft.recipient.name,
            subject="",
            text="",
            html="",
            language=draft.delivery.language,
            references=tuple(draft.recipient.earlier) if draft.contents.purpose in FOLLOWING else (),
            unsubscribe_url=self._way_off_the_list(draft),
        )

    async def _written_mail(self, draft: Draft) -> EmailContent:
        """Write a mail as a whole, and have it read."""
        contexts = {
            Purpose.STATEMENT: self._statement,
            Purpose.INVITATION: self._invitation,
            Purpose.SIGN_ON_REMINDER: self._invitation,
            Purpose.ADDENDUM: self._addendum,
            Purpose.SIGN_AGAIN: self._signing_again,
            Purpose.ANSWER_RECEIPT: self._receipt,
            Purpose.DISOWNED_ALARM: self._to_coordinator,
            Purpose.APPROVAL_REQUEST: self._to_approver,
            Purpose.APPROVAL_DECLINED: self._new_link,
            Purpose.ADDRESS_CHANGED: self._of_partner,
            Purpose.QUESTION: self._to_coordinator,
            Purpose.QUESTION_ANSWERED: self._new_link,
            Purpose.SIGN_LINK: self._new_link,
            Purpose.CHECK_IN: self._check_in,
            Purpose.EXPIRY_WARNING: self._expiring,
            Purpose.LEAK_ALARM: self._to_coordinator,
            Purpose.VERIFICATION_ALARM: self._to_coordinator,
            Purpose.INVITATION_ALARM: self._missed,
            Purpose.VERIFICATION: self._asking,
            Purpose.VERIFICATION_REMINDER: self._asking,
            Purpose.REPLY_OVERDUE: self._check_in,
            Purpose.MILESTONE: self._milestone,
            Purpose.DIGEST: self._digest,
            Purpose.REPLY_REMINDER: self._reply_letters.context,
            Purpose.STOP_NOTICE: self._notice,
        }
        purpose, language = draft.contents.purpose, draft.delivery.language
        rendered = self._renderer.email(purpose.value, language, await contexts[purpose](draft))
        self._watch.read(draft, Part(rendered.subject), Part(rendered.text), Part(rendered.html, markup=True))
        return replace(
            self._personal(draft),
            subject=rendered.subject,
            text=rendered.text,
            html=rendered.html,
            attachments=await self._letters.of(draft),
        )

    async def sms(self, draft: Draft) -> SmsContent:
        """Compose a text that announces a document, or that a case waits."""
        purpose, language = draft.contents.purpose, draft.delivery.language
        context = await self._asking(draft) if purpose in _ASKING else self._announcement(draft)
        text = self._renderer.sms(purpose.value, language, context)
        self._watch.read(draft, Part(text))
        return SmsContent(text)

    async def document(self, draft: Draft) -> DocumentContent:
        """Compose what a partner's system is told."""
        self._watch.identified(draft)
        event = as_json(await self._event(draft))
        self._watch.read(draft, *(Part(text, markup=True) for text in texts_in(event["data"])))
        return DocumentContent(document=event, secrets=self._secrets(draft))

    async def _event(self, draft: Draft) -> StatementReleased | StatementAddendum | ActionStopped:
        if draft.contents.purpose is Purpose.ADDENDUM:
            return addendum_event(draft.contents, draft.delivery, await self._changes(draft))
        return document_event(draft.contents, draft.delivery)

    def _secrets(self, draft: Draft) -> tuple[str, ...]:
        """Open the secret that a partner checks with, and the one before while it is being replaced."""
        recipient, address = draft.recipient, draft.address
        if recipient.sealed_secret is None:
            raise ValueError("a partner with an API address has no secret")
        newest = self._cipher.open(recipient.sealed_secret, context=api_secret_place(address))
        if recipient.sealed_former_secret is None:
            return (newest,)
        former = self._cipher.open(recipient.sealed_former_secret, context=former_secret_place(address))
        return newest, former

    async def _statement(self, draft: Draft) -> dict[str, object]:
        return {
            **text_context(draft),
            **signatories(draft),
            **self._addressed(draft),
            "identified": [one._asdict() for one in self._watch.identified(draft)],
        }

    async def _notice(self, draft: Draft) -> dict[str, object]:
        self._watch.identified(draft)
        return {**text_context(draft), **self._addressed(draft)}

    def _addressed(self, draft: Draft) -> dict[str, object]:
        recipient, is_target = draft.recipient, draft.delivery.recipient_kind is RecipientKind.TARGET
        return {
            "addressee": addressed_lines(recipient) if is_target else [],
            "salutation": recipient.salutation,
            "recipient_name": recipient.name,
            "unsubscribe_url": self._way_off_the_list(draft),
        }

    def _way_off_the_list(self, draft: Draft) -> str | None:
        """Return where one of press or members leaves the lists; nobody else stands on one."""
        delivery = draft.delivery
        if delivery.recipient_kind is not RecipientKind.CONTACT:
            return None
        return self._unsubscribe_links.to(delivery.id, delivery.language)

    async def _invitation(self, draft: Draft) -> dict[str, object]:
        self._watch.identified(draft)
        return {
            **text_context(draft),
            "recipient_name": draft.recipient.name,
            "partner_name": draft.recipient.organisation,
            "sign_url": await self._links.to_sign(draft.delivery),
            "closes_at": closing_time(draft.contents.document),
            "time_zone": draft.recipient.time_zone or self._time_zone,
        }

    async def _addendum(self, draft: Draft) -> dict[str, object]:
        self._watch.identified(draft)
        changes = await self._changes(draft)
        return {
            "index": draft.contents.index,
            "title": text_for(draft).headline,
            "statement_language": text_for(draft).language,
            **self._addressed(draft),
            "added": [one._asdict() for one in changes.added],
            "gone": [one._asdict() for one in changes.gone],
        }

    async def _changes(self, draft: Draft) -> ListChanges:
        told = draft.contents
        async with self._database.transaction() as session:
            return await list_changes(session, told.action, told.document.id, told.digest, draft.delivery)

    async def _signing_again(self, draft: Draft) -> dict[str, object]:
        if draft.delivery.invitation_id is None:
            raise ValueError("a request to sign again names no invitation")
        text = text_for(draft)
        async with self._database.transaction() as session:
            before = await signed_text(session, draft.delivery.invitation_id, text.language)
        self._watch.identified(draft)
        return {
            **text_context(draft),
            "recipient_name": draft.recipient.name,
            "partner_name": draft.recipient.organisation,
            "sign_url": await self._links.to_sign(draft.delivery),
            "changes": new_lines(before, text)._asdict() if before else None,
        }

    async def _new_link(self, draft: Draft) -> dict[str, object]:
        return {
            "index": draft.contents.index,
            "recipient_name": draft.recipient.name,
            "partner_name": draft.recipient.organisation,
            "sign_url": await self._links.to_sign(draft.delivery),
        }

    async def _of_partner(self, draft: Draft) -> dict[str, object]:
        return {"partner_name": draft.recipient.organisation}

    async def _to_approver(self, draft: Draft) -> dict[str, object]:
        return {**await self._invitation(draft), "proposer_name": draft.recipient.proposer}

    def _announcement(self, draft: Draft) -> dict[str, object]:
        self._watch.identified(draft)
        index = draft.contents.index
        reference, number = index.split("/")
        link = self._sms_link and self._sms_link.format(reference=reference, number=number)
        return {"index": index, "title": text_for(draft).headline, "link": link}

    async def _to_coordinator(self, draft: Draft) -> dict[str, object]:
        return {
            "recipient_name": draft.recipient.name,
            "reference": draft.contents.action.reference,
            "released_at": draft.contents.action.released_at,
            "number": draft.contents.round,
            "time_zone": draft.recipient.time_zone or self._time_zone,
        }

    async def _expiring(self, draft: Draft) -> dict[str, object]:
        return expiry_context(draft, self._time_zone)

    async def _check_in(self, draft: Draft) -> dict[str, object]:
        answer_url = await self._links.to_answer(draft.delivery)
        return {**await self._to_coordinator(draft), "answer_url": answer_url}

    async def _receipt(self, draft: Draft) -> dict[str, object]:
        if draft.delivery.signature_id is None:
            raise ValueError("a receipt's delivery names no answer")
        async with self._database.transaction() as session:
            told = await told_answer(session, draft.delivery.signature_id)
        return {
            **receipt_context(told),
            "index": draft.contents.index,
            "partner_name": draft.recipient.organisation,
            "answer_url": await self._links.to_disown(draft.delivery),
            "time_zone": draft.recipient.time_zone or self._time_zone,
        }

    async def _missed(self, draft: Draft) -> dict[str, object]:
        return await missed_context(self._database, draft)

    async def _milestone(self, draft: Draft) -> dict[str, object]:
        return await milestone_context(self._database, draft)

    async def _digest(self, draft: Draft) -> dict[str, object]:
        return await digest_context(self._database, draft, self._time_zone)

    async def _asking(self, draft: Draft) -> dict[str, object]:
        verify_url = await self._links.to_verify(draft.delivery)
        return {"recipient_name": draft.recipient.name, "verify_url": verify_url}
