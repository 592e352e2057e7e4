"""Where the control socket is: the same place for the daemon and for those who ask it."""

import os
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from appliance.service.control.failures import SocketUnusable

SOCKET_VARIABLE = "APPLIANCE_SOCKET"
SYSTEM_FOLDER = Path("/run/voice-appliance")
_NAME = "control.sock"
# Of `sockaddr_un.sun_path`, its closing zero included (unix(7)).
_MAX_PATH_BYTES = 108


@dataclass(frozen=True, slots=True)
class Place:
    """The path of the socket; `private`: its folder is the user's own, and nobody else may look in."""

    path: Path
    private: bool = False


def find_place(
    explicit: Path | None,
    environ: Mapping[str, str],
    user: int,
    system_folder: Path = SYSTEM_FOLDER,
    temporary_folder: Path | None = None,
) -> Place:
    """`explicit`, else $APPLIANCE_SOCKET, else systemd's $RUNTIME_DIRECTORY, else the installed
    service's folder if it exists, else the user's own folder below $XDG_RUNTIME_DIR or the temporary
    folder. `user` is the numeric id. Touches nothing."""
    if explicit is not None:
        return Place(explicit)
    if given := environ.get(SOCKET_VARIABLE):
        return Place(Path(given))
    if given := environ.get("RUNTIME_DIRECTORY"):
        return Place(Path(given.split(":")[0]) / _NAME)  # systemd: several are separated by colons
    if system_folder.is_dir():
        return Place(system_folder / _NAME)
    session = Path(environ.get("XDG_RUNTIME_DIR", ""))
    if session.is_absolute() and session.is_dir():
        return Place(session / "voice-appliance" / _NAME, private=True)
    folder = (temporary_folder or Path(tempfile.gettempdir())) / f"voice-appliance-{user}"
    return Place(folder / _NAME, private=True)


def client_path(explicit: Path | None, environ: Mapping[str, str]) -> Path:
    """Where to ask. Raises SocketUnusable where somebody else may have put the socket."""
    place = find_place(explicit, environ, os.getuid())
    return checked(place, os.getuid())


def server_path(explicit: Path | None, environ: Mapping[str, str]) -> Path:
    """Where to listen; makes the user's own folder. Raises SocketUnusable."""
    place = find_place(explicit, environ, os.getuid())
    if place.private:
        try:
            place.path.parent.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise SocketUnusable(f"{place.path.parent} cannot be made: {error.strerror}.") from None
    return checked(place, os.getuid())


def checked(place: Place, user: int) -> Path:
    """The path of `place`, once it is safe and short enough. Raises SocketUnusable."""
    size = len(os.fsencode(place.path))
    if size >= _MAX_PATH_BYTES:
        limit = _MAX_PATH_BYTES - 1
        raise SocketUnusable(
            f"The path of the control socket has {size} bytes, at most {limit}: {place.path}."
        )
    if place.private:
        _check_private(place.path.parent, user)
    return place.path


def _check_private(folder: Path, user: int) -> None:
    """A folder that does not exist yet is safe to ask in: nobody will be there."""
    try:
        found = folder.lstat()
    except FileNotFoundError:
        return
    except OSError as error:
        raise SocketUnusable(f"{folder} cannot be looked at: {error.strerror}.") from None
    mine = stat.S_ISDIR(found.st_mode) and found.st_uid == user and not found.st_mode & 0o077
    if not mine:
        raise SocketUnusable(
            f"{folder} is not a folder of yours alone (mode 0700), so the control socket in it may be"
            " somebody else's; remove it, or choose another place with --socket."
        )
