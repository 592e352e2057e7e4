"""Which of the two cancellers is heard, with one that says what it is told."""

import numpy as np
import pytest

from appliance.hearing.echo.linear_echo import BLOCK
from appliance.hearing.echo.twofold import TwofoldCanceller
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm

DELAY = 128


class Strict:
    """Gives a hundredth of what it gets, `DELAY` late, or all of it where somebody speaks."""

    frame_samples = BLOCK
    delay_samples = DELAY
    own_voice = False

    def __init__(self) -> None:
        self._kept: Pcm = np.zeros(DELAY, np.int16)
        self.lets_through = False
        self.resets = 0

    def cancel(self, near: Pcm, far: Pcm) -> Pcm:
        through = np.concatenate((self._kept, near // (4 if self.lets_through else 500)))
        self._kept = through[BLOCK:]
        return through[:BLOCK].astype(np.int16)

    def strict(self, given: Pcm) -> Pcm:
        return given

    def reset(self) -> None:
        self.resets += 1


def noise(seconds: float, level: float, seed: int) -> Pcm:
    sound = np.random.default_rng(seed).standard_normal(round(seconds * NEAR_RATE_HZ)) * level
    return sound.astype(np.int16)


def frames(canceller: TwofoldCanceller, near: Pcm, far: Pcm) -> Pcm:
    starts = range(0, len(near) - BLOCK + 1, BLOCK)
    return np.concatenate([canceller.cancel(near[a : a + BLOCK], far[a : a + BLOCK]).copy() for a in starts])


def words(far: Pcm) -> Pcm:
    """Far end with a pause of 100 ms in every 300."""
    return np.where(np.arange(len(far)) % 4800 < 3200, far, 0).astype(np.int16)


def test_of_echo_alone_it_gives_what_the_strict_one_does() -> None:
    far = words(noise(4, 3000, 1))
    strict, alone = Strict(), Strict()
    out = frames(TwofoldCanceller(strict), far, far)
    wanted = np.concatenate([alone.cancel(far[a : a + BLOCK], far) for a in range(0, len(far), BLOCK)])
    assert np.array_equal(out, wanted)


def test_a_person_comes_out_as_he_spoke_in_the_same_instants() -> None:
    far, said = words(noise(6, 3000, 1)), np.zeros(6 * NEAR_RATE_HZ, np.int16)
    said[5 * NEAR_RATE_HZ :] = noise(1, 3000, 2)
    strict = Strict()
    canceller = TwofoldCanceller(strict)
    near = far // 2 + said
    before = frames(canceller, near[: 5 * NEAR_RATE_HZ], far)
    strict.lets_through = True
    over = frames(canceller, near[5 * NEAR_RATE_HZ :], far[5 * NEAR_RATE_HZ :])
    assert np.abs(before[3 * NEAR_RATE_HZ :]).max() < 100
    spoken = said[5 * NEAR_RATE_HZ + 3200 - DELAY : -DELAY].astype(float)
    assert np.corrcoef(over[3200:].astype(float), spoken)[0, 1] > 0.98


def test_where_nothing_comes_back_a_person_is_heard_whom_the_strict_one_suppresses() -> None:
    far, said = words(noise(6, 3000, 1)), noise(6, 16, 3)
    said[5 * NEAR_RATE_HZ :] = noise(1, 1500, 2)
    canceller = TwofoldCanceller(Strict())
    frames(canceller, said[: 5 * NEAR_RATE_HZ], far)
    over = frames(canceller, said[5 * NEAR_RATE_HZ :], far[5 * NEAR_RATE_HZ :])
    spoken = said[5 * NEAR_RATE_HZ + 3200 - DELAY : -DELAY].astype(float)
    assert np.std(over[3200:] - spoken) < np.std(spoken) / 4


def test_what_the_filter_leaves_of_the_next_word_is_not_given_for_a_person_who_has_just_spoken() -> None:
    far, said = words(noise(6, 3000, 1)), np.zeros(6 * NEAR_RATE_HZ, np.int16)
    person = slice(5 * NEAR_RATE_HZ + 3360, 5 * NEAR_RATE_HZ + 4640)  # in a pause of the far end
    said[person] = noise(0.08, 3000, 2)
    strict = Strict()
    canceller = TwofoldCanceller(strict)
    # The filter cannot tell this part of the echo: it comes from nowhere.
    near = far // 2 + words(noise(6, 400, 3)) + said
    frames(canceller, near[: 5 * NEAR_RATE_HZ + 3200], far)
    strict.lets_through = True
    pause = slice(5 * NEAR_RATE_HZ + 3200, 5 * NEAR_RATE_HZ + 4800)
    over = frames(canceller, near[pause], far[pause])
    strict.lets_through = False
    word = slice(pause.stop, pause.stop + 3200)
    after = frames(canceller, near[word], far[word])
    assert np.abs(over).max() > 3000
    assert np.abs(after[2400:]).max() < 100


def test_its_own_voice_is_looked_for_in_what_the_strict_one_gives() -> None:
    far, said = words(noise(6, 3000, 1)), np.zeros(6 * NEAR_RATE_HZ, np.int16)
    said[5 * NEAR_RATE_HZ :] = noise(1, 3000, 2)
    canceller = TwofoldCanceller(Strict())
    frames(canceller, far // 8 + said, far)
    given = canceller.cancel(said[-BLOCK:], far[-BLOCK:])
    assert np.abs(given).max() > 1000
    assert np.abs(canceller.strict(given)).max() < 100


def test_both_forget_the_room_together() -> None:
    strict = Strict()
    TwofoldCanceller(strict).reset()
    assert strict.resets == 1


def test_frames_of_another_length_are_refused() -> None:
    strict = Strict()
    strict.frame_samples = 64
    with pytest.raises(ValueError, match="frames of 64 samples"):
        TwofoldCanceller(strict)
