"""What the wake word means where it is heard."""

from collections.abc import Callable
from typing import Final

from appliance.conversation import vocabulary as v
from appliance.conversation.machine import Happening
from appliance.pcm.formats import NEAR_RATE_HZ, samples_of_ms
from appliance.service.record import Record
from appliance.service.rooms import Rooms
from appliance.service.subject import Subject

# Of a turn that began no earlier before the word's end there is nothing but the word: the slowest of the
# voices of `python -m tests.bench.wake_word` needs 1.1 s for it.
WORD_MS: Final = 1300


class Calls:
    """Writes down each wake word, and tells whether it begins something."""

    def __init__(
        self, rooms: Rooms, subject: Subject, record: Record, near_ms: Callable[[int], float]
    ) -> None:
        self._rooms = rooms
        self._subject = subject
        self._record = record
        self._near_ms = near_ms

    def take(self, word: v.WakeWordHeard) -> Happening:
        """Somebody said the wake word: he means us, whatever opened the turn that may be open."""
        self._subject.called = word
        self._subject.heard_up_to = word.at
        attention, turn = self._rooms.attention, self._rooms.turns.current
        alone = attention.opened_by_speech and turn.onset >= word.end - samples_of_ms(WORD_MS, NEAR_RATE_HZ)
        attention.called()
        self._record.write(
            "wake_word",
            name=word.name,
            probability=round(word.probability, 3),
            end_ms=round(self._near_ms(word.end)),
        )
        return Happening.CALLED_AGAIN if alone else Happening.CALLED
