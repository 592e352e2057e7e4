"""Taking the control socket's path: from a dead daemon, never from a living one."""

import fcntl
import grp
import os
import socket
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from appliance.service.control.failures import GROUP, AlreadyRunning, SocketUnusable

_MODE_OF_GROUP = 0o660
_MODE_OF_OWNER = 0o600
# The lock file is gone under our feet only while its last owner ends; that many owners in a row do not.
_LOCK_ATTEMPTS = 5


@contextmanager
def claimed(path: Path) -> Iterator[socket.socket]:
    """A socket bound to `path`: mode 0660 where it can be given the group `voice-appliance`, else 0600.

    One daemon at a time: a lock beside the socket, which the kernel releases with the process, is held
    as long as the socket is. What a dead daemon left is replaced; at the end socket and lock are removed.
    Never blocks. Raises AlreadyRunning, or SocketUnusable with the reason.
    """
    with ExitStack() as stack:
        try:
            stack.enter_context(_locked(path))
            _clear(path)
            listener = stack.enter_context(_bound(path))
        except OSError as error:
            reason = error.strerror or error
            raise SocketUnusable(f"The control socket {path} cannot be made: {reason}.") from error
        yield listener


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    lock = path.with_name(f"{path.name}.lock")
    for _ in range(_LOCK_ATTEMPTS):
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise _already_running(path) from None
            if _is_same(descriptor, lock):
                try:
                    yield
                finally:
                    with suppress(OSError):
                        lock.unlink()
                return
        finally:
            os.close(descriptor)
    raise _already_running(path)


def _is_same(descriptor: int, lock: Path) -> bool:
    """The locked file is still the one of that name: its last owner did not remove it in between."""
    try:
        return os.path.samestat(os.fstat(descriptor), lock.stat())
    except FileNotFoundError:
        return False


def _clear(path: Path) -> None:
    """Remove what a dead daemon left at `path`; raises for anything else."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(found.st_mode):
        raise SocketUnusable(f"{path} is in the way of the control socket: it is no socket. Remove it.")
    with socket.socket(socket.AF_UNIX) as probe:
        probe.setblocking(False)
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
        except BlockingIOError:  # alive, and too busy to take us
            raise _already_running(path) from None
        else:
            raise _already_running(path)


@contextmanager
def _bound(path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as listener:
        # Before `bind`: Linux gives the file the mode of the socket, so that it is never open to all.
        os.fchmod(listener.fileno(), _MODE_OF_OWNER)
        listener.bind(str(path))
        made = path.stat()
        try:
            with suppress(KeyError, PermissionError):  # no such group, or we may not: ours alone
                group = grp.getgrnam(GROUP).gr_gid
                if made.st_gid != group:  # the service may not even ask for what is so already
                    os.chown(path, -1, group)
                path.chmod(_MODE_OF_GROUP)
            yield listener
        finally:
            with suppress(OSError):
                if os.path.samestat(path.stat(), made):  # not one that was put there instead
                    path.unlink()


def _already_running(path: Path) -> AlreadyRunning:
    return AlreadyRunning(
        f"Another appliance is running: it listens on {path}. Stop it, or give this one another --socket."
    )
