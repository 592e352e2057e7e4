"""What the simulated Deepgram sends, judged by the vendor's own types before it is sent."""

import json
from collections.abc import Mapping
from typing import Any

from tests.simulators.deepgram_types import mistakes_of_refusal, mistakes_of_server

_REQUEST = "5c5dfa2a-0000-4000-8000-000000000000"
_MODEL = "1abfe86b-0000-4000-8000-000000000000"
_MODEL_INFO = {"name": "general-nova-3", "version": "2025-07-31.0", "arch": "nova-3"}
_WORD_S = 0.25  # each word sounds as long
_CONFIDENCE = 0.99


def results(transcript: str, *, final: bool, from_finalize: bool = False) -> str:
    """The words `transcript`, which stay so where they are `final`."""
    return _judged(
        {
            "type": "Results",
            "channel_index": [0, 1],
            "duration": 1.0,
            "start": 0.0,
            "is_final": final,
            "speech_final": False,
            "channel": {
                "alternatives": [
                    {"transcript": transcript, "confidence": _CONFIDENCE, "words": _words(transcript)}
                ]
            },
            "metadata": {"request_id": _REQUEST, "model_uuid": _MODEL, "model_info": _MODEL_INFO},
            "from_finalize": from_finalize,
        }
    )


def metadata(duration_s: float) -> str:
    """The last message, about `duration_s` of sound."""
    return _judged(
        {
            "type": "Metadata",
            "transaction_key": "deprecated",
            "request_id": _REQUEST,
            "sha256": "0" * 64,
            "created": "2026-01-01T00:00:00.000Z",
            "duration": duration_s,
            "channels": 1,
        }
    )


def error(description: str) -> str:
    """Something went wrong within the stream."""
    return _judged({"type": "Error", "variant": "SchemaError", "description": description})


def refusal(code: str, message: str) -> str:
    """The body of a refused connection."""
    body = {"err_code": code, "err_msg": message, "request_id": _REQUEST}
    if mistakes := mistakes_of_refusal(body):
        raise AssertionError(f"the vendor refuses in other words: {mistakes}")
    return json.dumps(body)


def _words(transcript: str) -> list[dict[str, Any]]:
    return [
        {
            "word": word.strip(".,?!").lower(),
            "start": number * _WORD_S,
            "end": (number + 1) * _WORD_S,
            "confidence": _CONFIDENCE,
            "punctuated_word": word,
        }
        for number, word in enumerate(transcript.split())
    ]


def _judged(message: Mapping[str, Any]) -> str:
    if mistakes := mistakes_of_server(message):
        raise AssertionError(f"the vendor sends no such message: {mistakes}")
    return json.dumps(message)
