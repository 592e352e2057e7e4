"""Our waiting around PortAudio, on a PortAudio that says what the test wants."""

import numpy as np
import pytest

from appliance.audio.alsa import Lost, Loudspeaker, Microphone


class FakePortAudioStream:
    """Says what is available from a list, the last one for ever; delivers numbered samples."""

    def __init__(self, available: list[int | OSError], latency_s: float = 10.0) -> None:
        self._available = available
        self._latency_s = latency_s
        self._samples = 0

    def get_read_available(self) -> int:
        now = self._available.pop(0) if len(self._available) > 1 else self._available[0]
        if isinstance(now, OSError):
            raise now
        return now

    get_write_available = get_read_available

    def get_input_latency(self) -> float:
        return self._latency_s

    def read(self, frames: int, *, exception_on_overflow: bool) -> bytes:
        assert not exception_on_overflow
        self._samples += frames
        return np.arange(self._samples - frames, self._samples, dtype=np.int16).tobytes()


def microphone(stream: FakePortAudioStream) -> Microphone:
    return Microphone(stream, 16_000, 1, 32)


def test_a_block_is_made_of_what_comes() -> None:
    heard = microphone(FakePortAudioStream([0, 100, 0, 400, 700, 324]))
    blocks = [heard.read(), heard.read()]
    assert b"".join(block or b"" for block in blocks) == np.arange(1024, dtype=np.int16).tobytes()


def test_a_late_block_is_none_and_nothing_of_it_is_lost() -> None:
    stream = FakePortAudioStream([100, 0])
    heard = microphone(stream)
    assert heard.read() is None
    stream._available = [512]
    assert heard.read() == np.arange(512, dtype=np.int16).tobytes()


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (OSError(-9999, "Unanticipated host error"), (-9999, "Unanticipated host error")),
        (OSError("Stream closed"), (0, "Stream closed")),
        (-9988, (-9988, "PortAudio says -9988")),
    ],
)
def test_a_lost_microphone_is_told_whether_it_is_raised_or_returned(
    failure: OSError | int, told: tuple[int, str]
) -> None:
    heard = microphone(FakePortAudioStream([512, failure]))
    heard.read()
    with pytest.raises(Lost) as raised:
        heard.read()
    assert raised.value.args == told


def test_an_overrun_is_counted_when_nobody_looked_for_longer_than_the_buffer_holds() -> None:
    buffer_s = 0.001  # shorter than the shortest wait
    heard = microphone(FakePortAudioStream([0, 0, 512], latency_s=buffer_s - 0.032))
    heard.read()
    assert heard.overruns >= 2


def test_reading_in_time_is_no_overrun() -> None:
    heard = microphone(FakePortAudioStream([0, 0, 512]))
    heard.read()
    assert heard.overruns == 0


def test_the_delay_is_the_buffer_less_what_is_free() -> None:
    loudspeaker = Loudspeaker(FakePortAudioStream([1440, 480, 1440, 1500]))
    assert loudspeaker.capacity_samples == 1440
    assert [loudspeaker.delay_samples() for _ in range(3)] == [960, 0, 0]


def test_a_loudspeaker_that_is_gone_is_told() -> None:
    loudspeaker = Loudspeaker(FakePortAudioStream([1440, OSError(-9999, "gone")]))
    with pytest.raises(Lost, match="gone"):
        loudspeaker.delay_samples()
