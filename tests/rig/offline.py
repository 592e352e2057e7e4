"""What `install.sh --offline` needs and a network would give: made once from this clone, and kept."""

import shutil
import subprocess
from pathlib import Path
from typing import Final

from tests.rig.root import alone, cache_folder, digest, made_whole

CLONE: Final = Path(__file__).parents[2]
# 170 MB over a line of 1 MB/s.
BUNDLE_TIMEOUT_S: Final = 600.0


def clone(folder: Path, version: str | None = None) -> Path:
    """A copy of this work tree without what git ignores, as an owner has it; perhaps as another `version`."""
    list_files = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(list_files, cwd=CLONE, capture_output=True, check=True).stdout
    for name in listed.decode().split("\0"):
        source = CLONE / name
        if name and source.is_file():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    if version is not None:
        init = folder / "appliance/__init__.py"
        lines = init.read_text(encoding="utf-8").splitlines()
        changed = [f'__version__ = "{version}"' if line.startswith("__version__") else line for line in lines]
        assert changed != lines
        init.write_text("\n".join(changed) + "\n", encoding="utf-8")
    return folder


def offline_bundle(suite: str, source: Path) -> Path:
    """The folder that `source`/install.sh makes on this machine for one of `suite` without a network."""
    locks = sorted((source / "requirements").glob("*.lock"))
    scripts = [source / "install.sh", *sorted((source / "install").glob("*.sh"))]
    parts = [file.read_bytes() for file in (*scripts, *locks)]
    bundle = cache_folder() / f"offline-{suite}-{digest(suite.encode(), *parts)}"
    with alone(bundle):
        if not bundle.is_dir():
            with made_whole(bundle) as partial:
                _make(suite, source, partial)
    return bundle


def _make(suite: str, source: Path, folder: Path) -> None:
    made = subprocess.run(
        [source / "install.sh", "bundle", folder, "--release", suite],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=BUNDLE_TIMEOUT_S,
        check=False,
    )
    assert made.returncode == 0, f"`install.sh bundle` ended with {made.returncode}: {made.stdout[-1000:]}"
