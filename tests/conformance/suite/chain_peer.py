"""The chain itself, over two OpenAI sessions: the first one's wire is what contracts cut."""

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import Any, cast

import numpy as np

from appliance.conversation.session import Emit
from appliance.conversation.vocabulary import (
    AnswerTranscript,
    ChainEvent,
    Command,
    HistoryItem,
    OpenTurn,
    ProviderEvent,
    SessionConfig,
)
from appliance.providers.chain import Chain, Provider
from appliance.providers.openai.session import capabilities
from tests.conformance.suite.peer import Kind, Peer, Told
from tests.conformance.suite.plan import Plan, Reply
from tests.conformance.suite.realtime_peers import (
    behaviour_of,
    openai_answer,
    openai_door,
    openai_session,
    told_of,
)
from tests.conformance.suite.wire import Wire
from tests.simulators.openai_realtime import PATH, Simulator


class ChainSession:
    """The chain, as a session."""

    def __init__(self, providers: list[Provider], plan: Plan) -> None:
        self.capabilities = capabilities("ga", "transcribes")
        self._history = plan.history
        self._said: dict[int, str] = {}
        self._emit: Emit = lambda event: None
        self.chain = Chain(
            providers,
            plan.config,
            history=lambda before: self._history,
            emit=self._tell,
            said=lambda answer: self._said.get(answer, ""),
            now_s=time.monotonic,
            chance=lambda: 0.5,
            resting=lambda: True,
        )

    async def run(self, config: SessionConfig, history: tuple[HistoryItem, ...], emit: Emit) -> None:
        """As `Session`; it was made with its configuration and history."""
        self._emit = emit
        await self.chain.run()

    def send(self, command: Command | OpenTurn) -> None:
        """As `Session`."""
        self.chain.send(command)

    def _tell(self, event: ProviderEvent | ChainEvent) -> None:
        if isinstance(event, AnswerTranscript):
            self._said[event.answer] = event.text
        self._emit(cast(ProviderEvent, event))  # what it says of its links is looked at as well


@asynccontextmanager
async def _open(plan: Plan, _: Any) -> AsyncIterator[Peer]:
    async with AsyncExitStack() as stack:
        behaviour = behaviour_of(plan, "ga")
        first = Simulator([openai_answer(reply) for reply in plan.replies], behaviour)
        spare = Simulator([openai_answer(_untroubled(reply)) for reply in plan.replies], behaviour)
        await stack.enter_async_context(first)
        await stack.enter_async_context(spare)
        url = first.url
        if plan.refusal is not None:
            url = f"ws://{await stack.enter_async_context(openai_door(plan.refusal))}{PATH}"
        wire = await stack.enter_async_context(Wire(url))
        providers = [
            Provider("first", lambda: openai_session(wire.url)),
            Provider("spare", lambda: openai_session(spare.url)),
        ]
        session = ChainSession(providers, plan)

        def told() -> Told:
            one, other = told_of(first.record, plan), told_of(spare.record, plan)
            return replace(
                one,
                sound=np.concatenate((one.sound, other.sound)),
                asked=one.asked + other.asked,
                words=one.words + other.words,
                heard=one.heard + other.heard,
                violations=one.violations + other.violations,
            )

        yield Peer(
            session,
            wire,
            told,
            told_next=lambda: told_of(spare.record, plan),
            open_turn=lambda: session.send(OpenTurn()),
        )


def _untroubled(reply: Reply) -> Reply:
    return Reply(reply.then or reply.text, reply.duration_s or 0.5)


KINDS = (Kind("chain", "The chain", _open),)
