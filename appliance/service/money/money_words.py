"""What the device says about money."""

from appliance.conversation.spending import Level, Period

_PERIOD = {Period.DAY: "today", Period.MONTH: "this month"}
_UNTIL = {Period.DAY: "tomorrow", Period.MONTH: "next month"}


def sentence(period: Period, level: Level, *, somebody_left: bool) -> str:
    """Of a limit that is near or reached; `somebody_left`: who costs nothing goes on answering."""
    money = f"the money that I may spend {_PERIOD[period]}"
    if level is Level.NEAR:
        return f"I have used four fifths of {money}."
    if somebody_left:
        return f"I have used {money}. Until {_UNTIL[period]} I answer with what costs nothing."
    return excuse(period)


def excuse(period: Period) -> str:
    """Why there is no answer."""
    return f"Sorry, I have used the money that I may spend {_PERIOD[period]}. Ask me again {_UNTIL[period]}."
