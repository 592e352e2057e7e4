"""Nobody hears the held-out half before the parameters are frozen."""

import subprocess
from pathlib import Path

import pytest

from tests.listening.frozen import NotFrozenError, check_frozen


def git(*arguments: str) -> None:
    subprocess.run(["git", "-c", "user.name=x", "-c", "user.email=x@x", *arguments], check=True)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for folder in ("appliance", "config", "tests"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "file").write_text("before")
    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "Freeze")
    git("tag", "frozen")
    return tmp_path


def test_what_is_frozen_is_heard(repository: Path) -> None:
    (repository / "tests" / "file").write_text("after")
    check_frozen("frozen")


@pytest.mark.parametrize("changed", ["appliance/file", "config/file", "appliance/new"])
def test_a_parameter_that_changed_after_it_is_named(repository: Path, changed: str) -> None:
    (repository / changed).write_text("after")
    with pytest.raises(NotFrozenError, match=changed):
        check_frozen("frozen")
    git("add", "-A")
    git("commit", "-qm", "Change")
    with pytest.raises(NotFrozenError, match=changed):
        check_frozen("frozen")


def test_a_commit_that_is_none_freezes_nothing(repository: Path) -> None:
    with pytest.raises(NotFrozenError, match="no commit"):
        check_frozen("nothing")
