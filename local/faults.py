"""Faults that a test orders, counted, so that the test can prove that its fault happened."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field


class Fault(BaseModel):
    """What every fault has: how many times it happens before all is well again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    times: int = Field(default=1, ge=1)


AnyFault = TypeVar("AnyFault", bound=Fault)


class FaultBook(Generic[AnyFault]):
    """The ordered faults and how often each fired."""

    def __init__(self) -> None:
        self._faults: list[AnyFault] = []
        self._fired: list[int] = []

    def order(self, faults: Sequence[AnyFault]) -> None:
        """Forget the former faults and take these, none fired yet."""
        self._faults = list(faults)
        self._fired = [0] * len(self._faults)

    def take(self, fits: Callable[[AnyFault], bool]) -> AnyFault | None:
        """Fire the first fault that fits and is not used up."""
        for number, fault in enumerate(self._faults):
            if self._fired[number] < fault.times and fits(fault):
                self._fired[number] += 1
                return fault
        return None

    def report(self) -> list[dict[str, Any]]:
        """Return each fault as it was ordered, with `fired`."""
        pairs = zip(self._faults, self._fired, strict=True)
        return [{**fault.model_dump(mode="json"), "fired": fired} for fault, fired in pairs]
