"""lgpio for the machine: neither Debian 13 nor PyPI has it for Python 3.13, Raspberry Pi OS does.

Built from its source, once, in a root like the machine's, and kept.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from tests.rig.kernel.disk import INSTALL, fill_layer
from tests.rig.root import RigUnavailable, alone, cache_folder, debian_root, digest, key_of, made_whole

_SOURCE: Final = (
    "lgpio==0.2.2.0 --hash=sha256:11372e653b200f76a0b3ef8a23a0735c85ec678a9f8550b9893151ed0f863fff\n"
)
_PACKAGES: Final = "gcc libc6-dev python3-dev python3-setuptools swig"
# `PYPI`: the module has the library in it. $2: the source
_BUILD: Final = """\
cp -r "$2" srv/lgpio
chroot . sh -ec "cd /srv/lgpio && CFLAGS=-w PYPI=1 python3 setup.py --quiet build --build-lib /srv/built"
"""
# Where Debian's own package would lie, which the appliance's environment sees.
_PLACE: Final = "usr/lib/python3/dist-packages"
DOWNLOAD_TIMEOUT_S: Final = 120.0


def lgpio_layer(suite: str) -> Path:
    """What python3-lgpio would add to the root of `suite`."""
    parts = (key_of(suite), _SOURCE, _PACKAGES, _BUILD)
    layer = cache_folder() / f"lgpio-{suite}-{digest(*(part.encode() for part in parts))}"
    with alone(layer):
        if not layer.is_dir():
            root = debian_root(suite)
            with made_whole(layer) as partial:
                partial.mkdir(parents=True)
                _build(root, partial)
    return layer / "disk"


def _build(root: Path, folder: Path) -> None:
    making = folder / "making"
    filled = fill_layer(root, making, INSTALL + _BUILD, _PACKAGES, str(_fetch(folder / "source")))
    place = folder / "disk" / _PLACE
    place.mkdir(parents=True)
    for built in (filled / "srv/built").iterdir():
        shutil.copy2(built, place)
    shutil.rmtree(making)


def _fetch(folder: Path) -> Path:
    """The unpacked source. Raises RigUnavailable where it cannot be had."""
    folder.mkdir()
    wanted = folder / "wanted"
    wanted.write_text(_SOURCE, encoding="ascii")
    fetched = subprocess.run(
        [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-build-isolation"),
            *("--no-binary=:all:", "--require-hashes", f"--dest={folder}", f"--requirement={wanted}"),
        ],
        stderr=subprocess.PIPE,
        text=True,
        timeout=DOWNLOAD_TIMEOUT_S,
        check=False,
    )
    if fetched.returncode != 0:
        raise RigUnavailable(f"the source of lgpio cannot be had: {fetched.stderr[-500:]}")
    (archive,) = folder.glob("lgpio-*.tar.gz")
    subprocess.run(["tar", "--extract", f"--file={archive}", f"--directory={folder}"], check=True)
    return folder / archive.name.removesuffix(".tar.gz")
