"""What other threads ask of hearing is done once and in its order."""

import pytest

from appliance.hearing.inbox import MAX_WISHES, Inbox, Wish


def test_nothing_is_asked_at_first() -> None:
    assert Inbox().take() == ([], 0)


def test_wishes_are_taken_in_their_order_and_once() -> None:
    inbox = Inbox()
    wishes: list[Wish] = [lambda turns: [], lambda turns: [], lambda turns: []]
    for wish in wishes:
        inbox.put(wish)
    assert inbox.take() == (wishes, 0)
    assert inbox.take() == ([], 0)


def test_the_latest_instant_to_ignore_wins() -> None:
    inbox = Inbox()
    inbox.ignore_before(300)
    inbox.ignore_before(200)
    assert inbox.take() == ([], 300)


def test_a_hearing_that_never_looks_is_noticed() -> None:
    inbox = Inbox()
    for _ in range(MAX_WISHES):
        inbox.put(lambda turns: [])
    with pytest.raises(OverflowError):
        inbox.put(lambda turns: [])
