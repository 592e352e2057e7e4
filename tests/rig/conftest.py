"""What the rig has switched on it switches off, also where `./install.sh test` is left in the middle."""

import signal


def pytest_configure() -> None:
    """Asked to end, it is interrupted, which leaves fixtures the time to clean up."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
