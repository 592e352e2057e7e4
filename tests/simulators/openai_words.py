"""How the simulated server tells what the person said. Pure."""

from collections.abc import Callable

from tests.simulators.openai_items import Event


def words_of_person(make_event: Callable[..., Event], item_id: str, text: str) -> list[Event]:
    """`text` word by word and whole; with no text the transcription failed."""
    name = "conversation.item.input_audio_transcription"
    where = {"item_id": item_id, "content_index": 0}
    if not text:
        error = {"type": "transcription_error", "code": "audio_unintelligible", "message": "no words"}
        return [make_event(f"{name}.failed", **where, error=error)]
    words = text.split(" ")
    deltas = [word if not n else f" {word}" for n, word in enumerate(words)]
    usage = {"type": "duration", "seconds": 1.0}
    return [
        *(make_event(f"{name}.delta", **where, delta=delta) for delta in deltas),
        make_event(f"{name}.completed", **where, transcript=text, usage=usage),
    ]
