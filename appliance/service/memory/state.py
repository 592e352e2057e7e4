"""What has to outlive a restart: small JSON files in one directory, each written whole or not at all."""

import json
import os
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Final

from appliance.errors import ApplianceError, Fault, InputFileError

# Of one file: some hundred times what timers or a month's money take, and nothing to a small machine.
MAX_STATE_BYTES: Final = 262_144
# A card that is worn out takes seconds for a write; the whole process has to end within 2.
FLUSH_TIMEOUT_S: Final = 1.0
SYSTEM_FOLDER: Final = Path("/var/lib/voice-appliance")

Warn = Callable[[str], None]


class StateTooLarge(ApplianceError):
    """More was to be kept than `MAX_STATE_BYTES` in one file."""

    fault = Fault.OURS


def find_state_folder(
    explicit: Path | None, environ: Mapping[str, str], system_folder: Path = SYSTEM_FOLDER
) -> Path:
    """`explicit`, else systemd's $STATE_DIRECTORY, else the installed service's folder where this user may
    write, else the user's own below $XDG_STATE_HOME (~/.local/state). Makes nothing."""
    if explicit is not None:
        return explicit
    if given := environ.get("STATE_DIRECTORY"):
        return Path(given.split(":")[0])  # systemd: several are separated by colons
    if os.access(system_folder, os.W_OK):
        return system_folder
    home = Path(environ.get("XDG_STATE_HOME", ""))
    if not home.is_absolute():
        home = Path(environ.get("HOME", "/")) / ".local" / "state"
    return home / "voice-appliance"


def open_state(explicit: Path | None, environ: Mapping[str, str], warn: Warn) -> "StateDirectory":
    """The directory of `find_state_folder`, made where it is missing. Raises InputFileError where `explicit`
    cannot be made; where its usual place cannot, `warn` gets a sentence and nothing outlives a restart."""
    state = StateDirectory(find_state_folder(explicit, environ), warn)
    try:
        state.make()
    except InputFileError as error:
        if explicit is not None:
            raise
        warn(f"{error}; name another with --state, or timers and the like end with the daemon")
    return state


class StateDirectory:
    """The files of one directory, by name; each belongs to one subject, the only one who saves it.

    What cannot be written is told once, until it can be again: nobody is deaf because a card is full.
    """

    def __init__(self, folder: Path, warn: Warn) -> None:
        """`warn` gets a sentence for the owner, from any thread."""
        self._folder = folder
        self._warn = warn
        self._lock = threading.Lock()
        self._next: dict[str, bytes] = {}  # not yet written, the newest of each file
        self._told = False
        self._writer = ThreadPoolExecutor(1, "state")  # one writer: in the order in which it was saved

    @property
    def folder(self) -> Path:
        """Where it all is."""
        return self._folder

    def warn(self, sentence: str) -> None:
        """Tell the owner; from any thread."""
        self._warn(sentence)

    def make(self) -> None:
        """Make the directory, for its owner alone. Raises InputFileError where that cannot be."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            reason = f"the state directory {self._folder} cannot be made: {error.strerror}"
            raise InputFileError(reason) from error

    def read(self, name: str) -> object | None:
        """The JSON value in the file `name`; None where there is none.

        A file that cannot be understood is put aside as `name.spoilt`, with a warning. Blocks: for the start.
        """
        path = self._folder / name
        try:
            with path.open("rb") as file:
                content = file.read(MAX_STATE_BYTES + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            self._warn(f"{path} cannot be read, so what it kept is not known: {error.strerror}")
            return None
        try:
            if len(content) > MAX_STATE_BYTES:
                raise ValueError(f"longer than {MAX_STATE_BYTES} bytes")
            value: object = json.loads(content)
        except (ValueError, RecursionError) as error:
            self.put_aside(name, str(error))
            return None
        return value

    def put_aside(self, name: str, reason: str) -> None:
        """The file `name` makes no sense: keep it for whoever wants to look, and begin anew."""
        path, aside = self._folder / name, self._folder / f"{name}.spoilt"
        try:
            path.replace(aside)
        except OSError as error:
            self._warn(f"{path} is spoilt ({reason}), and cannot be put aside: {error.strerror}")
        else:
            self._warn(f"{path} was spoilt ({reason}); it is put aside as {aside.name}, and begun anew")

    def save(self, name: str, value: object) -> None:
        """Write `value` soon, whole or not at all; the newest wins. Never blocks.

        Raises StateTooLarge, and TypeError or ValueError for what has no JSON form.
        """
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        content = text.encode("utf-8", "replace")
        if len(content) > MAX_STATE_BYTES:
            raise StateTooLarge(f"{name} would have {len(content)} bytes, at most {MAX_STATE_BYTES}")
        with self._lock:
            waits_already = name in self._next
            self._next[name] = content
        if not waits_already:
            self._writer.submit(self._write_next, name)

    def flushed(self) -> Future[None]:
        """Done once everything that was saved until here is written."""
        return self._writer.submit(lambda: None)

    def close(self) -> None:
        """Write what was saved, within `FLUSH_TIMEOUT_S`; nothing can be saved any more. Blocks."""
        wait([self.flushed()], FLUSH_TIMEOUT_S)
        self._writer.shutdown(wait=False)

    def _write_next(self, name: str) -> None:
        with self._lock:
            content = self._next.pop(name)
        try:
            self._replace(name, content)
        except OSError as error:
            if not self._told:
                self._told = True
                self._warn(
                    f"{self._folder / name} cannot be written, so a restart forgets it: {error.strerror}"
                )
        else:
            self._told = False

    def _replace(self, name: str, content: bytes) -> None:
        """After a power cut there is the old file or the new one: the name moves once the content is kept."""
        part = self._folder / f"{name}.part"
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self._folder / name)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
