"""The energy detector: finds speech in noise, and leaves alone what only is loud."""

from collections.abc import Callable

import numpy as np
import pytest

from appliance.conversation.vocabulary import SpeechPossible, TurnEnded
from appliance.hearing.speech.energy import ADAPTS_MS, EnergyDetector
from appliance.hearing.turns.turn_detector import TurnOptions
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm, samples_of_ms
from tests.bench.false_turns_noise import Sound, brown, clicks, pink, white
from tests.hearing.listening import Ear, blocks_of
from tests.recordings import Recording, recordings

WINDOW = EnergyDetector.window_samples
ENDS = TurnOptions().silence_threshold  # a window below this is no speech
LEAD_SAMPLES = 2 * NEAR_RATE_HZ + 123
TAIL_SAMPLES = 2 * NEAR_RATE_HZ
TALK_RMS = 1500.0
ROOM_RMS = 5.0  # -76 dBFS

Noise = Callable[[int, np.random.Generator], Sound]


def pcm_of(sound: Sound) -> Pcm:
    return np.clip(np.rint(sound), -32768, 32767).astype(np.int16)


def steady_fan(samples: int, chance: np.random.Generator) -> Sound:
    """Air and a blade's tone, without a change of speed."""
    time = np.arange(samples) / NEAR_RATE_HZ
    blades = sum(np.sin(2 * np.pi * 97 * n * time) / n for n in range(1, 6))
    return pink(samples, chance) + 0.4 * np.asarray(blades)


def amid(recording: Recording, noise: Noise | None, snr_db: float = 0.0) -> Pcm:
    """The recording with room before and after, all of it in noise so far below its speech."""
    sound = np.concatenate([np.zeros(LEAD_SAMPLES), recording.pcm, np.zeros(TAIL_SAMPLES)])
    if noise is not None:
        speech = recording.pcm[recording.speech_start : recording.speech_end].astype(np.float64)
        level = np.sqrt(np.mean(speech**2)) * 10 ** (-snr_db / 20)
        sound += level * noise(len(sound), np.random.default_rng(1))
    return pcm_of(sound)


def talk(seconds: float) -> Sound:
    """The recordings as one long speech, equally loud, without a pause between them."""
    words = [r.pcm[r.speech_start : r.speech_end].astype(np.float64) for r in recordings()]
    equal = [TALK_RMS * said / np.sqrt(np.mean(said**2)) for said in words]
    return np.tile(np.concatenate(equal), 3)[: round(seconds * NEAR_RATE_HZ)]


def turns(pcm: Pcm) -> list[TurnEnded]:
    ear = Ear(EnergyDetector())
    return [event for event in ear.hear(blocks_of(pcm)) if isinstance(event, TurnEnded)]


def probabilities(
    pcm: Pcm, detector: EnergyDetector | None = None
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    detector = detector or EnergyDetector()
    windows = range(0, len(pcm) - WINDOW + 1, WINDOW)
    return np.array([detector.probability(pcm[at : at + WINDOW]) for at in windows])


@pytest.mark.parametrize(
    ("noise", "snr_db"),
    [(None, 0.0), *((noise, snr_db) for noise in (white, pink, steady_fan) for snr_db in (25.0, 15.0, 10.0))],
)
def test_every_utterance_is_one_turn_from_its_beginning(noise: Noise | None, snr_db: float) -> None:
    for recording in recordings():
        ear = Ear(EnergyDetector())
        events = ear.hear(blocks_of(amid(recording, noise, snr_db)))
        assert sum(isinstance(event, TurnEnded) for event in events) == 1, recording
        onset = next(event.onset for event in events if isinstance(event, SpeechPossible))
        assert onset - (LEAD_SAMPLES + recording.speech_start) < samples_of_ms(150, NEAR_RATE_HZ), recording


@pytest.mark.parametrize("noise", [white, pink, brown, steady_fan])
@pytest.mark.parametrize("level", [ROOM_RMS, 100.0, 2000.0])
def test_steady_noise_is_no_turn_even_when_the_stream_begins_in_it(noise: Noise, level: float) -> None:
    assert turns(pcm_of(level * noise(30 * NEAR_RATE_HZ, np.random.default_rng(2)))) == []


def test_digital_silence_is_no_turn() -> None:
    assert turns(np.zeros(10 * NEAR_RATE_HZ, dtype=np.int16)) == []


@pytest.mark.parametrize("seed", range(4))
def test_clicks_are_no_turn(seed: int) -> None:
    chance = np.random.default_rng(seed)
    sound = 4000 * clicks(30 * NEAR_RATE_HZ, chance) + ROOM_RMS * white(30 * NEAR_RATE_HZ, chance)
    assert turns(pcm_of(sound)) == []


@pytest.mark.parametrize("noise", [white, pink, steady_fan])
def test_noise_that_is_switched_on_is_no_turn(noise: Noise) -> None:
    chance = np.random.default_rng(3)
    sound = ROOM_RMS * white(20 * NEAR_RATE_HZ, chance)
    sound[5 * NEAR_RATE_HZ :] += 800 * noise(15 * NEAR_RATE_HZ, chance)
    assert turns(pcm_of(sound)) == []


def test_what_hums_like_a_voice_is_known_for_noise_in_the_stated_time() -> None:
    on = 5 * NEAR_RATE_HZ
    sound = ROOM_RMS * white(20 * NEAR_RATE_HZ, np.random.default_rng(4))
    time = np.arange(len(sound) - on) / NEAR_RATE_HZ
    for n in range(1, 8):
        sound[on:] += 600 * np.sin(2 * np.pi * 120 * n * time) / n
    heard = probabilities(pcm_of(sound))
    adapted = on + samples_of_ms(ADAPTS_MS, NEAR_RATE_HZ)
    assert heard[on // WINDOW + 2] > ENDS
    assert heard[adapted // WINDOW + 1 :].max() < ENDS


def test_after_a_jump_of_the_noise_speech_is_found_again() -> None:
    recording = recordings()[4]
    quiet = ROOM_RMS * white(3 * NEAR_RATE_HZ, np.random.default_rng(5))
    noisy = amid(recording, steady_fan, 15.0).astype(np.float64)
    fan_alone = noisy[: samples_of_ms(1500, NEAR_RATE_HZ)]
    waited = np.tile(fan_alone, 1 + int(ADAPTS_MS / 1500))
    assert len(turns(pcm_of(np.concatenate([quiet, waited, noisy])))) == 1


@pytest.mark.parametrize(("noise", "snr_db"), [(white, 40.0), (white, 15.0), (steady_fan, 15.0)])
def test_it_does_not_get_used_to_a_person_who_speaks_for_half_a_minute(noise: Noise, snr_db: float) -> None:
    said = np.concatenate([np.zeros(LEAD_SAMPLES), talk(29.0), np.zeros(TAIL_SAMPLES)])
    said += TALK_RMS * 10 ** (-snr_db / 20) * noise(len(said), np.random.default_rng(6))
    (turn,) = turns(pcm_of(said))
    assert abs(turn.last_speech - (len(said) - TAIL_SAMPLES)) < samples_of_ms(400, NEAR_RATE_HZ)


def test_a_stream_that_begins_within_a_word_is_heard_from_the_next_one_on() -> None:
    said = np.concatenate([talk(12.0)[NEAR_RATE_HZ // 3 :], np.zeros(TAIL_SAMPLES)])
    said += ROOM_RMS * white(len(said), np.random.default_rng(7))
    heard = probabilities(pcm_of(said))
    after_a_second, end = NEAR_RATE_HZ // WINDOW, (len(said) - TAIL_SAMPLES) // WINDOW
    assert np.mean(heard[after_a_second:end] > ENDS) > 0.6


def test_after_digital_silence_a_room_is_no_turn_and_speech_is_one() -> None:
    silence = np.zeros(8 * NEAR_RATE_HZ, dtype=np.int16)
    noisy = amid(recordings()[0], white, 15.0)
    assert len(turns(np.concatenate([silence, noisy, noisy[:LEAD_SAMPLES]]))) == 1


def test_after_a_reset_the_past_is_forgotten() -> None:
    detector = EnergyDetector()
    pcm = amid(recordings()[1], pink, 15.0)
    first = probabilities(pcm, detector)
    detector.reset()
    assert np.array_equal(probabilities(pcm, detector), first)


def test_the_window_is_only_read_and_every_sample_may_be_extreme() -> None:
    detector = EnergyDetector()
    for value in (32767, -32768, 0):
        window = np.full(WINDOW, value, dtype=np.int16)
        window.setflags(write=False)
        assert 0 <= detector.probability(window) <= 1
