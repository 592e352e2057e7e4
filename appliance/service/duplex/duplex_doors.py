"""The duplex of an assembly: whom it asks, and whom it tells."""

from typing import TYPE_CHECKING

from appliance.service.duplex.duplex import Duplex, DuplexDoors
from appliance.service.ends import Ends

if TYPE_CHECKING:
    from appliance.service.assembly import Assembly


def duplex_of(assembly: "Assembly", ends: Ends) -> Duplex:
    """As the `ends` have it; nothing of the assembly is asked before it looks."""
    doors = DuplexDoors(
        measure=lambda: assembly.echo.measure,
        voice_dbfs=lambda: assembly.hearing.microphone.speech_dbfs,
        resting=lambda: assembly.resting,
        quiet=lambda: bool(assembly.quiet.until),
        say=lambda sentence: assembly.announcer.announce(sentence),
        write=assembly.record.write,
        save=assembly.keepsakes.save,
    )
    return Duplex(doors, climbs=ends.climbs, look_every_s=ends.look_every_ms / 1000)
