"""Whether what was posted counts: it becomes an answer, or says what keeps it from being one."""

from typing import NamedTuple
from uuid import uuid4

from models.partners import Signature
from models.vocabulary import Answer, SignatureVisibility
from security.fields import FieldCipher
from security.sealed_places import signature_place
from storage.answers import GivenAnswer
from storage.sign_links import OpenedLink
from web.signing.forms import (
    CONFIRM,
    DECLINE,
    SIGN,
    WITHDRAW,
    Problems,
    SignForm,
    problems_of_answer,
    problems_of_confirmation,
    problems_of_withdrawal,
)
from web.signing.page import SignPage


class Confirmed(NamedTuple):
    """A doubted signature that its partner says is its own."""

    signature: Signature
    by: str


def judged(
    page: SignPage, cipher: FieldCipher, link: OpenedLink, form: SignForm
) -> GivenAnswer | Confirmed | Problems:
    """Judge a posted form; neither answer nor problems: the page has moved on, and speaks for itself."""
    if not form.was_made_over(link.answer.id if link.answer else None):
        return {}
    if form.answer == CONFIRM:
        return _confirmation(page, link, form)
    if form.answer == WITHDRAW:
        return _withdrawal(page, cipher, link, form)
    return _answer_to_text(page, cipher, link, form)


def _answer_to_text(
    page: SignPage, cipher: FieldCipher, link: OpenedLink, form: SignForm
) -> GivenAnswer | Problems:
    """Judge a form that answers the text."""
    declined_again = form.answer == DECLINE and link.answer is not None
    if not link.may_sign or declined_again:
        return {}
    problems = problems_of_answer(form)
    if not page.is_ours(link, form):
        problems["form_token"] = "form_expired"  # noqa: S105 - a code, not a secret
    elif form.digest_read != link.version.digest:
        problems["digest"] = "digest_changed"
    if problems:
        return problems
    visibility, role = SignatureVisibility(form.visibility), form.signer_role or None
    if form.answer == SIGN:
        return _sealed(cipher, GivenAnswer(Answer.SIGNED, visibility, form.signer_name, role), link, "")
    declined = GivenAnswer(Answer.DECLINED, visibility, form.signer_name, role)
    return _sealed(cipher, declined, link, form.reason)


def _withdrawal(
    page: SignPage, cipher: FieldCipher, link: OpenedLink, form: SignForm
) -> GivenAnswer | Problems:
    """Judge a form that takes a signature back; it is shown as the signature was, or not at all."""
    if link.answer is None or not link.may_withdraw:
        return {}
    problems = problems_of_withdrawal(form)
    if form.digest_read != link.signed_digest or not page.is_ours(link, form):
        problems["form_token"] = "form_expired"  # noqa: S105 - a code, not a secret
    if problems:
        return problems
    shown = GivenAnswer(Answer.WITHDRAWN, link.answer.visibility, form.withdrawn_by)
    return _sealed(cipher, shown, link, form.withdrawn_because)


def _confirmation(page: SignPage, link: OpenedLink, form: SignForm) -> Confirmed | Problems:
    """Judge a form that says that a doubted signature is the partner's own."""
    if link.answer is None or not link.is_doubted:
        return {}
    problems = problems_of_confirmation(form)
    if form.digest_read != link.answer.digest or not page.is_ours(link, form):
        problems["form_token"] = "form_expired"  # noqa: S105 - a code, not a secret
    return problems or Confirmed(link.answer, form.confirmed_by)


def _sealed(cipher: FieldCipher, given: GivenAnswer, link: OpenedLink, reason: str) -> GivenAnswer:
    """Name the answer that it follows, and seal a reason for the row that it becomes."""
    place = uuid4()
    sealed = cipher.seal(reason, context=signature_place(place)) if reason else None
    return given._replace(follows=link.answer.id if link.answer else None, id=place, sealed_reason=sealed)
