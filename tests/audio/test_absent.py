"""A device that is not there at the start is lost from the first moment, and found like any other."""

import pytest

from appliance.audio.absent import AbsentLoudspeaker, AbsentMicrophone
from appliance.audio.seam import CaptureOptions, SpeakerOptions
from appliance.conversation.vocabulary import DeviceChanged, DeviceState
from appliance.errors import DeviceBusyError, DeviceError
from tests.audio.fake_devices import FakeMicrophone
from tests.audio.test_capture import Room, numbered

NOT_THERE = DeviceError("there is no microphone: connect one")


def test_a_microphone_that_is_not_there_is_lost_at_once_and_used_as_soon_as_it_is() -> None:
    room = Room(first=AbsentMicrophone(CaptureOptions(), NOT_THERE))
    assert room.news.next() == DeviceChanged("microphone", DeviceState.LOST, "", str(NOT_THERE))
    found = FakeMicrophone(name="the real one", rate_hz=48_000)
    for start in range(0, 5 * 1536, 1536):
        found.arrivals.put(numbered(start, 1536))
    room.replacements.append(found)
    assert room.news.next() == DeviceChanged("microphone", DeviceState.READY, "the real one")
    room.wait_for(1536)
    assert room.capture.stop()


def test_who_has_the_microphone_is_told_when_that_is_found_out_and_only_once() -> None:
    room = Room(first=AbsentMicrophone(CaptureOptions("USB"), NOT_THERE))
    assert room.news.next() == DeviceChanged("microphone", DeviceState.LOST, "USB", str(NOT_THERE))
    busy = DeviceBusyError("the microphone 'USB' is in use by arecord (process 7)")
    room.replacements += [DeviceError("not yet"), busy, busy, FakeMicrophone(name="USB")]
    assert room.news.next() == DeviceChanged("microphone", DeviceState.LOST, "USB", str(busy), busy=True)
    while room.replacements:
        pass
    room.microphone.arrivals.put(numbered(0))
    assert room.news.next() == DeviceChanged("microphone", DeviceState.READY, "USB")
    assert room.capture.stop()


def test_an_absent_loudspeaker_says_why_to_whoever_uses_it() -> None:
    absent = AbsentLoudspeaker(SpeakerOptions("USB"), NOT_THERE)
    assert (absent.name, absent.rate_hz, absent.capacity_samples) == ("USB", 24_000, 0)
    with pytest.raises(DeviceError, match="there is no"):
        absent.delay_samples()
    with pytest.raises(DeviceError, match="there is no"):
        absent.write(b"")
