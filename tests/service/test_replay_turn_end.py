"""Recordings in real time against servers that say when the turn ended, before silence does."""

from pathlib import Path

import pytest

from appliance.pcm.formats import NEAR_RATE_HZ, ms_of_samples
from tests.bench.stage import lay, tone
from tests.recordings import recordings
from tests.service.replaying import of, replayed
from tests.simulators import gemini_live, gemini_script, openai_realtime, openai_script

ENDS = 'hearing.end_of_turn="provider"'
LATE = "hearing.end_silence_ms=3000"


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY", "sk-test")


def test_openai_ends_the_turn(tmp_path: Path) -> None:
    recording = recordings()[0]
    spoken_ms = round(ms_of_samples(recording.speech_end - recording.speech_start, NEAR_RATE_HZ))
    pcm, _ = lay([recording], [800.0])
    behaviour = openai_script.Behaviour(hears=((200, spoken_ms + 400),))
    with openai_realtime.SimulatorThread(openai_script.Answer(tone(1.0)), behaviour) as server:
        told = f'kind="openai",url="{server.url}",provider_turn_detection="server_vad"'
        provider = f'providers=[{{name="peer",{told},api_key="env:KEY"}}]'
        exit_code, events, _ = replayed(tmp_path, pcm, provider, ENDS, LATE)
    assert exit_code == 0
    assert server.record.violations == []
    assert [e["cause"] for e in of(events, "turn_committed")] == ["provider"]
    assert [e["complete"] for e in of(events, "answer_done")] == [True]
    assert len(server.record.turns) == 1


def test_gemini_ends_every_turn(tmp_path: Path) -> None:
    pcm, _ = lay([recordings()[0], recordings()[3]], [800.0, 4000.0])
    behaviour = gemini_script.Behaviour(ends_turn_after_ms=1300)
    with gemini_live.SimulatorThread(gemini_script.Answer(tone(1.0)), behaviour) as server:
        provider = f'providers=[{{name="peer",kind="gemini",url="{server.url}",api_key="env:KEY"}}]'
        exit_code, events, _ = replayed(tmp_path, pcm, provider, ENDS, LATE)
    assert exit_code == 0
    assert server.record.violations == []
    assert [e["cause"] for e in of(events, "turn_committed")] == ["provider", "provider"]
    assert [e["complete"] for e in of(events, "answer_done")] == [True, True]
    assert len(server.record.turns) == 2
