"""What answers cost is logged, kept and told of, and at the limit only those answer who cost nothing."""

import io
from datetime import date, timedelta
from typing import Any

import pytest
from rich.console import Console

from appliance.conversation.prices import FREE
from appliance.conversation.spending import Ledger, Level, Period
from appliance.errors import FailureCategory
from appliance.service.display import Display
from appliance.service.money.money import Money
from appliance.service.money.money_accounts import accounts_of
from appliance.service.money.money_file import NAME, from_json, to_json
from appliance.settings import Settings
from tests.service.event_schema import problems

SETTINGS: dict[str, Any] = {
    "money": {"currency": "EUR", "daily_limit": 1.0, "monthly_limit": 10.0, "exchange_rates": {"USD": 0.5}},
    "providers": [
        {
            "name": "dear",
            "kind": "openai",
            "prices": {"as_of": "2026-11-01", "currency": "USD", "output_audio_per_minute": 2},
        },
        {"name": "unknown", "kind": "openai"},
        {"name": "offline", "kind": "offline"},
    ],
}
MINUTE = {"output_audio_ms": 60_000}  # of dear: one euro


def _write_nothing(event: str, /, **fields: object) -> None:
    pass


class Card:
    """A state directory that keeps everything, and what was put aside."""

    def __init__(self) -> None:
        self.files: dict[str, object] = {}
        self.reasons: list[str] = []

    def read(self, name: str) -> object | None:
        return self.files.get(name)

    def save(self, name: str, value: object) -> None:
        self.files[name] = value

    def put_aside(self, name: str, reason: str) -> None:
        del self.files[name]
        self.reasons.append(reason)


class Stage:
    """A purse on a card; `restart` is what a power cut leaves."""

    def __init__(self, card: Card | None = None, **changes: object) -> None:
        self.card = card or Card()
        self.today = date(2026, 11, 21)
        self.events: list[dict[str, object]] = []
        self.said: list[str] = []
        settings = {**SETTINGS, "money": {**SETTINGS["money"], **changes}}
        self.money = Money(
            accounts_of(Settings.model_validate(settings)),
            self.card,
            lambda: self.today,
            self._write,
            self.said.append,
        )

    def _write(self, event: str, /, **fields: object) -> None:
        self.events.append({"t_ms": 0, "event": event, "conversation": "c-1", **fields})

    def of(self, event: str) -> list[dict[str, object]]:
        return [one for one in self.events if one["event"] == event]

    def spend(self, minutes: float, provider: str = "dear") -> None:
        self.money.spent(provider, 1, {"output_audio_ms": round(minutes * 60_000)})

    @property
    def askable(self) -> list[str]:
        return [name for name in ("dear", "unknown", "offline") if self.money.may_use(name)]


def test_what_an_answer_cost_is_logged() -> None:
    stage = Stage()
    stage.money.spent("dear", 3, {"output_audio_ms": 6000, "output_text_tokens": 7, "input_text_tokens": 0})
    [usage] = stage.of("usage")
    assert usage | {"turn": 3} == usage
    assert (usage["counts"], usage["cost"], usage["currency"]) == (
        {"output_text_tokens": 7, "output_audio_ms": 6000},
        0.1,
        "EUR",
    )


def test_of_a_provider_without_prices_the_cost_is_not_known() -> None:
    stage = Stage()
    stage.spend(1, "unknown")
    assert stage.of("usage")[0]["cost"] is None
    assert stage.money.status().today == 0


def test_offline_costs_nothing() -> None:
    stage = Stage()
    stage.money.spent("offline", 1, {"output_characters": 12})
    assert stage.of("usage")[0]["cost"] == 0


def test_an_answer_of_which_nothing_was_counted_is_not_logged() -> None:
    stage = Stage()
    stage.money.spent("dear", 1, {"something": 4})
    assert stage.events == []


def test_an_answer_that_is_asked_of_two_costs_twice() -> None:
    stage = Stage()
    stage.spend(0.1)
    stage.spend(0.1)
    assert stage.money.status().today == pytest.approx(0.2)


def test_four_fifths_of_a_limit_are_told_once() -> None:
    stage = Stage()
    stage.spend(0.8)
    stage.spend(0.1)
    [told] = stage.of("money_limit")
    assert (told["period"], told["level"], told["spent"], told["limit"]) == ("day", "near", 0.8, 1.0)
    assert stage.said == ["I have used four fifths of the money that I may spend today."]


def test_at_the_limit_those_who_cost_nothing_go_on() -> None:
    stage = Stage()
    stage.spend(0.9)
    assert stage.askable == ["dear", "unknown", "offline"]
    stage.spend(0.1)
    assert stage.askable == ["unknown", "offline"]
    assert stage.said[-1].endswith("Until tomorrow I answer with what costs nothing.")
    stage.today += timedelta(days=1)
    assert stage.askable == ["dear", "unknown", "offline"]


def test_the_limit_of_the_month_outlasts_the_day() -> None:
    stage = Stage(daily_limit=0.0)
    stage.spend(10)
    stage.today += timedelta(days=1)
    assert stage.askable == ["unknown", "offline"]
    assert [told["period"] for told in stage.of("money_limit")] == ["month"]


def test_without_a_limit_nothing_is_told() -> None:
    stage = Stage(daily_limit=0.0, monthly_limit=0.0)
    stage.spend(1e6)
    assert stage.said == []
    assert "dear" in stage.askable


def test_where_nobody_is_left_there_is_an_honest_sentence() -> None:
    only = {**SETTINGS, "providers": SETTINGS["providers"][:1]}
    said: list[str] = []
    card = Card()
    money = Money(
        accounts_of(Settings.model_validate(only)),
        card,
        date.today,
        _write_nothing,
        said.append,
    )
    money.spent("dear", 1, MINUTE)
    sentence = "Sorry, I have used the money that I may spend today. Ask me again tomorrow."
    assert said == [sentence]
    assert money.excuse(FailureCategory.QUOTA_EXHAUSTED) == sentence
    assert money.excuse(FailureCategory.CONNECTION_FAILED) is None


def test_the_offline_provider_that_stands_behind_all_costs_nothing() -> None:
    only = Settings.model_validate({**SETTINGS, "providers": SETTINGS["providers"][:1]})
    assert accounts_of(only, ["dear", "offline"]).prices == {**accounts_of(only).prices, "offline": FREE}


def test_an_empty_account_is_not_excused_with_the_limit() -> None:
    assert Stage().money.excuse(FailureCategory.QUOTA_EXHAUSTED) is None


def test_a_restart_forgets_neither_what_was_spent_nor_what_was_told() -> None:
    before = Stage()
    before.spend(0.8)
    after = Stage(before.card)
    assert after.money.status().today == pytest.approx(0.8)
    after.spend(0.1)
    assert after.said == []
    after.spend(0.1)
    assert after.askable == ["unknown", "offline"]
    assert Stage(after.card).askable == ["unknown", "offline"]


def test_a_limit_that_was_reached_by_a_clock_ahead_of_its_time_does_not_last_for_ever() -> None:
    stage = Stage()
    stage.today = date(2099, 1, 1)
    stage.spend(1)
    stage.today = date(2026, 11, 21)
    assert stage.askable == ["unknown", "offline"]
    after = Stage(stage.card)
    after.today = date(2026, 11, 22)
    assert after.askable == ["dear", "unknown", "offline"]
    assert after.money.status().today == 0


@pytest.mark.parametrize(
    ("kept", "reason"),
    [
        ([], "it is no ledger"),
        ({"version": 3}, "it is no ledger"),
        (to_json(Ledger(date(2026, 11, 21), 5, 5), "USD"), "it is in USD, and money.currency is EUR"),
        (to_json(Ledger(date(2026, 11, 21), 5, 4), "EUR"), "its sums cannot be"),
        (to_json(Ledger(date(2026, 11, 21), 10**400, 10**400), "EUR"), "its sums cannot be"),
        ({**to_json(Ledger(date(2026, 11, 21)), "EUR"), "day": "soon"}, "Invalid isoformat string: 'soon'"),
        ({**to_json(Ledger(date(2026, 11, 21)), "EUR"), "told": ["day"]}, "it is no ledger"),
        (
            {**to_json(Ledger(date(2026, 11, 21)), "EUR"), "told": [["year", "near"]]},
            "'year' is not a valid Period",
        ),
    ],
)
def test_a_ledger_that_makes_no_sense_is_put_aside(kept: object, reason: str) -> None:
    card = Card()
    card.files[NAME] = kept
    stage = Stage(card)
    assert card.reasons == [reason]
    assert stage.money.status().today == 0


def test_a_ledger_is_read_as_it_was_written() -> None:
    ledger = Ledger(
        date(2026, 11, 21), 5, 9, frozenset({(Period.DAY, Level.NEAR), (Period.MONTH, Level.REACHED)})
    )
    assert from_json(to_json(ledger, "EUR"), "EUR") == ledger


def test_a_ledger_of_the_first_version_is_worth_what_it_was() -> None:
    card = Card()
    kept = {**to_json(Ledger(date(2026, 11, 21), 500_000, 700_000), "EUR"), "version": 1}
    card.files[NAME] = kept
    status = Stage(card).money.status()
    assert (card.reasons, status.today, status.this_month) == ([], 0.5, 0.7)


def test_many_answers_that_cost_next_to_nothing_add_up() -> None:
    cached = {"as_of": "2026-11-01", "currency": "EUR", "input_cached_text_per_million": 0.4}
    only = {**SETTINGS, "providers": [{"name": "cheap", "kind": "openai", "prices": cached}]}
    money = Money(accounts_of(Settings.model_validate(only)), Card(), date.today, _write_nothing, print)
    for _ in range(10_000):
        money.spent("cheap", 1, {"input_cached_text_tokens": 1})
    assert money.status().today == 0.004


def test_the_status_tells_what_each_provider_counted() -> None:
    stage = Stage()
    stage.money.spent("dear", 1, {"output_audio_ms": 6000, "input_text_tokens": 5})
    stage.money.spent("dear", 2, {"output_audio_ms": 6000})
    stage.spend(1, "unknown")
    status = stage.money.status()
    dear, unknown, offline = status.providers
    assert (status.currency, status.daily_limit, status.monthly_limit) == ("EUR", 1.0, 10.0)
    assert dear.counts == {"output_audio_ms": 12_000, "input_text_tokens": 5}
    assert (dear.cost, dear.prices_as_of, dear.unpriced) == (0.2, "2026-11-01", ("input_text_tokens",))
    assert (unknown.cost, unknown.counts) == (None, MINUTE)
    assert (offline.cost, offline.counts) == (0, {})
    stage.spend(1)
    assert [one.may_answer for one in stage.money.status().providers] == [False, True, True]


def test_who_watches_reads_what_an_answer_cost() -> None:
    stage, out = Stage(), io.StringIO()
    stage.money.spent("dear", 1, MINUTE)
    stage.money.spent("unknown", 1, MINUTE)
    display = Display(Console(file=out, width=80))
    for event in stage.events:
        display.show(event)
    assert out.getvalue().splitlines() == [
        "  0.00 s  that cost 1.00 EUR",
        "  0.00 s  1.00 EUR are spent: the limit is reached",
    ]


def test_the_events_are_as_documented() -> None:
    stage = Stage()
    stage.events.append(
        {"t_ms": 0, "event": "session", "state": "started", "conversation": "c-1", "provider": "dear"}
    )
    stage.money.spent("dear", None, MINUTE)
    stage.money.spent("unknown", None, MINUTE)
    assert problems(stage.events) == []
