""" "Stop" and "wait" in rooms that ring, as they are read over an answer, with the shipped weights."""

from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from appliance.errors import ProviderError
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from appliance.providers.offline.command_ear import CommandEar, load_weights
from tests.listening.echo_path import to_pcm
from tests.listening.mixing import at_dbfs
from tests.listening.rooms import any_room, convolve, response
from tests.listening.voices import word

VOICES = ("en-us", "en-us+f3", "en-us+klatt2")


@pytest.fixture(scope="module")
def ear() -> CommandEar:
    return CommandEar()


def in_a_room(text: str, voice: str, seed: int) -> Pcm:
    """From 100 ms before it to its end, in a room that rings for half a second."""
    chance = np.random.default_rng(seed)
    room = any_room(chance, 0.5)
    said = word(text, voice)
    sound = convolve(said.pcm[said.start : said.end].astype(np.float64), response(room, room.person, chance))
    return to_pcm(np.concatenate((np.zeros(NEAR_RATE_HZ // 10), at_dbfs(sound, -23.0))))


@pytest.mark.parametrize("text", ["stop", "wait"])
def test_it_hears_them_in_most_rooms_in_voices_that_it_did_not_learn_from(ear: CommandEar, text: str) -> None:
    told = [ear.word(in_a_room(text, voice, seed)) for voice in VOICES for seed in (1, 2)]
    assert set(told) <= {text, ""}
    assert told.count(text) >= 4


@pytest.mark.parametrize("voice", VOICES)
@pytest.mark.parametrize("text", ["yes", "yeah", "okay", "uh-huh", "right", "go on"])
def test_who_assents_did_not_say_one_of_them(ear: CommandEar, text: str, voice: str) -> None:
    assert ear.word(in_a_room(text, voice, 1)) == ""


@pytest.mark.parametrize("samples", [0, 100, 3_200, 8_000, 16_000, 48_000])
def test_where_nobody_speaks_it_hears_none(ear: CommandEar, samples: int) -> None:
    assert ear.word(np.zeros(samples, np.int16)) == ""


def test_a_longer_clip_is_read_in_the_ordinary_way(ear: CommandEar) -> None:
    stop = in_a_room("stop", "en-us", 1)
    assert ear.word(np.concatenate((stop, np.zeros(NEAR_RATE_HZ, np.int16)))) == ""


def test_weights_that_are_missing_or_damaged_are_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "models").mkdir()
    monkeypatch.setattr(resources, "files", lambda _: tmp_path)
    with pytest.raises(ProviderError, match="weights"):
        load_weights("weights.npz")
    (tmp_path / "models" / "weights.npz").write_bytes(b"\0" * 100)
    with pytest.raises(ProviderError, match="weights"):
        load_weights("weights.npz")
