"""Who says whether a turn sounds complete: the seam behind which the model runs."""

from typing import Protocol

from appliance.hearing.turns.end_of_turn import Question, Verdict


class TurnJudge(Protocol):
    """Is asked by hearing's thread, which must not wait for it; one question at a time, the newest wins."""

    def ask(self, question: Question) -> None:
        """Judge this one, and no other any more. Returns at once."""

    def verdict(self, now: int) -> Verdict | None:
        """What is known of the newest question at 16 kHz sample `now`, once; None: nothing yet."""
