"""Gemini Live and its strict server."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict
from typing import Any

import numpy as np

from appliance.pcm.formats import NEAR_RATE_HZ
from tests.conformance.suite.peer import Kind, Peer, Told
from tests.conformance.suite.plan import HEARD, RETRY_AFTER_S, Plan, Refusal, Reply
from tests.conformance.suite.wire import Wire, door
from tests.simulators.gemini_live import PATH, Simulator
from tests.simulators.gemini_script import Answer, Behaviour, Call, Record
from tests.simulators.gemini_talk import KEY, provider
from tests.simulators.openai_script import chirp

_NO_MONEY = (1011, f"You exceeded your current quota ({KEY}).")
_TOO_OFTEN = json.dumps([{"error": {"code": 429, "message": f"slow down, {KEY}", "status": "UNKNOWN"}}])


def _answer(reply: Reply) -> Answer:
    return Answer(
        chirp(reply.duration_s),
        reply.text,
        HEARD,
        calls=tuple(Call(call.name, json.loads(call.arguments)) for call in reply.calls),
        then=Answer(chirp(0.5), reply.then, "") if reply.then else None,
        speed=1.0 if reply.paced else None,
        silent=reply.silent,
        garbage=b'{"serverContent": {' if reply.nonsense else None,
        garbage_after_ms=200,
    )


def _behaviour(plan: Plan) -> Behaviour:
    return Behaviour(
        api_key="another" if plan.refusal is Refusal.WRONG_KEY else None,
        close_setup=_NO_MONEY if plan.refusal is Refusal.NO_MONEY else None,
        ends_turn_after_ms=plan.ends_turn_ms,
    )


def _told(record: Record, plan: Plan) -> Told:
    written = {name: value for name, value in asdict(record).items() if name != "turns"}
    questions = [turn.text for turn in record.turns]
    return Told(
        np.concatenate([np.empty(0, np.int16), *(turn.pcm16k for turn in record.turns)]),
        NEAR_RATE_HZ,
        json.dumps([*record.history, questions, written], ensure_ascii=False),
        chirp(plan.replies[0].duration_s),
        len(record.turns),
        tuple(_heard(plan.replies[0].text, record)),
        tuple(record.violations),
    )


def _heard(text: str, record: Record) -> list[str]:
    """The longest beginning of `text` that the instructions speak of."""
    words = text.split()
    for count in range(len(words), 0, -1):
        said = " ".join(words[:count])
        if any(said in instructions for instructions in record.instructions):
            return [said]
    return []


@asynccontextmanager
async def _open(plan: Plan, _: Any) -> AsyncIterator[Peer]:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(
            Simulator([_answer(reply) for reply in plan.replies], _behaviour(plan))
        )
        url = server.url
        if plan.refusal is Refusal.TOO_OFTEN:
            headers = {"Retry-After": str(RETRY_AFTER_S)}
            host = await stack.enter_async_context(door("429 Too Many Requests", headers, _TOO_OFTEN))
            url = f"ws://{host}{PATH}"
        wire = await stack.enter_async_context(Wire(url))
        yield Peer(provider(wire.url).open(), wire, lambda: _told(server.record, plan))


KINDS = (Kind("gemini", "Gemini Live", _open),)
