"""A dead daemon's socket is replaced, a living one's never; and nothing is left behind."""

import errno
import grp
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from appliance.service.control.claim import claimed
from appliance.service.control.failures import AlreadyRunning, SocketUnusable

_DIES = """
import os, sys
from pathlib import Path
from appliance.service.control.claim import claimed
with claimed(Path(sys.argv[1])) as listener:
    listener.listen()
    os._exit(9)
"""


def test_the_socket_is_gone_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    with claimed(path):
        assert stat.S_ISSOCK(path.stat().st_mode)
    assert list(tmp_path.iterdir()) == []


def mode_while_claimed(path: Path) -> int:
    with claimed(path):
        return stat.S_IMODE(path.stat().st_mode)


def have_group(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    group = grp.struct_group(("voice-appliance", "x", number, []))
    monkeypatch.setattr(grp, "getgrnam", {"voice-appliance": group}.__getitem__)


def test_the_group_of_the_appliance_may_use_the_socket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    have_group(monkeypatch, os.getgid())
    assert mode_while_claimed(tmp_path / "control.sock") == 0o660


def test_a_service_that_may_not_change_groups_gives_it_the_one_that_it_runs_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    have_group(monkeypatch, os.getgid())
    monkeypatch.delattr(os, "chown")
    assert mode_while_claimed(tmp_path / "control.sock") == 0o660


def test_without_that_group_the_socket_is_for_its_owner_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grp, "getgrnam", {}.__getitem__)
    assert mode_while_claimed(tmp_path / "control.sock") == 0o600


def test_where_the_group_may_not_be_given_the_socket_is_for_its_owner_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, "not a member")

    have_group(monkeypatch, os.getgid() + 1)
    monkeypatch.setattr(os, "chown", refuse)
    assert mode_while_claimed(tmp_path / "control.sock") == 0o600


def test_what_a_dead_daemon_left_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    dead = subprocess.run([sys.executable, "-c", _DIES, str(path)], timeout=30)
    assert dead.returncode == 9
    assert path.is_socket()
    with claimed(path) as listener:
        listener.listen()
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))


def test_a_living_daemon_keeps_its_socket(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    with claimed(path) as listener:
        listener.listen()
        with pytest.raises(AlreadyRunning, match="Another appliance is running"), claimed(path):
            pass
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))
    assert AlreadyRunning.exit_code == 69


def test_one_that_does_not_listen_yet_keeps_it_too(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    with claimed(path), pytest.raises(AlreadyRunning), claimed(path):
        pass


def test_another_program_that_answers_there_is_not_pushed_away(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
        other.listen()
        with pytest.raises(AlreadyRunning), claimed(path):
            pass
    assert path.is_socket()


def test_a_file_in_the_way_is_not_removed(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    path.write_text("a letter")
    with pytest.raises(SocketUnusable, match="in the way"), claimed(path):
        pass
    assert path.read_text() == "a letter"


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SocketUnusable, match=r"none/control.sock cannot be made: No such file"):
        claimed(tmp_path / "none" / "control.sock").__enter__()


def test_a_link_in_place_of_the_lock_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "control.sock.lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SocketUnusable), claimed(tmp_path / "control.sock"):
        pass
    assert not (tmp_path / "elsewhere").exists()


def test_a_socket_that_was_put_there_instead_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    with socket.socket(socket.AF_UNIX) as other:
        with claimed(path):
            path.unlink()
            other.bind(str(path))
        assert path.is_socket()


def test_a_failure_of_the_daemon_itself_is_not_taken_for_one_of_the_socket(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="of something else"), claimed(tmp_path / "control.sock"):
        raise FileNotFoundError("of something else")


@pytest.mark.skipif(os.getuid() != 0, reason="only root may give a file to any group, and so show it")
def test_the_group_of_the_appliance_gets_the_socket_where_it_exists(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    groups = Path("/etc/group").read_text()
    named = [line.split(":") for line in groups.splitlines() if line.startswith("voice-appliance:")]
    expected = int(named[0][2]) if named else os.getgid()
    with claimed(path):
        assert path.stat().st_gid == expected
