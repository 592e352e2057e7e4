"""A key is read without being shown, and kept where only this machine's systemd can read it."""

import contextlib
import io
import os
import pty
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from appliance.errors import ConfigurationError
from appliance.service.set_key import KeyNotKept, KeyStore, checked_key, checked_name, read_key

CLONE = Path(__file__).parents[2]
CANARY = "sk-canary-0123456789"
FAKE_CREDS = """#!/bin/sh
printf '%s\n' "$@" >"$(dirname "$0")/arguments"
env >"$(dirname "$0")/environment"
tr 'a-z' 'n-za-m'
"""


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `systemd-creds` that writes down how it was called."""
    folder = tmp_path / "programs"
    folder.mkdir()
    program = folder / "systemd-creds"
    program.write_text(FAKE_CREDS, encoding="ascii")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder


def test_the_key_is_kept_encrypted_and_the_service_is_given_it(programs: Path, tmp_path: Path) -> None:
    file = KeyStore(tmp_path).keep("openai", CANARY.encode())
    assert file == tmp_path / "etc/voice-appliance/credentials/openai.cred"
    assert file.read_text(encoding="ascii") == "fx-pnanel-0123456789"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    drop_in = tmp_path / "etc/systemd/system/voice-appliance.service.d/credential-openai.conf"
    assert drop_in.read_text(encoding="ascii") == f"[Service]\nLoadCredentialEncrypted=openai:{file}\n"


def test_the_key_is_in_no_argument_no_environment_and_no_plain_file(programs: Path, tmp_path: Path) -> None:
    KeyStore(tmp_path).keep("openai", CANARY.encode())
    assert (programs / "arguments").read_text(encoding="ascii").split() == [
        "encrypt",
        "--name=openai",
        "-",
        "-",
    ]
    assert [path for path in tmp_path.rglob("*") if path.is_file() and CANARY in path.read_text()] == []


def test_a_key_that_is_set_again_is_replaced(programs: Path, tmp_path: Path) -> None:
    store = KeyStore(tmp_path)
    store.keep("openai", b"first")
    assert store.keep("openai", b"second").read_bytes() == b"frpbaq"


def test_a_key_that_is_forgotten_leaves_nothing(programs: Path, tmp_path: Path) -> None:
    store = KeyStore(tmp_path)
    store.keep("openai", CANARY.encode())
    store.forget("openai")
    assert [path for path in (tmp_path / "etc").rglob("*") if path.is_file()] == []
    with pytest.raises(KeyNotKept, match="there is no key openai"):
        store.forget("openai")


def test_an_encryption_that_fails_changes_nothing_and_says_why(programs: Path, tmp_path: Path) -> None:
    (programs / "systemd-creds").write_text("#!/bin/sh\necho 'no TPM, no host key' >&2\nexit 1\n")
    with pytest.raises(KeyNotKept, match="systemd-creds encrypt: no TPM, no host key"):
        KeyStore(tmp_path).keep("openai", CANARY.encode())
    assert not (tmp_path / "etc").exists()


@pytest.mark.parametrize("name", ["", "a/b", "../x", "-x", ".x", "a b", "a%b", "x" * 101])
def test_a_name_that_would_be_more_than_a_name_is_refused(name: str) -> None:
    with pytest.raises(ConfigurationError):
        checked_name(name)


@pytest.mark.parametrize("content", [b"", b" \n", b"two\nlines", "schlüssel".encode(), b"x" * 16_385])
def test_what_is_no_key_is_refused_without_repeating_it(content: bytes) -> None:
    with pytest.raises(KeyNotKept) as refused:
        checked_key(content)
    assert "two" not in str(refused.value)


def test_from_the_standard_input_the_end_of_its_line_is_no_part_of_it() -> None:
    assert read_key("openai", io.BytesIO(f"{CANARY}\n".encode())) == CANARY.encode()


def test_on_a_terminal_it_is_asked_for_and_not_shown() -> None:
    code = "import sys; from appliance.service.set_key import *; print(len(read_key('x', sys.stdin.buffer)))"
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
        start_new_session=True,
        text=True,
    ) as asking:
        os.close(theirs)
        shown = os.read(ours, 1000)
        while b"not shown" not in shown:
            shown += os.read(ours, 1000)
        os.write(ours, f"{CANARY}\n".encode())
        printed, _ = asking.communicate(timeout=20)
    assert printed == f"{len(CANARY)}\n"
    os.set_blocking(ours, False)
    with contextlib.suppress(OSError):  # nothing came after the question
        shown += os.read(ours, 1000)
    os.close(ours)
    assert CANARY.encode() not in shown


@pytest.mark.parametrize("given_up", [EOFError, KeyboardInterrupt])
def test_who_gives_up_typing_is_told_that_nothing_was_changed(
    given_up: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(prompt: str) -> str:
        raise given_up

    ours, theirs = pty.openpty()
    monkeypatch.setattr("getpass.getpass", asked)
    with (
        os.fdopen(ours, "rb"),
        os.fdopen(theirs, "rb") as terminal,
        pytest.raises(KeyNotKept, match="no key was given; nothing was changed"),
    ):
        read_key("openai", terminal)


def test_it_needs_nothing_but_the_standard_library() -> None:
    code = (
        "import sys, appliance.service.set_key as it; print({'typer', 'pydantic', 'numpy'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=CLONE)
    assert done.stdout == "set()\n"
