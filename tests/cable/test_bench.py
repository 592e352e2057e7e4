"""The loopback test on real PyAudio: it asks, talks over, measures and writes its card."""

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.rig.cable import VirtualCable
from tests.rig.loopback import LoopbackCable

pytestmark = pytest.mark.cable

DEVICES = ("--set", "audio.input.device=mic", "--set", "audio.output.device=spk")


def bench(
    cable: VirtualCable | LoopbackCable, folder: Path, *arguments: str
) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "appliance", "bench", "--socket", str(folder / "none.sock")]
    return subprocess.run(
        [*command, *DEVICES, *arguments], env=cable.environment, capture_output=True, text=True, timeout=120
    )


@pytest.mark.timeout(150)
def test_over_a_cable_it_measures_itself_and_writes_a_card(tmp_path: Path) -> None:
    card = tmp_path / "card"
    with LoopbackCable(tmp_path) as cable:
        done = bench(cable, tmp_path, "--cable", "--questions=2", "--interruptions=1", "-o", str(card))
    assert done.returncode in (0, 1), done.stderr
    text = card.with_suffix(".txt").read_text()
    assert text in done.stdout
    (waits,) = [line for line in text.splitlines() if line.startswith("last word →")]
    (stops,) = [line for line in text.splitlines() if line.startswith("talked over →")]
    assert "n = 3)" in waits
    assert "n = 1)" in stops
    assert ("MISSED" in text) is (done.returncode == 1)
    assert ElementTree.parse(card.with_suffix(".svg")).getroot().tag.endswith("svg")


@pytest.mark.timeout(60)
def test_without_a_cable_it_says_so(cable: VirtualCable, tmp_path: Path) -> None:
    done = bench(cable, tmp_path, "--cable", "-o", str(tmp_path / "card"))
    assert done.returncode == 1
    assert "is the cable plugged from output to input" in done.stderr
    assert not (tmp_path / "card.svg").exists()


@pytest.mark.timeout(120)
def test_who_unplugs_the_cable_when_asked_reads_how_long_it_took(tmp_path: Path) -> None:
    card = tmp_path / "card"
    arguments = ("--cable", "--questions=1", "--interruptions=0", "--replug", "-o", str(card))
    command = [sys.executable, "-m", "appliance", "bench", "--socket", str(tmp_path / "none.sock")]
    with (
        LoopbackCable(tmp_path) as cable,
        subprocess.Popen(
            [*command, *DEVICES, *arguments], env=cable.environment, stdout=subprocess.PIPE, text=True
        ) as process,
    ):
        assert process.stdout is not None
        for line in process.stdout:
            if "Now unplug" in line:
                cable.server.unplug()
            elif "Now plug it in again" in line:
                cable.server.plug()
    (row,) = [line for line in card.with_suffix(".txt").read_text().splitlines() if "unplugged" in line]
    assert "back by itself" in row
    assert "kept" in row
