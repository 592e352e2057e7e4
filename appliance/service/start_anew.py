"""Becoming the same program again, with another configuration, under the same process id."""

import os
import signal
import sys
from collections.abc import Mapping
from typing import NoReturn

# It ends a program that was started from a terminal, when that is closed; to a service it means: reload.
RELOAD_SIGNAL = signal.SIGHUP


def hold_back() -> None:
    """From here on a wish to reload waits, across `start_anew`, until `let_through`."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {RELOAD_SIGNAL})


def let_through() -> None:
    """Whoever handles a wish to reload is there."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {RELOAD_SIGNAL})


def start_anew(extra: Mapping[str, str]) -> NoReturn:
    """Begin again with the same command line, and `extra` in the environment. Raises OSError."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], {**os.environ, **extra})


def has_terminal() -> bool:
    """Whether a person started it, in whose terminal it ends."""
    return os.isatty(0)
