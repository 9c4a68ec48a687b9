"""The places that sealed columns belong to: a text sealed for one of them opens nowhere else."""

from uuid import UUID


def facts_place(action_id: UUID) -> str:
    """Name the place of an action's facts."""
    return f"urgent_action.facts:{action_id}"


def identity_place(person_at_risk_id: UUID) -> str:
    """Name the place of the identity of a person at risk."""
    return f"person_at_risk:{person_at_risk_id}"


def consent_place(consent_id: UUID) -> str:
    """Name the place of the reason why a consent could not be obtained."""
    return f"consent.reason:{consent_id}"


def passage_place(consent_passage_id: UUID) -> str:
    """Name the place of the family to whom consent passed."""
    return f"consent_passage.family:{consent_passage_id}"


def objection_place(objection_id: UUID) -> str:
    """Name the place of what a verifier wrote against a case."""
    return f"objection.reason:{objection_id}"


def source_place(source_id: UUID) -> str:
    """Name the place of what a source said, and who it is."""
    return f"source:{source_id}"


def risk_place(risk_assessment_id: UUID) -> str:
    """Name the place of the note of a risk assessment."""
    return f"risk_assessment:{risk_assessment_id}"


def question_place(question_id: UUID) -> str:
    """Name the place of what a partner asked."""
    return f"question.text:{question_id}"


def question_answer_place(question_id: UUID) -> str:
    """Name the place of what a partner was answered."""
    return f"question.answer:{question_id}"


def signature_place(signature_id: UUID) -> str:
    """Name the place of the reason why a partner declined, or took its signature back."""
    return f"signature.reason:{signature_id}"


def rehearsed_message_place(delivery_id: UUID) -> str:
    """Name the place of a finished message of a rehearsal."""
    return f"rehearsed_message:{delivery_id}"


def api_secret_place(url: str) -> str:
    """Name the place of a partner's secret: its address, so that a changed one never gets the old secret."""
    return f"partner_api_secret:{url}"


def former_secret_place(url: str) -> str:
    """Name the place of the secret that a partner's secret replaced."""
    return f"partner_former_secret:{url}"


def partner_change_place(partner_change_id: UUID) -> str:
    """Name the place of details that a partner corrected."""
    return f"partner_change.fields:{partner_change_id}"


def response_place(response_id: UUID) -> str:
    """Name the place of what a target answered, in a coordinator's words."""
    return f"response.note:{response_id}"


def attachment_place(attachment_id: UUID) -> str:
    """Name the place of a file that came with a response."""
    return f"response_attachment.content:{attachment_id}"


def attachment_name_place(attachment_id: UUID) -> str:
    """Name the place of the name that such a file had."""
    return f"response_attachment.name:{attachment_id}"


def outcome_place(outcome_id: UUID) -> str:
    """Name the place of what was written of what became of a person."""
    return f"outcome.note:{outcome_id}"


def inbound_place(inbound_id: UUID) -> str:
    """Name the place of a mail that came in."""
    return f"inbound_mail:{inbound_id}"


def partner_action_place(partner_action_id: UUID) -> str:
    """Name the place of what a partner wrote of something that it did."""
    return f"partner_action.note:{partner_action_id}"


def milestone_place(milestone_entry_id: UUID) -> str:
    """Name the place of what was written of a day of a case."""
    return f"milestone_entry.note:{milestone_entry_id}"
