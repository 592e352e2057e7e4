"""`forget` while no appliance runs: what was said is deleted from the card directly."""

import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

from appliance.errors import ApplianceError, Fault
from appliance.service.memory.state import SYSTEM_FOLDER, StateDirectory, find_state_folder
from appliance.service.memory.state_lock import StateInUse, alone_in
from appliance.service.memory.store import FILE, Store
from appliance.service.toolbox.timers_of_before import timers_of_before

_SAID: Final = "said"
# A card that is worn out takes seconds for a write; somebody waits at the terminal and can press Ctrl-C.
_TIMEOUT_S: Final = 30.0


class NotForgotten(ApplianceError):
    """Something may be left; the sentence says why and what to do."""

    fault = Fault.OWNER
    exit_code = 1


def folder_at_rest(
    explicit: Path | None, environ: Mapping[str, str], system_folder: Path = SYSTEM_FOLDER
) -> Path:
    """Where an appliance that does not run keeps things. Raises NotForgotten where that is the installed one
    and this user may not change it: what he has himself is not what was meant."""
    folder = find_state_folder(explicit, environ, system_folder)
    if explicit is None and folder != system_folder and system_folder.is_dir():
        raise NotForgotten(
            f"no appliance is running, and what it keeps in {system_folder} only root can delete:"
            " sudo appliance forget"
        )
    return folder


def forget_at_rest(folder: Path) -> bool:
    """Delete what was said from the files in `folder`, as its owner; False where nothing of it is kept there.

    An appliance that starts meanwhile waits, and knows nothing of it. Raises NotForgotten. Blocks.
    """
    spoilt = folder / f"{FILE}.spoilt"
    try:
        if not any(name in (FILE, spoilt.name) for name in os.listdir(folder)):
            return False
        _become_owner_of(folder)
        with alone_in(folder):
            _forget(folder)
            if _is_left(folder) or spoilt.exists():
                raise NotForgotten(f"what was said may still be in {folder / FILE}: delete that file")
    except FileNotFoundError:
        return False
    except StateInUse:
        raise NotForgotten(
            f"an appliance is running with {folder}, but not on this control socket: name its --socket,"
            " or stop it first"
        ) from None
    except PermissionError:
        raise NotForgotten(f"no appliance is running, and {folder} is not yours: run it with sudo") from None
    except (OSError, sqlite3.Error) as error:
        raise NotForgotten(f"what was said may still be in {folder / FILE}: {error}") from None
    return True


def _become_owner_of(folder: Path) -> None:
    """What root would make there its owner could not write any more. The process stays so: it is about to
    end."""
    found = folder.stat()
    if os.geteuid() == 0 and found.st_uid != 0:
        os.setegid(found.st_gid)
        os.seteuid(found.st_uid)


def _forget(folder: Path) -> None:
    told: list[str] = []
    state = StateDirectory(folder, told.append)
    store = Store(state, lambda: timers_of_before(state))
    try:
        store.load().result(_TIMEOUT_S)
        store.forget(_SAID)
        store.flushed().result(_TIMEOUT_S)
    finally:
        store.close()
        state.close()


def _is_left(folder: Path) -> bool:
    """Whether the card still has something, whatever was told of it."""
    with closing(sqlite3.connect(f"file:{folder / FILE}?mode=ro", uri=True)) as db:
        (count,) = db.execute(f"SELECT count(*) FROM {_SAID}").fetchone()
    return bool(count)
