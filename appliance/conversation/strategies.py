"""What speech over an answer does: rows in place of the table's own, and who weighs the evidence."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from appliance.conversation.interruption import Cause, Evidence, judge, judge_at_deadline
from appliance.conversation.machine import Happening as H
from appliance.conversation.machine import Row, Table
from appliance.conversation.machine import State as S
from appliance.conversation.machine import Verb as V
from appliance.conversation.table import DECIDED


@dataclass(frozen=True, slots=True)
class Strategy:
    """One way to deal with interruptions; another one is another instance (`package:NAME`).

    `rows` are put in place of the table's. `judge` is asked whenever something more is known and may
    wait (None); `judge_at_deadline` has to decide.
    """

    rows: Table = field(default_factory=dict)
    judge: Callable[[Evidence], Cause | None] = judge
    judge_at_deadline: Callable[[Evidence], Cause] = judge_at_deadline

    @property
    def table(self) -> Table:
        """The rows of a conversation under this strategy."""
        return {**DECIDED, **self.rows}


def without_resume(strategy: Strategy) -> Strategy:
    """The same, but an answer that stood still is over, whatever it stood still for."""
    over = (
        V.CLEAR_CONFIRM_DEADLINE,
        V.CLEAR_STALL_DEADLINE,
        V.REJECT_INTERRUPTION,
        V.CANCEL_ANSWER,
        V.FORGET_SPEECH,
        V.WANT_KEPT_SPEECH,
    )
    return replace(strategy, rows={**strategy.rows, (S.STILL, H.FLOOR_LEFT): Row(S.IDLE, over)})


_DEFER = Row(S.DEFERRING, (V.AWAIT_DECISION,))

IMMEDIATE = Strategy()
# The answer ends its sentence undiminished; then the person has the floor.
DEFERRED = Strategy({(S.SPEAKING, H.SPEECH_POSSIBLE): _DEFER, (S.SPEAKING, H.SPEECH_REAL): _DEFER})

# `ignore` needs no rows: what is said while the loudspeaker sounds is not heard at all.
STRATEGIES: Mapping[str, Strategy] = {"immediate": IMMEDIATE, "deferred": DEFERRED, "ignore": IMMEDIATE}
