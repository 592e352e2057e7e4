"""A microphone that hears its own loudspeaker: the answers are real speech, at the level of the person's."""

from pathlib import Path

import numpy as np
import pytest

from appliance.errors import InputFileError
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from appliance.pcm.level import rms_dbfs
from appliance.service.duplex.modelled_echo import EchoModel
from tests.bench.stage import lay
from tests.recordings import Recording, recordings
from tests.service.replaying import at_24k, of, replayed
from tests.simulators.openai_realtime import SimulatorThread
from tests.simulators.openai_script import Answer

TWO_MINUTES_S = 120.0
AS_LOUD_AS_IT_IS_PLAYED = EchoModel(db=0.0, delay_ms=120.0)


def read_aloud(seconds: float) -> Pcm:
    """Somebody who reads without an end, 24 kHz."""
    novel = [r.pcm[r.speech_start : r.speech_end] for r in recordings() if "austen" in r.name]
    once = at_24k(np.concatenate(novel))
    return np.resize(once, round(seconds * 24_000))


def provider(url: str) -> str:
    return f'providers=[{{name="openai",kind="openai",url="{url}",api_key="env:KEY"}}]'


def someone_else(index: int) -> Recording:
    return [r for r in recordings() if "austen" not in r.name][index]


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY", "sk-test")


def test_a_two_minute_answer_never_interrupts_itself(tmp_path: Path) -> None:
    pcm, _ = lay([someone_else(0)], [800.0])
    silence = np.zeros(round((TWO_MINUTES_S + 5) * NEAR_RATE_HZ), np.int16)
    with SimulatorThread(Answer(read_aloud(TWO_MINUTES_S))) as simulator:
        exit_code, events, out = replayed(
            tmp_path,
            np.concatenate((pcm, silence)),
            provider(simulator.url),
            virtual_time=True,
            echo=AS_LOUD_AS_IT_IS_PLAYED,
        )
    assert exit_code == 0
    assert of(events, "interruption") == []
    assert [done["complete"] for done in of(events, "answer_done")] == [True]
    assert len(of(events, "turn_opened")) == 1
    assert rms_dbfs(out) > -30


def test_without_the_canceller_it_does(tmp_path: Path) -> None:
    pcm, _ = lay([someone_else(0)], [800.0])
    silence = np.zeros(10 * NEAR_RATE_HZ, np.int16)
    with SimulatorThread(Answer(read_aloud(8.0))) as simulator:
        _, events, _ = replayed(
            tmp_path,
            np.concatenate((pcm, silence)),
            provider(simulator.url),
            "audio.echo.cancel=off",
            virtual_time=True,
            echo=AS_LOUD_AS_IT_IS_PLAYED,
        )
    assert of(events, "interruption")


def test_a_person_who_speaks_over_it_is_heard(tmp_path: Path) -> None:
    asked, said = someone_else(0), someone_else(4)
    pcm, spoken = lay([asked, said], [800.0, 20_000.0])
    silence = np.zeros(8 * NEAR_RATE_HZ, np.int16)
    with SimulatorThread([Answer(read_aloud(TWO_MINUTES_S)), Answer(read_aloud(1.0))]) as simulator:
        _, events, _ = replayed(
            tmp_path,
            np.concatenate((pcm, silence)),
            provider(simulator.url),
            virtual_time=True,
            echo=AS_LOUD_AS_IT_IS_PLAYED,
        )
    decided = of(events, "interruption")
    confirmed = [event for event in decided if event["decision"] == "confirmed"]
    assert len(confirmed) == 1
    assert spoken[1].start_ms - 200 < confirmed[0]["onset_ms"] < spoken[1].end_ms
    assert [done["complete"] for done in of(events, "answer_done")] == [False, True]


def test_a_response_that_is_no_sound_is_named(tmp_path: Path) -> None:
    (tmp_path / "ir.wav").write_text("no sound")
    with pytest.raises(InputFileError, match=r"ir\.wav"):
        replayed(tmp_path, np.zeros(1600, np.int16), echo=EchoModel(ir=tmp_path / "ir.wav"))


def test_an_echo_before_its_sound_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        InputFileError, match="--device-delay-ms and --echo-delay-ms together are at least 30"
    ):
        replayed(tmp_path, np.zeros(1600, np.int16), echo=EchoModel(delay_ms=5), device_delay_ms=20)
