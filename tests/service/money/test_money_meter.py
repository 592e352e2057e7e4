"""What a session was asked is paid for, whoever listens to it by then."""

import asyncio
from datetime import date

from appliance.conversation.session import Emit
from appliance.conversation.vocabulary import (
    AnswerDone,
    Capabilities,
    CloseSession,
    Command,
    HistoryItem,
    ProviderEvent,
    Ready,
    SessionConfig,
    UsageTold,
)
from appliance.providers.chain import Provider
from appliance.service.money.money import Money
from appliance.service.money.money_accounts import accounts_of
from appliance.service.money.money_meter import metered
from appliance.settings import Settings

USAGE = {"output_audio_tokens": 5}


def _nobody_reads(event: str, /, **fields: object) -> None:
    pass


def _nobody_listens(sentence: str) -> None:
    pass


class Answering:
    """Answers once, and ends; keeps what it was told."""

    capabilities = Capabilities(16_000, 24_000, tools=True)

    def __init__(self) -> None:
        self.told: list[Command] = []

    async def run(self, config: SessionConfig, history: tuple[HistoryItem, ...], emit: Emit) -> None:
        emit(Ready())
        emit(AnswerDone(4, complete=True, usage=USAGE))
        emit(UsageTold(2, USAGE))

    def send(self, command: Command) -> None:
        self.told.append(command)


def test_a_session_is_metered_and_otherwise_as_it_was() -> None:
    events: list[dict[str, object]] = []
    heard: list[ProviderEvent] = []

    def write(event: str, /, **fields: object) -> None:
        events.append({"event": event, **fields})

    money = Money(accounts_of(Settings()), None, date.today, write, say=_nobody_listens)
    inner = Answering()
    session = metered(Provider("loser", lambda: inner), money, lambda answer: answer - 1).open()
    session.send(CloseSession())
    asyncio.run(session.run(SessionConfig(""), (), heard.append))
    assert session.capabilities == inner.capabilities
    assert inner.told == [CloseSession()]
    assert heard == [Ready(), AnswerDone(4, complete=True, usage=USAGE)]
    assert [(event["provider"], event["turn"], event["counts"]) for event in events] == [
        ("loser", 3, USAGE),
        ("loser", 1, USAGE),
    ]


def test_a_provider_is_asked_as_long_as_the_money_lasts() -> None:
    limited = Settings.model_validate(
        {
            "money": {"daily_limit": 1.0},
            "providers": [
                {
                    "name": "dear",
                    "kind": "openai",
                    "prices": {"as_of": "2026-11-01", "currency": "USD", "output_audio_per_minute": 1},
                }
            ],
        }
    )
    money = Money(accounts_of(limited), None, date.today, _nobody_reads, _nobody_listens)
    dear = metered(Provider("dear", Answering), money, lambda answer: None)
    assert dear.may_use()
    money.spent("dear", 1, {"output_audio_ms": 60_000})
    assert not dear.may_use()
