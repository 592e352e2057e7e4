"""Hugging Face's `speech-to-speech` as a realtime server without a model, for an environment of its own.

Run it with the Python of an environment that holds, beside what it needs to be imported (fastapi uvicorn
websockets numpy scipy soxr jsonschema pillow openai pydantic httpx anyio), `pip install --no-deps
speech-to-speech`. Its protocol is its own; what stands behind it is this: every question is answered by one
second of a tone and four words. Prints its address.
"""

import socket
import threading
from queue import Queue
from threading import Event
from typing import Any

import numpy as np

WORDS = "It is quite late."
RATE_HZ = 16_000  # of its pipeline
BLOCK = 512


def answer(unit: Any) -> None:
    """Answer every request to generate, until the process ends."""
    from speech_to_speech.pipeline import events, messages  # type: ignore[import-not-found]

    tone = (np.sin(2 * np.pi * 440 * np.arange(RATE_HZ) / RATE_HZ) * 8000).astype(np.int16)
    while True:
        asked = unit.text_prompt_queue.get()
        if not isinstance(asked, messages.GenerateResponseRequest):
            continue
        of = {"cancel_generation": unit.cancel_scope.generation, "response_key": asked.response_key}
        unit.output_queue.put(events.AssistantOutputEvent(text=WORDS, **of))
        for start in range(0, RATE_HZ, BLOCK):
            sound = tone[start : start + BLOCK].tobytes()
            unit.output_queue.put(messages.AudioOutput(audio=sound, **of))
        unit.output_queue.put(events.AssistantResponseDoneEvent(**of))
        unit.output_queue.put(messages.AudioOutput(audio=messages.AUDIO_RESPONSE_DONE, **of))


def listen(unit: Any) -> None:
    """Take the sound; what controls the pipeline goes through it."""
    while True:
        item = unit.input_queue.get()
        if not isinstance(item, tuple):
            unit.output_queue.put(item)


def main() -> None:
    """Serve until the process is ended."""
    import uvicorn
    from speech_to_speech.api.openai_realtime.pipeline_unit import PipelineUnit  # type: ignore[import-not-found]
    from speech_to_speech.api.openai_realtime.service import RealtimeService  # type: ignore[import-not-found]
    from speech_to_speech.api.openai_realtime.websocket_router import create_app  # type: ignore[import-not-found]
    from speech_to_speech.pipeline.cancel_scope import CancelScope  # type: ignore[import-not-found]

    prompts, should_listen = Queue[Any](), Event()
    should_listen.set()
    unit = PipelineUnit(
        index=0,
        service=RealtimeService(text_prompt_queue=prompts, should_listen=should_listen),
        cancel_scope=CancelScope(),
        should_listen=should_listen,
        response_playing=Event(),
        input_queue=Queue(),
        output_queue=Queue(),
        text_output_queue=Queue(),
        text_prompt_queue=prompts,
        handlers=[],
    )
    for work in (answer, listen):
        threading.Thread(target=work, args=(unit,), daemon=True).start()
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        print(f"ws://127.0.0.1:{door.getsockname()[1]}/v1/realtime", flush=True)
        server = uvicorn.Server(uvicorn.Config(create_app([unit], Event()), log_level="error"))
        server.run(sockets=[door])


if __name__ == "__main__":
    main()
