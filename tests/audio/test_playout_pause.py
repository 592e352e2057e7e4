"""A voice pauses between its sentences and not inside its words."""

from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest
from hypothesis import given

from appliance.audio.playout_pause import FRAME_MS, PAUSE_MS, PauseFinder
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm, samples_of_ms
from appliance.pcm.level import rms_dbfs
from appliance.providers.offline.voice import synthesize
from tests.pcm.chunks import chunkings, cut
from tests.recordings import Recording, recordings

RATE_HZ = NEAR_RATE_HZ
FRAME = samples_of_ms(FRAME_MS, RATE_HZ)
PAUSE = samples_of_ms(PAUSE_MS, RATE_HZ)
GAP = samples_of_ms(300, RATE_HZ)
LOUDNESS_DBFS = -20.0
# A word dies away: what is left of it is quiet already.
DYING_AWAY = samples_of_ms(100, RATE_HZ)

# Plosives and weak fricatives wherever English has them, and no comma.
SENTENCES = (
    "The kettle is on the stove.",
    "It takes about eight cups of water to fill it.",
    "Stop talking about the sixth strict cost.",
    "Please help Bob pick up fifty thick black boxes.",
    "Good night.",
)
VOICES = [("en-us", 175), ("en-us+f3", 120), ("en-gb-scotland+m3", 150), ("en-us+klatt2", 140), ("de", 120)]


class Speech:
    """Utterances of one loudness with silence between them; in [start, end) of `gaps` nobody speaks."""

    def __init__(self, utterances: list[Pcm]) -> None:
        parts, self.gaps, at = [], [], 0
        for utterance in utterances:
            level = 10 ** ((LOUDNESS_DBFS - rms_dbfs(utterance)) / 20)
            parts += [np.rint(utterance * level).astype(np.int16), np.zeros(GAP, np.int16)]
            self.gaps.append((at + len(utterance), at + len(utterance) + GAP))
            at += len(utterance) + GAP
        self.pcm: Pcm = np.concatenate(parts)

    def moments(self, start: int) -> Iterator[tuple[int, tuple[int, int]]]:
        """Every 50 ms from `start` on, and the gap that comes next or is there."""
        begin = 0
        for gap in self.gaps:
            # The first and the last frame of an utterance may still be quiet.
            for at in range(max(begin + 3 * FRAME, start), gap[1] - 2 * FRAME, samples_of_ms(50, RATE_HZ)):
                yield at, gap
            begin = gap[1]


@cache
def spoken(voice: str, words_per_minute: int) -> Speech:
    return Speech([synthesize(sentence, voice, words_per_minute, RATE_HZ) for sentence in SENTENCES])


@cache
def recorded() -> Speech:
    return Speech([r.pcm[r.speech_start : r.speech_end] for r in recordings()])


def finder_of(pcm: Pcm, start: int = 0) -> PauseFinder:
    finder = PauseFinder(RATE_HZ, start)
    finder.feed(pcm)
    return finder


def assert_pauses_only_in_gaps(speech: Speech, heard_from: int) -> None:
    finder = finder_of(speech.pcm[heard_from:], heard_from)
    for asked, (start, end) in speech.moments(heard_from):
        pause = finder.pause_from(asked)
        assert pause is not None
        assert start - DYING_AWAY <= pause < end
        assert pause <= max(start + 2 * FRAME, asked)


@pytest.mark.parametrize(("voice", "words_per_minute"), VOICES)
def test_a_synthetic_voice_pauses_at_the_end_of_each_sentence_and_nowhere_else(
    voice: str, words_per_minute: int
) -> None:
    assert_pauses_only_in_gaps(spoken(voice, words_per_minute), 0)


def test_recorded_people_pause_where_they_stop_talking_and_nowhere_else() -> None:
    assert_pauses_only_in_gaps(recorded(), 0)


@pytest.mark.parametrize("heard_from_ms", [200, 730, 1_500, 5_000, 12_345])
def test_it_takes_no_more_than_what_is_fed_to_know_the_speech_level(heard_from_ms: int) -> None:
    assert_pauses_only_in_gaps(recorded(), samples_of_ms(heard_from_ms, RATE_HZ))


@pytest.mark.parametrize(("voice", "words_per_minute"), VOICES)
def test_the_pauses_that_a_voice_makes_by_itself_are_found(voice: str, words_per_minute: int) -> None:
    pcm = synthesize(" ".join(SENTENCES), voice, words_per_minute, RATE_HZ)
    finder = finder_of(pcm)
    ahead = {(asked, finder.pause_from(asked)) for asked in range(0, len(pcm), FRAME)}
    beginnings = {pause for asked, pause in ahead if pause is not None and pause > asked}
    assert len(beginnings) == len(SENTENCES) - 1


@pytest.mark.parametrize("recording", recordings(), ids=lambda recording: recording.name)
@pytest.mark.parametrize("gain_db", [-30, 0])
def test_how_loud_the_voice_is_changes_nothing(recording: Recording, gain_db: int) -> None:
    pcm = recording.pcm[recording.speech_start : recording.speech_end]
    finder = finder_of(np.rint(pcm * 10 ** (gain_db / 20)).astype(np.int16))
    assert finder.pause_from(0) is None


def tone(samples: int, level: int = 8_000) -> Pcm:
    wave: Pcm = np.rint(level * np.sin(2 * np.pi * 440 / RATE_HZ * np.arange(samples))).astype(np.int16)
    return wave


def test_a_pause_is_known_when_all_of_its_shortest_length_is() -> None:
    finder = finder_of(tone(10 * FRAME))
    finder.feed(np.zeros(PAUSE - 1, np.int16))
    assert finder.pause_from(0) is None
    finder.feed(np.zeros(1, np.int16))
    assert finder.pause_from(0) == 10 * FRAME
    assert finder.needed_samples == PAUSE


def test_what_hums_and_breathes_between_the_words_is_a_pause() -> None:
    hum = tone(PAUSE, 8_000 // 100)  # 40 dB below the voice
    assert finder_of(np.concatenate((tone(10 * FRAME), hum))).pause_from(0) == 10 * FRAME


def test_a_shorter_silence_is_none() -> None:
    voice = tone(10 * FRAME)
    finder = finder_of(np.concatenate((voice, np.zeros(PAUSE - FRAME, np.int16), voice)))
    assert finder.pause_from(0) is None


def test_asked_in_mid_pause_it_is_there_already_and_after_it_is_the_next() -> None:
    voice, silence = tone(20 * FRAME), np.zeros(PAUSE, np.int16)
    finder = finder_of(np.concatenate((voice, silence, voice, silence)))
    inside = len(voice) + 17
    assert finder.pause_from(inside) == inside
    assert finder.pause_from(len(voice) + PAUSE) == 2 * len(voice) + PAUSE


def test_a_pause_that_goes_on_lasts_until_the_voice_is_back() -> None:
    finder = finder_of(np.concatenate((tone(10 * FRAME), np.zeros(PAUSE, np.int16))))
    end = 10 * FRAME + PAUSE
    assert finder.pause_from(end) is None
    finder.feed(np.zeros(FRAME, np.int16))
    assert finder.pause_from(end) == end


def test_a_click_is_not_taken_for_the_speech_level() -> None:
    """A full-scale click of 1 ms in speech at -26 dBFS leaves its syllables of -50 dBFS audible."""
    voice = np.concatenate((tone(50 * FRAME, 2_300), tone(20 * FRAME, 145)))
    voice[300:316] = 32_767
    assert finder_of(voice).pause_from(0) is None


def test_silence_before_the_first_word_is_a_pause() -> None:
    assert finder_of(np.zeros(PAUSE, np.int16)).pause_from(0) == 0


@given(lengths=chunkings)
def test_chunks_change_nothing(lengths: list[int]) -> None:
    pcm = recorded().pcm[: 5 * RATE_HZ]
    whole, chunked = finder_of(pcm), PauseFinder(RATE_HZ, 0)
    for chunk in cut(pcm, lengths):
        chunked.feed(chunk)
    asked = range(0, len(pcm), 777)
    assert [whole.pause_from(at) for at in asked] == [chunked.pause_from(at) for at in asked]
    assert whole.fed == chunked.fed == len(pcm)
