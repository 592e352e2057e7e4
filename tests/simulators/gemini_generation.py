"""The messages with which the simulated server answers one turn, in the vendor's order. Pure."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from appliance.pcm.formats import pcm_to_bytes
from tests.simulators.gemini_script import OUT_SAMPLES_PER_MS, Answer

Message = dict[str, Any]


@dataclass
class Chunk:
    """Messages that leave together; they hold `audio_ms` of sound."""

    messages: list[Message]
    audio_ms: float = 0.0


@dataclass
class Generation:
    """One answer on its way; it stands while `open_calls` (id → name) have no results."""

    answer: Answer
    modality: str  # "AUDIO" | "TEXT"
    first_call: int  # number of its first call
    open_calls: dict[str, str] = field(default_factory=dict)
    samples: int = 0
    complete: bool = False  # generationComplete was sent

    def chunks(self) -> Iterator[Chunk]:
        """Sound, words and calls; ends without `generationComplete`."""
        chunks = self._speech() if self.modality == "AUDIO" else self._writing()
        if self.answer.one_message:
            together = list(chunks)
            contents = [m["serverContent"] for chunk in together for m in chunk.messages]
            parts = [part for c in contents for part in c.get("modelTurn", {}).get("parts", [])]
            content: Message = {"modelTurn": {"role": "model", "parts": parts}}
            content["outputTranscription"] = {"text": self.answer.transcript}
            yield Chunk([{"serverContent": content}], sum(chunk.audio_ms for chunk in together))
        else:
            yield from chunks
        if self.answer.calls:
            calls = []
            for number, call in enumerate(self.answer.calls, self.first_call):
                self.open_calls[f"call-{number}"] = call.name
                calls.append({"id": f"call-{number}", "name": call.name, "args": call.args})
            yield Chunk([{"toolCall": {"functionCalls": calls}}])

    def _speech(self) -> Iterator[Chunk]:
        pcm, size = self.answer.pcm24k, self.answer.chunk_ms * OUT_SAMPLES_PER_MS
        starts = range(0, len(pcm), size)
        words = self.answer.transcript.split()
        for number, start in enumerate(starts):
            first = number * len(words) // len(starts)
            mine = words[first : (number + 1) * len(words) // len(starts)]
            sound = pcm[start : start + size]
            self.samples += len(sound)
            messages = []
            if mine:
                text = (" " if first else "") + " ".join(mine)
                messages.append({"serverContent": {"outputTranscription": {"text": text}}})
            blob: Message = {
                "mimeType": f"audio/pcm;rate={self.answer.rate_hz}",
                "data": base64.urlsafe_b64encode(pcm_to_bytes(sound)).decode(),
            }
            turn: Message = {"role": "model", "parts": [{"inlineData": blob}]}
            messages.append({"serverContent": {"modelTurn": turn}})
            yield Chunk(messages, len(sound) / OUT_SAMPLES_PER_MS)

    def _writing(self) -> Iterator[Chunk]:
        for number, word in enumerate(self.answer.transcript.split()):
            part = {"text": word if not number else f" {word}"}
            yield Chunk([{"serverContent": {"modelTurn": {"role": "model", "parts": [part]}}}])

    def usage(self) -> Message:
        """What it cost; 25 tokens make a second."""
        spoken = round(self.samples / OUT_SAMPLES_PER_MS / 40)
        return {
            "promptTokenCount": 140,
            "responseTokenCount": spoken + 3,
            "thoughtsTokenCount": 5,
            "totalTokenCount": 148 + spoken,
            "promptTokensDetails": [
                {"modality": "TEXT", "tokenCount": 100},
                {"modality": "AUDIO", "tokenCount": 40},
            ],
            "responseTokensDetails": [
                {"modality": "AUDIO", "tokenCount": spoken},
                {"modality": "TEXT", "tokenCount": 3},
            ],
        }


def silence() -> Any:
    """No samples."""
    return np.zeros(0, np.int16)
