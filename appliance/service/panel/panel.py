"""The panel of a running appliance: the light follows how it stands, the button does what was meant."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

from appliance.conversation.announcements import Sound
from appliance.conversation.vocabulary import MuteWanted, StopRing, StopWanted
from appliance.panel.gestures import Gestures
from appliance.panel.hand import Meaning, Standing
from appliance.panel.joint_state import Life, shown
from appliance.panel.pins import Hardware, NoHardware
from appliance.pcm.formats import NEAR_RATE_HZ, samples_of_ms
from appliance.service.assembly import Assembly
from appliance.service.event_log import EventLog
from appliance.service.outlook import KernelsEar, Outlook
from appliance.service.panel.button import Button
from appliance.service.panel.panel_button import PanelButton
from appliance.service.panel.panel_light import PanelLight

ASK_TO_FORGET: Final = (
    "Shall I forget everything you told me? For yes, hold the button for two seconds. For no, tap it."
)
FORGOTTEN: Final = "I have forgotten everything."
KEPT: Final = "I have not forgotten anything."
NOTHING_SAID: Final = "I have not said anything yet."

# To hear the question to its end, 7 s, and to make up one's mind; after that it means no.
ASK_S: Final = 20.0
# Who presses in vain is shown so for at least one period of that pattern.
PRESSED_S: Final = 1.2
# A turn may last as long as the owner set; who holds the button for longer than that does not speak.
STUCK_AFTER_S: Final = 10.0


class Panel:
    """Button and light around one assembly. Belongs to the event loop.

    What it owes: the light is on before the first sample of a turn leaves the box, because the conductor has
    it set before it performs the row that opens the turn; and it is off after the last, because the phase
    is idle only when nobody is sent anything.
    """

    def __init__(
        self,
        hardware: Hardware | NoHardware,
        assembly: Assembly,
        log: EventLog,
        ear: KernelsEar,
        max_turn_s: float,
        near_index: Callable[[], int],
        forget: Callable[[], None],
        tell_owner: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`near_index()` is the 16 kHz sample that is said at this moment; `clock` is the loop's."""
        self._hardware = hardware
        self._assembly = assembly
        self._near_index = near_index
        self._forget = forget
        self._tell_owner = tell_owner
        self._clock = clock
        self._asked_until_s = self._pressed_until_s = float("-inf")
        loop = asyncio.get_running_loop()
        conductor = assembly.conductor
        self._outlook = Outlook(conductor, assembly.loudspeaker, ear, assembly.provider_names)
        self._outlook.wordless = assembly.attention.wordless
        self._light = PanelLight(hardware.lamp, loop, tell_owner)
        self._press = Button(conductor.post)
        down = hardware.button_down
        stuck_ms = (max_turn_s + STUCK_AFTER_S) * 1000
        gestures = Gestures(stuck_ms, down=down)
        self._button = PanelButton(gestures, self._standing, self._act, self._touched, loop, clock)
        if down:
            self._act(Meaning.TELL_STUCK, clock())
        log.subscribe(self._outlook.take)
        conductor.watch(self._show)
        hardware.watch(self._button.edge)
        self._show()

    @property
    def light(self) -> PanelLight:
        """The light, to be looked at."""
        return self._light

    def ready(self) -> None:
        """It hears and speaks from now on."""
        self._outlook.life = Life.RUNNING
        self._show()

    def look(self) -> None:
        """To be called every `look_every_ms`: what nobody tells of."""
        self._outlook.look()
        self._show()

    def close(self) -> None:
        """Let the pins go, with the light out. The last call."""
        self._assembly.conductor.watch(_do_nothing)
        self._button.close()
        self._light.close()
        self._hardware.close()

    def gauges(self) -> dict[str, int]:
        """What is counted where no event tells of it."""
        return {"slow_lights": self._light.slow}

    # ------------------------------------------------------------------ the light

    def _show(self) -> None:
        """The one place where the light is set."""
        pressed = self._button.is_down or self._clock() < self._pressed_until_s
        self._light.show(shown(self._outlook.now(button_down=pressed, asks_to_forget=self._asks)))

    @property
    def _asks(self) -> bool:
        return self._assembly.conductor.muted and self._clock() < self._asked_until_s

    # ------------------------------------------------------------------ the button

    def _touched(self) -> None:
        self._pressed_until_s = self._clock() + PRESSED_S
        self._show()

    def _standing(self) -> Standing:
        if self._asks:
            return Standing.ASKED
        if self._assembly.toolbox.rings:
            return Standing.RINGING
        return Standing.MUTED if self._assembly.conductor.muted else Standing.FREE

    def _act(self, meaning: Meaning, at_s: float) -> None:
        conductor, announcer = self._assembly.conductor, self._assembly.announcer
        match meaning:
            case Meaning.PRESS:
                self._press.down(self._index_at(at_s))
            case Meaning.LET_GO:
                self._press.up(self._index_at(at_s))
            case Meaning.STOP_RING:
                conductor.post(StopRing())
            case Meaning.MUTE | Meaning.UNMUTE:
                conductor.post(MuteWanted(meaning is Meaning.MUTE))
            case Meaning.REPEAT:
                self._repeat()
            case Meaning.ASK_TO_FORGET:
                self._asked_until_s = self._clock() + ASK_S
                announcer.announce(ASK_TO_FORGET)
            case Meaning.FORGET:
                self._asked_until_s = float("-inf")
                self._forget()
                announcer.announce(FORGOTTEN)
            case Meaning.KEEP:
                self._asked_until_s = float("-inf")
                announcer.announce(KEPT)
            case Meaning.TELL_STUCK:
                self._tell_owner("the button is down all the time: it is passed over until it comes up")
            case Meaning.TELL_FREED:
                self._tell_owner("the button has come up: it works again")
            case Meaning.TELL_PLAYED_WITH:
                self._tell_owner(
                    "the button is pressed faster than means anything: a child, or a loose contact"
                )
        self._show()

    def _index_at(self, at_s: float) -> int:
        """The 16 kHz sample that was said then; the microphone delivers nothing from before its start."""
        ago_ms = max(self._clock() - at_s, 0.0) * 1000
        return max(self._near_index() - samples_of_ms(ago_ms, NEAR_RATE_HZ), 0)

    def _repeat(self) -> None:
        """Say once more what was answered last, as it sounded."""
        self._assembly.conductor.post(StopWanted())  # the taps opened a turn, or stopped that very answer
        pcm = self._assembly.answers.last.pcm()
        if len(pcm):
            self._assembly.loudspeaker.announce(Sound.SAID, pcm)
        else:
            self._assembly.announcer.announce(NOTHING_SAID)


def _do_nothing() -> None:
    pass
