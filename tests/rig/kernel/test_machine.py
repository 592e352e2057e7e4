"""The emulated machine is one: its sound cards carry sound, and its GPIO chip has lines."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rig.container.conftest import scratch
from tests.rig.kernel.disk import kernel_layer, make_image, put_rig_into
from tests.rig.kernel.machine import Machine, why_unavailable
from tests.rig.results import REQUIRED_VARIABLE
from tests.rig.root import TRIXIE, RigUnavailable, debian_root

pytestmark = [pytest.mark.rig, pytest.mark.timeout(1200)]

HERE = Path(__file__).parent
CLONE = HERE.parents[2]
CHIP = "/run/rig-chip"
INPUT, OUTPUT = 4, 5
# 3000 and -3000 in turn, as little-endian samples
TONE = r"import sys; sys.stdout.buffer.write(b'\xb8\x0b\x48\xf4' * 16000)"


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    """A machine without the appliance, switched on. Skips where none can be emulated."""
    try:
        if (reason := why_unavailable()) is not None:
            raise RigUnavailable(reason)
        layers = [kernel_layer(TRIXIE), debian_root(TRIXIE)]
    except RigUnavailable as unavailable:
        if REQUIRED_VARIABLE in os.environ:
            raise
        pytest.skip(f"no machine with a kernel of its own here: {unavailable}")
    programs = [
        HERE.parent / "__init__.py",
        HERE.parent / "cp2112.py",
        HERE / "__init__.py",
        HERE / "chip.py",
    ]
    with scratch() as folder:
        rig = folder / "rig"
        put_rig_into(rig, {f"srv/rig/{file.relative_to(CLONE)}": file.read_bytes() for file in programs})
        image = make_image([rig, *layers], folder / "image")
        with Machine(folder / "machine", image, folder / "image") as machine:
            yield machine


def test_what_is_played_on_one_end_of_a_card_is_recorded_from_the_other(machine: Machine) -> None:
    sound = "-q -t raw -f S16_LE -c 1 -r 16000"
    machine.start(f'python3 -c "{TONE}" | aplay {sound} -D hw:Mic,0')
    # until the tone runs: an emulated program takes its time to start
    heard = machine.run("sh", "-c", f"arecord {sound} -D hw:Mic,1 -d 4 | od -An -v -td2 -w2").stdout
    assert {3000, -3000} <= set(map(int, heard.split()))


def test_a_line_that_is_driven_from_outside_is_read_and_one_that_is_set_is_told(machine: Machine) -> None:
    machine.start(f"mkdir {CHIP} && cd /srv/rig && exec python3 -m tests.rig.kernel.chip {CHIP}")
    machine.run("sh", "-c", f"until [ -p {CHIP}/drive ] && gpiodetect | grep -q cp2112; do sleep 0.2; done")
    read = ["gpioget", "--chip=gpiochip0", "--numeric", str(INPUT)]
    levels = []
    for level in (0, 1):
        machine.run("sh", "-c", f"echo {INPUT} {level} >{CHIP}/drive")
        levels.append(int(machine.run(*read).stdout))
    assert levels == [0, 1]
    machine.run("gpioset", "--chip=gpiochip0", "--toggle=0", f"{OUTPUT}=1")
    assert f'"line": {OUTPUT}, "level": 1' in machine.run("cat", f"{CHIP}/edges").stdout
