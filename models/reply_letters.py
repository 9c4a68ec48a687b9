"""The letter of a step where a target did not answer: what stands in it, before a template says it."""

from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256

from models.reply_vocabulary import StepKind


@dataclass(frozen=True)
class ReplyLetter:
    """A letter to one target about one that has not answered, which may be the same; in one language."""

    language: str
    index: str
    step: StepKind
    number: int
    sent_at: datetime
    late_office: str
    addressee: tuple[str, ...]
    recipient_name: str | None
    salutation: str | None

    def context(self, time_zone: str) -> dict[str, object]:
        """Return what its template needs; its day is that of a time zone."""
        return {
            **{name: value for name, value in asdict(self).items() if name != "language"},
            "step": self.step.value,
            "statement_language": self.language,
            "time_zone": time_zone,
        }


def letter_digest(subject: str, text: str) -> bytes:
    """Compute the SHA-256 by which a letter that was read is known to be the one that leaves."""
    return sha256(f"{subject}\0{text}".encode()).digest()
