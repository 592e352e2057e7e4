"""A key from another machine costs its provider, until it is set again or the machine starts anew."""

from pathlib import Path

import pytest

from appliance.service.set_key import NO_KEY, KeyStore
from appliance.service.unreadable_keys import main

# Encrypts by copying; decrypts what does not come from elsewhere.
CREDS = """#!/bin/sh
if [ "$1" = encrypt ]; then cat; else ! grep -q elsewhere "$3" && cat "$3"; fi
"""
OVERRIDE = "run/systemd/system/voice-appliance.service.d/credential-~readable.conf"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> KeyStore:
    """Two keys, of which `gemini` cannot be decrypted."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for name, script in (("systemd-creds", CREDS), ("systemctl", '#!/bin/sh\necho "$@" >"$0.called"\n')):
        (programs / name).write_text(script, encoding="ascii")
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    store = KeyStore(tmp_path)
    store.keep("gemini", b"from-elsewhere")
    store.keep("openai", b"sk-canary-0123456789")
    return store


def test_the_next_start_has_the_other_keys_and_the_owner_is_told(
    store: KeyStore, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(store) == 0
    credentials = tmp_path / "etc/voice-appliance/credentials"
    assert (tmp_path / OVERRIDE).read_text(encoding="utf-8").splitlines() == [
        "[Service]",
        "# empties the list",
        "LoadCredentialEncrypted=",
        f"SetCredential=gemini:{NO_KEY}",
        f"LoadCredentialEncrypted=openai:{credentials}/openai.cred",
    ]
    assert (tmp_path / "programs/systemctl.called").read_text(encoding="ascii") == "daemon-reload\n"
    told = capfd.readouterr()
    assert told.out == ""
    assert told.err.startswith("<3>the key gemini cannot be decrypted on this machine")
    assert (credentials / "gemini.cred").exists()


@pytest.mark.parametrize("mended", ["set", "forgotten"])
def test_once_a_key_is_set_or_forgotten_all_of_them_are_tried_again(
    store: KeyStore, tmp_path: Path, mended: str
) -> None:
    main(store)
    if mended == "set":
        store.keep("gemini", b"of-this-machine")
    else:
        store.forget("gemini")
    assert not (tmp_path / OVERRIDE).exists()
    assert store.leave_out_unreadable() == []


def test_where_all_can_be_decrypted_nothing_is_changed(
    store: KeyStore, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    store.forget("gemini")
    assert main(store) == 0
    assert not (tmp_path / OVERRIDE).exists()
    assert not (tmp_path / "programs/systemctl.called").exists()
    assert capfd.readouterr().err == ""
