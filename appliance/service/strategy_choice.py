"""Which strategy for interruptions the settings name."""

from appliance.conversation.machine import Happening, Row, State
from appliance.conversation.strategies import STRATEGIES, Strategy, without_resume
from appliance.service.plugins import load_plugin, plugin_mistake

KEY = "interruption.strategy"


def load_strategy(name: str, *, resume: bool) -> Strategy:
    """The strategy that `name` (`immediate`, `deferred`, `ignore` or `package:NAME`) stands for.

    Not `resume`: an answer that stood still is over. Raises ConfigurationError where `package:NAME`
    cannot be imported or is no `Strategy`; its code is run.
    """
    strategy = STRATEGIES[name] if name in STRATEGIES else _of_owner(name)
    return strategy if resume else without_resume(strategy)


def _of_owner(name: str) -> Strategy:
    found = load_plugin(KEY, name)
    if not isinstance(found, Strategy):
        raise plugin_mistake(KEY, name, "it is no appliance.conversation.strategies.Strategy")
    for pair, row in found.rows.items():
        state, happening = pair
        if not (isinstance(state, State) and isinstance(happening, Happening) and isinstance(row, Row)):
            raise plugin_mistake(KEY, name, f"its row for {pair!r} is no (State, Happening) with a Row")
    return found
