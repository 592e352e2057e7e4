"""OpenAI Realtime and Azure, in both dialects, and their strict servers."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import asdict
from typing import Any

import numpy as np
from pydantic import SecretStr

from appliance.conversation.session import Session
from appliance.pcm.formats import Pcm
from appliance.providers.azure.session import GA_PATH, PREVIEW_PATH, AzureOptions, open_azure
from appliance.providers.openai.session import OpenAiOptions, open_openai
from appliance.providers.openai.session_frames import Dialect
from tests.conformance.suite.peer import Kind, Peer, Told
from tests.conformance.suite.plan import HEARD, KEY, RETRY_AFTER_S, Plan, Refusal, Reply
from tests.conformance.suite.wire import Wire, door
from tests.simulators.azure_realtime import DEPLOYMENT, AzureSimulator
from tests.simulators.openai_realtime import PATH, Simulator
from tests.simulators.openai_script import RATE_HZ, Answer, Behaviour, Call, Record, chirp

_STATUS = {
    Refusal.WRONG_KEY: ("401 Unauthorized", "invalid_api_key"),
    Refusal.NO_MONEY: ("429 Too Many Requests", "insufficient_quota"),
    Refusal.TOO_OFTEN: ("429 Too Many Requests", "rate_limit_exceeded"),
}
# Eight runs share a processor or two: what crosses on the wire may take this long to be looked at.
_RACE_S = 2.0
NONSENSE = '{"type": "response.output_audio.delta"'


def openai_door(refusal: Refusal) -> AbstractAsyncContextManager[str]:
    """A server that refuses as OpenAI does, in the upgrade as over HTTP, and quotes the key."""
    status, code = _STATUS[refusal]
    error = {"type": "invalid_request_error", "code": code, "message": f"refused, {KEY}", "param": None}
    headers = {"Retry-After": str(RETRY_AFTER_S)} if refusal is Refusal.TOO_OFTEN else {}
    return door(status, headers, json.dumps({"error": error}))


def openai_answer(reply: Reply) -> Answer:
    """The reply, as the simulator plays it."""
    return Answer(
        chirp(reply.duration_s),
        reply.text,
        HEARD,
        calls=tuple(Call(call.name, call.arguments) for call in reply.calls),
        then=Answer(chirp(0.5), reply.then) if reply.then else None,
        speed=1.0 if reply.paced else None,
        silent=reply.silent,
        garbage=NONSENSE if reply.nonsense else None,
        garbage_after_ms=200,
    )


def behaviour_of(plan: Plan, dialect: Dialect) -> Behaviour:
    """What the simulator does whatever is said."""
    hears = ((0, plan.ends_turn_ms),) if plan.ends_turn_ms is not None else ()
    return Behaviour(dialect=dialect, hears=hears, race_s=_RACE_S)


def told_of(record: Record, plan: Plan) -> Told:
    """What the simulator was told."""
    written = {name: value for name, value in asdict(record).items() if name != "turns"}
    questions = [turn.text for turn in record.turns]
    return Told(
        _joined([turn.pcm24k for turn in record.turns]),
        RATE_HZ,
        json.dumps([*record.history, questions, written], ensure_ascii=False),
        chirp(plan.replies[0].duration_s),
        len(record.asked),
        tuple(f"{each.audio_end_ms} ms" for each in record.truncations),
        tuple(record.violations),
    )


def _joined(pieces: list[Pcm]) -> Pcm:
    return np.concatenate([np.empty(0, np.int16), *pieces])


Open = Callable[[Plan, Any], AbstractAsyncContextManager[Peer]]


def _opener(
    dialect: Dialect, simulator: type[Simulator], path: str, session: Callable[[str], Session]
) -> Open:
    @asynccontextmanager
    async def open_peer(plan: Plan, _: Any) -> AsyncIterator[Peer]:
        answers = [openai_answer(reply) for reply in plan.replies]
        async with simulator(answers, behaviour_of(plan, dialect)) as server:
            told = lambda: told_of(server.record, plan)  # noqa: E731  the peer's own
            if plan.refusal is None:
                async with Wire(server.url) as wire:
                    yield Peer(session(wire.url), wire, told)
            else:
                async with openai_door(plan.refusal) as host, Wire(f"ws://{host}{path}") as wire:
                    yield Peer(session(wire.url), wire, told)

    return open_peer


def openai_session(url: str, dialect: Dialect = "ga") -> Session:
    """A session with the server at `url`."""
    return open_openai(OpenAiOptions(SecretStr(KEY), url=url, dialect=dialect))


def _azure_session(url: str, dialect: Dialect) -> Session:
    host = url.partition("//")[2].partition("/")[0]
    options = AzureOptions(
        SecretStr(KEY), f"ws://{host}", DEPLOYMENT, transcription_model="transcribes", dialect=dialect
    )
    return open_azure(options)


KINDS = (
    Kind("openai", "OpenAI", _opener("ga", Simulator, PATH, openai_session)),
    Kind(
        "openai-beta",
        "OpenAI, beta dialect",
        _opener("beta", Simulator, PATH, lambda url: openai_session(url, "beta")),
    ),
    Kind("azure", "Azure", _opener("ga", AzureSimulator, GA_PATH, lambda url: _azure_session(url, "ga"))),
    Kind(
        "azure-preview",
        "Azure, preview",
        _opener("beta", AzureSimulator, PREVIEW_PATH, lambda url: _azure_session(url, "beta")),
    ),
)
