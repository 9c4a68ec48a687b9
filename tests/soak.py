"""How long the tests that try at random go on, and from which seed.

`make test` begins at the same seed each time, so that it tells whether a change broke something; `make soak`
goes on for long, from another seed each time.
"""

import os
import secrets
from typing import Final

SOAKING: Final = os.environ.get("SOAK") == "1"


USUAL_SEED: Final = 1513469140


def new_seed() -> int:
    """Return the seed that SEED names, or else the usual or a new one, and print it."""
    seed = int(os.environ.get("SEED") or (secrets.randbelow(2**32) if SOAKING else USUAL_SEED))
    print(f"\nSEED={seed}")  # noqa: T201 - whoever reads a failure needs it
    return seed
