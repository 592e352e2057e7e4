"""The support bundle: what is in it, who may read it, and that no canary comes out of any corner."""

import io
import json
import os
import subprocess
import sys
import tarfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from appliance.errors import InputFileError
from appliance.service.control.controls import AlarmStatus, Status, TimerStatus
from appliance.service.report.bundle import MAX_PART_BYTES, write_bundle
from appliance.service.report.journal import count_events, journal_lines
from appliance.service.report.parts import Part, settings_text, state_text, status_text
from appliance.service.report.redaction import Redactor
from appliance.settings import load_settings
from tests.service.report.test_redaction import CANARIES

SAID = "buy flowers for Eleonora"
JOURNAL: list[dict[str, Any]] = [
    {"MESSAGE": "It hears.", "PRIORITY": "6", "APPLIANCE_EVENT": "session", "__REALTIME_TIMESTAMP": "0"},
    {"MESSAGE": f"In turn 1 the person said {SAID}.", "APPLIANCE_EVENT": "transcript"},
    {"MESSAGE": list(b"\xffraw bytes")},
    *(
        {"MESSAGE": f"refused: {key}", "APPLIANCE_EVENT": "error", "APPLIANCE_CATEGORY": "auth_failed"}
        for key in CANARIES.values()
    ),
]


def unpacked(path: Path) -> dict[str, str]:
    with tarfile.open(path) as archive:
        names = archive.getnames()
        files = {name: archive.extractfile(name) for name in names}
        return {name.partition("/")[2]: file.read().decode() for name, file in files.items() if file}


@pytest.fixture
def journalctl(tmp_path: Path) -> str:
    """A PATH on which journalctl tells of `JOURNAL`."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "entries").write_text("".join(f"{json.dumps(entry)}\n" for entry in JOURNAL))
    (folder / "journalctl").write_text(f"#!/bin/sh\nexec cat {folder}/entries\n")
    (folder / "journalctl").chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


@pytest.mark.timeout(120)
def test_no_canary_of_environment_configuration_journal_or_state_is_in_the_bundle(
    tmp_path: Path, journalctl: str
) -> None:
    state = tmp_path / "state"
    state.mkdir()
    (state / "timers.json").write_text(f'["{SAID}"]')
    config = tmp_path / "config.toml"
    config.write_text(
        f'[conversation]\ninstructions = "{SAID}"\nvariables = {{ user_name = "Eleonora" }}\n'
        f'[[providers]]\nname = "o"\nkind = "openai"\nurl = "ws://127.0.0.1:9/v1"\napi_key = "env:SOME"\n'
        f'[providers.extra]\nnote = "{CANARIES["gemini"]}"\n'
        f'[[tools.mcp]]\nname = "lamps"\nurl = "https://kitchen-nas:9/mcp"\n'
    )
    environ = {"PATH": journalctl, "SOME": CANARIES["deepgram"], "SECRET_WORD": "xyzzy plugh"}
    out = tmp_path / "bundle.tar.gz"
    command = [sys.executable, "-m", "appliance", "report", "-o", str(out), "--config", str(config)]
    done = subprocess.run(
        [*command, "--state", str(state), "--socket", str(tmp_path / "none.sock")],
        env=environ, capture_output=True, text=True, timeout=100,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert out.stat().st_mode & 0o777 == 0o600
    files = unpacked(out)
    everything = "\n".join(files.values()) + done.stdout + done.stderr
    for private in (*CANARIES.values(), "xyzzy plugh", SAID, "Eleonora", "kitchen-nas"):
        assert private not in everything, private
    assert "It hears." in files["journal.txt"]
    assert json.loads(files["events.json"])["error.auth_failed"] == len(CANARIES)
    assert "timers.json" in files["state.txt"]
    assert "conversation.language" in files["settings.txt"]
    assert json.loads(files["doctor.json"])["findings"]
    assert all(name in files["README.txt"] for name in files if name != "README.txt")


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "a.tar.gz").write_text("mine")
    with pytest.raises(InputFileError, match="exists already"):
        write_bundle(tmp_path / "a.tar.gz", [], Redactor())
    assert (tmp_path / "a.tar.gz").read_text() == "mine"


def test_a_folder_that_is_not_there_is_the_owners_mistake(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="cannot be written"):
        write_bundle(tmp_path / "none" / "a.tar.gz", [], Redactor())


def test_a_part_that_cannot_be_made_says_why_and_costs_no_other(tmp_path: Path) -> None:
    def fails() -> str:
        raise OSError("no such thing at 192.168.1.5")

    parts = [Part("a.txt", "a", fails), Part("b.txt", "b", lambda: "well")]
    write_bundle(tmp_path / "a.tar.gz", parts, Redactor())
    files = unpacked(tmp_path / "a.tar.gz")
    assert files["a.txt"] == "this could not be made: OSError: no such thing at address-1\n"
    assert files["b.txt"] == "well"


def test_a_fault_of_ours_leaves_no_half_bundle_behind(tmp_path: Path) -> None:
    def breaks() -> str:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_bundle(tmp_path / "a.tar.gz", [Part("a.txt", "a", breaks)], Redactor())
    assert list(tmp_path.iterdir()) == []


def test_of_a_long_part_the_end_is_kept(tmp_path: Path) -> None:
    write_bundle(
        tmp_path / "a.tar.gz", [Part("a.txt", "a", lambda: "no " * MAX_PART_BYTES + "end")], Redactor()
    )
    text = unpacked(tmp_path / "a.tar.gz")["a.txt"]
    assert (len(text), text.endswith("end")) == (MAX_PART_BYTES, True)


def test_the_journal_is_told_without_what_was_said() -> None:
    lines = list(journal_lines(JOURNAL[:3]))
    assert lines[0] == "1970-01-01T00:00:00.000+00:00 <6> It hears."
    assert lines[1].endswith("(what was said is left out)")
    assert "raw bytes" in lines[2]
    assert count_events(JOURNAL)["transcript"] == 1


def test_the_owners_own_words_are_counted_and_not_shown() -> None:
    text = settings_text(
        load_settings((), ["conversation.greeting=Hello Eleonora"], {}, Path("/nonexistent"))
    )
    assert "Eleonora" not in text
    assert "conversation.greeting = (16 characters, left out)  # --set" in text


def test_of_the_state_only_names_and_sizes_are_told(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "money.json").write_text("12345")
    text = state_text(tmp_path)
    assert "         5 " in text
    assert "deep/money.json" in text
    assert "12345" not in text
    assert state_text(tmp_path / "none").endswith(": 0 files\n")


def test_names_of_timers_are_left_out_of_the_status() -> None:
    status = Status("1", 1, "idle", "idle", muted=False, volume=1, conversation="c")
    assert SAID not in status_text(
        replace(status, timers=[TimerStatus(1, SAID, 5)], alarms=[AlarmStatus(1, SAID, "07:00")])
    )


def test_a_part_that_is_json_stays_so(tmp_path: Path) -> None:
    text = json.dumps({"reason": f"Authorization: {CANARIES['groq']}", "well": False})
    write_bundle(tmp_path / "a.tar.gz", [Part("a.json", "a", lambda: text)], Redactor())
    shown = json.loads(unpacked(tmp_path / "a.tar.gz")["a.json"])
    assert shown == {"reason": "Authorization: ***", "well": False}


def test_a_bundle_is_an_archive_that_any_tar_reads(tmp_path: Path) -> None:
    write_bundle(tmp_path / "a.tar.gz", [Part("a.txt", "a", lambda: "x")], Redactor())
    with tarfile.open(fileobj=io.BytesIO((tmp_path / "a.tar.gz").read_bytes())) as archive:
        assert {member.name for member in archive} == {"a/a.txt", "a/README.txt"}
        assert {(member.mode, member.uid) for member in archive} == {(0o600, 0)}
