"""What was measured of this microphone and this loudspeaker, kept for the echo canceller."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from appliance.service.doctor.learnt import Learnt
from appliance.service.memory.state import StateDirectory, Warn

FILE: Final = "acoustics.json"


def keep(folder: Path, learnt: Learnt, warn: Warn) -> None:
    """Save it in the state directory `folder`; whoever owns that may read it, though root measured.

    Raises InputFileError where the directory cannot be made; `warn` is told where it cannot be written.
    """
    state = StateDirectory(folder, warn)
    state.make()
    state.save(FILE, learnt.model_dump(mode="json"))
    state.close()
    _give_to_the_owner(folder / FILE)


def recall(state: StateDirectory) -> Learnt | None:
    """What was measured last; None where nothing was. What makes no sense is put aside, with a warning."""
    kept = state.read(FILE)
    if kept is None:
        return None
    try:
        return Learnt.model_validate(kept)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        state.put_aside(FILE, f"{'.'.join(map(str, first['loc'])) or FILE}: {first['msg']}")
        return None


def learnt_of(state: StateDirectory, microphone: str, loudspeaker: str) -> Learnt | None:
    """What was measured of these two devices without a sound lost, by their names; None where nothing was."""
    learnt = recall(state)
    if learnt is None or not learnt.steady:
        return None
    return learnt if (learnt.microphone, learnt.loudspeaker) == (microphone, loudspeaker) else None


def _give_to_the_owner(path: Path) -> None:
    """Root measures, and the service reads: the file goes to whoever owns the directory."""
    owner = path.parent.stat()
    if os.geteuid() == 0 and owner.st_uid != 0:
        with suppress(OSError):
            os.chown(path, owner.st_uid, owner.st_gid)
