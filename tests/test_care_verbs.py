"""The verbs by which a person looks after an appliance refuse what they cannot do, in a sentence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


def appliance(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "appliance", *arguments]
    environ = {"PATH": os.environ["PATH"], "COLUMNS": "200"}
    done = subprocess.run(command, capture_output=True, text=True, env=environ, timeout=30)
    assert "Traceback" not in done.stderr
    return done


def test_a_bench_without_a_cable_points_to_how_it_is_wired() -> None:
    done = appliance("bench")
    assert done.returncode == 2
    assert "hardware/loopback/README.md" in done.stderr


@pytest.mark.parametrize("pins", ["5", "5,", "a,b", "5,5", "-1,6"])
def test_wires_are_two_pins(pins: str) -> None:
    done = appliance("bench", "--cable", f"--wires={pins}")
    assert done.returncode == 2
    assert "no two BCM numbers" in done.stderr


def test_a_bench_with_a_wrong_setting_names_it() -> None:
    done = appliance("bench", "--cable", "--set", "hearing.end_silence_ms=1")
    assert done.returncode == 78
    assert "hearing.end_silence_ms" in done.stderr


def test_a_report_is_not_written_over_another_file(tmp_path: Path) -> None:
    (tmp_path / "mine.tar.gz").write_text("mine")
    done = appliance("report", "-o", str(tmp_path / "mine.tar.gz"))
    assert done.returncode == 1
    assert "exists already" in done.stderr


@pytest.mark.parametrize("verb", ["doctor", "report", "bench"])
def test_every_verb_says_what_it_does(verb: str) -> None:
    done = appliance(verb, "--help")
    assert done.returncode == 0
    assert "--under-test" not in done.stdout
