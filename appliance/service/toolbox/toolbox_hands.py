"""The room of one conversation, as its tools reach into it."""

from typing import Protocol

from appliance.audio.ringtone import ring_stroke
from appliance.service.announcer import Announcer
from appliance.service.answers import Answers
from appliance.service.briefing import Briefing
from appliance.service.conductor import Conductor
from appliance.service.ends import Ends
from appliance.service.loudspeaker import Loudspeaker
from appliance.service.toolbox.toolbox import Hands
from appliance.service.toolbox.toolbox_bell import RingRoom
from appliance.service.toolbox.toolbox_volume import VolumeKnob
from appliance.skills.bell import STROKE_S


class Within(Protocol):
    """The parts of a conversation that tools reach into (`Assembly`)."""

    volume: VolumeKnob
    conductor: Conductor
    loudspeaker: Loudspeaker
    answers: Answers
    announcer: Announcer
    briefing: Briefing


def hands_of(conversation: Within, ends: Ends) -> Hands:
    """What tools can do; of the parts `volume` and `briefing` are there already, the others once a tool is
    called."""
    room = RingRoom(
        lambda wish: conversation.conductor.post(wish),
        lambda: conversation.loudspeaker.rings,
        lambda: conversation.conductor.settled,
        lambda: conversation.loudspeaker.silences,
        lambda stroke: ring_stroke(stroke, STROKE_S * 1000, ends.mouth_rate_hz),
    )
    return Hands(
        conversation.volume,
        room,
        lambda: conversation.answers.answered > 0,
        lambda sentence, over: conversation.announcer.announce(sentence, over),
        ends.tell_owner,
        conversation.briefing.renew,
    )
