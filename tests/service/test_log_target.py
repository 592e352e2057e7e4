"""The events of a running daemon go to one place: who follows it, the journal, or standard output."""

import io
import os
from collections.abc import Mapping
from functools import partial

import pytest

from appliance.service import log_target
from appliance.service.journal.writer import Journal
from appliance.service.log_target import open_log


def of_standard_output() -> str:
    status = os.fstat(1)
    return f"{status.st_dev}:{status.st_ino}"


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Mapping[str, str]]:
    entries: list[Mapping[str, str]] = []
    monkeypatch.setattr(log_target, "Journal", partial(Journal, entries.append))
    return entries


async def test_standard_output_that_is_no_journal_gets_lines(told: list[Mapping[str, str]]) -> None:
    out = io.StringIO()
    with open_log(out, None, {"JOURNAL_STREAM": "1:2"}) as log:
        log.write(5, "mute", muted=True)
    assert out.getvalue() == '{"t_ms":5,"event":"mute","muted":true}\n'
    assert told == []


async def test_the_journal_gets_entries_at_once_and_standard_output_nothing(
    told: list[Mapping[str, str]],
) -> None:
    out = io.StringIO()
    with open_log(out, None, {"JOURNAL_STREAM": of_standard_output()}) as log:
        log.write(5, "mute", muted=True)
    assert [entry["APPLIANCE_EVENT"] for entry in told] == ["mute"]
    assert out.getvalue() == ""


async def test_who_follows_it_gets_everything_instead(told: list[Mapping[str, str]]) -> None:
    out, shown = io.StringIO(), list[Mapping[str, object]]()
    with open_log(out, shown.append, {"JOURNAL_STREAM": of_standard_output()}) as log:
        log.write(5, "mute", muted=True)
    assert shown == [{"t_ms": 5, "event": "mute", "muted": True}]
    assert (out.getvalue(), told) == ("", [])
