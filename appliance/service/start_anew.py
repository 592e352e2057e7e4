"""Becoming the same program again, with another configuration, under the same process id."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from typing import Final, NoReturn

# It ends a program that was started from a terminal, when that is closed; to a service it means: reload.
RELOAD_SIGNAL = signal.SIGHUP
# Also a wish to end: who would hear of it is about to be replaced.
_WISHES: Final = frozenset({RELOAD_SIGNAL, signal.SIGINT, signal.SIGTERM})
# Of the loop: what waits in its pipe of signals is read in the second, and handled in the third.
_ROUNDS: Final = 3


async def hold_back() -> None:
    """From here on a wish to reload or to end waits, across `start_anew`, until `let_through`. What was
    wished before that was handled when this returns."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _WISHES)
    for _ in range(_ROUNDS):
        await asyncio.sleep(0)


def let_through() -> None:
    """Whoever handles these wishes is there."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _WISHES)


def start_anew(extra: Mapping[str, str]) -> NoReturn:
    """Begin again with the same command line, and `extra` in the environment. Raises OSError."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], {**os.environ, **extra})


def has_terminal() -> bool:
    """Whether a person started it, in whose terminal it ends."""
    return os.isatty(0)
