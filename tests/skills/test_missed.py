"""What was missed is said in one sentence, to somebody who is there."""

from datetime import UTC, datetime, timedelta

import pytest

from appliance.skills.alarm import Missed
from appliance.skills.missed import TELL_AT_ONCE_S, Untold, is_time_to_tell, missed_sentence

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


class TestUntold:
    @pytest.fixture
    def untold(self) -> Untold:
        untold = Untold()
        untold.add([missed("7 o'clock alarm", hours=2)])
        return untold

    def test_it_is_kept_until_it_was_heard(self, untold: Untold) -> None:
        assert untold.sentence(NOW, met=True) == "I missed your 7 o'clock alarm, because I was off."
        assert len(untold.missed) == 1
        untold.told(heard=True)
        assert untold.missed == ()
        assert untold.sentence(NOW, met=True) == ""

    def test_nobody_is_told_twice_at_a_time(self, untold: Untold) -> None:
        assert untold.sentence(NOW, met=True)
        assert untold.sentence(NOW, met=True) == ""

    def test_what_was_not_heard_is_said_again(self, untold: Untold) -> None:
        first = untold.sentence(NOW, met=True)
        untold.told(heard=False)
        assert untold.sentence(NOW, met=True) == first

    def test_what_comes_while_it_is_told_is_told_afterwards(self, untold: Untold) -> None:
        untold.sentence(NOW, met=True)
        untold.add([missed("tea timer", minutes=1)])
        untold.told(heard=True)
        assert untold.sentence(NOW, met=True) == "I missed your tea timer, because I was off."
