"""The cascade over OpenAI-compatible HTTP, and with Wyoming ears and mouth; and their strict servers."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import Any

import numpy as np
from pydantic import SecretStr

from appliance.pcm.formats import NEAR_RATE_HZ, Pcm, pcm_to_bytes
from appliance.providers.cascade.deepgram import DeepgramOptions, open_deepgram_stt
from appliance.providers.cascade.elevenlabs import ElevenLabsOptions, open_elevenlabs_tts
from appliance.providers.cascade.openai_writing import OpenAiWriting, OpenAiWritingOptions
from appliance.providers.cascade.session import CascadeSession
from appliance.providers.cascade.stages import Stages
from appliance.providers.cascade.wyoming_stt import WyomingSttOptions, open_wyoming_stt
from appliance.providers.cascade.wyoming_tts import WyomingTtsOptions, open_wyoming_tts
from tests.conformance.suite.peer import Kind, Peer, Told
from tests.conformance.suite.plan import HEARD, KEY, Plan, Reply
from tests.conformance.suite.realtime_peers import openai_door
from tests.conformance.suite.wire import Wire
from tests.simulators import deepgram_live, elevenlabs_http, wyoming_script
from tests.simulators.cascade_script import (
    Call,
    Completion,
    Record,
    Script,
    Speech,
    Transcript,
    Trouble,
    voice,
)
from tests.simulators.cascade_server import BASE, CascadeServer
from tests.simulators.cascade_talk import http, stages
from tests.simulators.openai_script import chirp
from tests.simulators.wyoming_server import Simulator as WyomingServer

_LONG_S = 60.0
# What a chunk of the Wyoming server's sound lasts.
_CHUNK_S = 0.043
# 100 ms of sound in one piece of the body, as fast as it is played.
_PIECE_BYTES, _PIECE_S = 4800, 0.1


def _completions(plan: Plan) -> tuple[Completion, ...]:
    """What the model writes, request by request: an answer with a tool takes two."""
    made: list[Completion] = []
    for reply in plan.replies:
        calls = tuple(Call(call.name, call.arguments) for call in reply.calls)
        made.append(Completion(reply.text, calls, delay_s=_LONG_S if reply.silent else 0.0))
        if reply.calls:
            made.append(Completion(reply.then))
    return tuple(made)


def _speech(reply: Reply) -> Speech:
    if reply.nonsense:
        return Speech(
            form="wav", trouble=Trouble(garbage=b"RIFFno sound at all, and no end of it", after_bytes=0)
        )
    if reply.paced:
        return Speech(chunk_bytes=_PIECE_BYTES, pace_s=_PIECE_S)
    return Speech()


def _script(plan: Plan) -> Script:
    return Script((Transcript(HEARD),), _completions(plan), tuple(_speech(reply) for reply in plan.replies))


def _words(record: Record) -> str:
    # What was said before stands in every request: the first is enough to see its order.
    return json.dumps([record.chats, record.forms, record.speeches], ensure_ascii=False)


def _heard(record: Record, text: str) -> tuple[str, ...]:
    """How the last request remembers the answer `text`, where that is not all of it."""
    if not record.chats:
        return ()
    said = [words for role, words in record.said() if role == "assistant" and words]
    return tuple(words for words in said if words != text)


def _joined(pieces: list[Pcm]) -> Pcm:
    return np.concatenate([np.empty(0, np.int16), *pieces])


def _http_told(record: Record, plan: Plan) -> Told:
    return Told(
        _joined(record.turns),
        NEAR_RATE_HZ,
        _words(record),
        _joined([voice(speech["input"]) for speech in record.speeches]),
        len(record.chats),
        _heard(record, plan.replies[0].text),
        tuple(record.violations),
    )


@asynccontextmanager
async def _open_http(plan: Plan, _: Any) -> AsyncIterator[Peer]:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(CascadeServer(_script(plan)))
        url = server.url
        if plan.refusal is not None:
            url = f"http://{await stack.enter_async_context(openai_door(plan.refusal))}{BASE}"
        wire = await stack.enter_async_context(Wire(url))
        session = CascadeSession(stages(wire.url))
        yield Peer(session, wire, lambda: _http_told(server.record, plan), one_connection=False)


def _wyoming_script(plan: Plan) -> wyoming_script.Script:
    first, sound = plan.replies[0], pcm_to_bytes(chirp(plan.replies[0].duration_s or 0.5))
    script = wyoming_script.Script(HEARD, sound=sound, pace_s=_CHUNK_S if first.paced else 0.0)
    if first.nonsense:
        return replace(script, trouble=wyoming_script.Trouble.BABBLES, at="sound", after=5, times=1)
    return script


def _wyoming_told(writer: Record, server: wyoming_script.Record, plan: Plan) -> Told:
    return Told(
        _joined(server.turns),
        NEAR_RATE_HZ,
        _words(writer),
        _joined([chirp(plan.replies[0].duration_s)] * len(server.texts)),
        len(writer.chats),
        _heard(writer, plan.replies[0].text),
        (*writer.violations, *server.violations),
    )


@asynccontextmanager
async def _open_wyoming(plan: Plan, _: Any) -> AsyncIterator[Peer]:
    async with AsyncExitStack() as stack:
        writer = await stack.enter_async_context(CascadeServer(_script(plan)))
        server = await stack.enter_async_context(WyomingServer(_wyoming_script(plan)))
        url = writer.url
        if plan.refusal is not None:
            url = f"http://{await stack.enter_async_context(openai_door(plan.refusal))}{BASE}"
        to_writer = await stack.enter_async_context(Wire(url))
        wire = await stack.enter_async_context(Wire(server.url))
        parts = Stages(
            open_wyoming_stt(WyomingSttOptions(wire.url)),
            OpenAiWriting(OpenAiWritingOptions(http(to_writer.url), "writes")),
            open_wyoming_tts(WyomingTtsOptions(wire.url)),
        )
        told = lambda: _wyoming_told(writer.record, server.record, plan)  # noqa: E731  the peer's own
        yield Peer(CascadeSession(parts), wire.beside(to_writer), told, one_connection=False)


def _deepgram_script(plan: Plan) -> deepgram_live.Script:
    """The words come when the turn is over."""
    script = deepgram_live.Script((), (), (HEARD,), key=KEY)
    if plan.replies[0].nonsense:
        return replace(script, trouble=deepgram_live.Trouble.BABBLES, at=deepgram_live.When.SOUND, times=1)
    return script


def _elevenlabs_script(plan: Plan) -> elevenlabs_http.Script:
    first = plan.replies[0]
    pace_s = _PIECE_S if first.paced else 0.0
    return elevenlabs_http.Script(chirp(first.duration_s or 0.5), _PIECE_BYTES, pace_s, key=KEY)


def _vendors_told(
    writer: Record, ears: deepgram_live.Record, mouth: elevenlabs_http.Record, plan: Plan
) -> Told:
    return Told(
        _joined(ears.turns),
        NEAR_RATE_HZ,
        _words(writer) + json.dumps(mouth.asked),
        _joined([chirp(plan.replies[0].duration_s)] * len(mouth.asked)),
        len(writer.chats),
        _heard(writer, plan.replies[0].text),
        (*writer.violations, *ears.violations, *mouth.violations),
    )


@asynccontextmanager
async def _open_vendors(plan: Plan, _: Any) -> AsyncIterator[Peer]:
    async with AsyncExitStack() as stack:
        writer = await stack.enter_async_context(CascadeServer(_script(plan)))
        ears = await stack.enter_async_context(deepgram_live.Simulator(_deepgram_script(plan)))
        mouth = await stack.enter_async_context(elevenlabs_http.Simulator(_elevenlabs_script(plan)))
        url = writer.url
        if plan.refusal is not None:
            url = f"http://{await stack.enter_async_context(openai_door(plan.refusal))}{BASE}"
        to_writer, to_ears, to_mouth = [
            await stack.enter_async_context(Wire(target)) for target in (url, ears.url, mouth.url)
        ]
        parts = Stages(
            open_deepgram_stt(DeepgramOptions(SecretStr(KEY), to_ears.url)),
            OpenAiWriting(OpenAiWritingOptions(http(to_writer.url), "writes")),
            open_elevenlabs_tts(ElevenLabsOptions(SecretStr(KEY), url=to_mouth.url)),
        )
        told = lambda: _vendors_told(writer.record, ears.record, mouth.record, plan)  # noqa: E731
        wire = to_mouth.beside(to_writer, to_ears)
        yield Peer(CascadeSession(parts), wire, told, one_connection=False)


KINDS = (
    Kind("cascade", "Cascade (HTTP)", _open_http),
    Kind("cascade-wyoming", "Cascade (Wyoming)", _open_wyoming),
    Kind("cascade-vendors", "Cascade (Deepgram, ElevenLabs)", _open_vendors),
)
