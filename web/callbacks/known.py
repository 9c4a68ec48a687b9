"""What providers' calls are known by, and how many of them are taken."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

Secrets = tuple[str, ...]
"""Those that are valid now; none where a provider is not set up."""


class Pace:
    """At most so many a second in the long run, and so many at once."""

    def __init__(self, per_second: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second, self._burst, self._clock = per_second, burst, clock
        self._left, self._seen = float(burst), clock()

    def allows(self) -> bool:
        """Count one more, if there is room for it."""
        now = self._clock()
        self._left = min(self._burst, self._left + (now - self._seen) * self._per_second)
        self._seen = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


@dataclass(frozen=True)
class Callbacks:
    """What providers' calls are known by, and how many are taken."""

    twilio: Secrets = ()
    vonage: Secrets = ()
    gateway: Secrets = ()
    mail: Secrets = ()
    bounces: Secrets = ()
    message_id_domain: str = "red.example"
    accepted: Pace = field(default_factory=lambda: Pace(200, 2_000))
    rejected: Pace = field(default_factory=lambda: Pace(2, 60))
