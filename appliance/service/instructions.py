"""What the model is told: the instructions with every `{{variable}}` filled in, and when it is told anew."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from appliance.errors import ApplianceError, Fault
from appliance.settings import Settings
from appliance.settings.options import COMPUTED, PLACEHOLDER
from appliance.settings.pack import Prompt, prompt_of

# So late may the time be that the model was told. Told anew it reads the whole conversation uncached, which
# costs the owner money and the person a moment; and the time to the minute is what a tool is for.
TIME_LATE_S: Final = 600.0

# Computed, but the owner's to give: nothing else knows it.
_ROOM: Final = "room"
# Not to be had in another language than the instructions around them are usually written in.
_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class UnknownVariable(ApplianceError):
    """Nobody can give this variable a value; the text is one sentence that says why."""

    fault = Fault.OWNER
    exit_code = 1


def fill_in(template: str, values: Mapping[str, str]) -> str:
    """`template` with every `{{name}}` replaced by its value, in which nothing is replaced any more.

    One that has no value is left empty.
    """
    return PLACEHOLDER.sub(lambda found: values.get(found[1], ""), template)


class Instructions:
    """The instructions of one conversation. A variable that was set wins over one of the configuration, that
    over a computed one, and that over the default of a pack."""

    def __init__(
        self,
        prompt: Prompt,
        variables: Mapping[str, str],
        room: str,
        language: str,
        now: Callable[[], datetime],
    ) -> None:
        """`now()` is the local time; without a `room` that variable is empty."""
        self._template = prompt.template
        self._defaults = prompt.defaults
        self._names = prompt.names
        self._given = {_ROOM: room, **variables}
        self.assigned: dict[str, str] = {}  # of those, what was set and not configured
        self._language = language
        self._now = now
        self._told: dict[str, str] = {}
        self._told_at = now()

    @property
    def variables(self) -> Mapping[str, str]:
        """What can be set, and what it is."""
        own = {name: self._defaults.get(name, "") for name in self._names - COMPUTED}
        return {**own, **self._given}

    def assign(self, name: str, value: str) -> None:
        """Give a variable a value, to be told with `as_of_now`. Raises UnknownVariable."""
        if name not in self.variables:
            if name in COMPUTED:
                raise UnknownVariable(f"{name} is filled in by itself and cannot be set")
            known = ", ".join(sorted(self.variables))
            raise UnknownVariable(f"the instructions name no {name}; their variables are: {known}")
        self._given[name] = self.assigned[name] = value

    def as_of_now(self) -> str:
        """What the model is to be told, which is remembered as told."""
        self._told_at = self._now()
        self._told = self._values(self._told_at)
        return fill_in(self._template, self._told)

    def filled(self, text: str) -> str:
        """`text` with the same variables, as of now."""
        return fill_in(text, self._values(self._now()))

    @property
    def out_of_date(self) -> bool:
        """Whether the model is to be told anew when a turn opens; a time that it was told is true for
        `TIME_LATE_S`."""
        now = self._now()
        values = self._values(now)
        changed = {name for name in self._names if values.get(name) != self._told.get(name)}
        late_s = abs((now - self._told_at).total_seconds())
        return bool(changed - {"time"}) or (bool(changed) and late_s >= TIME_LATE_S)

    def _values(self, now: datetime) -> dict[str, str]:
        computed = {
            "time": f"{now:%H:%M}",
            "date": f"{now:%Y-%m-%d}",
            "weekday": _WEEKDAYS[now.weekday()],
            "language": self._language,
        }
        return {**self._defaults, **computed, **self._given}


def instructions_of(settings: Settings, now: Callable[[], datetime] = datetime.now) -> Instructions:
    """What the settings have the model told. Raises ConfigurationError for a pack that cannot be used."""
    told = settings.conversation
    return Instructions(prompt_of(told), told.variables, told.room, told.language, now)
