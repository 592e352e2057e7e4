"""What the settings say of money, in the units of the ledger."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from appliance.conversation.prices import FREE, Prices, prices_of, trillionths_of
from appliance.conversation.spending import Limits
from appliance.settings import Settings
from appliance.settings.price_table import as_of, currency_of, prices_in
from appliance.settings.provider import Provider


@dataclass(frozen=True, slots=True)
class Accounts:
    """The owner's currency, his limits, and by name what each provider asks; None: nobody knows."""

    currency: str
    limits: Limits
    prices: Mapping[str, Prices | None]


def accounts_of(settings: Settings, names: Iterable[str] = ()) -> Accounts:
    """What the settings say. Of `names`, those who may be asked, one that is not in the settings is the
    offline provider that stands behind all others: it costs nothing."""
    money = settings.money
    rates = {**money.exchange_rates, money.currency: 1.0}
    return Accounts(
        money.currency,
        Limits(trillionths_of(money.daily_limit), trillionths_of(money.monthly_limit)),
        {
            **dict.fromkeys(names, FREE),
            **{provider.name: _prices(provider, rates) for provider in settings.providers},
        },
    )


def _prices(provider: Provider, rates: Mapping[str, float]) -> Prices | None:
    if provider.prices:
        table = provider.prices
        return prices_of(prices_in(table), rates[currency_of(table)], as_of(table))
    return FREE if provider.kind == "offline" else None
