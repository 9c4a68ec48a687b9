"""How long the tests that try at random go on, and from which seed: `make soak` has them go on for long."""

import os
import secrets
from typing import Final

SOAKING: Final = os.environ.get("ACUERPA_SOAK") == "1"


def new_seed() -> int:
    """Return the seed that ACUERPA_SEED names, or else a new one, and print it."""
    seed = int(os.environ.get("ACUERPA_SEED") or secrets.randbelow(2**32))
    print(f"\nACUERPA_SEED={seed}")  # noqa: T201 - whoever reads a failure needs it
    return seed
