"""What a family of models takes, by its name: the vendor changed the meaning of its messages twice. Pure."""

from dataclasses import dataclass
from enum import Enum


class Telling(Enum):
    """How a running session is told something that is not to be answered."""

    CONTEXT_UPDATE = "contextUpdate with other instructions"
    CLIENT_CONTENT = "clientContent whose turn is not complete"
    NOT_AT_ALL = "it cannot be: every text is answered at once, and clientContent ends the session (1007)"


@dataclass(frozen=True, slots=True)
class Dialect:
    """What differs between the families of models.

    `asks_by_content`: a question in writing is clientContent, else realtimeInput. `writes`: it can
    answer in text by itself; the others speak, and what they say is written down. `thinks_on`: it thinks
    while it speaks, and may speak again after `generationComplete`, and after a `turnComplete` whose
    `interactionStatus` is IN_PROGRESS (https://ai.google.dev/gemini-api/docs/live-api/thinking).
    """

    telling: Telling
    asks_by_content: bool
    writes: bool
    thinks_on: bool = False


# gemini-2.x takes clientContent at any time. From 3.1 on it is refused once the history was told;
# contextUpdate came with 3.8. The models that make sound by themselves answer in nothing else.
def dialect_of(model: str) -> Dialect:
    """The dialect of `model` ("gemini-3.8-live", or a whole path); unknown names are taken for new ones."""
    name = model.rpartition("/")[2]
    if name.startswith(("gemini-2.", "gemini-live-2.")):
        return Dialect(Telling.CLIENT_CONTENT, asks_by_content=True, writes="native-audio" not in name)
    telling = Telling.NOT_AT_ALL if name.startswith("gemini-3.1") else Telling.CONTEXT_UPDATE
    return Dialect(telling, asks_by_content=False, writes=False, thinks_on="thinking" in name)
