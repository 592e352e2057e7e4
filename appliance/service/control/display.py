"""What the control socket tells, as a person wants to read it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Self, TextIO

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from appliance.conversation.counters import LATENCY_PARTS
from appliance.conversation.vocabulary import HistoryItem
from appliance.service.control.controls import AlarmStatus, EchoStatus, MicrophoneStatus, Status
from appliance.service.control.counter_words import counter_words
from appliance.service.control.link_words import link_words, reason_words
from appliance.service.control.money_rows import costs_anything, money_rows

_DOING = {
    "idle": "It waits for somebody to speak.",
    "listening": "It listens to somebody.",
    "thinking": "It waits for an answer.",
    "speaking": "It speaks.",
    "interrupted": "Somebody talks over its answer.",
}
_COLOURS = {
    "ready": "green",
    "connecting": "yellow",
    link_words("backing_off"): "yellow",
    "down": "red",
    "lost": "red",
}
_WHO = {"user": "You", "assistant": "It"}
_WAITED_FOR = {
    "endpoint": "to be sure that you were done",
    "provider": "for the answer",
    "playout": "to the loudspeaker",
    "total": "from your last word to the first sound",
}
_ECHO = {
    "learning": "nothing is known of it yet",
    "cancelled": "it is cancelled",
    "inaudible": "the microphone does not hear the loudspeaker",
    "weak": "little of it can be cancelled: is the loudspeaker too loud, or distorted?",
    "harmful": "cancelling makes it worse, and is left off for now",
    "no_reference": "it cannot be cancelled: what is played is not known in time",
}
_MICROPHONE = {
    "fine": "nothing is wrong with it",
    "clipping": "voices are too loud for it: turn its recording level down, or speak from further away",
    "hum": "it hums with the mains: try another power supply, or a shorter cable",
    "off_zero": "it adds a constant to everything, which is taken out",
}
_DUPLEX = {
    "full_duplex": "speech interrupts it",
    "loud_voice": "only a loud voice interrupts it, or the button",
    "button_only": "only the button interrupts it",
}
_STATISTICS = ("last", "p50", "p95", "max")


def printable(text: str) -> str:
    """`text` without what would steer a terminal; line ends stay."""
    return "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)


class GrowingText:
    """Prints an answer as it grows on a terminal, and once it is whole anywhere else; used with `with`,
    so that what comes after an answer that broke off has a line of its own."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._shown = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        if self._shown:
            self._out.write("\n")

    def show(self, text: str, *, final: bool) -> None:
        """The whole text so far. What was printed and is no longer part of it is printed anew."""
        if not final and not self._out.isatty():
            return
        text = printable(text)
        if not text.startswith(self._shown):
            self._out.write("\n")
            self._shown = ""
        self._out.write(text[len(self._shown) :] + ("\n" if final else ""))
        self._out.flush()
        self._shown = "" if final else text


def transcript_lines(items: Sequence[HistoryItem]) -> Iterator[str]:
    """A line for each utterance, with who said it."""
    for item in items:
        yield f"{_WHO.get(item.role, item.role) + ':':5}{printable(' '.join(item.text.split()))}"


def show_status(status: Status, console: Console) -> None:
    """Everything of `status`, on as little of the screen as it takes."""
    for part in (headline(status), *standing(status), *sums(status)):
        console.print(part)


def headline(status: Status) -> RenderableType:
    """What it is doing, and what is wrong."""
    return Group(*_headlines(status))


def standing(status: Status) -> Iterator[RenderableType]:
    """Who answers, the devices, the timers."""
    providers = [
        (one.name, link_words(one.link), reason_words(one.reason), "answers now" * one.current)
        for one in status.providers
    ]
    devices = [(one.device, one.state, one.name, one.reason) for one in status.devices]
    yield _section("Who answers", providers)
    yield _section("Devices", devices)
    if status.microphone is not None:
        yield _section("Sound of the microphone", [_microphone_row(status.microphone)])
    if status.echo is not None:
        yield _section("Echo of the loudspeaker", [_echo_row(status.echo)])
    if status.timers:
        timers = [(one.name or "a timer", f"rings in {duration_words(one.left_s)}") for one in status.timers]
        yield _section("Timers", timers)
    if status.alarms:
        yield _section("Alarms", [_alarm_row(alarm) for alarm in status.alarms])


def _microphone_row(microphone: MicrophoneStatus) -> tuple[str, ...]:
    measured = ((microphone.speech_dbfs, "speech"), (microphone.noise_dbfs, "the room"))
    levels = (f"{what} {value:.0f} dBFS" for value, what in measured if value is not None)
    return _MICROPHONE.get(microphone.state, microphone.state), ", ".join(levels)


def _echo_row(echo: EchoStatus) -> tuple[str, ...]:
    measured = (
        (echo.echo_db, "as heard", "dB"),
        (echo.erle_db, "taken out", "dB"),
        (echo.residual_dbfs, "left", "dBFS"),
        (echo.noise_dbfs, "the room", "dBFS"),
    )
    levels = (f"{what} {value:.0f} {unit}" for value, what, unit in measured if value is not None)
    return _ECHO.get(echo.state, echo.state), ", ".join(levels), _DUPLEX.get(echo.interrupted_by, "")


def _alarm_row(alarm: AlarmStatus) -> tuple[str, str, str]:
    rings = f"rings {alarm.rings[:16].replace('T', ' ')}" if alarm.rings else "waits: the clock is not set"
    return f"{alarm.at} {alarm.name}".rstrip(), " ".join(alarm.weekdays) or "once", rings


def sums(status: Status) -> Iterator[RenderableType]:
    """The money, the waits, and what was counted."""
    if status.money is not None and costs_anything(status.money):
        yield _section("Money", list(money_rows(status.money)))
    if status.counters.get("latencies", 0):
        yield _waits(status.counters)
    yield _section("So far (without what is 0)", list(_counts(status.counters)))


def _headlines(status: Status) -> Iterator[Text]:
    if status.muted:
        yield Text("It is muted: it hears nothing and sends nothing.", "bold yellow")
    else:
        yield Text(_doing(status), "bold")
    if status.light == "wordless":
        yield Text("It cannot hear its wake word: press the button; `journalctl` says why.", "yellow")
    if status.alarm_rings:
        yield Text("An alarm rings: `appliance stop` ends it.", "bold yellow")
    if status.quiet_until:
        yield Text(f"It is quiet until {printable(status.quiet_until)}.", "bold")
    if status.deaf and not status.muted:
        yield Text(f"It cannot hear: {printable(status.deaf)}", "red")
    if status.mouthless:
        yield Text(f"It cannot be heard: {printable(status.mouthless)}", "red")
    if status.end_of_turn:
        yield Text(f"A turn ends after {printable(status.end_of_turn)}.", "dim")
    up = f"running for {duration_words(status.uptime_s)}"
    yield Text(f"version {status.version}, {up}, volume {status.volume} %, {status.conversation}", "dim")


def _doing(status: Status) -> str:
    if status.state == "following":
        return "It listens on after its answer: just speak."
    if status.phase == "idle" and status.trigger == "button":
        return "It waits for the button."
    if status.phase == "idle" and status.trigger == "wake_word":
        return f"It waits for “{printable(status.wake_word)}”, or for the button."
    return _DOING.get(status.phase, f"It is {printable(status.phase)}.")


def _section(title: str, rows: Sequence[tuple[str, ...]]) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    for row in rows:
        table.add_row("", *(Text(printable(cell), _COLOURS.get(cell, "")) for cell in row))
    return Group(Text(f"\n{title}", "bold"), table if rows else Text("  none", "dim"))


def _waits(counters: Mapping[str, int | float]) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    table.add_row("", "", *_STATISTICS)
    for column in table.columns[2:]:
        column.justify = "right"
    for part in LATENCY_PARTS:
        values = (counters.get(f"latency_{part}_{statistic}_ms", 0) for statistic in _STATISTICS)
        table.add_row("", _WAITED_FOR[part], *(f"{value:.0f}" for value in values))
    return Group(Text("\nYou waited, in ms", "bold"), table)


def _counts(counters: Mapping[str, int | float]) -> Iterator[tuple[str, ...]]:
    """Name, value with unit, and what each label has of it."""
    labels: dict[str, list[str]] = {}
    for name, value in counters.items():
        base, dot, label = name.partition(".")
        shares = labels.setdefault(base, [])
        if dot and value:
            shares.append(f"{label.replace('_', ' ')} {_number(value)}")
    for base, shares in labels.items():
        if counters.get(base) and not base.startswith("latenc"):
            words, unit = counter_words(base)
            yield words, f"{_number(counters[base])} {unit}".rstrip(), ", ".join(shares)


def _number(value: int | float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.1f}"


def duration_words(seconds: float) -> str:
    """The two largest units of a duration: "1 d 2 h", "3 min 20 s"."""
    parts: list[str] = []
    rest = int(seconds)
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1)):
        count, rest = divmod(rest, size)
        if count or (unit == "s" and not parts):
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2])
