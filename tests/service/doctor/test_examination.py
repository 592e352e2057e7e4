"""`appliance doctor` looks at everything, whatever else is wrong, and ends with 0 only if all is well."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from appliance.service.doctor.display import as_json, finding_lines, summary
from appliance.service.doctor.finding import Finding, Verdict, all_well, broken, ok, poor, skipped

CANARY = "sk-canary0123456789abcdef"


def doctor(folder: Path, *arguments: str) -> tuple[int, dict[str, Any], str]:
    command = [sys.executable, "-m", "appliance", "doctor", "--silent", "--json", *arguments]
    command += ["--state", str(folder / "state"), "--socket", str(folder / "none.sock")]
    environ = {"PATH": os.environ["PATH"], "SOME": CANARY}
    done = subprocess.run(command, capture_output=True, text=True, env=environ, timeout=60)
    told = json.loads(done.stdout)
    found = {finding["name"]: finding for finding in told["findings"]}
    assert told["well"] is (done.returncode == 0)
    return done.returncode, found, done.stdout + done.stderr


def test_a_wrong_configuration_is_told_and_the_rest_is_looked_at_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[hearing]\nspeech_threshold = 7\n")
    code, found, _ = doctor(tmp_path, "--config", str(tmp_path / "config.toml"))
    assert code == 1
    assert found["configuration"]["verdict"] == "broken"
    assert "0.05…0.95" in found["configuration"]["sentence"]
    assert {"appliance", "clock", "state", "disk", "network", "microphone"} <= found.keys()


def test_without_its_microphone_it_says_what_to_plug_in(tmp_path: Path) -> None:
    code, found, _ = doctor(tmp_path, "--set", "audio.input.device=nowhere")
    assert code == 1
    assert "there is no microphone 'nowhere'" in found["microphone"]["sentence"]
    assert "group audio" in found["microphone"]["advice"]
    assert found["acoustics"]["verdict"] == "skipped"


def test_a_provider_is_looked_for_and_its_key_is_not_shown(tmp_path: Path) -> None:
    provider = "providers=[{name='o',kind='openai',url='ws://127.0.0.1:9/v1',api_key='env:SOME'}]"
    _, found, everything = doctor(tmp_path, "--set", provider)
    assert "nothing listens there" in found["network: o"]["sentence"]
    assert found["key env:SOME"]["verdict"] == "ok"
    assert CANARY not in everything


def test_nothing_is_left_behind_where_nothing_was_measured(tmp_path: Path) -> None:
    doctor(tmp_path)
    assert not (tmp_path / "state").exists()


def test_what_is_skipped_is_not_ill_and_what_is_poor_is() -> None:
    assert all_well([ok("a", "well"), skipped("b", "nobody looked")])
    assert not all_well([ok("a", "well"), poor("b", "so so", "do this")])
    assert not all_well([broken("a", "bad", "do that")])


def test_a_finding_is_a_line_with_what_to_do_below_it() -> None:
    assert list(finding_lines(poor("echo", "too\nloud\x1b", "turn it down"))) == [
        "POOR    echo: too loud\N{REPLACEMENT CHARACTER}",
        "        → turn it down",
    ]
    assert list(finding_lines(ok("echo", "fine"))) == ["ok      echo: fine"]


def test_the_last_line_names_what_is_not_well_once() -> None:
    findings = [ok("a", "x"), broken("b", "x", "y"), poor("b", "x", "y"), poor("c", "x", "y")]
    assert summary(findings) == "Not well: b, c. The arrows say what to do."
    assert summary([ok("a", "x")]) == "All is well."


def test_a_program_reads_the_same() -> None:
    told = json.loads(as_json([Finding("a", Verdict.POOR, "x", "y")]))
    assert told == {
        "well": False,
        "findings": [{"name": "a", "verdict": "poor", "sentence": "x", "advice": "y"}],
    }
