"""TCP ports on the loopback interface."""

import socket

LOOPBACK = "127.0.0.1"


class PortTaken(RuntimeError):  # noqa: N818 - named by what happened
    """Say which port is in use and which setting moves it."""

    def __init__(self, port: int, setting: str) -> None:
        super().__init__(
            f"port {port} ({setting}) is in use: stop the other program or set {setting} to another port"
        )
        self.port = port
        self.setting = setting


def require_free(port: int, setting: str) -> None:
    """Raise PortTaken where another program listens on the port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # Like a server's own bind: connections that linger in TIME_WAIT do not count as a listener.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            raise PortTaken(port, setting) from error


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port
