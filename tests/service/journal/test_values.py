"""Whatever a public contract may say in an event has words."""

from collections.abc import Iterable
from enum import StrEnum

import pytest

from appliance.conversation.interruption import Cause
from appliance.conversation.spending import Period
from appliance.conversation.vocabulary import TurnEnd
from appliance.errors import FailureCategory
from appliance.service.journal.values import values_of


@pytest.mark.parametrize(
    ("event", "member", "values"),
    [
        ("turn_committed", "cause", TurnEnd),
        ("interruption", "cause", Cause),
        ("failover", "reason", FailureCategory),
        ("provider", "reason", FailureCategory),
        ("money_limit", "period", Period),
    ],
)
def test_every_value_of_a_contract_has_words(event: str, member: str, values: Iterable[StrEnum]) -> None:
    for value in values:
        shown = values_of({"event": event, member: value})[member]
        assert "_" not in shown
        assert len(shown.split()) > 1 or values is Period, f"{value} has no words of its own"


def test_a_value_of_another_version_is_shown_as_it_is() -> None:
    assert values_of({"event": "phase", "cause": "moon_rises"})["cause"] == "moon rises"


def test_a_member_that_is_not_there_is_a_question_mark() -> None:
    assert values_of({"event": "phase"})["to"] == "?"


def test_durations_are_seconds() -> None:
    assert values_of({"event": "say", "duration_ms": 1250})["duration_ms"] == "1.25 s"
