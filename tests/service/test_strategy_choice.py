"""Every strategy that can be named, and a sentence for what is none."""

import sys
from types import ModuleType

import pytest

from appliance.conversation.machine import Happening, Row, State, Verb
from appliance.conversation.strategies import DEFERRED, IMMEDIATE, Strategy
from appliance.conversation.table import DECIDED
from appliance.errors import ConfigurationError
from appliance.service.strategy_choice import load_strategy
from tests.service.event_schema import problems
from tests.service.stage import play, silence, speech, tone

DEAF = Strategy(
    rows={(State.SPEAKING, Happening.SPEECH_POSSIBLE): Row(State.SPEAKING, (Verb.FORGET_SPEECH,))}
)


@pytest.fixture
def owners_module(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    module = ModuleType("owners_module")
    monkeypatch.setitem(sys.modules, "owners_module", module)
    module.DEAF = DEAF  # type: ignore[attr-defined]
    module.NONE = 7  # type: ignore[attr-defined]
    module.ODD = Strategy(rows={("speaking", "x"): 3})  # type: ignore[attr-defined, dict-item]
    return module


def test_the_built_in_ones_are_found() -> None:
    assert load_strategy("immediate", resume=True) is IMMEDIATE
    assert load_strategy("deferred", resume=True) is DEFERRED


@pytest.mark.usefixtures("owners_module")
def test_one_of_the_owners_own_rules_the_conversation() -> None:
    played = play(
        silence(500),
        speech(1000),
        silence(1600),
        speech(700, seed=2),
        silence(4000),
        answers=[tone(3000)],
        settings=["interruption.strategy=owners_module:DEAF"],
    )
    assert played.of("interruption") == []
    assert next(done["complete"] for done in played.of("answer_done"))


@pytest.mark.usefixtures("owners_module")
@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("no_such:THING", "there is no module no_such"),
        ("owners_module:GONE", "there is no GONE in owners_module"),
        ("owners_module:NONE", "it is no appliance.conversation.strategies.Strategy"),
        ("owners_module:ODD", "its row for ('speaking', 'x')"),
    ],
)
def test_what_is_no_strategy_is_a_mistake_in_words(name: str, why: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_strategy(name, resume=True)
    assert f'interruption.strategy = "{name}"' in str(caught.value)
    assert why in str(caught.value)


def test_without_resume_an_answer_that_stood_still_is_over() -> None:
    table = load_strategy("immediate", resume=False).table
    assert table.keys() == DECIDED.keys()
    played = play(
        silence(500),
        speech(1000),
        silence(1600),
        speech(300, seed=2),
        silence(4000),
        answers=[tone(3000)],
        settings=["interruption.resume=false"],
    )
    assert problems(played.events) == []
    (interruption,), (done,) = played.of("interruption"), played.of("answer_done")
    assert (interruption["decision"], done["complete"]) == ("rejected", False)
