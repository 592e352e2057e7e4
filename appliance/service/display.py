"""A conversation on the terminal, while it happens."""

from collections.abc import Mapping

from rich.console import Console
from rich.markup import escape

from appliance.service.control.link_words import reason_words
from appliance.service.control.money_rows import amount

_PHASES = {
    "idle": ("dim", "idle"),
    "listening": ("green", "listening"),
    "thinking": ("yellow", "thinking"),
    "speaking": ("blue", "speaking"),
    "interrupted": ("magenta", "interrupted: who has the floor?"),
}


class Display:
    """Prints the events of a log as a person wants to read them; belongs to one thread."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def show(self, event: Mapping[str, object]) -> None:
        """One event; those that mean nothing to a person are passed over."""
        line = self._line(event)
        if line is not None:
            t_ms = event["t_ms"]
            seconds = t_ms / 1000 if isinstance(t_ms, (int, float)) else 0.0
            self._console.print(f"[dim]{seconds:6.2f} s[/]  {line}")

    def _line(self, event: Mapping[str, object]) -> str | None:
        match event:
            case {"event": "phase", "to": str(phase)}:
                colour, words = _PHASES[phase]
                return f"[{colour}]● {words}[/]"
            case {"event": "transcript", "role": role, "text": str(text)}:
                who = "You said  " if role == "user" else "It answers"
                return f"[bold]{who}[/]  “{escape(text)}”"
            case {"event": "say", "text": str(text)}:
                return f"[bold]It says   [/]  “{escape(text)}”"
            case {"event": "provider", "name": name, "link": "ready"}:
                return f"[dim]{name} is ready[/]"
            case {"event": "provider", "name": name, "link": "down", "reason": reason} if reason:
                return f"[red]{name} is down: {reason_words(str(reason))}[/]"
            case {"event": "failover", "from": origin, "to": target, "replayed_ms": replayed_ms}:
                return f"[yellow]{target} takes over from {origin} and is told {replayed_ms} ms again[/]"
            case {"event": "hedge", "first": first, "second": second}:
                return f"[yellow]{first} is slow: {second} is asked as well, and both cost money[/]"
            case {"event": "turn_discarded", "cause": "too_short"}:
                return "[dim]that was too short to be a question[/]"
            case {"event": "turn_discarded", "cause": "room_talk"}:
                return "[dim]that was the room talking, and nobody in particular[/]"
            case {"event": "turn_discarded"}:
                return "[dim]what was said is forgotten[/]"
            case {"event": "interruption", "decision": "confirmed", "heard_ms": heard_ms, "cause": cause}:
                return f"[magenta]interrupted after {heard_ms} ms of the answer ({_words(cause)})[/]"
            case {"event": "interruption", "cause": cause}:
                return f"[magenta]that was no interruption ({_words(cause)}): it goes on[/]"
            case {"event": "button", "down": bool(down)}:
                return "[bold]The button is down[/]" if down else "[bold]The button is up[/]"
            case {"event": "mute", "muted": bool(muted)}:
                return "[bold]Muted: it hears nothing[/]" if muted else "[bold]It hears again[/]"
            case {"event": "device", "device": device, "state": "ready", "name": name}:
                return f"[green]the {device} is back: {escape(str(name))}[/]"
            case {"event": "device", "device": device, "reason": reason}:
                return f"[red]the {device} is lost: {escape(str(reason))}[/]"
            case {"event": "error", "message": message}:
                return f"[red]{escape(str(message))}[/]"
            case {"event": "usage", "cost": float(cost), "currency": currency} if cost:
                return f"[dim]that cost {amount(cost)} {currency}[/]"
            case {"event": "money_limit", "level": level, "spent": float(spent), "currency": currency}:
                return f"[yellow]{amount(spent)} {currency} are spent: the limit is {level}[/]"
            case {"event": "latency"}:
                return _waited(event)
        return None


def _words(cause: object) -> str:
    return str(cause).replace("_", " ")


def _waited(event: Mapping[str, object]) -> str:
    return (
        f"[bold]You waited[/]  {event['total_ms']:.0f} ms after your last word:"
        f" {event['endpoint_ms']:.0f} to be sure you were done, {event['provider_ms']:.0f} for the answer,"
        f" {event['playout_ms']:.0f} to the loudspeaker"
    )
