"""What is told of a microphone's sound, and when."""

from typing import Any

from appliance.hearing.microphone_meter import MicrophoneFault, MicrophoneMeasure
from appliance.service.control.controls import MicrophoneStatus
from appliance.service.microphone_watch import MicrophoneWatch


class Ears:
    microphone = MicrophoneMeasure()


def watched() -> tuple[Ears, MicrophoneWatch, list[dict[str, Any]]]:
    told: list[dict[str, Any]] = []
    ears = Ears()
    return ears, MicrophoneWatch(ears, lambda event, **fields: told.append({"event": event, **fields})), told


def test_of_a_microphone_that_is_fine_nothing_is_told() -> None:
    _, watch, told = watched()
    watch.look()
    assert told == []


def test_a_fault_is_told_once_with_what_was_measured_and_so_is_its_end() -> None:
    ears, watch, told = watched()
    ears.microphone = MicrophoneMeasure(MicrophoneFault.CLIPPING, -52.0, -7.2, 0.02346, None, 0, 0.0001)
    watch.look()
    watch.look()
    ears.microphone = MicrophoneMeasure()
    watch.look()
    assert told[0] == {
        "event": "microphone",
        "state": "clipping",
        "speech_dbfs": -7.2,
        "noise_dbfs": -52.0,
        "clipped_percent": 2.35,
        "hum_dbfs": None,
        "offset_percent": 0.01,
    }
    assert [event["state"] for event in told] == ["clipping", "fine"]


def test_the_status_has_what_is_known() -> None:
    ears, watch, _ = watched()
    ears.microphone = MicrophoneMeasure(MicrophoneFault.HUM, -40.0, -27.4, 0.0, -41.0, 50, 0.0)
    assert watch.status() == MicrophoneStatus("hum", -27.4, -40.0, 0.0, -41.0, 0.0)
