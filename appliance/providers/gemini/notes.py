"""What the model must know beside what it heard: words that were not heard, tools that ran. Pure."""

from collections import deque

from appliance.conversation.vocabulary import ToolRan

# Facts that stay true; the oldest is forgotten. They correct what the model remembers of the last turns.
MAX_LASTING = 8
# Of an answer, the last of this, which is where it goes on; of a tool's arguments and its result, the first.
MAX_ANSWER_CHARACTERS = 3000
MAX_ARGUMENT_CHARACTERS = 1000
MAX_OUTPUT_CHARACTERS = 2500


class Notes:
    """Answers that were cut off, which stays true; tools that ran, which counts until the turn is answered;
    and the beginning of the next answer.

    Bound: `MAX_LASTING` of each of the first two and one of the last. What is quoted in them is cut, what is
    said of it never: what a note asks for stands at its end.
    """

    def __init__(self) -> None:
        self._lasting: deque[str] = deque(maxlen=MAX_LASTING)
        self._ran: deque[str] = deque(maxlen=MAX_LASTING)
        self._passing: deque[str] = deque(maxlen=1)

    def cut_off(self, heard: str) -> None:
        """The latest answer was broken off; the person heard only `heard` of it."""
        words = f'only this was heard of it: "{_last(heard)}"' if heard else "nothing of it was heard"
        self._lasting.append(f"An answer of yours was broken off, and {words}.")

    def ran(self, call: ToolRan) -> None:
        """A tool has run for the turn that is asked next."""
        self.result(call.name, call.arguments, call.output)

    def result(self, name: str, arguments: str, output: str) -> None:
        """A tool has run, and the model does not know it as its own call."""
        given, gave = _first(arguments, MAX_ARGUMENT_CHARACTERS), _first(output, MAX_OUTPUT_CHARACTERS)
        self._ran.append(
            f"The tool {name} already ran for what the person asked, with {given}, and gave {gave}. "
            "Do not call it again for that."
        )

    def begun(self, said: str) -> None:
        """The next answer goes on with what another voice began."""
        self._passing.append(
            f'Your next answer was already begun, and the person has heard this of it: "{_last(said)}". '
            "Go on with the very next word, in the same language, and repeat nothing of it."
        )

    def answered(self) -> None:
        """The turn for which tools ran is over: the same may be asked for again."""
        self._ran.clear()
        self._passing.clear()

    def take(self) -> list[str]:
        """All of them, a line each; what is for the next answer alone is among them for the last time."""
        lines = [*self._lasting, *self._ran, *self._passing]
        self._passing.clear()
        return lines


def _last(text: str) -> str:
    return text if len(text) <= MAX_ANSWER_CHARACTERS else f"… {text[-MAX_ANSWER_CHARACTERS:]}"


def _first(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]} …"
