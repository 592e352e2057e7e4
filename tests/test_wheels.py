"""Every dependency resolves on a Raspberry Pi: as a wheel, for Python 3.11 and 3.13, checked by hash."""

import subprocess
import sys
from pathlib import Path

import pytest

CLONE = Path(__file__).parent.parent
# A small package of the lock; whether the index answers does not depend on which.
PROBE = "h11"
PROBE_TIMEOUT_S = 60
FETCH_TIMEOUT_S = 280  # twice 150 MB, and pip keeps what it has fetched


def why_no_index(folder: Path) -> str | None:
    """Why packages cannot be fetched here at all, or None."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-cache-dir", "--retries", "1"]
    try:
        asked = subprocess.run(
            [*pip, "download", "--quiet", "--no-deps", "--dest", folder, PROBE],
            capture_output=True,
            text=True,
            timeout=PROBE_TIMEOUT_S,
        )
    except subprocess.TimeoutExpired:
        return f"it does not answer within {PROBE_TIMEOUT_S} s"
    return None if asked.returncode == 0 else asked.stderr.strip().splitlines()[-1]


def test_every_dependency_resolves_on_aarch64_for_python_3_11_and_3_13(tmp_path: Path) -> None:
    if reason := why_no_index(tmp_path):
        pytest.skip(f"the package index cannot be reached: {reason}")
    done = subprocess.run(
        [CLONE / "requirements/check", "arm64"], capture_output=True, text=True, timeout=FETCH_TIMEOUT_S
    )
    assert done.returncode == 0, done.stderr
    assert sorted(line.split(":")[0] for line in done.stdout.splitlines()) == [
        "Python 3.11 on arm64",
        "Python 3.13 on arm64",
    ]


def test_what_does_not_exist_there_is_found_out(tmp_path: Path) -> None:
    if reason := why_no_index(tmp_path):
        pytest.skip(f"the package index cannot be reached: {reason}")
    for name in ("install", "requirements"):
        (tmp_path / name).mkdir()
        for file in (CLONE / name).iterdir():
            (tmp_path / name / file.name).write_bytes(file.read_bytes())
    script = tmp_path / "requirements/check"
    script.chmod(0o755)
    # PyAudio has no wheels
    lock = f"pyaudio==0.2.14 --hash=sha256:{'0' * 64}\n"
    (tmp_path / "requirements/runtime.lock").write_text(lock, encoding="ascii")
    done = subprocess.run([script, "arm64"], capture_output=True, text=True, timeout=FETCH_TIMEOUT_S)
    assert done.returncode == 1
    assert "Not every Python package could be had" in done.stderr
