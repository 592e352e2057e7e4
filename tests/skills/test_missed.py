"""What was missed is said in one sentence, to somebody who is there."""

from datetime import UTC, datetime, timedelta

from appliance.skills.alarm import Missed
from appliance.skills.missed import TELL_AT_ONCE_S, is_time_to_tell, missed_sentence

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def missed(words: str, **ago: float) -> Missed:
    return Missed(words, (NOW - timedelta(**ago)).timestamp())


def test_a_sentence_names_them_all() -> None:
    seven = missed("7 o'clock alarm", hours=2)
    assert missed_sentence([seven], NOW) == "I missed your 7 o'clock alarm, because I was off."
    others = [missed("noon alarm", hours=21), missed("tea timer", days=3), seven]
    assert missed_sentence(others, NOW) == (
        "I missed your noon alarm yesterday, your tea timer 3 days ago and your 7 o'clock alarm,"
        " because I was off."
    )


def test_what_is_fresh_is_said_at_once_and_the_rest_to_somebody_who_is_there() -> None:
    fresh, old = missed("alarm", seconds=TELL_AT_ONCE_S), missed("alarm", seconds=TELL_AT_ONCE_S + 1)
    assert is_time_to_tell([fresh], NOW.timestamp(), met=False)
    assert not is_time_to_tell([old], NOW.timestamp(), met=False)
    assert is_time_to_tell([old], NOW.timestamp(), met=True)
    assert is_time_to_tell([old, fresh], NOW.timestamp(), met=False)


def test_of_nothing_nothing_is_said() -> None:
    assert not is_time_to_tell([], NOW.timestamp(), met=True)
