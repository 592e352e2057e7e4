"""A chain whose first provider is unhealthy, so that another one stands by or is asked as well."""

from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AnswerStarted,
    AnswerTranscript,
    AppendAudio,
    ChainEvent,
    Hedged,
    LinkChanged,
    LinkState,
    OpenTurn,
    ProviderEvent,
    ToolCall,
    UserTranscript,
)
from tests.providers.chain_stage import GONE, SOUND, ScriptedSession, Stage, ready, settle

TIMER = ToolCall(1, "call-1", "set_timer", '{"minutes":5}')
SAME = ToolCall(1, "call-2", "set_timer", '{"minutes":5}')
BOTH_ASKED = Hedged("first", "second", 40)


async def unhealthy(s: Stage, name: str = "first") -> ScriptedSession:
    """The provider in use was lost since its last whole answer, and is there again."""
    (await ready(s, name)).says(GONE)
    return await ready(s, name, 2)


def speak(s: Stage) -> None:
    """The person begins a turn."""
    s.chain.send(OpenTurn())
    s.chain.send(AppendAudio(SOUND))


def links(s: Stage, name: str) -> list[LinkState]:
    """How the link of `name` stood, one after the other."""
    return [e.link for e in s.events if isinstance(e, LinkChanged) and e.provider == name]


async def both_asked(s: Stage) -> tuple[ScriptedSession, ScriptedSession]:
    """The sessions of both, which were asked for the same turn."""
    first = await unhealthy(s)
    s.turn(1)
    second = await ready(s, "second")
    await settle()
    assert (first.asked, second.asked) == ([1], [1])
    return first, second


def answer(events: list[ProviderEvent | ChainEvent]) -> list[ProviderEvent | ChainEvent]:
    """What reached the person, or ran for them."""
    kinds = (AnswerStarted, UserTranscript, AnswerTranscript, AnswerAudio, AnswerDone, ToolCall)
    return [event for event in events if isinstance(event, kinds)]
