"""Who answers in place of another says that it is offline, once."""

from dataclasses import replace

from appliance.conversation.vocabulary import AskText
from appliance.providers.offline.answers import OFFLINE_NOW
from tests.providers.offline.talking import CONFIG, offline_worker, spoken, talking

QUESTION = "What time is it?"
REPLY = "It is 3:20 in the afternoon."
STANDS_IN = replace(CONFIG, stands_in=True)


async def test_the_first_answer_says_so_and_the_next_one_does_not() -> None:
    async with offline_worker() as worker, talking(worker, config=STANDS_IN) as talk:
        await talk.ask(spoken(QUESTION), 1)
        await talk.ask(spoken(QUESTION), 2)
    assert (talk.said(1), talk.said(2)) == (f"{OFFLINE_NOW} {REPLY}", REPLY)


async def test_an_answer_in_writing_says_so_too() -> None:
    async with offline_worker() as worker, talking(worker, config=STANDS_IN) as talk:
        talk.session.send(AskText(1, QUESTION, spoken=False))
        talk.session.send(AskText(2, QUESTION, spoken=False))
    assert (talk.said(1), talk.said(2)) == (f"{OFFLINE_NOW} {REPLY}", REPLY)
