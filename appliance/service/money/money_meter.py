"""Every session is metered before the chain hears of it, also one that was given up or asked in vain."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Final

from appliance.conversation.session import Emit, Session
from appliance.conversation.vocabulary import (
    AnswerDone,
    Capabilities,
    Command,
    HistoryItem,
    ProviderEvent,
    SessionConfig,
    UsageTold,
)
from appliance.providers.chain import Provider
from appliance.service.money.money import Money

Spent = Callable[[int, Mapping[str, int]], None]


class MeteredSession:
    """A session that tells `spent(answer, usage)` of every answer that it is done with, or gave up."""

    def __init__(self, session: Session, spent: Spent) -> None:
        self._session: Final = session
        self._spent: Final = spent

    @property
    def capabilities(self) -> Capabilities:
        """Those of the session itself."""
        return self._session.capabilities

    async def run(self, config: SessionConfig, history: tuple[HistoryItem, ...], emit: Emit) -> None:
        """As the session itself."""

        def metered(event: ProviderEvent) -> None:
            if isinstance(event, AnswerDone | UsageTold):
                self._spent(event.answer, event.usage)
            if not isinstance(event, UsageTold):
                emit(event)

        await self._session.run(config, history, metered)

    def send(self, command: Command) -> None:
        """As the session itself."""
        self._session.send(command)


def metered(provider: Provider, money: Money, turn_of: Callable[[int], int | None]) -> Provider:
    """`provider`, paid for out of `money`; `turn_of(answer)` is the turn that an answer belongs to."""

    def spent(answer: int, usage: Mapping[str, int]) -> None:
        money.spent(provider.name, turn_of(answer), usage)

    return replace(
        provider,
        open=lambda: MeteredSession(provider.open(), spent),
        may_use=partial(money.may_use, provider.name),
    )
