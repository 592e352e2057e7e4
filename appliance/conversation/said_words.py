"""Which words of a message were said by which instant of its sound. Pure.

Providers send words and sound in no promised order. Words are placed by the vendor's own timestamps where it
gives any; else by what of the sound had come when they came; and what neither places, by its characters.
"""

from bisect import bisect_right

# The quickest voice here says 20 characters a second (espeak-ng at 165 words a minute, a long sentence:
# 49 ms each; books read aloud: 62…83 ms). Text never stands for less sound than this.
MS_PER_CHARACTER = 50.0
# Marks kept of one message: a delta every 100 ms for 50 s; beyond that every other one is let go.
MAX_MARKS = 512
# Words that ran ahead of their sound are moved back from here on; less is a voice that ends in silence.
MIN_LEAD_MS = 300.0
# A voice is quicker than its usual pace, in which its pauses are contained, by no more than this.
QUICKER = 1.25
# Text from which the pace of a voice is learned: a sentence or two; shorter ones are mostly pause.
MIN_PACE_CHARACTERS = 60


class SaidWords:
    """Instants of one message's sound, and how many characters of its text were said by them.

    Told what comes in its order: `sound`, and `text` with the whole text so far. Where sound came first,
    words are taken to follow the sound that they are about; else to come just before it.
    """

    def __init__(self) -> None:
        self._marks: list[tuple[float, int]] = []  # (ms, characters), both ascending
        self._by_vendor = False
        self._characters = 0
        self._follows_sound: bool | None = None

    def sound(self) -> None:
        """Some of the message's sound came."""
        if self._follows_sound is None:
            self._follows_sound = True

    def text(self, characters: int, received_ms: float, until_ms: float | None = None) -> None:
        """The text is so long, `received_ms` of the sound having come; by the vendor, all of this text
        has been said `until_ms` into the sound."""
        before, self._characters = min(self._characters, characters), characters
        if self._follows_sound is None:
            self._follows_sound = False
        while self._marks and self._marks[-1][1] > characters:
            self._marks.pop()  # the text was taken back
        if until_ms is not None:
            if not self._by_vendor:
                self._by_vendor = True
                self._marks.clear()
            self._mark(until_ms, characters)
        elif not self._by_vendor and characters > before:
            placed = characters if self._follows_sound else before
            # What nobody could have said by then came ahead of its sound.
            if received_ms >= placed * MS_PER_CHARACTER:
                self._mark(received_ms, placed)

    def _mark(self, ms: float, characters: int) -> None:
        if self._marks and (ms < self._marks[-1][0] or characters < self._marks[-1][1]):
            return
        self._marks.append((ms, characters))
        if len(self._marks) > MAX_MARKS:
            del self._marks[1:-1:2]

    def heard(self, text: str, heard_ms: float, received_ms: float, pace_ms: float, *, closed: bool) -> str:
        """The words of `text` that were said within the first `heard_ms` of the sound, whole words only.

        `closed`: the `received_ms` are all of the sound there will ever be, and the text is all of its words.
        Else the text may be ahead of its sound, and a character without a mark takes `pace_ms`, or what those
        with one took.
        """
        if closed and heard_ms >= received_ms:
            return text
        at_ms, characters = [0.0], [0.0]
        lead_ms = self._lead_ms(len(text), received_ms) if closed else 0.0
        for mark_ms, mark_characters in self._marks:
            if not closed or mark_ms + lead_ms < received_ms:
                at_ms.append(mark_ms + lead_ms)
                characters.append(min(mark_characters, len(text)))
        rest = len(text) - characters[-1]
        end_ms = received_ms if closed else max(received_ms, at_ms[-1] + rest * self._pace_ms(pace_ms))
        at_ms.append(end_ms)
        characters.append(len(text))
        within = _interpolated(at_ms, characters, heard_ms)
        if not closed and not self._by_vendor:
            within = min(within, heard_ms / pace_ms * QUICKER)
        return words_within(text, within)

    def _lead_ms(self, length: int, received_ms: float) -> float:
        """How far the words of a text of this length ran ahead of all its sound: by so much the sound went
        on for longer after the last of them than they take."""
        if self._by_vendor or self._follows_sound or not self._marks or not length:
            return 0.0
        last_ms, last_characters = self._marks[-1]
        lead_ms = received_ms - last_ms - max(length - last_characters, 0) * received_ms / length
        return lead_ms if lead_ms >= MIN_LEAD_MS else 0.0

    def _pace_ms(self, pace_ms: float) -> float:
        """How long a character takes, learned from its own marks where there are enough."""
        if self._marks and self._marks[-1][1] >= MIN_PACE_CHARACTERS:
            return max(self._marks[-1][0] / self._marks[-1][1], MS_PER_CHARACTER)
        return pace_ms


def _interpolated(at_ms: list[float], characters: list[float], heard_ms: float) -> float:
    after = bisect_right(at_ms, heard_ms)
    if after == len(at_ms):
        return characters[-1]
    if after == 0:
        return 0.0
    span_ms = at_ms[after] - at_ms[after - 1]
    share = (heard_ms - at_ms[after - 1]) / span_ms
    return characters[after - 1] + share * (characters[after] - characters[after - 1])


# Of a word that is cut so much may be missing for it to be known: "afternoo".
_MISSING_SHARE = 0.25


def words_within(text: str, characters: float) -> str:
    """The words of `text` that lie within its first `characters`, as good as wholly: one that was cut had
    better be said twice than by nobody."""
    start = end = min(max(int(characters), 0), len(text))
    while start > 0 and not text[start - 1].isspace():
        start -= 1
    while end < len(text) and not text[end].isspace():
        end += 1
    known = end - characters <= _MISSING_SHARE * (end - start)
    return text[: end if known else start].rstrip()
