"""How the money stands, as a person wants to read it."""

from collections.abc import Iterator

from appliance.service.control.counter_words import counter_words
from appliance.service.money.money_status import MoneyStatus, ProviderMoney

Row = tuple[str, ...]


def costs_anything(money: MoneyStatus) -> bool:
    """Whether somebody costs something, or may, or did, or must not cost too much."""
    spent = money.today or money.this_month or money.daily_limit or money.monthly_limit
    return bool(spent) or any(one.cost is None or one.cost or one.prices_as_of for one in money.providers)


def money_rows(money: MoneyStatus) -> Iterator[Row]:
    """What was spent and what may be, then who cost what since the start."""
    yield "today", *_spent(money.today, money.daily_limit, money.currency)
    yield "this month", *_spent(money.this_month, money.monthly_limit, money.currency)
    for provider in money.providers:
        yield provider.name, *_cost(provider, money.currency), _counts(provider)


def _spent(spent: float, limit: float, currency: str) -> Row:
    return f"{amount(spent)} {currency}", f"of {amount(limit)}" if limit else "no limit"


def _cost(provider: ProviderMoney, currency: str) -> Row:
    if provider.cost is None:
        return "cost not known", "it has no prices"
    cost = f"{amount(provider.cost)} {currency}"
    if not provider.may_answer:
        return cost, "not asked: the limit is reached"
    return cost, f"prices of {provider.prices_as_of}" if provider.prices_as_of else ""


def _counts(provider: ProviderMoney) -> str:
    found = []
    for unit, count in provider.counts.items():
        words, suffix = counter_words(unit)
        no_price = " (no price)" * (unit in provider.unpriced)
        found.append(f"{words} {count} {suffix}".rstrip() + no_price)
    return ", ".join(found)


def amount(value: float) -> str:
    """To the hundredth, and less than that to two digits: an answer may cost a thousandth."""
    return f"{value:.2f}" if value == 0 or value >= 0.1 else f"{value:.2g}"
