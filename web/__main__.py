"""Entry point of the web process: one serves, or one begins several that share its address."""

import asyncio
import sys

from logs import configure_logging
from settings import load_settings
from web.processes import Share, run_processes


def main() -> int:
    """Serve with the settings of the environment until SIGINT or SIGTERM."""
    share, settings = Share.given(sys.argv[1:]), load_settings()
    if share is None and settings.web_processes > 1:
        configure_logging(settings.log_format, settings.log_level)
        return asyncio.run(run_processes(settings.web_processes, settings.web_host, settings.web_port))
    from web.serving import run  # noqa: PLC0415 - who only begins the others has no use for all that it brings

    run(share)
    return 0


if __name__ == "__main__":
    sys.exit(main())
