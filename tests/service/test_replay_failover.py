"""A recording against two real servers, one of which is lost in mid-answer."""

import json
from pathlib import Path

import numpy as np
import pytest

from appliance.service.replay import run_replay
from appliance.settings import load_settings
from tests.bench.stage import lay, read_wav, tone, write_wav
from tests.recordings import recordings
from tests.service.event_schema import problems
from tests.service.test_replay import options_in
from tests.simulators.openai_realtime import SimulatorThread
from tests.simulators.openai_script import Answer

STORY = "Once upon a time there was a loudspeaker that remembered no more than what it had said aloud"
# The loss is known when the connection is; the rest is a connection, a session and a first sound.
GOES_ON_WITHIN_MS = 1500


def test_an_answer_whose_server_is_lost_is_gone_on_with_by_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEY", "sk-test")
    pcm, _ = lay([recordings()[3]], [500.0])
    write_wav(tmp_path / "in.wav", pcm)
    breaks = Answer(tone(4.0), STORY, drop_after_ms=1500, speed=2.0)
    rest = Answer(tone(2.0), "and so it ended")
    with SimulatorThread(breaks) as one, SimulatorThread(rest) as two:
        names = ",".join(
            f'{{name="{name}",kind="openai",url="{server.url}",api_key="env:KEY"}}'
            for name, server in (("one", one), ("two", two))
        )
        settings = load_settings([], [f"providers=[{names}]"], {"KEY": "sk-test"}).settings
        exit_code = run_replay(settings, options_in(tmp_path))
        records = [one.record, two.record]
    events = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    assert exit_code == 0
    assert problems(events) == []
    assert [record.violations for record in records] == [[], []]
    first, again = (record.turns[0].pcm24k for record in records)
    assert np.array_equal(first, again)
    ((role, said),) = records[1].history
    assert role == "assistant"
    assert STORY.startswith(said)
    assert abs(len(said.split()) - 1500 / 4000 * len(STORY.split())) <= 1
    (done,) = [e for e in events if e["event"] == "answer_done"]
    assert done["complete"]
    assert abs(done["heard_ms"] - 3500) <= 2
    down = next(e["t_ms"] for e in events if e["event"] == "provider" and e["link"] == "down")
    started = [e["t_ms"] for e in events if e["event"] == "answer_started"]
    assert started[1] - down <= GOES_ON_WITHIN_MS
    loud = np.abs(read_wav(tmp_path / "out.wav").astype(np.int32)).reshape(-1, 24).max(axis=1) > 3000
    assert abs(np.count_nonzero(loud) - 3500) <= 30
