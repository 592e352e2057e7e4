"""`set-key`: a key becomes a credential that only this machine's systemd can read.

Nothing but the standard library and our own errors is imported: `install.sh set-key` runs this with the
system's Python, before there is an environment. The key goes from the terminal or the standard input into a
pipe, never into an argument, a variable of the environment or a plain file.
"""

import getpass
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import BinaryIO, Final

from appliance.errors import ApplianceError, ConfigurationError, Fault

MAX_KEY_BYTES: Final = 16_384  # what `credential:NAME` takes
SERVICE: Final = "voice-appliance"
# In place of a key that cannot be had: the provider refuses it, and is told of as one that does.
NO_KEY: Final = "cannot-be-decrypted-on-this-machine"
# Encrypting asks a TPM where there is one, which takes a second; a minute is a machine that stands still.
_COMMAND_TIMEOUT_S: Final = 60
# A TPM takes a second; systemd gives all that follows the end of the service 10 s.
_DECRYPT_TIMEOUT_S: Final = 3
_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")


class KeyNotKept(ApplianceError):
    """The key could not be made a credential; the sentence says why."""

    fault = Fault.OWNER
    exit_code = 1


def checked_name(name: str) -> str:
    """`name` as `credential:NAME` may have it. Raises ConfigurationError."""
    if not _NAME.fullmatch(name):
        raise ConfigurationError(
            [f"{name!r} is no name for a key: letters, digits, _, . and -, as in credential:NAME"]
        )
    return name


def checked_key(content: bytes) -> bytes:
    """The key itself, without the end of its line. Raises KeyNotKept, whose text has nothing of it."""
    key = content.strip()
    if not key:
        raise KeyNotKept("no key was given; nothing was changed")
    if len(key) > MAX_KEY_BYTES:
        raise KeyNotKept(f"the key is longer than {MAX_KEY_BYTES} bytes; nothing was changed")
    if not all(0x20 <= byte < 0x7F for byte in key):
        raise KeyNotKept("the key is not one line of plain text; nothing was changed")
    return key


def drop_in(name: str, file: Path) -> str:
    """The part of the unit that gives the credential to the service."""
    return f"[Service]\nLoadCredentialEncrypted={name}:{file}\n"


class KeyStore:
    """The encrypted keys of this machine, and the drop-ins by which the service gets them."""

    def __init__(self, root: Path = Path("/")) -> None:
        self._credentials = root / "etc" / SERVICE / "credentials"
        self._drop_ins = root / "etc" / "systemd" / "system" / f"{SERVICE}.service.d"
        # Gone with the next boot. Read after those of the keys and before what `systemctl edit` makes.
        self._readable = root / "run/systemd/system" / f"{SERVICE}.service.d" / "credential-~readable.conf"

    def keep(self, name: str, key: bytes) -> Path:
        """Encrypt `key` and let the service have it from its next start; the file. Raises KeyNotKept."""
        file = self._credentials / f"{name}.cred"
        encrypted = _output(["systemd-creds", "encrypt", f"--name={name}", "-", "-"], key)
        try:
            self._credentials.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._drop_ins.mkdir(exist_ok=True, parents=True)
            _write(file, encrypted, 0o600)
            _write(self._place(name), drop_in(name, file).encode(), 0o644)
            self._readable.unlink(missing_ok=True)
        except OSError as error:
            raise KeyNotKept(f"{error.filename}: {error.strerror}; run it with sudo") from None
        return file

    def forget(self, name: str) -> None:
        """Remove the key; first what asks for it, or the service could not start in between.

        Raises KeyNotKept: there is none, or it cannot be removed.
        """
        try:
            self._place(name).unlink()
            (self._credentials / f"{name}.cred").unlink(missing_ok=True)
            self._readable.unlink(missing_ok=True)
        except FileNotFoundError:
            raise KeyNotKept(f"there is no key {name}") from None
        except OSError as error:
            raise KeyNotKept(f"{error.filename}: {error.strerror}; run it with sudo") from None

    def leave_out_unreadable(self) -> list[str]:
        """Until the next boot, or until a key is set, give the service only what this machine can decrypt,
        and NO_KEY in place of the others; their names. Raises OSError and SubprocessError."""
        names = sorted(
            path.stem.removeprefix("credential-") for path in self._drop_ins.glob("credential-*.conf")
        )
        readable = [name for name in names if self._is_readable(name)]
        if readable != names:
            given = (
                f"LoadCredentialEncrypted={name}:{self._credentials / name}.cred\n"
                if name in readable
                else f"SetCredential={name}:{NO_KEY}\n"
                for name in names
            )
            self._readable.parent.mkdir(parents=True, exist_ok=True)
            self._readable.parent.chmod(0o755)
            text = "[Service]\n# empties the list\nLoadCredentialEncrypted=\n" + "".join(given)
            _write(self._readable, text.encode(), 0o644)
        return [name for name in names if name not in readable]

    def _is_readable(self, name: str) -> bool:
        command = ["systemd-creds", "decrypt", f"--name={name}", str(self._credentials / f"{name}.cred"), "-"]
        return (
            subprocess.run(
                command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=_DECRYPT_TIMEOUT_S
            ).returncode
            == 0
        )

    def _place(self, name: str) -> Path:
        return self._drop_ins / f"credential-{name}.conf"


def read_key(name: str, source: BinaryIO) -> bytes:
    """The key: from a terminal without an echo, or all of `source`. Raises KeyNotKept."""
    if source.isatty():
        try:
            return checked_key(getpass.getpass(f"Key for {name} (it is not shown): ").encode())
        except (EOFError, KeyboardInterrupt):
            raise KeyNotKept("no key was given; nothing was changed") from None
    return checked_key(source.read(MAX_KEY_BYTES + 2))


def set_key(name: str, remove: bool = False) -> str:
    """Keep the key, or remove it, and start the service anew; what is said of it. Raises ApplianceError."""
    name = checked_name(name)
    if os.getuid() != 0:
        raise KeyNotKept(f"keys are kept by root: sudo appliance set-key {name}")
    store = KeyStore()
    if remove:
        store.forget(name)
        said = f"The key {name} is removed. Whoever needs it answers no more."
    else:
        store.keep(name, read_key(name, sys.stdin.buffer))
        said = f'The key {name} is kept, encrypted for this machine: api_key = "credential:{name}" names it.'
    if Path("/run/systemd/system").is_dir():
        _output(["systemctl", "daemon-reload"])
        _output(["systemctl", "try-restart", "--no-block", SERVICE])  # a credential is read at the start
    return said


def _write(file: Path, content: bytes, mode: int) -> None:
    """Whole or not at all."""
    new = file.with_name(f".{file.name}.new")
    new.unlink(missing_ok=True)
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    new.rename(file)


def _output(command: list[str], given: bytes = b"") -> bytes:
    try:
        done = subprocess.run(command, input=given, capture_output=True, timeout=_COMMAND_TIMEOUT_S)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise KeyNotKept(f"{command[0]} did not do it: {type(error).__name__}") from None
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["no reason told"]
        raise KeyNotKept(f"{' '.join(command[:2])}: {said[0]}")
    return done.stdout


def main() -> int:
    """`python -m appliance.service.set_key NAME [--remove]`."""
    try:
        print(set_key(sys.argv[1], remove=sys.argv[2:] == ["--remove"]))
    except ApplianceError as error:
        print(f"appliance: {error}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
