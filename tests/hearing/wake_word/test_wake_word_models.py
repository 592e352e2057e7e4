"""Models that can be heard are, and of every other one it is said why not."""

import json
import shutil
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from appliance.hearing.wake_word import wake_word_models as models
from appliance.hearing.wake_word.wake_word_models import BUNDLED, WakeWordError, load_wake_word
from appliance.pcm.formats import NEAR_RATE_HZ
from appliance.providers.offline.voice import synthesize

SAID = {
    "okay_nabu": "okay nah boo",
    "hey_jarvis": "hey jarvis",
    "hey_mycroft": "hey mycroft",
    "alexa": "alexa",
}


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A model of one's own: a copy of a bundled one under another name."""
    (bundled,) = (f for f in metadata.files(models.PACKAGE) or () if f.name == "okay_nabu.json")
    source = Path(str(bundled.locate()))
    shutil.copy(source.with_suffix(".tflite"), tmp_path / "mine.tflite")
    told = json.loads(source.read_text(encoding="utf-8")) | {"model": "mine.tflite", "wake_word": "Okay Mine"}
    (tmp_path / "mine.json").write_text(json.dumps(told), encoding="utf-8")
    return tmp_path / "mine.tflite"


def hits(model: str, text: str) -> int:
    word = load_wake_word(model, 0.5)
    room = np.random.default_rng(1).integers(-20, 20, 2 * NEAR_RATE_HZ).astype(np.int16)
    heard = np.concatenate((room, synthesize(text, "en-us", 150, NEAR_RATE_HZ), room))
    return sum(word.hear(heard[at : at + 512]) is not None for at in range(0, len(heard) - 511, 512))


@pytest.mark.parametrize("model", ["okay_nabu", "alexa"])
def test_a_bundled_model_hears_its_word_and_no_other(model: str) -> None:
    assert hits(model, SAID[model]) == 1
    assert hits(model, "ten metres go forward") == 0


def test_every_bundled_model_loads() -> None:
    assert [load_wake_word(name, 0.5).name for name in BUNDLED] == list(BUNDLED)


@pytest.mark.parametrize("suffix", [".tflite", ".json"])
def test_a_model_of_one_s_own_is_called_by_its_file(mine: Path, suffix: str) -> None:
    word = load_wake_word(str(mine.with_suffix(suffix)), 0.5)
    assert (word.name, word.phrase) == ("mine", "Okay Mine")


@pytest.mark.parametrize("rest", [b"", b"not a model at all", None])
def test_a_damaged_model_is_refused_and_takes_nobody_down(mine: Path, rest: bytes | None) -> None:
    whole = mine.read_bytes()
    mine.write_bytes(whole[: len(whole) // 2] if rest is None else rest)
    with pytest.raises(
        WakeWordError, match=r"mine\.tflite cannot be heard: its model is damaged, or not for"
    ):
        load_wake_word(str(mine), 0.5)


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ("{", "is no description of a microWakeWord model"),
        ("[]", "is no description"),
        ('{"model": "mine.tflite"}', "is no description"),
        (
            '{"model": "mine.tflite", "wake_word": "x", "micro": {"probability_cutoff": 2,'
            ' "sliding_window_size": 5}}',
            "a cutoff, a window or a wake_word that cannot be",
        ),
        (
            '{"model": "other.tflite", "wake_word": "x", "micro": {"probability_cutoff": 0.5,'
            ' "sliding_window_size": 5}}',
            r"other\.tflite is missing, which mine\.json names",
        ),
    ],
)
def test_a_description_that_cannot_be_is_refused(mine: Path, told: str, why: str) -> None:
    mine.with_suffix(".json").write_text(told, encoding="utf-8")
    with pytest.raises(WakeWordError, match=why):
        load_wake_word(str(mine), 0.5)


def test_a_model_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(WakeWordError, match=r"gone\.json cannot be read: No such file"):
        load_wake_word(str(tmp_path / "gone.tflite"), 0.5)


def test_a_bundled_model_of_which_a_byte_is_another_is_refused(mine: Path, monkeypatch: object) -> None:
    assert isinstance(monkeypatch, pytest.MonkeyPatch)
    shutil.copy(mine.with_suffix(".json"), mine.with_name("okay_nabu.json"))
    other = mine.with_name("okay_nabu.tflite")
    other.write_bytes(mine.read_bytes()[:-1] + b"\xff")
    shipped = {f.name: f for f in metadata.files(models.PACKAGE) or ()}

    def moved(name: str) -> SimpleNamespace:
        path, told = mine.with_name(name), shipped[name].hash if name.endswith(".tflite") else None
        return SimpleNamespace(
            name=name,
            suffix=path.suffix,
            parent=SimpleNamespace(name="models"),
            hash=told,
            locate=lambda: path,
        )

    monkeypatch.setattr(metadata, "files", lambda package: [moved(other.name), moved("okay_nabu.json")])
    with pytest.raises(WakeWordError, match=r"okay_nabu\.tflite is damaged"):
        load_wake_word("okay_nabu", 0.5)


def test_a_package_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "PACKAGE", "pymicro-wakeword-that-nobody-has")
    with pytest.raises(WakeWordError, match="is not installed"):
        load_wake_word("okay_nabu", 0.5)


def test_a_library_that_does_not_load_here_is_named(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pymicro_wakeword

    def refuse(path: Path) -> None:
        raise OSError("version `GLIBC_2.35' not found")

    monkeypatch.setattr(pymicro_wakeword.MicroWakeWord, "from_config", refuse)
    with pytest.raises(WakeWordError, match=r"does not load on this machine: version `GLIBC_2\.35'"):
        load_wake_word(str(mine), 0.5)
