"""In whatever order things happen to a chain: one voice, one caller, whole turns, and nothing left over."""

import asyncio
import random
from collections import defaultdict

import numpy as np
import pytest

from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerBrokeOff,
    AnswerDone,
    AnswerStarted,
    AnswerTranscript,
    AppendAudio,
    CancelAnswer,
    CloseSession,
    CommitTurn,
    ContinueAnswer,
    DiscardTurn,
    Failure,
    Hedged,
    LinkChanged,
    LinkState,
    OpenTurn,
    Ready,
    ToolCall,
    ToolResult,
)
from tests.bench.soak_time import VirtualLoop
from tests.providers.chain_stage import GONE, SOUND, ScriptedSession, Stage

NAMES = ("first", "second", "third")
STEPS = 150
SEEDS = 60
# Longer than a hedge waits (2 s), and short enough for several things in one turn.
LONGEST_WAIT_S = 2.5


class Chaos:
    """A person and three providers who do what they may do, by chance."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(f"any order {seed}")
        self.stage = Stage(NAMES, hedges=True)
        self.turn_of: dict[int, int] = {}  # the turn of each answer …
        self.chunks_at: dict[
            int, int
        ] = {}  # … and of how many chunks of sound it consisted when it was wanted
        self._turn = self._answer = self._chunks = 0
        self._speaks = False
        self.lost: set[ScriptedSession] = set()
        self._voices: dict[ScriptedSession, int] = {}
        self.names: list[str] = []  # of the providers, by voice

    @property
    def sessions(self) -> list[ScriptedSession]:
        return [session for sessions in self.stage.sessions.values() for session in sessions]

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        chain = asyncio.create_task(self.stage.chain.run())
        for _ in range(STEPS):
            self._chance.choice((self._person, self._provider, self._provider, self._provider))()
            await asyncio.sleep(
                self._chance.choice((0.0, 0.01, 0.1, self._chance.uniform(0, LONGEST_WAIT_S)))
            )
            self.stage.now_s = loop.time()
        self.stage.chain.send(CloseSession())
        await chain

    # ------------------------------------------------------------------ the person

    def _person(self) -> None:
        if self._speaks:
            self._stop_talking()
        elif self._answer and self._chance.random() < 0.2:
            self.stage.chain.abandon()
        else:
            self._talk()

    def _talk(self) -> None:
        goes_on = bool(self._answer) and self._chance.random() < 0.4
        if self._answer:
            heard_ms = 0 if goes_on else self._chance.choice((0, 13))
            self.stage.chain.send(CancelAnswer(self._answer, heard_ms))
        if not goes_on:
            self.stage.chain.send(OpenTurn())
            self._turn, self._chunks = self._turn + 1, 0
        for _ in range(self._chance.randint(1, 3)):
            self.stage.chain.send(AppendAudio(SOUND))
            self._chunks += 1
        self._speaks = True

    def _stop_talking(self) -> None:
        self._speaks = False
        if self._chance.random() < 0.1:
            self.stage.chain.send(DiscardTurn())
            self._answer = 0
        else:
            self._answer = len(self.turn_of) + 1
            self.turn_of[self._answer], self.chunks_at[self._answer] = self._turn, self._chunks
            self.stage.chain.send(CommitTurn(self._answer))

    # ------------------------------------------------------------------ the providers

    def _provider(self) -> None:
        alive = [each for each in self.sessions if each.running.is_set() and each not in self.lost]
        if not alive:
            return
        session = self._chance.choice(alive)
        asked = [each.answer for each in session.told if isinstance(each, CommitTurn | ContinueAnswer)]
        cancelled = [each.answer for each in session.told if isinstance(each, CancelAnswer)]
        if self._chance.random() < 0.15:
            self.lost.add(session)
            session.says(GONE)
        elif not session.told and self._chance.random() < 0.7:
            session.says(Ready())
        elif asked and asked[-1] not in cancelled:
            self._answers(session, asked[-1])

    def _answers(self, session: ScriptedSession, answer: int) -> None:
        voice = self._voice_of(session)
        match self._chance.randrange(7):
            case 0:
                session.says(AnswerStarted(answer))
            case 1:
                session.says(AnswerTranscript(answer, "words", final=False))
            case 2 | 3:
                session.says(AnswerAudio(answer, np.full(320, voice, np.int16)))
            case 4:
                self._call(session, ToolCall(answer, f"{voice}-{len(self.stage.events)}", "set_timer", "{}"))
            case 5:
                session.says(AnswerDone(answer, complete=True))
            case _:
                session.says(Failure(GONE.category, "this answer failed", answer=answer))

    def _voice_of(self, session: ScriptedSession) -> int:
        if session not in self._voices:
            self._voices[session] = len(self.names)
            self.names += [name for name, sessions in self.stage.sessions.items() if session in sessions]
        return self._voices[session]

    def _call(self, session: ScriptedSession, call: ToolCall) -> None:
        session.says(call)
        if call in self.stage.events:
            self.stage.chain.send(ToolResult(call.answer, call.call, "set"))


def one_voice(chaos: Chaos) -> bool:
    """What is heard of an answer is one session's, unless that broke off."""
    voice: dict[int, int] = {}
    for event in chaos.stage.events:
        match event:
            case AnswerAudio(answer=answer, pcm=pcm):
                if voice.setdefault(answer, int(pcm[0])) != pcm[0]:
                    return False
            case AnswerBrokeOff(answer=answer):
                voice.pop(answer, None)
    return True


def one_caller(chaos: Chaos) -> bool:
    """Whoever calls a tool for an answer after somebody else did, does so because that one was lost."""
    caller: dict[int, str] = {}
    lost: defaultdict[str, int] = defaultdict(int)
    lost_then: dict[int, int] = {}
    for event in chaos.stage.events:
        match event:
            case LinkChanged(provider=provider, link=LinkState.DOWN):
                lost[provider] += 1
            case ToolCall(answer=answer, call=call):
                name = chaos.names[int(call.split("-")[0])]
                before = caller.get(answer, name)
                if before != name and lost[before] == lost_then[answer]:
                    return False
                caller[answer], lost_then[answer] = name, lost[name]
    return True


def nobody_overtaken(chaos: Chaos) -> bool:
    """Who was asked as well answers only where nothing has come since then."""
    came = False
    for event in chaos.stage.events:
        match event:
            case AnswerAudio() | ToolCall():
                came = True
            case Hedged():
                came = False
            case LinkChanged(message=message) if "quicker" in message and came:
                return False
    return True


def whole_turns(chaos: Chaos) -> bool:
    """Whoever is asked for an answer has heard all of its turn, once."""
    for session in chaos.sessions:
        heard: defaultdict[int, int] = defaultdict(int)
        pending = 0
        for command in session.told:
            match command:
                case AppendAudio():
                    pending += 1
                case DiscardTurn():
                    pending = 0
                case CommitTurn(answer=answer) | ContinueAnswer(answer=answer):
                    turn = chaos.turn_of[answer]
                    heard[turn], pending = heard[turn] + pending, 0
                    if heard[turn] != chaos.chunks_at[answer]:
                        return False
    return True


@pytest.mark.parametrize("seed", range(SEEDS))
def test_one_voice_one_caller_whole_turns_and_nothing_left_over(seed: int) -> None:
    chaos = Chaos(seed)

    async def talk() -> set["asyncio.Task[object]"]:
        await chaos.run()
        return asyncio.all_tasks() - {asyncio.current_task()}

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        assert runner.run(talk()) == set()
    assert one_voice(chaos)
    assert one_caller(chaos)
    assert nobody_overtaken(chaos)
    assert whole_turns(chaos)
    running = [session for session in chaos.sessions if CloseSession() not in session.told]
    assert all(session in chaos.lost for session in running)


def test_chance_gets_everywhere() -> None:
    counts: defaultdict[str, int] = defaultdict(int)
    for seed in range(SEEDS):
        chaos = Chaos(seed)
        with asyncio.Runner(loop_factory=VirtualLoop) as runner:
            runner.run(chaos.run())
        for event in chaos.stage.events:
            counts[type(event).__name__] += 1
    assert counts[Hedged.__name__] > SEEDS / 2, dict(counts)
    assert counts[AnswerBrokeOff.__name__] > SEEDS / 2, dict(counts)
