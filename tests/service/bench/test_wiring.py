"""The person of the loopback test speaks through the loudspeaker's device, and the microphone is recorded."""

import io

import numpy as np

from appliance.service.bench.wiring import Person, RecordedMicrophone, Recorder, SharedLoudspeaker


class Loudspeaker:
    name, rate_hz, channels, capacity_samples = "spk", 48_000, 2, 4800

    def __init__(self) -> None:
        self.played: list[int] = []
        self.closed = False

    def delay_samples(self) -> int:
        return 960

    def write(self, block: bytes) -> None:
        self.played += np.frombuffer(block, np.int16).tolist()

    def close(self) -> None:
        self.closed = True


class Microphone:
    name, rate_hz, channels, overruns = "mic", 16_000, 2, 3

    def __init__(self, *blocks: bytes | None) -> None:
        self._blocks = list(blocks)
        self.closed = False

    def read(self) -> bytes | None:
        return self._blocks.pop(0)

    def close(self) -> None:
        self.closed = True


def block(*samples: int) -> bytes:
    return np.array(samples, np.int16).tobytes()


def test_what_the_person_says_is_added_to_every_channel_and_saturates() -> None:
    device, person = Loudspeaker(), Person()
    shared = SharedLoudspeaker(device, person)
    person.say(np.array([100, 200, 32_000], np.int16))
    shared.write(block(1, 2, 3, 4))
    shared.write(block(5_000, -5_000, 7, 8))
    shared.write(block(9, 10))
    assert device.played == [101, 102, 203, 204, 32_767, 27_000, 7, 8, 9, 10]


def test_a_new_utterance_takes_the_place_of_the_old_one() -> None:
    device, person = Loudspeaker(), Person()
    person.say(np.array([100, 200], np.int16))
    person.say(np.array([5], np.int16))
    SharedLoudspeaker(device, person).write(block(0, 0, 0, 0))
    assert device.played == [5, 5, 0, 0]


def test_the_first_channel_is_recorded_and_everything_is_passed_on() -> None:
    file = io.BytesIO()
    recorder = Recorder(file)  # type: ignore[arg-type]  # as good as a raw file
    microphone = RecordedMicrophone(Microphone(block(1, 2, 3, 4), None, block(5, 6)), recorder)
    assert [microphone.read(), microphone.read(), microphone.read()] == [block(1, 2, 3, 4), None, block(5, 6)]
    assert np.frombuffer(file.getvalue(), np.int16).tolist() == [1, 3, 5]
    assert (recorder.samples, microphone.overruns, microphone.name) == (3, 3, "mic")


def test_closing_closes_the_device() -> None:
    loudspeaker, microphone = Loudspeaker(), Microphone()
    SharedLoudspeaker(loudspeaker, Person()).close()
    RecordedMicrophone(microphone, Recorder(io.BytesIO())).close()  # type: ignore[arg-type]
    assert (loudspeaker.closed, microphone.closed) == (True, True)
