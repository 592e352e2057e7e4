"""What the journal tells of how the microphone sounds. Pure."""

from collections.abc import Sequence
from typing import Final

from appliance.service.journal.kinds import Kind, Priority

MICROPHONE_KINDS: Final[Sequence[Kind]] = (
    Kind(
        "microphone.fine",
        Priority.INFO,
        "The microphone sounds as it should again.",
        "The microphone sounds as it should again",
        "There is nothing to do.",
    ),
    Kind(
        "microphone.clipping",
        Priority.WARNING,
        "Voices are too loud for the microphone: {clipped_percent} % of what people say is cut off.",
        "Voices are too loud for the microphone",
        "What is cut off cannot be had back, and is understood badly. Turn its recording level down "
        "(`alsamixer`, F4), or speak from further away. It listens on.",
    ),
    Kind(
        "microphone.hum",
        Priority.WARNING,
        "The microphone hums: most of what it gives in a quiet room is the mains, at {hum_dbfs} dBFS.",
        "The microphone hums with the mains",
        "It hears the end of what is said later than it could. Another power supply, another USB port or a "
        "shorter cable may help, and so does a microphone further away from power supplies. It listens on.",
    ),
    Kind(
        "microphone.off_zero",
        Priority.WARNING,
        "The microphone adds a constant to everything, {offset_percent} % of full scale; it is taken out.",
        "The microphone adds a constant to everything",
        "It is taken out, but the loudest sounds are cut off the sooner: the microphone, or its sound card, "
        "is a bad one. It listens on.",
    ),
)
