"""The activities as workflows see them: names and shapes; the classes beside this file carry them out."""

from abc import ABC, abstractmethod

from temporalio import activity

from models.decision_messages import DecisionRecord
from models.digest_messages import AskDigests, DigestsDue
from models.follow_up_messages import AskNextDue, FallDue, FallenDue, NextDue
from models.messages import (
    ActionRef,
    Batch,
    BatchOutcome,
    CaseFacts,
    CasePlan,
    Dispatched,
    DispatchOutcome,
    DispatchPlan,
    DispatchRequest,
    DocumentRef,
    PhaseChange,
    VerificationRef,
)
from models.round_messages import ReceiptsDue, ResendingDue
from models.sign_on_messages import (
    InvitedAgain,
    SignOnOpened,
    SignOnRequest,
    SignOnStatus,
    WindowChange,
    WindowEnd,
)
from models.verification_messages import AskVerifiers, VerificationRound, VerificationStatus

NOT_PERMITTED = "not_permitted"
"""Type of the error with which the gate refuses to freeze a dispatch."""


class CaseActivities(ABC):
    """What the workflow of an action reads and writes down."""

    @activity.defn
    @abstractmethod
    async def plan_case(self, action: ActionRef) -> CasePlan:
        """Read the numbers that the case runs on."""

    @activity.defn
    @abstractmethod
    async def read_facts(self, action: ActionRef) -> CaseFacts:
        """Read what the workflow waits for."""

    @activity.defn
    @abstractmethod
    async def record_phase(self, change: PhaseChange) -> None:
        """Show a move of the action."""

    @activity.defn
    @abstractmethod
    async def record_decision(self, decision: DecisionRecord) -> None:
        """Write down a decision that the workflow accepted."""

    @activity.defn
    @abstractmethod
    async def cancel_outstanding(self, action: ActionRef) -> None:
        """Cancel every message that was not yet claimed."""


class VerificationActivities(ABC):
    """What the verification of a document reads and writes down."""

    @activity.defn
    @abstractmethod
    async def ask_verifiers(self, asking: AskVerifiers) -> VerificationRound:
        """Ask the next people of the duty list, once for each round."""

    @activity.defn
    @abstractmethod
    async def count_verifiers(self, asked: VerificationRef) -> VerificationStatus:
        """Count how those who were asked have answered."""


class SignOnActivities(ABC):
    """What the sign-on of a document reads and writes down."""

    @activity.defn
    @abstractmethod
    async def open_sign_on(self, request: SignOnRequest) -> SignOnOpened:
        """Invite the partners, once."""

    @activity.defn
    @abstractmethod
    async def count_answers(self, document: DocumentRef) -> SignOnStatus:
        """Count the invited, the answers and the signatures."""

    @activity.defn
    @abstractmethod
    async def invite_again(self, document: DocumentRef) -> InvitedAgain:
        """Turn to the next contacts of partners whom nothing reached, and tell what is to be sent."""

    @activity.defn
    @abstractmethod
    async def change_window(self, change: WindowChange) -> None:
        """Have the window close at another moment."""

    @activity.defn
    @abstractmethod
    async def end_by_hand(self, end: WindowEnd) -> None:
        """Close the window as somebody said."""

    @activity.defn
    @abstractmethod
    async def end_sign_on(self, document: DocumentRef) -> None:
        """Close the window."""


class FollowUpActivities(ABC):
    """What the follow-up of a document reads and writes down."""

    @activity.defn
    @abstractmethod
    async def next_due(self, asking: AskNextDue) -> NextDue:
        """Return what is due next, and when; nothing while the action is held."""

    @activity.defn
    @abstractmethod
    async def fall_due(self, falling: FallDue) -> FallenDue:
        """Do what fell due, once, and return the messages that it brings about."""

    @activity.defn
    @abstractmethod
    async def settle_due(self, falling: FallDue) -> NextDue:
        """Note that the messages of what fell due are under way, and return what is due next."""


class ReceiptActivities(ABC):
    """What is told about answers."""

    @activity.defn
    @abstractmethod
    async def next_receipts(self, action: ActionRef) -> ReceiptsDue:
        """Return the next round that is to be sent."""


class ResendingActivities(ABC):
    """What is to be sent again."""

    @activity.defn
    @abstractmethod
    async def next_resending(self, action: ActionRef) -> ResendingDue:
        """Return the oldest dispatch that holds a message to be sent again."""


class DigestActivities(ABC):
    """What weekly digests are sent by."""

    @activity.defn
    @abstractmethod
    async def digests_due(self, asking: AskDigests) -> DigestsDue:
        """Return the digests that are to be sent, and when to look again."""


class OutboxActivities(ABC):
    """What a distribution does around its batches."""

    @activity.defn
    @abstractmethod
    async def freeze_dispatch(self, request: DispatchRequest) -> Dispatched:
        """Write the messages of a purpose to the outbox, once; raises `NOT_PERMITTED`."""

    @activity.defn
    @abstractmethod
    async def plan_dispatch(self, dispatched: Dispatched) -> DispatchPlan:
        """Divide what may be sent now into batches, and tell when more of it will be due."""

    @activity.defn
    @abstractmethod
    async def give_up_batch(self, batch: Batch) -> BatchOutcome:
        """Fail what no provider took in time."""

    @activity.defn
    @abstractmethod
    async def end_dispatch(self, dispatched: Dispatched) -> DispatchOutcome:
        """Cancel what is not wanted any more, and count how the deliveries ended."""


class SendingActivities(ABC):
    """What the workers of one channel do."""

    @activity.defn
    @abstractmethod
    async def send_batch(self, batch: Batch) -> BatchOutcome:
        """Claim and send the messages of a batch."""
