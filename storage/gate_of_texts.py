"""Conditions of the gate about versions: who confirmed them, if they are out, and who signed another one."""

from typing import Final

from models.verification import EDITORIAL


def confirmed_by(confirms: str, *, provided: str = "true") -> str:
    """Count the people other than the authors who confirm something of this digest, provided a condition."""
    return f"""
        (SELECT count(DISTINCT attestation.person_id)
         FROM attestation JOIN document_version AS written ON written.id = attestation.version_id
         WHERE attestation.version_id = dispatch.version_id AND attestation.digest = dispatch.digest
           AND attestation.confirms = {confirms} AND {provided}
           AND attestation.person_id NOT IN (action.author_id, written.created_by))
    """


EDITORIAL_STANDS: Final = f"""
    (NOT EXISTS (SELECT 1 FROM document_version AS marked
                 WHERE marked.id = dispatch.version_id AND marked.editorial_of IS NOT NULL)
     OR {confirmed_by(f"'{EDITORIAL}'")} >= action.approvals_required)
"""
"""A version that is marked as editorial goes out once enough people say that it is: with its signatures."""

RELEASED: Final = """
    EXISTS (SELECT 1 FROM dispatch AS released JOIN delivery AS sent ON sent.dispatch_id = released.id
            WHERE released.version_id = dispatch.version_id AND released.purpose = 'statement'
              AND sent.state IN ('sent', 'delivered', 'bounced', 'unknown'))
"""
"""A message with the text has left, or may have."""

SIGNED_ANOTHER_TEXT: Final = """
    EXISTS (SELECT 1 FROM signature
            WHERE signature.invitation_id = delivery.invitation_id AND signature.superseded_at IS NULL
              AND signature.answer = 'signed' AND signature.digest <> dispatch.digest)
"""

TEXT_EXISTS: Final = """
    EXISTS (SELECT 1 FROM document_text
            WHERE document_text.version_id = dispatch.version_id
              AND document_text.language = delivery.language)
"""

DIGEST_UNCHANGED: Final = """
    EXISTS (SELECT 1 FROM document_version AS version
            WHERE version.id = dispatch.version_id AND version.digest = dispatch.digest)
"""

NEWEST_VERSION: Final = """
    NOT EXISTS (SELECT 1 FROM document_version AS version JOIN document_version AS newer
                ON newer.document_id = version.document_id AND newer.number > version.number
                WHERE version.id = dispatch.version_id)
"""

IS_A_NOTICE: Final = """
    EXISTS (SELECT 1 FROM document AS notice
            WHERE notice.id = dispatch.document_id AND notice.kind = 'stop_action' AND NOT notice.guided)
"""
