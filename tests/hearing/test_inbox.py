"""What other threads ask of hearing falls together and is asked for once."""

from appliance.hearing.inbox import Inbox


def test_nothing_is_asked_at_first() -> None:
    assert Inbox().take() == (False, 0)


def test_forgetting_is_asked_for_once() -> None:
    inbox = Inbox()
    inbox.forget()
    inbox.forget()
    assert inbox.take() == (True, 0)
    assert inbox.take() == (False, 0)


def test_the_latest_instant_to_ignore_wins() -> None:
    inbox = Inbox()
    inbox.ignore_before(300)
    inbox.ignore_before(200)
    assert inbox.take() == (False, 300)
