"""What the network's policy for an urgency excludes."""

from models.problems import InvalidInput, Problem
from models.verification import VerificationPolicy
from models.vocabulary import Urgency


def refuse_sign_on(urgency: Urgency, policy: VerificationPolicy) -> None:
    """Refuse a sign-on where the policy has none.

    Raises:
        InvalidInput: here the network signs alone.
    """
    if not policy.sign_on:
        problem = Problem(
            field="sign_on",
            rule=f"is not allowed with urgency: {urgency}",
            remedy="Leave it out, or choose another urgency: here the network signs alone.",
        )
        raise InvalidInput((problem,))
