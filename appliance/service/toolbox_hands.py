"""The room of one conversation, as its tools reach into it."""

from typing import TYPE_CHECKING

from appliance.audio.ringtone import ring_stroke
from appliance.service.ends import Ends
from appliance.service.toolbox import Hands
from appliance.service.toolbox_bell import RingRoom
from appliance.skills.bell import STROKE_S

if TYPE_CHECKING:
    from appliance.service.assembly import Assembly


def hands_of(assembly: "Assembly", ends: Ends) -> Hands:
    """What tools can do; looks at the parts of `assembly` only once one of them does something."""
    room = RingRoom(
        lambda wish: assembly.conductor.post(wish),
        lambda: assembly.loudspeaker.rings,
        lambda: assembly.conductor.settled,
        lambda: assembly.loudspeaker.silences,
        lambda stroke: ring_stroke(stroke, STROKE_S * 1000, ends.mouth_rate_hz),
    )
    return Hands(
        assembly.volume,
        room,
        lambda: assembly.answers.answered > 0,
        lambda sentence, over: assembly.announcer.announce(sentence, over),
        ends.tell_owner,
        assembly.configure,
    )
