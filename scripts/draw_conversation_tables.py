"""The rows of the machine as Markdown tables: who goes where, and what is done on the way."""

from collections import defaultdict
from collections.abc import Iterator

from appliance.conversation.machine import Happening, Row, State, step
from scripts.draw_conversation_arrows import DEFAULT_STRATEGY, STANCES
from scripts.draw_conversation_words import HAPPENINGS, STATES, VERBS

_IGNORED = "·"
_STAYS = "="


def grid() -> str:
    """Every happening in every state: the next state, `=` where it stays, `·` where it is ignored."""
    lines = [
        "| what happens | `cause` |" + "".join(f" {state.value} |" for state in State),
        "| --- | --- |" + " --- |" * len(State),
    ]
    for happening in Happening:
        cells = "".join(f" {_cell(state, happening)} |" for state in State)
        lines.append(f"| {HAPPENINGS[happening]} | `{happening.value}` |{cells}")
    return "\n".join(lines)


def rows() -> str:
    """For every state what is done when something happens, as far as it is not ignored."""
    return "\n\n".join(_rows_of(state) for state in State)


def _cell(state: State, happening: Happening) -> str:
    usual = _next(STANCES[DEFAULT_STRATEGY].table.get((state, happening)), state)
    others = [
        f"{_next(row, state)} ({name})"
        for name, row in _unusual(state, happening)
        if _next(row, state) != usual
    ]
    return "<br>".join([usual, *others])


def _next(row: Row | None, state: State) -> str:
    if row is None:
        return _IGNORED
    return _STAYS if row.next is state else row.next.value


def _rows_of(state: State) -> str:
    together: dict[tuple[str, Row], list[str]] = defaultdict(list)
    table = STANCES[DEFAULT_STRATEGY].table
    for happening in Happening:
        row = step(table, state, happening)
        if row is not None:
            together["", row].append(HAPPENINGS[happening])
        for name, other in _unusual(state, happening):
            together[f" ({name})", other].append(HAPPENINGS[happening])
    lines = [
        "<details>",
        f"<summary><b>{state.value}</b>, shown as {state.phase.value}: {STATES[state]}</summary>",
        "",
        "| what happens | next | what it does |",
        "| --- | --- | --- |",
    ]
    for (strategy, row), happenings in together.items():
        done = ", then ".join(VERBS[verb] for verb in row.verbs) or "nothing"
        lines.append(f"| {', '.join(happenings)}{strategy} | {_next(row, state)} | {done} |")
    return "\n".join([*lines, "", "</details>"])


def _unusual(state: State, happening: Happening) -> Iterator[tuple[str, Row]]:
    """The rows of strategies that put their own in place of the default's."""
    usual = STANCES[DEFAULT_STRATEGY].table.get((state, happening))
    for name, strategy in STANCES.items():
        row = strategy.table.get((state, happening))
        if row is not None and row != usual:
            yield name, row
