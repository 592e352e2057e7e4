"""What has to outlive a restart is there after it, whole; what is spoilt costs nobody the start."""

import os
from pathlib import Path

import pytest

from appliance.errors import InputFileError
from appliance.service.memory.state import (
    MAX_STATE_BYTES,
    StateDirectory,
    StateTooLarge,
    find_state_folder,
    open_state,
)


def opened(folder: Path, warnings: list[str] | None = None) -> StateDirectory:
    state = StateDirectory(folder, (warnings if warnings is not None else []).append)
    state.make()
    return state


def test_what_was_saved_last_is_read_after_a_restart(tmp_path: Path) -> None:
    state = opened(tmp_path)
    for count in range(100):
        state.save("a.json", {"count": count})
    state.save("b.json", ["tea", "ä"])
    state.close()
    again = opened(tmp_path)
    assert (again.read("a.json"), again.read("b.json")) == ({"count": 99}, ["tea", "ä"])
    assert sorted(os.listdir(tmp_path)) == ["a.json", "b.json"]


def test_a_file_that_was_never_saved_is_nothing_to_worry_about(tmp_path: Path) -> None:
    warnings: list[str] = []
    assert opened(tmp_path, warnings).read("a.json") is None
    assert warnings == []


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff", b"[" * 100_000, b'"' + b"x" * MAX_STATE_BYTES + b'"'], ids=len
)
def test_a_spoilt_file_is_put_aside_and_told_of(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.json").write_bytes(content)
    warnings: list[str] = []
    state = opened(tmp_path, warnings)
    assert state.read("a.json") is None
    assert len(warnings) == 1
    assert (tmp_path / "a.json.spoilt").read_bytes() == content
    state.save("a.json", 1)
    state.close()
    assert state.read("a.json") == 1


def test_a_write_that_was_cut_off_leaves_the_file_of_before(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("1")
    (tmp_path / "a.json.part").write_text("[2, 3")
    assert opened(tmp_path).read("a.json") == 1


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    state = opened(tmp_path / "state")
    state.save("a.json", 1)
    state.close()
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "state" / "a.json").stat().st_mode & 0o777 == 0o600


def test_what_cannot_be_written_is_told_once(tmp_path: Path) -> None:
    warnings: list[str] = []
    state = StateDirectory(tmp_path / "missing", warnings.append)
    state.save("a.json", 1)
    state.flushed().result(5)
    state.save("a.json", 2)
    state.close()
    assert len(warnings) == 1
    assert "a.json" in warnings[0]


def test_more_than_its_bound_is_refused_where_it_is_saved(tmp_path: Path) -> None:
    state = opened(tmp_path)
    with pytest.raises(StateTooLarge):
        state.save("a.json", "x" * MAX_STATE_BYTES)
    state.close()
    assert os.listdir(tmp_path) == []


def test_a_directory_that_was_named_and_cannot_be_made_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputFileError, match="file"):
        open_state(tmp_path / "file" / "state", {}, lambda warning: None)


def test_the_usual_place_that_cannot_be_made_costs_nobody_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    warnings: list[str] = []
    open_state(None, {"STATE_DIRECTORY": str(tmp_path / "file" / "state")}, warnings.append).save("a.json", 1)
    assert "--state" in warnings[0]


@pytest.mark.parametrize(
    ("explicit", "environ", "found"),
    [
        ("/x", {"STATE_DIRECTORY": "/y"}, "/x"),
        (None, {"STATE_DIRECTORY": "/y:/z", "HOME": "/h"}, "/y"),
        (None, {"XDG_STATE_HOME": "/xdg", "HOME": "/h"}, "/xdg/voice-appliance"),
        (None, {"XDG_STATE_HOME": "not/absolute", "HOME": "/h"}, "/h/.local/state/voice-appliance"),
        (None, {"HOME": "/h"}, "/h/.local/state/voice-appliance"),
    ],
)
def test_where_it_is(tmp_path: Path, explicit: str | None, environ: dict[str, str], found: str) -> None:
    given = Path(explicit) if explicit else None
    assert find_state_folder(given, environ, tmp_path / "not installed") == Path(found)


def test_the_installed_services_folder_comes_before_the_users(tmp_path: Path) -> None:
    assert find_state_folder(None, {"HOME": "/h"}, tmp_path) == tmp_path
