"""Daemon and command line find the same socket, and never one that somebody else put there."""

import os
from pathlib import Path

import pytest

from appliance.service.control.failures import SocketUnusable
from appliance.service.control.place import Place, checked, client_path, find_place, server_path

NOWHERE = Path("/nowhere")
USER = os.getuid()


def found(environ: dict[str, str], explicit: Path | None = None, system: Path = NOWHERE) -> Place:
    return find_place(explicit, environ, 1000, system, Path("/tmp"))


def test_each_place_wins_over_the_next(tmp_path: Path) -> None:
    session = tmp_path / "session"
    session.mkdir()
    environ = {
        "APPLIANCE_SOCKET": "/a/b.sock",
        "RUNTIME_DIRECTORY": "/run/one:/run/two",
        "XDG_RUNTIME_DIR": str(session),
    }
    assert found(environ, Path("x.sock"), tmp_path) == Place(Path("x.sock"))
    assert found(environ, None, tmp_path) == Place(Path("/a/b.sock"))
    del environ["APPLIANCE_SOCKET"]
    assert found(environ, None, tmp_path) == Place(Path("/run/one/control.sock"))
    del environ["RUNTIME_DIRECTORY"]
    assert found(environ, None, tmp_path) == Place(tmp_path / "control.sock")
    assert found(environ) == Place(session / "voice-appliance" / "control.sock", private=True)
    del environ["XDG_RUNTIME_DIR"]
    assert found(environ) == Place(Path("/tmp/voice-appliance-1000/control.sock"), private=True)


def test_a_session_folder_that_is_none_is_passed_over() -> None:
    assert found({"XDG_RUNTIME_DIR": "/does/not/exist"}).path.parent.parent == Path("/tmp")
    assert found({"XDG_RUNTIME_DIR": "."}).path.parent.parent == Path("/tmp")


def test_the_daemon_makes_a_folder_of_its_own_and_the_client_finds_it(tmp_path: Path) -> None:
    environ = {"XDG_RUNTIME_DIR": str(tmp_path)}
    if Path("/run/voice-appliance").is_dir():
        pytest.skip("the service is installed here, and its folder wins")
    path = server_path(None, environ)
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert client_path(None, environ) == path
    assert server_path(None, environ) == path


def test_a_folder_that_others_can_enter_is_refused(tmp_path: Path) -> None:
    open_folder = tmp_path / "open"
    open_folder.mkdir()
    open_folder.chmod(0o755)
    with pytest.raises(SocketUnusable, match="not a folder of yours alone"):
        checked(Place(open_folder / "control.sock", private=True), USER)


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir(mode=0o700)
    with pytest.raises(SocketUnusable, match="not a folder of yours alone"):
        checked(Place(theirs / "control.sock", private=True), USER + 1)


def test_a_link_to_a_good_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "good").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "good")
    with pytest.raises(SocketUnusable, match="not a folder of yours alone"):
        checked(Place(tmp_path / "link" / "control.sock", private=True), USER)


def test_a_folder_that_is_not_there_is_safe_to_ask_in(tmp_path: Path) -> None:
    path = tmp_path / "none" / "control.sock"
    assert checked(Place(path, private=True), USER) == path


def test_a_path_that_no_socket_can_have_is_named_with_the_limit() -> None:
    with pytest.raises(SocketUnusable, match="has 204 bytes, at most 107"):
        checked(Place(Path("/tmp/" + "é" * 99 + "x")), USER)
