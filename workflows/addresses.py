"""Where workflows and workers find each other: workflow ids and task queues."""

from models.messages import DispatchRequest, DocumentRef, Purpose, VerificationRef
from models.vocabulary import Channel

CASE_QUEUE = "acuerpa-case"

CHANNEL_QUEUES = {
    Channel.EMAIL: "acuerpa-email",
    Channel.SMS: "acuerpa-sms",
    Channel.PARTNER_API: "acuerpa-partner-api",
}

_DISPATCH_NAMES = {
    Purpose.STATEMENT: "release",
    Purpose.REHEARSAL: "rehearsal",
    Purpose.INVITATION: "invitation",
    Purpose.SIGN_ON_REMINDER: "reminder",
    Purpose.ADDENDUM: "addendum",
    Purpose.SIGN_AGAIN: "sign-again",
    Purpose.ANSWER_RECEIPT: "receipt",
    Purpose.DISOWNED_ALARM: "disowned-alarm",
    Purpose.APPROVAL_REQUEST: "approver",
    Purpose.APPROVAL_DECLINED: "approval-declined",
    Purpose.ADDRESS_CHANGED: "address-changed",
    Purpose.QUESTION: "question",
    Purpose.QUESTION_ANSWERED: "question-answered",
    Purpose.SIGN_LINK: "sign-link",
    Purpose.CHECK_IN: "check-in",
    Purpose.EXPIRY_WARNING: "expiry-warning",
    Purpose.VERIFICATION: "request",
    Purpose.VERIFICATION_REMINDER: "request-reminder",
    Purpose.VERIFICATION_ALARM: "request-alarm",
    Purpose.LEAK_ALARM: "leak-alarm",
    Purpose.INVITATION_ALARM: "invitation-alarm",
    Purpose.REPLY_OVERDUE: "reply-overdue",
    Purpose.REPLY_REMINDER: "reply-reminder",
    Purpose.MILESTONE: "milestone",
    Purpose.DIGEST: "digest",
    Purpose.STOP_NOTICE: "stop-notice",
}

DIGESTS_WORKFLOW_ID = "weekly-digests"
"""The one workflow of an installation that has weekly digests sent."""


def action_workflow_id(reference: str) -> str:
    """Name the workflow of an action by its reference, like `UA-2026-014`."""
    return reference


def sign_on_workflow_id(reference: str, document_number: int) -> str:
    """Name the sign-on of a document, like `UA-2026-014/1/sign-on`."""
    return f"{reference}/{document_number}/sign-on"


def receipts_workflow_id(reference: str) -> str:
    """Name what tells of the answers of an action, like `UA-2026-014/receipts`."""
    return f"{reference}/receipts"


def resending_workflow_id(reference: str) -> str:
    """Name what sends messages in doubt of an action again, like `UA-2026-014/resending`."""
    return f"{reference}/resending"


def verification_workflow_id(verification: VerificationRef) -> str:
    """Name one cycle of the verification of a document, like `UA-2026-014/1/verification-2`."""
    document = verification.document
    return f"{document.reference}/{document.number}/verification-{verification.cycle}"


def follow_up_workflow_id(document: DocumentRef) -> str:
    """Name the follow-up of a document, like `UA-2026-014/1/follow-up`."""
    return f"{document.reference}/{document.number}/follow-up"


def distribution_workflow_id(request: DispatchRequest) -> str:
    """Name the distribution of a dispatch, like `UA-2026-014/1/reminder-2`; one of a cycle `request-3-1`."""
    document = request.document
    turn = f"{request.cycle}-{request.round}" if request.cycle else f"{request.round}"
    return f"{document.reference}/{document.number}/{_DISPATCH_NAMES[request.purpose]}-{turn}"
