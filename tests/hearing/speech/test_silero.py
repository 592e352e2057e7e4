"""The Silero detector, as it is shipped."""

import hashlib
import re
import sys
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from appliance.hearing import shipped_model
from appliance.hearing.speech import silero
from appliance.hearing.speech.silero import DetectorError, SileroDetector
from appliance.pcm.formats import Pcm
from tests.bench.false_turns_music import music
from tests.bench.false_turns_noise import white
from tests.recordings import recordings

MODELS = Path(shipped_model.__file__).parent / "models"


@pytest.fixture(scope="module")
def detector() -> SileroDetector:
    return SileroDetector()


@pytest.fixture(scope="module")
def speech() -> Pcm:
    return recordings()[0].pcm


def windows(pcm: Pcm) -> list[Pcm]:
    return [pcm[at : at + 512] for at in range(0, len(pcm) - 511, 512)]


def test_the_model_is_the_one_that_its_note_of_origin_names() -> None:
    note = (MODELS / "ORIGIN.silero-vad.md").read_text(encoding="utf-8")
    named = re.findall(r"^\| (\S+) \| .* \| `([0-9a-f]{64})` \|$", note, re.MULTILINE)
    assert dict(named).keys() == {silero.MODEL, "LICENSE.silero-vad"}
    assert dict(named)[silero.MODEL] == silero.MODEL_SHA256
    for name, sha256 in named:
        assert hashlib.sha256((MODELS / name).read_bytes()).hexdigest() == sha256


def test_silence_is_no_speech(detector: SileroDetector) -> None:
    detector.reset()
    assert max(detector.probability(np.zeros(512, dtype=np.int16)) for _ in range(50)) < 0.1


def test_recorded_speech_is_speech(detector: SileroDetector) -> None:
    for recording in recordings():
        detector.reset()
        heard = [detector.probability(window) > 0.5 for window in windows(recording.pcm)]
        spoken = slice(recording.speech_start // 512, recording.speech_end // 512)
        assert np.mean(heard[spoken]) > 0.7, recording


def test_every_window_is_given_to_the_model_with_the_end_of_the_one_before(
    detector: SileroDetector, speech: Pcm
) -> None:
    session = onnxruntime.InferenceSession(MODELS / silero.MODEL, providers=["CPUExecutionProvider"])
    stream = np.concatenate([np.zeros(64), speech / 32768]).astype(np.float32)
    state = np.zeros((2, 1, 128), dtype=np.float32)
    detector.reset()
    for n, window in enumerate(windows(speech)):
        feed = {"input": stream[None, n * 512 : n * 512 + 576], "sr": np.array(16_000), "state": state}
        output, state = session.run(None, feed)
        assert detector.probability(window) == pytest.approx(output[0, 0], abs=1e-5)


def test_after_a_reset_the_past_is_forgotten(detector: SileroDetector, speech: Pcm) -> None:
    detector.reset()
    first = [detector.probability(window) for window in windows(speech)]
    detector.reset()
    assert [detector.probability(window) for window in windows(speech)] == first


@pytest.mark.parametrize("seed", [3, 5, 18])
def test_some_seconds_after_loud_music_speech_is_heard_as_ever(detector: SileroDetector, seed: int) -> None:
    """What its state keeps of such music made it miss every window of the words here."""
    chance = np.random.default_rng(seed)
    loud = 6000 * music(30 * 16_000, chance)
    room = 10 * white(4 * 16_000, chance)
    words = recordings()[10].pcm
    detector.reset()
    fresh = [detector.probability(window) > 0.5 for window in windows(words)]
    detector.reset()
    before = np.clip(np.rint(np.concatenate([loud, room])), -32768, 32767).astype(np.int16)
    for window in windows(before):
        detector.probability(window)
    heard = [detector.probability(window) > 0.5 for window in windows(words)]
    assert sum(heard) >= 0.9 * sum(fresh)


def test_the_window_is_only_read(detector: SileroDetector) -> None:
    window = np.full(512, 1000, dtype=np.int16)
    window.setflags(write=False)
    detector.probability(window)


@pytest.mark.parametrize(
    "damage",
    [
        lambda model: b"",
        lambda model: model[: len(model) // 2],
        lambda model: b"\0" * len(model),
        lambda model: model[:1_000_000] + b"\0" * 4096 + model[1_004_096:],
    ],
    ids=["empty", "half", "zeros", "a lost block among the weights"],
)
def test_a_damaged_model_is_not_heard_with(
    damage: Callable[[bytes], bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = (MODELS / silero.MODEL).read_bytes()
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / silero.MODEL).write_bytes(damage(shipped))
    monkeypatch.setattr(resources, "files", lambda package: tmp_path)
    with pytest.raises(DetectorError, match="cannot be loaded: its file is damaged"):
        SileroDetector()


def test_a_model_that_its_runtime_refuses_has_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / silero.MODEL).write_bytes(b"\0" * 100)
    monkeypatch.setattr(resources, "files", lambda package: tmp_path)
    monkeypatch.setattr(silero, "MODEL_SHA256", hashlib.sha256(b"\0" * 100).hexdigest())
    with pytest.raises(DetectorError, match=rf"{silero.MODEL} cannot be loaded"):
        SileroDetector()


def test_without_its_runtime_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(DetectorError, match="needs onnxruntime"):
        SileroDetector()


def test_a_model_that_is_missing_has_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silero, "MODEL", "nowhere.onnx")
    with pytest.raises(DetectorError, match=r"nowhere\.onnx cannot be loaded: No such file or directory"):
        SileroDetector()
