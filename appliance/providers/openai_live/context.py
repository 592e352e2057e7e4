"""What the model is told beside the sound, as JSON text: each event holds `pieces.MAX_BYTES`, so a long text
is told in parts, and nothing of it is left out.

Silent context is `thinking`, what is to be spoken about is `commentary`; `instructions` are what the
vendor's backend is told of as well.
"""

from collections.abc import Iterator

from appliance.conversation.vocabulary import ToolRan
from appliance.providers.openai_live.frames import ASK, CONTINUE, NOTE, event
from appliance.providers.openai_live.pieces import MAX_BYTES, fits, pieces

# Of a part; what we say around it and the name of a tool take the rest.
MAX_PART_BYTES = MAX_BYTES - 300
_MAX_NAME_CHARACTERS = 64

_WRITTEN = "The person has typed this"
_WRITTEN_ON = "The person has typed a long message; you know the parts before, and this is the last"


def question(answer: int, text: str) -> Iterator[str]:
    """What was asked in writing. There is no item for it: it is a context to speak about."""
    *before, last = pieces(text, MAX_PART_BYTES)
    for number, part in enumerate(before, 1):
        content = f"The person types a long message; say nothing until it is whole. Part {number}: {part}"
        yield _append("thinking", f"{ASK}-{answer}", content)
    what = _WRITTEN_ON if before else _WRITTEN
    content = (
        f"{what}; reply to it now, do not repeat it, and do not wait for speech. "
        f"After that, pause and listen: {last}"
    )
    yield _append("commentary", f"{ASK}-{answer}", content)


def continuation(answer: int, said: str) -> Iterator[str]:
    """Others gave the beginning of the answer."""
    *before, last = pieces(said, MAX_PART_BYTES)
    for number, part in enumerate(before, 1):
        content = f'Somebody else with your voice has begun to answer this question. Part {number}: "{part}"'
        yield _append("instructions", f"{CONTINUE}-{answer}", content)
    content = (
        "Somebody else with your voice has begun to answer this question, and was cut off after the words "
        f'"{last}". Go on from there as if it had been you; repeat nothing.'
    )
    yield _append("instructions", f"{CONTINUE}-{answer}", content)


def tool_ran(number: int, ran: ToolRan) -> Iterator[str]:
    """A call that another session made for this question."""
    name = ran.name[:_MAX_NAME_CHARACTERS]
    *before, last = pieces(f"with {ran.arguments}: it gave {ran.output}", MAX_PART_BYTES)
    for index, part in enumerate(before, 1):
        content = f"For this question the tool {name} was run already. Part {index} of how: {part}"
        yield _append("instructions", f"{NOTE}-{number}", content)
    how = f"you know the parts before, and this is the last: {last}" if before else last
    content = (
        f"For this question the tool {name} was run already, {how}. Do not run it again; answer with that."
    )
    yield _append("instructions", f"{NOTE}-{number}", content)


def new_instructions(number: int, instructions: str) -> str | None:
    """Instructions in place of the earlier ones; None for those that do not fit."""
    content = f"From here on these are your instructions, in place of all earlier ones: {instructions}"
    return _append("instructions", f"{NOTE}-{number}", content) if fits(content) else None


def no_help(number: int, delegation: str) -> str:
    """The model asked us for help with a task; there is nobody to help."""
    content = "There are no tools and no help for this: answer with what you know, or say that you cannot."
    return _append("commentary", f"{NOTE}-{number}", content, delegation)


def _append(kind: str, event_id: str, content: str, delegation: str | None = None) -> str:
    return event(f"session.{kind}.append", event_id, content=content, delegation_id=delegation)
