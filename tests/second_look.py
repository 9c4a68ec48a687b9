"""Run once more, alone, the few tests that failed, so that a busy machine does not speak for the code.

`python -m tests.second_look`, after pytest. A test that passes now is named: it is unsteady: a defect of the
test or of the code, to be mended as one. More than a few failures are no accident and end with 1.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
LAST_FAILED: Final = ROOT / ".pytest_cache" / "v" / "cache" / "lastfailed"
MOST: Final = 5
"""As many tests are looked at again, in some thousands."""


def failed(recorded: Path = LAST_FAILED) -> list[str]:
    """Return the ids of the tests that failed last, as pytest recorded them."""
    return sorted(json.loads(recorded.read_text())) if recorded.exists() else []


def main() -> int:
    """Return 0 where all that failed passes alone."""
    tests = failed()
    if not 0 < len(tests) <= MOST:
        sys.stdout.write(
            f"no second look: {len(tests)} tests are recorded as failed, and it is for 1 to {MOST}\n"
        )
        return 1
    sys.stdout.write("".join(f"looked at again: {test}\n" for test in tests))
    sys.stdout.flush()
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *tests]
    code = subprocess.run(command, cwd=ROOT, check=False).returncode  # noqa: S603 - pytest
    if code == 0:
        sys.stdout.write("".join(f"unsteady, to be mended: {test}\n" for test in tests))
    return code


if __name__ == "__main__":
    sys.exit(main())
