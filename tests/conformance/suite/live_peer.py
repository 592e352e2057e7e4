"""GPT-Live and its strict server, whose time is the sound that it is sent."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import numpy as np
from pydantic import SecretStr

from appliance.providers.openai_live.options import LiveOptions
from appliance.providers.openai_live.session import open_openai_live
from tests.conformance.suite.peer import Kind, Peer, Told
from tests.conformance.suite.plan import HEARD, KEY, Plan, Reply
from tests.conformance.suite.realtime_peers import openai_door
from tests.conformance.suite.wire import Wire
from tests.simulators.live_script import RATE_HZ, Answer, Record
from tests.simulators.live_server import PATH, Simulator
from tests.simulators.openai_script import Call, chirp

_LONG_MS = 60_000


def _answer(reply: Reply) -> Answer:
    return Answer(
        chirp(reply.duration_s),
        reply.text,
        HEARD,
        delay_ms=_LONG_MS if reply.silent else 300,
        calls=tuple(Call(call.name, call.arguments) for call in reply.calls),
        then=Answer(chirp(0.5), reply.then) if reply.then else None,
        garbage_after_ms=200 if reply.nonsense else None,
    )


def _told(record: Record, plan: Plan) -> Told:
    sessions = record.sessions
    history = [item for session in sessions for item in session.history]
    notes = [note for session in sessions for note in session.appended]
    configs = [session.config for session in sessions]
    return Told(
        np.concatenate([np.empty(0, np.int16), *(session.pcm24k for session in sessions)]),
        RATE_HZ,
        json.dumps([history, notes, configs, record.results], ensure_ascii=False),
        chirp(plan.replies[0].duration_s),
        record.utterances,
        violations=tuple(record.violations),
    )


@asynccontextmanager
async def _open(plan: Plan, _: Any) -> AsyncIterator[Peer]:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(Simulator([_answer(reply) for reply in plan.replies]))
        url = server.url
        if plan.refusal is not None:
            url = f"ws://{await stack.enter_async_context(openai_door(plan.refusal))}{PATH}"
        wire = await stack.enter_async_context(Wire(url))
        session = open_openai_live(LiveOptions(SecretStr(KEY), url=wire.url))
        yield Peer(session, wire, lambda: _told(server.record, plan))


KINDS = (Kind("openai-live", "GPT-Live", _open),)
