"""Who may change what a state directory keeps: the appliance that goes on from it, or who deletes there.

The lock is the kernel's (`flock` on the directory itself), so that nothing is left of it when its holder is
killed.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

# Names the descriptor for the program that takes our place, which must not lose it in between.
VARIABLE: Final = "VOICE_APPLIANCE_STATE_LOCK"
# Who deletes needs some hundredths of a second, a card that is worn out two: nobody is deaf for longer.
PATIENCE_S: Final = 2.0
_LOOK_EVERY_S: Final = 0.02


class StateInUse(Exception):
    """Somebody has it whom we would get in the way of."""


class StateUse:
    """The hold of an appliance on the directory from which it goes on; any number may have one."""

    def __init__(self, environ: MutableMapping[str, str]) -> None:
        """With the hold that was left to this program, which is taken out of `environ`, if there is one."""
        given = environ.pop(VARIABLE, "")
        self._descriptor = int(given) if given else None
        self._left = False

    def begin(self, folder: Path, tell_owner: Callable[[str], None], patience_s: float = PATIENCE_S) -> None:
        """Hold `folder`, if it is there. Blocks while somebody deletes there, for `patience_s` at most; then
        `tell_owner` gets a sentence."""
        if self._descriptor is not None:
            os.set_inheritable(self._descriptor, False)
            return
        deadline_s = time.monotonic() + patience_s
        while self._descriptor is None:
            try:
                self._descriptor = _locked(folder, fcntl.LOCK_SH)
            except StateInUse:
                if time.monotonic() >= deadline_s:
                    tell_owner(f"somebody deletes from {folder}: what was there may be known until a restart")
                    return
                time.sleep(_LOOK_EVERY_S)
            except OSError:
                return

    def leave(self) -> dict[str, str]:
        """Hold it across `execve`; what the environment of the next program has to have for that."""
        if self._descriptor is None:
            return {}
        os.set_inheritable(self._descriptor, True)
        self._left = True
        return {VARIABLE: str(self._descriptor)}

    def end(self) -> None:
        """Let others have it, unless it was left to the next program."""
        if self._descriptor is not None and not self._left:
            os.close(self._descriptor)
            self._descriptor = None


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Change what is kept in `folder` while nobody goes on from it. Raises StateInUse, and OSError."""
    descriptor = _locked(folder, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(descriptor)


def _locked(folder: Path, how: int) -> int:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BaseException as error:
        os.close(descriptor)
        if isinstance(error, BlockingIOError):
            raise StateInUse from None
        raise
    return descriptor
