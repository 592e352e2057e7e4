"""`appliance replay` of real recordings against every provider: a plain question, a tool call, an
interruption and a lost connection, each shown in the event log, and no rule of its server broken.

One conversation is held with each of them, in real time and all side by side (`replay_peer` says what the
servers do); every test judges one thing of one conversation.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from appliance.errors import FailureCategory
from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from tests.bench.stage import lay, read_wav, write_wav
from tests.providers.offline.talking import spoken
from tests.recordings import Recording, recordings, speech_span
from tests.service import replay_cascade_peers, replay_realtime_peers
from tests.service.event_schema import problems
from tests.service.replay_peer import KEY, KEY_NAME, Kind, Peer
from tests.service.replaying import Event, at_24k, likeness, loud_ms, of, read_events

# A conversation lasts half a minute; several share a core or two with whatever else is tested.
PATIENCE_S = 150.0
pytestmark = pytest.mark.timeout(300)

LOST, PLAIN, TOOL, LONG, OVER = range(1, 6)  # the turns
# From the end of a question to the next one: its answer has been heard by then …
GAPS_MS = (800.0, 4500.0, 4500.0, 4500.0)
# … also offline, where it is long, and where a new worker has to start for the first one.
OFFLINE_GAPS_MS = (800.0, 12_000.0, 7500.0, 7500.0)
# And to what is said over the long answer, which is under way for two seconds then.
OVER_MS = 3000.0
WISH = "Start a timer for five minutes."
# What speech-to-text on this machine makes of the recordings, or of the end of them.
UNDERSTOOD = {LOST: "young man", PLAIN: "clubs"}


@contextmanager
def offline() -> Iterator[Peer]:
    """Its peer is a process of its own: that is what is lost, and there is no other provider behind it."""
    yield Peer(('{name="one",kind="offline"}',), list)


OFFLINE = Kind("offline", offline, tool="set_timer")
KINDS = (*replay_realtime_peers.KINDS, *replay_cascade_peers.KINDS, OFFLINE)


@dataclass(frozen=True)
class Conversation:
    """What came of one."""

    exit_code: int
    events: list[Event]
    out: Pcm
    violations: list[str]
    heard: list[tuple[Pcm, int]]
    knows_of_the_interruption: bool | None
    says_ms: int | None

    def of_turn(self, kind: str, turn: int) -> list[Event]:
        return [event for event in of(self.events, kind) if event["turn"] == turn]

    def words(self, role: str, turn: int) -> str:
        texts = [event["text"] for event in self.of_turn("transcript", turn) if event["role"] == role]
        return " ".join(texts).lower()


def questions(kind: Kind) -> list[Recording]:
    """One for each turn. Nobody recorded a wish that the offline provider grants: that one is synthetic."""
    lost, plain, tool, long, over = (recordings()[n] for n in (6, 0, 3, 1, 10))
    if kind is OFFLINE:
        wish = spoken(WISH)
        tool = Recording("wish", Path(), WISH, wish, *speech_span(wish))
    return [lost, plain, tool, long, over]


def hold(kind: Kind, folder: Path) -> Conversation:
    """Replay the recordings against the servers of `kind`, in a process of its own."""
    gaps_ms = OFFLINE_GAPS_MS if kind is OFFLINE else GAPS_MS
    pcm, _ = lay(questions(kind), [*gaps_ms, OVER_MS])
    write_wav(folder / "in.wav", pcm)
    out, events = folder / "out.wav", folder / "events.jsonl"
    with kind.open() as peer:
        command = [sys.executable, "-m", "appliance", "replay", str(folder / "in.wav")]
        command += ["--out", str(out), "--events", str(events)]
        settings = (f"providers=[{','.join(peer.tables)}]", "conversation.offline_fallback=false")
        command += [word for setting in settings for word in ("--set", setting)]
        environment = {"PATH": os.environ["PATH"], KEY_NAME: KEY}
        with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
            try:
                if kind is OFFLINE:
                    kill_worker(process, events)
                _, told = process.communicate(timeout=PATIENCE_S)
            finally:
                process.kill()
        assert process.returncode in (0, 1), told
        return Conversation(
            process.returncode,
            read_events(events),
            read_wav(out),
            peer.violations(),
            peer.heard(),
            peer.knows() if peer.knows is not None else None,
            peer.says_ms,
        )


def kill_worker(replay: "subprocess.Popen[str]", events: Path) -> None:
    """While the first question is being asked."""
    deadline_s = time.monotonic() + PATIENCE_S
    while not events.exists() or '"turn_opened"' not in events.read_text():
        assert replay.poll() is None
        assert time.monotonic() < deadline_s, "no turn was opened"
        time.sleep(0.01)
    (worker,) = Path(f"/proc/{replay.pid}/task/{replay.pid}/children").read_text().split()
    os.kill(int(worker), signal.SIGKILL)


Started = Mapping[str, Future[Conversation]]


@pytest.fixture(scope="module")
def started(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    """The conversations with those providers that are selected."""
    mine = [item for item in request.session.items if item.path == request.path]
    asked = [item.callspec.params["kind"] for item in mine if isinstance(item, pytest.Function)]
    with ThreadPoolExecutor(len(KINDS), "replays") as pool:
        yield {
            kind.name: pool.submit(hold, kind, tmp_path_factory.mktemp(kind.name))
            for kind in KINDS
            if kind in asked
        }


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> Kind:
    kind: Kind = request.param
    return kind


@pytest.fixture(scope="module")
def held(kind: Kind, started: Started) -> Conversation:
    return started[kind.name].result()


def test_no_rule_is_broken_and_every_turn_has_its_answer(held: Conversation) -> None:
    assert held.exit_code == 0
    assert held.violations == []
    assert problems(held.events) == []
    done = {event["turn"]: event["complete"] for event in of(held.events, "answer_done")}
    assert done == {LOST: True, PLAIN: True, TOOL: True, LONG: False, OVER: True}


def test_a_plain_question_arrives_and_its_answer_is_heard(held: Conversation, kind: Kind) -> None:
    assert arrived(held, kind, PLAIN)
    assert held.words("assistant", PLAIN)
    (audible,) = held.of_turn("answer_audible", PLAIN)
    (done,) = held.of_turn("answer_done", PLAIN)
    sound_ms = loud_ms(held.out, audible["t_ms"] - 50, done["t_ms"] + 50)
    if held.says_ms is None:
        assert sound_ms > 100
    else:
        assert sound_ms == pytest.approx(held.says_ms, abs=30)
    assert done["heard_ms"] >= sound_ms - 30


def test_a_tool_is_called_and_the_answer_goes_on_with_what_it_gave(held: Conversation, kind: Kind) -> None:
    assert [(e["turn"], e["name"], e["ok"]) for e in of(held.events, "tool_call")] == [
        (TOOL, kind.tool, True)
    ]
    assert held.words("assistant", TOOL)


def test_an_interruption_ends_the_answer_and_is_answered(held: Conversation, kind: Kind) -> None:
    confirmed = [event for event in of(held.events, "interruption") if event["decision"] == "confirmed"]
    assert [event["turn"] for event in confirmed] == [LONG]
    (done,) = held.of_turn("answer_done", LONG)
    assert confirmed[0]["heard_ms"] <= done["heard_ms"] <= confirmed[0]["heard_ms"] + 1
    assert held.words("assistant", OVER)
    if kind is not OFFLINE:
        assert held.knows_of_the_interruption


def test_a_lost_connection_costs_no_word_of_the_question(held: Conversation, kind: Kind) -> None:
    category = of(held.events, "error")[0]["category"]
    assert category in (FailureCategory.SESSION_CLOSED, FailureCategory.CONNECTION_FAILED)
    down = [event["name"] for event in of(held.events, "provider") if event["link"] == "down"]
    assert down[0] == "one"
    changes = [(event["turn"], event["from"], event["to"]) for event in of(held.events, "failover")]
    assert changes[:1] == ([] if kind is OFFLINE else [(LOST, "one", "two")])
    assert arrived(held, kind, LOST)


def arrived(held: Conversation, kind: Kind, turn: int) -> bool:
    """Every sample of what was said reached the server that answered; where none hears, it was understood."""
    if not held.heard:
        return UNDERSTOOD[turn] in held.words("user", turn)
    question = questions(kind)[turn - 1]
    words = question.pcm[question.speech_start : question.speech_end]
    return any(
        likeness(sound, words if rate_hz == NEAR_RATE_HZ else at_24k(words)) > 0.99
        for sound, rate_hz in held.heard
    )
