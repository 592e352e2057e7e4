"""One race is run: a real recording, and two servers on loopback that both call a tool."""

import json
import random
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
from websockets.asyncio.server import ServerConnection

from appliance.pcm.formats import Pcm
from tests.bench.floor_answer import Reader, answer
from tests.bench.kept_timers import count_kept_timers
from tests.bench.stage import lay, read_wav, run_into, write_wav
from tests.recordings import recordings
from tests.service.event_schema import problems
from tests.simulators.openai_connection import Connection
from tests.simulators.openai_realtime import Simulator, SimulatorThread
from tests.simulators.openai_script import RATE_HZ, Answer, Call, Record

# Short ones without a pause that could end a turn.
QUESTIONS = (0, 2, 3, 10)
TIMER = Call("set_timer", '{"minutes": 10, "name": "tea"}')
ANSWER_SAMPLES = RATE_HZ  # a second
NOTHING: Pcm = np.zeros(0, np.int16)
# The first connection lives for so long; it is replaced well before the first word, 0.4 s into the stream.
LOST_AFTER_S = 0.05
SILENCE_MS = (600.0, 900.0)


@dataclass(frozen=True)
class Race:
    """So long after each is asked it calls the tool; None: it never says a word."""

    first_s: float | None
    second_s: float


@dataclass(frozen=True)
class Ran:
    """What came of it. `winner`: whose answer was heard (0 or 1); `waited_ms`: from the end of the turn."""

    winner: int | None
    waited_ms: float | None
    calls: int
    timers: int
    mistakes: list[str]


class LostOnce(Simulator):
    """Its first connection ends as soon as it is of use; those after it live."""

    async def _serve(self, socket: ServerConnection) -> None:
        behaviour = self._behaviour
        if self.record.connections == 0:
            behaviour = replace(behaviour, expires_after_s=LOST_AFTER_S)
        self.record.connections += 1
        assert socket.request is not None
        model = parse_qs(urlsplit(socket.request.path).query).get("model", [""])[0]
        await Connection(socket, self._script, behaviour, self.record, model).run()


def run_race(seed: int, race: Race) -> Ran:
    """Ask, and look at what ran and what was heard."""
    chance = random.Random(f"talk {seed}")
    asked = recordings()[chance.choice(QUESTIONS)]
    pcm, _ = lay([asked], [chance.uniform(*SILENCE_MS)])
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        place = Path(folder)
        write_wav(place / "in.wav", pcm)
        servers = [
            stack.enter_context(SimulatorThread(simulator=kind(_calls(number, after_s, asked.text))))
            for number, (kind, after_s) in enumerate(
                ((LostOnce, race.first_s), (Simulator, race.second_s)),
            )
        ]
        names = ",".join(
            f'{{name="{name}",kind="openai",url="{server.url}",api_key="env:BENCH_KEY"}}'
            for name, server in zip(("first", "second"), servers, strict=True)
        )
        run_into(place, [f"providers=[{names}]"], ["--state", str(place / "state")])
        events = [json.loads(line) for line in (place / "events.jsonl").read_text().splitlines()]
        kept = count_kept_timers(place / "state")
        out = read_wav(place / "out.wav")
    return _look(events, out, kept, [server.record for server in servers])


def _calls(number: int, after_s: float | None, question: str) -> Answer:
    """Sets a timer, and then says its own second of sound."""
    said = Answer(answer(number, ANSWER_SAMPLES), f"server {number} set it", user_transcript=question)
    if after_s is None:
        return replace(said, silent=True)
    return Answer(NOTHING, "", calls=(TIMER,), then=said, delay_s=after_s, user_transcript=question)


def _look(events: list[dict[str, Any]], out: Pcm, timers: int, records: list[Record]) -> Ran:
    heard = Reader(2, ANSWER_SAMPLES).read(out)
    of = {name: [e for e in events if e["event"] == name] for name in {e["event"] for e in events}}
    calls = [e["ok"] for e in of.get("tool_call", []) if e["name"] == TIMER.name]
    hedges = [(e["first"], e["second"]) for e in of.get("hedge", [])]
    changes = [(e["from"], e["to"], e["reason"]) for e in of.get("failover", [])]
    winner = heard.stretches[0].answer if heard.stretches else None
    turns = [[turn.pcm24k for turn in record.turns] for record in records]
    holds = {
        f"the log is wrong: {problems(events)}": not problems(events),
        f"the servers complain: {[r.violations for r in records]}": not any(r.violations for r in records),
        f"hedged: {hedges}": hedges == [("first", "second")],
        f"set_timer ran: {calls}, {timers} timers are set": calls == [True] and timers == 1,
        f"heard: {heard.stretches}": [(s.position, s.end_position) for s in heard.stretches]
        == [(0, ANSWER_SAMPLES)],
        f"{heard.foreign_samples} samples were nobody's": not heard.foreign_samples,
        f"changes of provider: {changes}": changes == [("first", "second", "timed_out")] * (winner or 0),
        f"turns at the servers: {[len(t) for t in turns]}": [len(t) for t in turns] == [1, 1]
        and np.array_equal(turns[0][0], turns[1][0]),
        "the answer was not complete": [e["complete"] for e in of.get("answer_done", [])] == [True],
    }
    waited = [e["t_ms"] for name in ("turn_committed", "answer_audible") for e in of.get(name, [])]
    return Ran(
        winner,
        waited[1] - waited[0] if len(waited) == 2 else None,
        len(calls),
        timers,
        [mistake for mistake, held in holds.items() if not held],
    )
