"""The timers as versions without a database kept them."""

from collections.abc import Sequence

from appliance.service.memory.state import StateDirectory
from appliance.service.memory.store import TIMERS_OF_BEFORE, Row
from appliance.skills.timers import KEPT


def timers_of_before(state: StateDirectory) -> Sequence[Row]:
    """As rows of the table `timers`; none where there is no file, or none that makes sense. Blocks."""
    kept = state.read(TIMERS_OF_BEFORE)
    try:
        timers = [] if kept is None else KEPT.validate_python(kept)
    except ValueError as invalid:
        state.put_aside(TIMERS_OF_BEFORE, str(invalid).splitlines()[0])
        return []
    return [
        {"name": one.name, "length_s": one.length_s, "due_unix_s": one.due_unix_s, "rang": int(one.rang)}
        for one in timers
    ]
