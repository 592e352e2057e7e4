"""The appliance installed once, offline, in a bare Debian; each test gets a machine with a disk like that."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from appliance.pcm.formats import NEAR_RATE_HZ
from appliance.providers.offline.voice import QUESTION_VOICE, QUESTION_WORDS_PER_MINUTE, synthesize
from tests.bench.stage import write_wav
from tests.rig.cable import VirtualCable
from tests.rig.container.appliance import CABLE_IN_IT, Appliance, put_sound_into
from tests.rig.container.machine import Container, why_unavailable
from tests.rig.offline import clone, offline_bundle
from tests.rig.results import FULL_VARIABLE, REQUIRED_VARIABLE, Results
from tests.rig.root import TRIXIE, RigUnavailable, debian_root

# Half a minute here; an SD card and a busy machine take longer.
INSTALL_TIMEOUT_S = 600.0
SOURCE_IN_IT, OFFLINE_IN_IT, NEXT_IN_IT = "/srv/source", "/srv/offline", "/srv/next"


@dataclass(frozen=True)
class Materials:
    """What a machine is made of. `next_source` is the same clone with a higher version."""

    root: Path
    source: Path
    next_source: Path
    bundle: Path
    cable: VirtualCable
    cable_folder: Path

    @contextmanager
    def container(self, *below: Path) -> Iterator[Container]:
        """A machine that is off, its disk over `below` and those over the root; gone after the block."""
        binds = {
            SOURCE_IN_IT: self.source,
            NEXT_IN_IT: self.next_source,
            OFFLINE_IN_IT: self.bundle,
            CABLE_IN_IT: self.cable_folder,
        }
        with scratch() as folder:
            container = Container(folder, [*below, self.root], binds)
            put_sound_into(container.disk)
            try:
                yield container
            finally:
                container.cut_power()


@dataclass(frozen=True)
class Installed:
    """The disk after `install.sh`, what that printed, and how long it took."""

    disk: Path
    words: str
    took_s: float


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder on a real disk, gone after the block; if that is killed, when the next one is made."""
    prefix = "voice-appliance-rig-"
    for left in Path(tempfile.gettempdir()).glob(f"{prefix}*-*"):
        if not Path("/proc", left.name.removeprefix(prefix).split("-")[0]).exists():
            shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{prefix}{os.getpid()}-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def gathered(suite: str) -> Iterator[Materials]:
    """Materials for machines with this release of Debian. Skips where this machine cannot."""
    try:
        if (reason := why_unavailable()) is not None:
            raise RigUnavailable(reason)
        root = debian_root(suite)
    except RigUnavailable as unavailable:
        if REQUIRED_VARIABLE in os.environ:
            raise
        pytest.skip(f"no container with systemd here: {unavailable}")
    with scratch() as folder:
        source = clone(folder / "source")
        later = clone(folder / "next", version="99.0.0")
        (folder / "cable").mkdir(mode=0o755)
        folder.chmod(0o755)
        with VirtualCable(folder / "cable") as cable:
            bundle = offline_bundle(suite, source)
            yield Materials(root, source, later, bundle, cable, folder / "cable")


@contextmanager
def installed_on(materials: Materials) -> Iterator[Installed]:
    """One machine on which `install.sh --offline` ran, switched off again."""
    with materials.container() as container:
        container.boot()
        began_s = time.monotonic()
        done = container.run(
            f"{SOURCE_IN_IT}/install.sh", "--offline", OFFLINE_IN_IT, timeout_s=INSTALL_TIMEOUT_S
        )
        took_s = time.monotonic() - began_s
        container.power_off()
        yield Installed(container.disk, done.stdout + done.stderr, took_s)


@pytest.fixture(scope="session")
def materials() -> Iterator[Materials]:
    """Everything that has to be made or started first."""
    with gathered(TRIXIE) as materials:
        yield materials


@pytest.fixture(scope="session")
def installed(materials: Materials) -> Iterator[Installed]:
    """The disk of a machine on which it was installed."""
    with installed_on(materials) as installed:
        yield installed


@pytest.fixture
def machine(materials: Materials, installed: Installed) -> Iterator[Container]:
    """A machine with the appliance on its disk, switched off."""
    with materials.container(installed.disk) as container:
        yield container


@pytest.fixture
def appliance(machine: Container, materials: Materials) -> Appliance:
    """The appliance on a machine that was just switched on, armed."""
    machine.boot()
    appliance = Appliance(machine, materials.cable)
    appliance.armed()
    return appliance


@pytest.fixture
def results(request: pytest.FixtureRequest) -> Results:
    """Where this test's numbers go."""
    return Results(request.node.nodeid)


@pytest.fixture
def often() -> int:
    """How often to try what is promised for 20 of 20: there is no time for that in CI."""
    return 20 if FULL_VARIABLE in os.environ else 1


@pytest.fixture(scope="session")
def question(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """ "What time is it?", asked aloud."""
    pcm = synthesize("What time is it?", QUESTION_VOICE, QUESTION_WORDS_PER_MINUTE, NEAR_RATE_HZ)
    path = tmp_path_factory.mktemp("question") / "question.wav"
    write_wav(path, pcm)
    return path
