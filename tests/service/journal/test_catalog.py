"""Every message that the journal may hold is explained in the catalog, under a number that never changes."""

import shutil
import subprocess
from pathlib import Path

import pytest

from appliance.service.journal.catalog import catalog_text
from appliance.service.journal.entry import KINDS
from appliance.service.journal.kinds import Kind, Priority
from scripts.write_catalog import CATALOG
from tests.service.event_schema import MEMBERS, OPTIONAL


def test_the_catalog_in_the_repository_is_that_of_the_table() -> None:
    assert CATALOG.read_text(encoding="utf-8") == catalog_text(KINDS.values()), (
        "write it anew: python -m scripts.write_catalog"
    )


def test_a_number_is_for_ever() -> None:
    assert KINDS["session.started"].message_id == "142cc8b21ef15451b99bfc913ec058bc"
    assert KINDS["device.lost"].message_id == "6a4add9a08555a7288deec31a5587c8d"
    assert len({kind.message_id for kind in KINDS.values()}) == len(KINDS)


@pytest.mark.parametrize("kind", KINDS.values(), ids=str)
def test_an_explanation_names_fields_that_its_event_has(kind: Kind) -> None:
    name = kind.name.split(".")[0]
    text = f"{kind.subject} {kind.explanation}"
    named = {word.split("@")[0].split("=")[0] for word in text.split("APPLIANCE_")[1:]}
    assert {field.lower() for field in named} <= MEMBERS[name].keys() | OPTIONAL.get(name, {}).keys()


@pytest.mark.parametrize("kind", [kind for kind in KINDS.values() if kind.priority <= Priority.WARNING])
def test_whoever_reads_of_trouble_reads_more_than_that_there_is_nothing_to_do(kind: Kind) -> None:
    assert len(kind.explanation) > 60


@pytest.mark.skipif(shutil.which("journalctl") is None, reason="journalctl is not installed")
def test_systemd_takes_the_catalog(tmp_path: Path) -> None:
    folder = tmp_path / "usr" / "lib" / "systemd" / "catalog"
    (tmp_path / "var" / "lib" / "systemd" / "catalog").mkdir(parents=True)
    folder.mkdir(parents=True)
    shutil.copy(CATALOG, folder)
    journalctl = ["journalctl", f"--root={tmp_path}"]
    updated = subprocess.run([*journalctl, "--update-catalog"], capture_output=True, text=True, timeout=30)
    assert (updated.returncode, updated.stderr) == (0, "")
    ids = [kind.message_id for kind in KINDS.values()]
    listed = subprocess.run([*journalctl, "--list-catalog"], capture_output=True, text=True, timeout=30)
    assert {line.split()[0] for line in listed.stdout.splitlines()} == set(ids)
