"""What a receipt says of an answer."""

from storage.receipts import ToldAnswer


def receipt_context(told: ToldAnswer) -> dict[str, object]:
    """Say what was answered, and nothing of the case."""
    given = told.signature
    return {
        "answer": given.answer.value,
        "disowned": given.disowned,
        "doubted": given.doubted_at is not None,
        "followed": told.followed.name if told.followed else None,
        "signer_name": given.signer_name,
        "signer_role": given.signer_role,
        "visibility": given.visibility.value,
        "answered_at": given.answered_at,
        "digest": given.digest.hex(),
    }
