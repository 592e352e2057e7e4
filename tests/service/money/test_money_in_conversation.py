"""In a whole conversation: what answers cost is logged, outlives it, and is told where it nears a limit."""

from dataclasses import dataclass, field
from pathlib import Path

from appliance.conversation.vocabulary import AnswerDone, ProviderEvent
from appliance.service.memory.state import StateDirectory
from tests.service.event_schema import problems
from tests.service.stage import ScriptedProvider, play, silence, speech, tone

PRICES = "{as_of = '2026-11-01', currency = 'USD', output_audio_per_minute = 2}"
SETTINGS = [
    f"providers=[{{name='scripted', kind='openai', api_key='env:K', prices={PRICES}}}]",
    "money.daily_limit=0.2",
]
TURN = [silence(500), speech(1000), silence(2500)]


@dataclass
class Counting(ScriptedProvider):
    """Tells of every answer that it made six seconds of sound: 0.2 dollars at the prices above."""

    usage: dict[str, int] = field(default_factory=lambda: {"output_audio_ms": 6000})

    def _answer(self, number: int) -> None:
        emit = self._emit

        def counting(event: ProviderEvent) -> None:
            if isinstance(event, AnswerDone):
                event = AnswerDone(event.answer, event.complete, self.usage)
            emit(event)

        self._emit = counting
        super()._answer(number)
        self._emit = emit


def test_an_answer_has_its_usage_in_the_log() -> None:
    played = play(*TURN, provider=Counting([tone(500)]), settings=SETTINGS[:1])
    assert problems(played.events) == []
    [usage] = played.of("usage")
    assert (usage["turn"], usage["provider"], usage["cost"]) == (1, "scripted", 0.2)
    assert usage["counts"] == {"output_audio_ms": 6000}


def test_a_limit_that_is_reached_is_told_once_and_aloud() -> None:
    played = play(*TURN, provider=Counting([tone(500)]), settings=SETTINGS)
    assert [told["level"] for told in played.of("money_limit")] == ["reached"]
    done_ms = played.of("answer_done")[0]["t_ms"]
    assert played.audible_ms(from_ms=done_ms + 100) < done_ms + 1000  # the sentence, after the answer


def test_what_was_spent_outlives_the_conversation(tmp_path: Path) -> None:
    for _ in range(2):
        state = StateDirectory(tmp_path, lambda warning: None)
        played = play(
            *TURN,
            provider=Counting([tone(500)], usage={"output_audio_ms": 3000}),
            settings=SETTINGS,
            state=state,
        )
        state.close()
    assert [told["level"] for told in played.of("money_limit")] == ["reached"]
    assert played.assembly.money.status().today == 0.2


def test_the_turn_after_the_limit_is_answered_by_who_costs_nothing() -> None:
    dear, free = Counting([tone(500)]), ScriptedProvider([tone(500)])
    played = play(*TURN, *TURN, silence(2000), *TURN, provider=dear, successors=[free], settings=SETTINGS)
    assert problems(played.events) == []
    assert len(dear.turns) == 1
    assert len(free.turns) == 2
    [change] = played.of("failover")
    assert change["reason"] == "quota_exhausted"
    assert change["turn"] == 2


def test_where_nobody_is_left_it_says_so_and_asks_nobody() -> None:
    dear = Counting([tone(500)])
    played = play(*TURN, silence(1000), *TURN, provider=dear, settings=SETTINGS)
    assert problems(played.events) == []
    assert len(dear.turns) == 1
    committed_ms = played.of("turn_committed")[1]["t_ms"]
    assert played.audible_ms(from_ms=committed_ms) < committed_ms + 500
    assert [error["category"] for error in played.of("error")][-1] == "quota_exhausted"
