"""`forget`: of what was said nothing is left, and what goes on is over."""

from collections.abc import Callable

from appliance.service.assembly import Assembly
from tests.service.event_schema import problems
from tests.service.stage import ScriptedProvider, play, silence, speech, tone


def forgets(at_ms: float) -> Callable[[Assembly], None]:
    """For `each_tick`: forget at this stream time."""
    done: list[float] = []

    def look(assembly: Assembly) -> None:
        if not done and assembly.record.now_ms() >= at_ms:
            done.append(at_ms)
            assembly.forget()

    return look


def test_after_it_nothing_was_ever_said() -> None:
    played = play(silence(500), speech(1000), silence(6000), each_tick=forgets(5000))
    assert len(played.of("answer_done")) == 1
    assert played.assembly.answers.lines() == ()
    assert played.assembly.history.items() == ()


def test_an_answer_that_is_being_given_is_over() -> None:
    played = play(silence(500), speech(1000), silence(12_000), answers=[tone(8000)], each_tick=forgets(5000))
    (done,) = played.of("answer_done")
    assert (done["complete"], played.assembly.answers.lines()) == (False, ())
    assert done["t_ms"] < 5300
    assert problems(played.events) == []


def test_the_next_question_is_answered() -> None:
    provider = ScriptedProvider([tone(800), tone(800)])
    played = play(
        silence(500),
        speech(1000),
        silence(5000),
        speech(1000, seed=2),
        silence(5000),
        provider=provider,
        each_tick=forgets(5000),
    )
    assert [done["complete"] for done in played.of("answer_done")] == [True, True]
    assert problems(played.events) == []
