"""Whatever the order of commands and frames: the protocol is kept, and a cancelled answer is silent."""

from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.conversation.vocabulary import AppendAudio, CancelAnswer, CommitTurn
from tests.simulators.openai_pair import Pair
from tests.simulators.openai_script import Answer, chirp

QUESTION = chirp(0.5)


class Ear:
    """Gives legal commands in any order, as a conversation would, and hears what comes."""

    def __init__(self, answers: list[Answer]) -> None:
        self.pair = Pair(answers).ready()
        self.answer = 0
        self.cancelled: dict[int, int] = {}  # answer → events of it before it was cancelled
        self.done_told: set[str] = set()

    def speak(self, samples: int) -> None:
        self.pair.command(AppendAudio(QUESTION[:samples]))

    def commit(self) -> None:
        if self.answer and self.answer not in self.cancelled:
            self.cancel(10_000)
        self.speak(1600)
        self.answer += 1
        self.pair.command(CommitTurn(self.answer))

    def cancel(self, heard_ms: int) -> None:
        if self.answer and self.answer not in self.cancelled:
            heard_ms = min(heard_ms, self.pair.received_samples(self.answer) // 24)
            self.cancelled[self.answer] = len(self.pair.of_answer(self.answer))
            self.pair.sent.clear()
            self.pair.command(CancelAnswer(self.answer, heard_ms))
            ids = {event["response_id"] for event in self.pair.sent if event["type"] == "response.cancel"}
            assert not ids & self.done_told

    def receive(self) -> None:
        frame = self.pair.to_client[0] if self.pair.to_client else ""
        self.pair.receive()
        if '"response.done"' in frame:
            self.done_told |= {one for one, _ in self.pair.record.finished if f'"{one}"' in frame}


_STEPS = st.one_of(
    st.tuples(st.just("speak"), st.integers(1, 3000)),
    st.tuples(st.just("cancel"), st.integers(0, 400)),
    st.tuples(st.sampled_from(["commit", "serve", "receive", "play"]), st.integers(1, 12)),
)
_ANSWERS = st.builds(
    lambda samples, items, chunk_ms: Answer(chirp(0.5)[:samples], items=items, chunk_ms=chunk_ms),
    st.integers(0, 12_000),
    st.integers(1, 3),
    st.integers(1, 200),
)


@settings(deadline=None)  # the machine is shared
@given(st.lists(_ANSWERS, min_size=1, max_size=4), st.lists(_STEPS, max_size=60))
def test_no_order_of_commands_and_frames_breaks_the_protocol(
    answers: list[Answer], steps: list[tuple[str, int]]
) -> None:
    ear = Ear(answers)
    pair = ear.pair
    for what, amount in steps:
        match what:
            case "speak":
                ear.speak(amount)
            case "commit":
                ear.commit()
            case "cancel":
                ear.cancel(amount)
            case "serve":
                for _ in range(amount):
                    pair.serve()
            case "receive":
                for _ in range(amount):
                    ear.receive()
            case _:
                for _ in range(amount):
                    pair.play()
    pair.settle()
    assert pair.record.violations == []
    for answer, events in ear.cancelled.items():
        assert len(pair.of_answer(answer)) == events
    if ear.answer and ear.answer not in ear.cancelled:
        expected = len(answers[min(ear.answer, len(answers)) - 1].pcm24k)
        assert pair.received_samples(ear.answer) == expected
