"""`forget` does what it says while no appliance runs, too."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from appliance.service.memory.forget_at_rest import NotForgotten, folder_at_rest, forget_at_rest
from appliance.service.memory.state import StateDirectory
from appliance.service.memory.state_lock import StateUse
from appliance.service.memory.store import FILE, Row, Store
from tests.service.stores import TEA, loaded, saved

SECRET = "a secret of the house"
SAID: Row = {"at_unix_s": 1000.0, "role": "user", "text": SECRET}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What a daemon has left: a timer, and what was said."""
    store = Store(StateDirectory(tmp_path, print))
    loaded(store)
    saved(store, timers=[TEA], said=[SAID])
    store.close()
    return tmp_path


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


def test_what_was_said_is_nowhere_on_the_card_and_the_timer_stays(folder: Path) -> None:
    assert SECRET.encode() in everything_in(folder)
    assert forget_at_rest(folder)
    assert SECRET.encode() not in everything_in(folder)
    after = loaded(Store(StateDirectory(folder, print)))
    assert (after["timers"], after["said"]) == ([TEA], [])


def test_what_was_put_aside_because_it_made_no_sense_goes_with_it(folder: Path) -> None:
    (folder / f"{FILE}.spoilt").write_text(SECRET)
    assert forget_at_rest(folder)
    assert SECRET.encode() not in everything_in(folder)


def test_a_file_that_makes_no_sense_now_is_not_left_either(folder: Path) -> None:
    (folder / FILE).write_bytes(SECRET.encode() * 100)
    assert forget_at_rest(folder)
    assert SECRET.encode() not in everything_in(folder)


def test_where_nothing_is_kept_nothing_is_made(tmp_path: Path) -> None:
    assert not forget_at_rest(tmp_path)
    assert not forget_at_rest(tmp_path / "nowhere")
    assert list(tmp_path.iterdir()) == []


def test_one_that_runs_is_not_got_in_the_way_of(folder: Path) -> None:
    use = StateUse({})
    use.begin(folder, print)
    with pytest.raises(NotForgotten, match="an appliance is running"):
        forget_at_rest(folder)
    use.end()
    assert SECRET.encode() in everything_in(folder)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
def test_root_leaves_files_that_the_service_can_write(folder: Path) -> None:
    service = 65_534
    for path in (folder, *folder.iterdir()):
        os.chown(path, service, service)
    for parent in folder.parents:
        if parent.stat().st_mode & 0o001 == 0:  # pytest's own, of which there is one more for each of many
            parent.chmod(0o711)
    code = "import sys; from pathlib import Path; from appliance.service.memory.forget_at_rest import *\n"
    code += "print(forget_at_rest(Path(sys.argv[1])))"
    done = subprocess.run(
        [sys.executable, "-c", code, folder],
        env={**os.environ, "PYTHONPATH": os.getcwd()},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (done.stdout, done.stderr) == ("True\n", "")
    assert {path.stat().st_uid for path in folder.iterdir()} == {service}


def test_who_may_not_touch_what_the_service_keeps_is_told_to_use_sudo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(NotForgotten, match="sudo appliance forget"):
        folder_at_rest(None, {"HOME": str(tmp_path)}, system_folder=tmp_path)
    assert folder_at_rest(tmp_path / "mine", {}, system_folder=tmp_path) == tmp_path / "mine"
    nowhere = tmp_path / "not-installed"
    assert folder_at_rest(None, {"HOME": "/home/me"}, system_folder=nowhere).is_relative_to("/home/me")
