"""What the verification of a document and its activities tell each other."""

from models.messages import Message, VerificationRef


class Verifying(Message):
    """Have a document verified; later runs of one workflow go on at a later turn of asking."""

    verification: VerificationRef
    turn: int = 1


class VerificationStatus(Message):
    """How the verifiers of a cycle have answered; not `wanted` where nothing is left to verify."""

    asked: int
    acknowledged: int
    answered: int
    wanted: bool


class VerificationRound(Message):
    """Verifiers who were asked together; none where the duty list has nobody left."""

    round: int
    asked: int


class AskVerifiers(Message):
    """Ask the next verifiers of the duty list, once for each round."""

    verification: VerificationRef
    round: int
