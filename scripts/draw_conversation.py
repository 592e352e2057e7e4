"""Draw the conversation from its table: `python scripts/draw_conversation.py`.

Writes `docs/conversation.svg` and, between the markers of `docs/conversation.md`, its tables. The rest
of the page is written by hand. Exit 1, with a sentence, where the picture has no place for something.
"""

import re
import sys
from pathlib import Path
from typing import Final

from scripts.draw_conversation_arrows import arrows, moves, optional_states
from scripts.draw_conversation_layout import lay_out
from scripts.draw_conversation_picture import draw
from scripts.draw_conversation_places import PictureError
from scripts.draw_conversation_tables import grid, rows
from scripts.draw_conversation_waits import onset, waits
from scripts.draw_conversation_words import wordless

_DOCS: Final = Path(__file__).resolve().parent.parent / "docs"
PICTURE: Final = _DOCS / "conversation.svg"
PAGE: Final = _DOCS / "conversation.md"


def picture() -> str:
    """The SVG of the machine. Raises PictureError where a state or an arrow has no place in it."""
    if nameless := list(wordless()):
        raise PictureError(f"there are no words for {', '.join(map(repr, nameless))}")
    optional = optional_states()
    return draw(lay_out(arrows(moves()), optional), optional)


def page(text: str) -> str:
    """`text` of the page with its tables as they are to be. Raises ValueError where a marker is missing."""
    for name, table in (("onset", onset), ("waits", waits), ("grid", grid), ("rows", rows)):
        begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
        place = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        found = place.findall(text)
        if len(found) != 1:
            raise ValueError(
                f"the page needs one pair of the markers {begin} and {end}, and has {len(found)}"
            )
        text = text.replace(found[0], f"{begin}\n\n{table()}\n\n{end}")
    return text


def main() -> int:
    """Write both files."""
    try:
        PICTURE.write_text(picture(), encoding="utf-8")
    except PictureError as error:
        print(f"The conversation cannot be drawn: {error}.", file=sys.stderr)
        return 1
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
