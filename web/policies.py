"""What the network's policy for an urgency excludes at intake."""

from models.case import CaseFile
from models.problems import InvalidInput, Problem
from models.verification import VerificationPolicy


def refuse_what_policy_excludes(case: CaseFile, policy: VerificationPolicy) -> None:
    """Refuse a sign-on where the policy has none.

    Raises:
        InvalidInput: the case asks for one all the same.
    """
    if case.sign_on and not policy.sign_on:
        problem = Problem(
            field="sign_on",
            rule=f"is not allowed with urgency: {case.urgency}",
            remedy="Leave it out, or choose another urgency: here the network signs alone.",
        )
        raise InvalidInput((problem,))
