"""The appliance's purse: what answers cost, what is left, and who may still be asked."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from typing import Protocol

from appliance.conversation.prices import MAX_COUNT, TRILLIONTHS, Prices
from appliance.conversation.spending import Ledger, Level, Period, allowed
from appliance.conversation.vocabulary import UsageUnit
from appliance.errors import FailureCategory
from appliance.service.money import money_words
from appliance.service.money.money_accounts import Accounts
from appliance.service.money.money_file import NAME, from_json, to_json
from appliance.service.money.money_status import MoneyStatus, ProviderMoney


class Store(Protocol):
    """Where the ledger is kept (`StateDirectory`)."""

    def read(self, name: str) -> object | None: ...
    def save(self, name: str, value: object) -> None: ...
    def put_aside(self, name: str, reason: str) -> None: ...


class Write(Protocol):
    """Who keeps the event log (`Record.write`)."""

    def __call__(self, event: str, /, **fields: object) -> None: ...


class _Tab:
    """What one provider counted since the start."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.trillionths = 0
        self.unpriced: set[str] = set()


class Money:
    """Counts, warns and allows; belongs to the event loop's thread. Never blocks.

    Sums outlive a restart, counts do not.
    """

    def __init__(
        self,
        accounts: Accounts,
        store: Store | None,
        today: Callable[[], date],
        write: Write,
        say: Callable[[str], None],
    ) -> None:
        """`today()` is the local day; `say` speaks a sentence. Without a `store` a restart forgets. Reads the
        ledger, which blocks."""
        self._accounts = accounts
        self._store = store
        self._today = today
        self._write = write
        self._say = say
        self._ledger = (store and _kept(store, accounts.currency)) or Ledger(today())
        self._tabs = {name: _Tab() for name in accounts.prices}

    def may_use(self, provider: str) -> bool:
        """Whether the limits allow that this provider is asked now."""
        return provider in self._allowed() or provider not in self._accounts.prices

    def spent(self, provider: str, turn: int | None, usage: Mapping[str, int]) -> None:
        """`provider` counted `usage` for an answer to `turn`: log it, and what it cost."""
        counts: dict[str, int] = {
            unit: min(usage[unit], MAX_COUNT) for unit in UsageUnit if usage.get(unit, 0) > 0
        }
        if not counts:
            return
        prices = self._accounts.prices.get(provider)
        cost = None if prices is None else prices.cost(counts)
        self._ledger = self._as_of_today().add(cost.trillionths if cost else 0)
        self._put_on_tab(provider, counts, prices)
        self._write(
            "usage",
            turn=turn,
            provider=provider,
            counts=counts,
            cost=cost.trillionths / TRILLIONTHS if cost else None,
            currency=self._accounts.currency,
        )
        if cost is not None and cost.trillionths:
            self._tell_news()
            self._save()

    def excuse(self, category: FailureCategory) -> str | None:
        """The sentence for a turn that nobody may answer because of a limit; None where that is not why."""
        period = self._as_of_today().reached(self._accounts.limits)
        if category is not FailureCategory.QUOTA_EXHAUSTED or period is None or self._allowed():
            return None
        return money_words.excuse(period)

    def status(self) -> MoneyStatus:
        """How it stands."""
        ledger, limits = self._as_of_today(), self._accounts.limits
        able = self._allowed()
        return MoneyStatus(
            self._accounts.currency,
            ledger.today / TRILLIONTHS,
            ledger.this_month / TRILLIONTHS,
            limits.day / TRILLIONTHS,
            limits.month / TRILLIONTHS,
            tuple(
                _shown(name, self._tabs[name], prices, may_answer=name in able)
                for name, prices in self._accounts.prices.items()
            ),
        )

    def _allowed(self) -> frozenset[str]:
        return allowed(self._accounts.prices, self._as_of_today(), self._accounts.limits)

    def _as_of_today(self) -> Ledger:
        """The ledger; what the clock tells of it is kept too, though nothing may be spent."""
        ledger = self._ledger.at(self._today())
        if ledger is not self._ledger:
            self._ledger = ledger
            self._save()
        return ledger

    def _save(self) -> None:
        if self._store is not None:
            self._store.save(NAME, to_json(self._ledger, self._accounts.currency))

    def _put_on_tab(self, provider: str, counts: Mapping[str, int], prices: Prices | None) -> None:
        tab = self._tabs.setdefault(provider, _Tab())
        tab.counts.update(counts)
        if prices is not None:
            cost = prices.cost(counts)
            tab.trillionths += cost.trillionths
            tab.unpriced.update(cost.unpriced)

    def _tell_news(self) -> None:
        news, self._ledger = self._ledger.tell(self._accounts.limits)
        for period, level in news:
            self._write(
                "money_limit",
                period=period,
                level=level,
                spent=self._ledger.spent(period) / TRILLIONTHS,
                limit=self._accounts.limits.of(period) / TRILLIONTHS,
                currency=self._accounts.currency,
            )
        if news:
            self._say(_most_important(news, somebody_left=bool(self._allowed())))


def _most_important(news: tuple[tuple[Period, Level], ...], *, somebody_left: bool) -> str:
    """One sentence is enough: what is reached before what is near, the month before the day."""
    period, level = max(news, key=lambda mark: (mark[1] is Level.REACHED, mark[0] is Period.MONTH))
    return money_words.sentence(period, level, somebody_left=somebody_left)


def _kept(store: Store, currency: str) -> Ledger | None:
    value = store.read(NAME)
    if value is None:
        return None
    try:
        return from_json(value, currency)
    except ValueError as error:
        store.put_aside(NAME, str(error))
        return None


def _shown(name: str, tab: _Tab, prices: Prices | None, *, may_answer: bool) -> ProviderMoney:
    return ProviderMoney(
        name,
        dict(tab.counts),
        None if prices is None else tab.trillionths / TRILLIONTHS,
        "" if prices is None else prices.as_of,
        tuple(sorted(tab.unpriced)),
        may_answer,
    )
