"""The detector that the settings name, another one where it cannot be had, and never none."""

import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

from appliance.errors import ConfigurationError
from appliance.hearing.speech import silero
from appliance.hearing.speech.energy import EnergyDetector
from appliance.hearing.speech.quiet_gate import QuietGate
from appliance.pcm.formats import Pcm
from appliance.service.detectors import load_detector
from appliance.service.replay import ReplayOptions, run_replay
from appliance.settings import load_settings
from tests.bench.stage import lay, tone, write_wav
from tests.recordings import recordings
from tests.service.event_schema import problems
from tests.simulators.openai_realtime import SimulatorThread
from tests.simulators.openai_script import Answer


class Fine:
    window_samples = 256

    def probability(self, window: Pcm) -> float:
        return 0.25

    def reset(self) -> None:
        pass


class OddWindow(Fine):
    window_samples = 250 + 1


class NoWindow:
    pass


class NoReset:
    window_samples = 512

    def probability(self, window: Pcm) -> float:
        return 0.0


class Percent(Fine):
    def probability(self, window: Pcm) -> float:
        return 12.0


class WantsArguments(Fine):
    def __init__(self, model: str) -> None:
        pass


class Fails(Fine):
    def probability(self, window: Pcm) -> float:
        raise OSError("the model is not there")


A_NUMBER = 7


def expect_silence(warning: str) -> None:
    raise AssertionError(f"nobody should be warned: {warning}")


@pytest.fixture
def broken_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silero, "MODEL", "nowhere.onnx")


def test_each_name_is_its_detector() -> None:
    assert isinstance(load_detector("silero", expect_silence), QuietGate)
    assert isinstance(load_detector("energy", expect_silence), EnergyDetector)
    assert isinstance(load_detector(f"{__name__}:Fine", expect_silence), Fine)


def test_the_energy_detector_needs_no_onnxruntime(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    load_detector("energy", expect_silence)


@pytest.mark.usefixtures("broken_model")
def test_without_the_model_the_energy_detector_hears_and_the_owner_is_told() -> None:
    warnings: list[str] = []
    assert isinstance(load_detector("silero", warnings.append), EnergyDetector)
    (warning,) = warnings
    assert warning.startswith("The speech model nowhere.onnx cannot be loaded: ")
    assert "The energy detector hears in its place" in warning
    assert warning.endswith("install the appliance again to have Silero back")


def test_without_the_runtime_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    warnings: list[str] = []
    assert isinstance(load_detector("silero", warnings.append), EnergyDetector)
    assert "needs onnxruntime, which does not load" in warnings[0]


@pytest.mark.parametrize(
    ("detector", "why"),
    [
        ("no_such_package.ears:Ear", "there is no module no_such_package to import"),
        (f"{__name__}:Ear", f"there is no Ear in {__name__}"),
        (f"{__name__}:A_NUMBER", "it is no class"),
        (f"{__name__}:NoWindow", "its window_samples is None, allowed is a multiple of 4 up to 16000"),
        (f"{__name__}:OddWindow", "its window_samples is 251, allowed is a multiple of 4 up to 16000"),
        (f"{__name__}:NoReset", "it has no method reset"),
        (f"{__name__}:Percent", "its probability of silence is 12.0, allowed is 0…1"),
        (f"{__name__}:Fails", "it fails with OSError: the model is not there"),
    ],
)
def test_a_class_that_cannot_hear_is_a_mistake_with_its_key_and_value(detector: str, why: str) -> None:
    with pytest.raises(ConfigurationError) as wrong:
        load_detector(detector, expect_silence)
    assert wrong.value.mistakes == [f'hearing.detector = "{detector}": {why}']


def test_a_class_that_cannot_be_made_is_a_mistake() -> None:
    with pytest.raises(ConfigurationError, match=r"it fails with TypeError: .*'model'"):
        load_detector(f"{__name__}:WantsArguments", expect_silence)


def test_a_module_that_ends_the_program_is_a_mistake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A running appliance does not end because a changed configuration names such a one."""
    (tmp_path / "no_ear.py").write_text("raise SystemExit(3)")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ConfigurationError, match="it fails with SystemExit: 3"):
        load_detector("no_ear:Ear", expect_silence)


def test_a_module_that_fails_is_a_mistake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "half_an_ear.py").write_text("import not_installed_anywhere")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ConfigurationError, match="there is no module not_installed_anywhere to import"):
        load_detector("half_an_ear:Ear", expect_silence)


def test_a_class_of_a_class_is_found_by_its_module_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    ears = ModuleType("ears_of_the_owner")
    ears.Ear = Fine  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, ears.__name__, ears)
    assert isinstance(load_detector("ears_of_the_owner:Ear", expect_silence), Fine)


@pytest.mark.parametrize("detector", ["silero", "energy", "ears:Ear", "my_ears.left:Ear2"])
def test_the_settings_take_a_name_or_a_class(detector: str) -> None:
    loaded = load_settings([], [f"hearing.detector={detector}"], {}, Path("/nonexistent"))
    assert loaded.settings.hearing.detector == detector


@pytest.mark.parametrize(
    "detector", ["", "webrtc", "ears", "ears:", ":Ear", "ears:Ear()", "a:b:c", "../ears:Ear"]
)
def test_the_settings_refuse_what_is_neither(detector: str) -> None:
    with pytest.raises(ConfigurationError) as wrong:
        load_settings([], [f"hearing.detector={detector}"], {}, Path("/nonexistent"))
    line = f'hearing.detector = "{detector}" (--set): allowed is silero | energy | package:Class'
    assert wrong.value.mistakes == [line]


@pytest.mark.usefixtures("broken_model")
def test_a_conversation_goes_on_without_the_model_and_its_log_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KEY", "sk-test")
    pcm, _ = lay([recordings()[3]], [800.0])
    write_wav(tmp_path / "in.wav", pcm)
    files = ReplayOptions(tmp_path / "in.wav", tmp_path / "out.wav", tmp_path / "events.jsonl")
    with SimulatorThread(Answer(tone(0.5))) as simulator:
        provider = f'[{{name="openai",kind="openai",url="{simulator.url}",api_key="env:KEY"}}]'
        settings = load_settings([], [f"providers={provider}"], {"KEY": "sk-test"}).settings
        exit_code = run_replay(settings, files)
    events = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    assert exit_code == 0
    assert problems(events) == []
    (error,) = (event for event in events if event["event"] == "error")
    assert error["category"] == "model_unavailable"
    assert "nowhere.onnx" in error["message"]
    assert f"appliance: {error['message']}" in capsys.readouterr().err
