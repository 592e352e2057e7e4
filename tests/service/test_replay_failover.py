"""Recordings in real time against two servers, the first of which is lost in mid-answer."""

from pathlib import Path

import numpy as np
import pytest

from appliance.providers.cascade.dialogue import GO_ON
from tests.bench.stage import lay, tone
from tests.recordings import recordings
from tests.service.replaying import loud_ms, of, replayed
from tests.simulators import live_script, live_server
from tests.simulators.cascade_script import Completion, Script, Transcript
from tests.simulators.cascade_server import CascadeThread
from tests.simulators.openai_realtime import SimulatorThread
from tests.simulators.openai_script import Answer

STORY = "Once upon a time there was a loudspeaker that remembered no more than what it had said aloud"
STORY_MS, LOST_AFTER_MS = 6000, 2400  # 15 characters a second, as people speak
# The loss is known when the connection is; the rest is a connection, a session and a first sound.
GOES_ON_WITHIN_MS = 1500


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY", "sk-test")


def both(*tables: str) -> str:
    named = (f'{{name="{name}",{table}}}' for name, table in zip(("one", "two"), tables, strict=True))
    return f"providers=[{','.join(named)}]"


def openai(server: SimulatorThread) -> str:
    return f'kind="openai",url="{server.url}",api_key="env:KEY"'


def test_an_answer_whose_server_is_lost_is_gone_on_with_by_the_next_one(tmp_path: Path) -> None:
    pcm, _ = lay([recordings()[3]], [500.0])
    breaks = Answer(tone(STORY_MS / 1000), STORY, drop_after_ms=LOST_AFTER_MS, speed=2.0)
    rest = Answer(tone(2.0), "and so it ended")
    with SimulatorThread(breaks) as one, SimulatorThread(rest) as two:
        exit_code, events, out = replayed(tmp_path, pcm, both(openai(one), openai(two)))
        records = [one.record, two.record]
    assert exit_code == 0
    assert [record.violations for record in records] == [[], []]
    first, again = (record.turns[0].pcm24k for record in records)
    assert np.array_equal(first, again)
    ((role, said),) = records[1].history
    assert role == "assistant"
    assert STORY.startswith(said)
    assert abs(len(said.split()) - LOST_AFTER_MS / STORY_MS * len(STORY.split())) <= 1
    (done,) = of(events, "answer_done")
    assert done["complete"]
    assert abs(done["heard_ms"] - LOST_AFTER_MS - 2000) <= 2
    down = next(e["t_ms"] for e in of(events, "provider") if e["link"] == "down")
    started = [e["t_ms"] for e in of(events, "answer_started")]
    assert started[1] - down <= GOES_ON_WITHIN_MS
    assert abs(loud_ms(out) - LOST_AFTER_MS - 2000) <= 30


def test_a_full_duplex_model_goes_on_with_the_answer_of_another_one(tmp_path: Path) -> None:
    pcm, _ = lay([recordings()[3]], [800.0])
    patient = live_script.Behaviour(endpoint_ms=600)  # longer than the pauses within the recording
    lost = live_script.Answer(tone(5.0), "one two three four five", drop_after_ms=2000)
    rest = live_script.Answer(tone(1.0), "and six.")
    with (
        live_server.SimulatorThread(lost, patient) as first,
        live_server.SimulatorThread(rest, patient) as second,
    ):
        tables = (f'kind="openai-live",url="{server.url}",api_key="env:KEY"' for server in (first, second))
        exit_code, events, _ = replayed(tmp_path, pcm, both(*tables))
        records = first.record, second.record
    assert exit_code == 0
    assert [record.violations for record in records] == [[], []]
    assert [(e["from"], e["to"]) for e in of(events, "failover") if e["turn"] == 1] == [("one", "two")]
    (kind, told), *_ = records[1].sessions[0].appended
    assert kind == "session.instructions.append"
    assert "one two" in told
    assert [e["complete"] for e in of(events, "answer_done")] == [True]


def test_a_cascade_goes_on_with_the_answer_of_a_realtime_model(tmp_path: Path) -> None:
    pcm, _ = lay([recordings()[0]], [800.0])
    broken = Answer(tone(6.0), transcript=STORY, user_transcript="Well?", drop_after_ms=3000)
    script = Script((Transcript("Well?"),), (Completion("And so it ended."),))
    with SimulatorThread(broken) as first, CascadeThread(script) as second:
        servers = ",".join(f'{each}={{url="{second.url}",model="m"}}' for each in ("stt", "llm", "tts"))
        exit_code, events, _ = replayed(tmp_path, pcm, both(openai(first), f'kind="cascade",{servers}'))
    assert exit_code == 0
    assert first.record.violations == second.record.violations == []
    assert [event["to"] for event in of(events, "failover")] == ["two"]
    question, said, go_on = second.record.said()
    assert question == ("user", "Well?")
    assert STORY.startswith(said[1])
    assert len(said[1]) > 10
    assert go_on == ("user", GO_ON)
    assert [event["complete"] for event in of(events, "answer_done")] == [True]
