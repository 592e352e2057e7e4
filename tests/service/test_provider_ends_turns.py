"""A provider that says when a turn ended: sooner than silence, and never instead of it."""

from appliance.conversation.vocabulary import TurnEndHeard
from tests.service.event_schema import problems
from tests.service.stage import ScriptedProvider, play, silence, speech, tone, wishes


def test_the_turn_ends_by_the_providers_word_before_silence_would_have_ended_it() -> None:
    provider = ScriptedProvider([tone(500)])
    played = play(
        silence(500),
        speech(1000),
        silence(3000),
        provider=provider,
        each_tick=wishes((1700, TurnEndHeard())),
    )
    (committed,) = played.of("turn_committed")
    assert committed["cause"] == "provider"
    assert 1690 <= committed["t_ms"] <= 1760
    assert [done["complete"] for done in played.of("answer_done")] == [True]
    assert problems(played.events) == []


def test_a_late_word_changes_nothing() -> None:
    provider = ScriptedProvider([tone(500)])
    near = (silence(500), speech(1000), silence(4000))
    plain = play(*near, provider=ScriptedProvider([tone(500)]))
    late = play(*near, provider=provider, each_tick=wishes((2600, TurnEndHeard()), (4500, TurnEndHeard())))
    (committed,) = late.of("turn_committed")
    assert committed["cause"] == "silence"
    assert [event["event"] for event in late.events] == [event["event"] for event in plain.events]
    assert problems(late.events) == []


def test_who_goes_on_after_the_providers_word_is_heard_in_the_same_turn() -> None:
    provider = ScriptedProvider([tone(500), tone(500)], delay_ms=1500)
    played = play(
        silence(500),
        speech(1000),
        silence(500),
        speech(1000, seed=2),
        silence(4000),
        provider=provider,
        each_tick=wishes((1800, TurnEndHeard())),
    )
    assert [(event["turn"], event["cause"]) for event in played.of("turn_committed")] == [
        (1, "provider"),
        (1, "silence"),
    ]
    assert problems(played.events) == []
