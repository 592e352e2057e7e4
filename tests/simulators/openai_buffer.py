"""The sound that was appended and is no item yet, and the server's own turn detection, by script. Pure."""

import base64
import binascii
from collections.abc import Sequence
from typing import Any, NamedTuple

from appliance.pcm.formats import Pcm, pcm_from_bytes
from tests.simulators.openai_items import Refused
from tests.simulators.openai_script import SAMPLES_PER_MS

MIN_COMMIT_MS = 100
MAX_APPEND_BYTES = 15 * 1024 * 1024


class Mark(NamedTuple):
    """Speech `began` or ended, at this time in all sound that was appended in the session."""

    began: bool
    at_ms: int


class Buffer:
    """`hears` are the spans in which it hears speech, (start, stop) in ms of all appended sound, in order."""

    def __init__(self, hears: Sequence[tuple[int, int]]) -> None:
        self._races = bool(hears)  # who commits first is chance
        self._marks = [
            Mark(began, at) for span in hears for began, at in zip((True, False), span, strict=True)
        ]
        self._sound = bytearray()
        self._appended_samples = 0

    def append(self, audio: str, settings: dict[str, Any]) -> int:
        """Take the sound of one event; how many samples. `settings` are those of the session's input."""
        detection = settings["turn_detection"]
        if detection is not None and (detection["create_response"] or detection["interrupt_response"]):
            raise Refused("simulator", "this server leaves asking and interrupting to the client")
        if settings["format"] != {"type": "audio/pcm", "rate": 24000}:
            raise Refused("simulator", "this server only takes PCM")
        try:
            data = base64.b64decode(audio, validate=True)
        except binascii.Error as error:
            raise Refused("invalid_value", f"audio is no base64: {error}") from error
        if not data or len(data) % 2 or len(data) > MAX_APPEND_BYTES:
            raise Refused("invalid_value", f"audio has {len(data)} bytes")
        self._sound += data
        self._appended_samples += len(data) // 2
        return len(data) // 2

    def heard(self) -> list[Mark]:
        """What its own turn detection heard since it was asked last."""
        until_ms = self._appended_samples // SAMPLES_PER_MS
        passed = [mark for mark in self._marks if mark.at_ms <= until_ms]
        self._marks = self._marks[len(passed) :]
        return passed

    def take_for_client(self) -> Pcm:
        """The client commits: all there is, and the speech that was heard is over. `Refused` where it is
        too little."""
        samples = len(self._sound) // 2
        if samples < MIN_COMMIT_MS * SAMPLES_PER_MS:
            raise Refused(
                "input_audio_buffer_commit_empty",
                f"buffer too small: expected at least {MIN_COMMIT_MS}ms of audio, "
                f"it has {samples / SAMPLES_PER_MS:.2f}ms",
                race=self._races,
            )
        if self._marks and not self._marks[0].began:
            self._marks.pop(0)
        return self.take()

    def take(self) -> Pcm:
        """All there is."""
        pcm = pcm_from_bytes(bytes(self._sound))
        self._sound.clear()
        return pcm
