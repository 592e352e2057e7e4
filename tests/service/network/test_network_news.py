"""That the network is gone is written down, heard once, and known to who connects."""

from appliance.conversation.vocabulary import ClockSet, NetworkChanged, Reach
from appliance.service.network.network_news import NetworkNews


class Everybody:
    """Who is told, and in which order."""

    def __init__(self, needed: Reach = Reach.INTERNET) -> None:
        self.told: list[object] = []
        self.news = NetworkNews(needed, self._write, lambda: self.told.append("earcon"), self)

    def _write(self, event: str, /, **fields: object) -> None:
        self.told.append((event, fields))

    def network(self, reach: Reach) -> None:
        self.told.append(reach)

    def clock_set(self) -> None:
        self.told.append("clock")


def test_it_is_written_down_and_heard_before_anybody_acts_on_it() -> None:
    everybody = Everybody()
    everybody.news.take(NetworkChanged(Reach.MACHINE))
    assert everybody.told == [
        ("network", {"state": "down", "reach": "machine"}),
        "earcon",
        Reach.MACHINE,
    ]
    assert not everybody.news.suffices


def test_it_is_heard_only_when_it_goes() -> None:
    everybody = Everybody()
    for reach in (Reach.HOUSE, Reach.MACHINE, Reach.INTERNET):
        everybody.news.take(NetworkChanged(reach))
    assert everybody.told.count("earcon") == 1
    assert everybody.told[-2:] == [("network", {"state": "up", "reach": "internet"}), Reach.INTERNET]
    assert everybody.news.suffices


def test_after_power_on_nobody_is_woken_because_the_router_is_not_ready_yet() -> None:
    everybody = Everybody()
    everybody.news.take(NetworkChanged(Reach.MACHINE, from_the_start=True))
    assert everybody.told == [("network", {"state": "down", "reach": "machine"}), Reach.MACHINE]


def test_who_needs_no_network_misses_none() -> None:
    everybody = Everybody(Reach.MACHINE)
    everybody.news.take(NetworkChanged(Reach.MACHINE))
    assert everybody.told == [("network", {"state": "up", "reach": "machine"}), Reach.MACHINE]


def test_a_clock_that_was_set_is_written_down_and_told() -> None:
    everybody = Everybody()
    everybody.news.take(ClockSet(-3.25))
    assert everybody.told == [("clock_set", {"step_ms": -3250}), "clock"]
