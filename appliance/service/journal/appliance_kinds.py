"""What the journal tells of the appliance: providers, money, devices, and what is wrong with them. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final

from appliance.errors import FailureCategory
from appliance.service.journal.kinds import Kind, Priority

_HELPS_ITSELF = "It tries again by itself, and meanwhile asks the next provider of the configuration."

# What is wrong with a provider, and what its owner can do.
_FAILURES: Final[Mapping[FailureCategory, tuple[Priority, str, str]]] = {
    FailureCategory.SESSION_CLOSED: (
        Priority.WARNING,
        "The connection to a provider broke off",
        f"{_HELPS_ITSELF} Where it happens again and again, look at the network: WiFi at its edge, "
        "a router that "
        "forgets connections, a provider in trouble.",
    ),
    FailureCategory.CONNECTION_FAILED: (
        Priority.WARNING,
        "A provider cannot be reached",
        f"{_HELPS_ITSELF} Is the network there (`ip route`, `resolvectl query api.openai.com`)? Is "
        "the clock right "
        "(`timedatectl`)? Is the address in the configuration right (`appliance check-config`)?",
    ),
    FailureCategory.AUTH_FAILED: (
        Priority.ERROR,
        "A provider's key is missing or refused",
        "It is not asked again for a while. Give the appliance a valid key with "
        "`sudo appliance set-key NAME`, where NAME is what stands behind `credential:` in api_key, and "
        "restart it.",
    ),
    FailureCategory.RATE_LIMITED: (
        Priority.WARNING,
        "A provider was asked too often",
        f"{_HELPS_ITSELF} Where it happens often, the account's limits at the provider are too small.",
    ),
    FailureCategory.QUOTA_EXHAUSTED: (
        Priority.ERROR,
        "The account or the money for a provider is used up",
        "Either the account at the provider has no credit left, or a limit under [money] in the "
        "configuration is "
        "reached: `appliance status` shows what was spent. It is asked again when that has changed.",
    ),
    FailureCategory.MODEL_UNAVAILABLE: (
        Priority.WARNING,
        "A model is not available",
        "APPLIANCE_MESSAGE= says which one. Models are renamed and switched off: compare `model` in the "
        "configuration with what the provider offers to this account.",
    ),
    FailureCategory.TIMED_OUT: (
        Priority.WARNING,
        "A provider did not answer in time",
        f"{_HELPS_ITSELF} Where the provider is only slow, conversation.answer_deadline_s may be longer.",
    ),
    FailureCategory.PROTOCOL_VIOLATION: (
        Priority.ERROR,
        "A provider sent what it must not send",
        f"{_HELPS_ITSELF} Either the provider has changed its protocol, and a newer version of the appliance "
        "understands it, or something between here and there answers in its place (a captive "
        "portal, a proxy).",
    ),
}

APPLIANCE_KINDS: Final[Sequence[Kind]] = (
    *(
        Kind(
            f"error.{category}",
            priority,
            "{provider}: {message}{times}",
            subject,
            f"APPLIANCE_PROVIDER= says who. {explanation}",
        )
        for category, (priority, subject, explanation) in _FAILURES.items()
    ),
    Kind(
        "provider.connecting",
        Priority.DEBUG,
        "{name} is being connected.",
        "A connection to @APPLIANCE_NAME@ is being made",
        "There is nothing to do.",
    ),
    Kind(
        "provider.ready",
        Priority.INFO,
        "{name} is ready.",
        "@APPLIANCE_NAME@ is ready to answer",
        "There is nothing to do.",
    ),
    Kind(
        "provider.released",
        Priority.INFO,
        "{name} is not needed any more.",
        "@APPLIANCE_NAME@ is not needed any more",
        "Somebody whom the configuration prefers answers again, and its connection was closed. "
        "There is nothing to do.",
    ),
    Kind(
        "provider.down",
        Priority.WARNING,
        "{name} cannot answer: {reason}.",
        "@APPLIANCE_NAME@ cannot answer",
        f"APPLIANCE_REASON= says why; a line beside this one says it in words. {_HELPS_ITSELF}",
    ),
    Kind(
        "provider.backing_off",
        Priority.INFO,
        "{name} is left in peace for a while: {reason}.",
        "@APPLIANCE_NAME@ is left in peace for a while",
        "It failed, and is tried again after a pause. There is nothing to do.",
    ),
    Kind(
        "failover",
        Priority.WARNING,
        "{to} answers in place of {from}{in_turn}: {reason}.",
        "@APPLIANCE_TO@ answers in place of @APPLIANCE_FROM@",
        "It was told everything that was said in this turn, so that nobody has to repeat it. The preferred "
        "provider is tried again by itself; a line before this one says what was wrong with it.",
    ),
    Kind(
        "failover.failback",
        Priority.NOTICE,
        "{to} answers again, in place of {from}{in_turn}.",
        "@APPLIANCE_TO@ answers again",
        "The preferred provider is back. There is nothing to do.",
    ),
    Kind(
        "hedge",
        Priority.INFO,
        "{second} is asked as well as {first}{in_turn}.",
        "A second provider was asked as well",
        "The first one is late and had failed before; who answers first is heard, and both cost money. "
        'Where that is not wanted: conversation.hedge = "off".',
    ),
    Kind(
        "usage",
        Priority.DEBUG,
        "{provider} used {counts}{in_turn}: {cost}.",
        "What an answer used, and what it cost",
        "`appliance status` has the sums. Where APPLIANCE_COST= is missing the provider has no prices in the "
        "configuration.",
    ),
    Kind(
        "money_limit.near",
        Priority.WARNING,
        "Most of the money for the {period} is spent: {spent} of {limit} {currency}.",
        "Most of the money for the @APPLIANCE_PERIOD@ is spent",
        "When all of it is spent only providers answer that cost nothing. The limits are "
        "money.daily_limit and money.monthly_limit.",
    ),
    Kind(
        "money_limit.reached",
        Priority.ERROR,
        "The money for the {period} is spent: {spent} of {limit} {currency}.",
        "The money for the @APPLIANCE_PERIOD@ is spent",
        "Until the @APPLIANCE_PERIOD@ is over only providers answer that cost nothing. The limits are "
        "money.daily_limit and money.monthly_limit; a restart applies a change.",
    ),
    Kind(
        "mute",
        Priority.NOTICE,
        "{muted}.",
        "Somebody muted the appliance, or ended that",
        "While it is muted nothing is read from the microphone. The button, the model or `appliance unmute` "
        "end it.",
    ),
    Kind(
        "device.ready",
        Priority.NOTICE,
        "The {device} works: {name}.",
        "The @APPLIANCE_DEVICE@ works again",
        "There is nothing to do.",
    ),
    Kind(
        "device.lost",
        Priority.ERROR,
        "The {device} does not work: {reason}.",
        "The @APPLIANCE_DEVICE@ does not work",
        "It is looked for all the time and used again as soon as it is there, this one or another; "
        "nobody has to "
        "restart anything. Is it plugged in? Does `appliance devices` show it? Does another program hold it? "
        "A cable or a power supply that is too weak shows as USB errors in `journalctl -k`.",
    ),
    Kind(
        "device.silent",
        Priority.ERROR,
        "The {device} delivers nothing but silence: {reason}.",
        "The @APPLIANCE_DEVICE@ delivers nothing but silence",
        "Sound comes, and it is all the same number: a switch on the device, a capture control at zero "
        "(`alsamixer`, F4), or a broken device. `appliance doctor` looks closer.",
    ),
    Kind(
        "echo.cancelled",
        Priority.INFO,
        "The loudspeaker's echo is cancelled: {erle_db} dB taken out, {residual_dbfs} dBFS left.",
        "The loudspeaker's echo is cancelled",
        "There is nothing to do.",
    ),
    Kind(
        "echo.inaudible",
        Priority.INFO,
        "The microphone does not hear the loudspeaker.",
        "The microphone does not hear the loudspeaker",
        "There is nothing to do, where there are headphones or a long cable.",
    ),
    Kind(
        "echo.weak",
        Priority.WARNING,
        "Little of the loudspeaker's echo can be cancelled: {erle_db} dB of it; {residual_dbfs} dBFS stay.",
        "Little of the loudspeaker's echo can be cancelled",
        "It may take its own voice for somebody's. A loudspeaker that is driven too far distorts, and what "
        "it adds cannot be cancelled: turn it down, or move the microphone away from it. `appliance doctor` "
        "measures both.",
    ),
    Kind(
        "echo.harmful",
        Priority.WARNING,
        "Cancelling the loudspeaker's echo made it louder; it is left off until that is over.",
        "Cancelling the loudspeaker's echo made it louder",
        "It has forgotten what it learnt of the room, and begins anew. Where it happens again and again, one "
        "of the two devices loses samples: another USB port, or a stronger power supply, may help.",
    ),
    Kind(
        "echo.no_reference",
        Priority.WARNING,
        "The loudspeaker's echo cannot be cancelled: hearing is not told in time what is played.",
        "Hearing is not told in time what the loudspeaker plays",
        "It may take its own voice for somebody's. The machine is too busy, or one of the two devices does "
        "not tell how far it is; `appliance status` shows what was lost. It goes on by itself.",
    ),
    Kind(
        "duplex.full_duplex",
        Priority.INFO,
        "Whoever speaks over an answer interrupts it again.",
        "Whoever speaks over an answer interrupts it",
        "There is nothing to do.",
    ),
    Kind(
        "duplex.loud_voice",
        Priority.WARNING,
        "Only a loud voice interrupts an answer, {needed_dbfs} dBFS at the microphone: {reason}.",
        "Only a loud voice interrupts an answer",
        "APPLIANCE_REASON= says why. Speak up, or press the button. Turn the loudspeaker down, or move the "
        "microphone away from it; `appliance doctor` measures both. As soon as it is better speech "
        "interrupts it again.",
    ),
    Kind(
        "duplex.button_only",
        Priority.WARNING,
        "Only the button interrupts an answer: {reason}.",
        "Only the button interrupts an answer",
        "APPLIANCE_REASON= says why. While it speaks it does not listen, because it cannot tell a voice from "
        "its own. Turn the loudspeaker down, or move the microphone away from it; `appliance doctor` "
        "measures both. As soon as it is better it listens again.",
    ),
    Kind(
        "network.down",
        Priority.ERROR,
        "The network is gone: it goes no further than {reach}.",
        "The network is gone",
        "There is no way to whoever should answer; APPLIANCE_REACH= says how far the network still goes "
        "(this machine, or the house). Is the cable plugged in, the router on, the Wi-Fi password right "
        "(`nmcli device`, `ip route`)? It goes on by itself as soon as the network is back. One that "
        "comes and goes all the time counts as gone until it was there for 3 s.",
    ),
    Kind(
        "network.up",
        Priority.NOTICE,
        "The network goes as far as {reach}, and that is far enough.",
        "The network goes far enough",
        "Whoever should answer can be reached, and where that was not so is connected again at once. "
        "There is nothing to do.",
    ),
    Kind(
        "clock_set",
        Priority.NOTICE,
        "The clock was set; it jumped by {step_ms}.",
        "The clock was set",
        "A time server, or somebody, has set the clock of this machine. Certificates that did not seem to be "
        "good are looked at again at once. Where it happens often, the board may need a battery for its "
        "clock.",
    ),
    Kind(
        "quiet_hours.began",
        Priority.INFO,
        "It is quiet until {until}.",
        "The quiet hours have begun",
        "Nothing but an alarm is louder than quiet_hours.volume until @APPLIANCE_UNTIL@, and where "
        "quiet_hours.answers is none, nobody is answered who speaks. There is nothing to do.",
    ),
    Kind(
        "quiet_hours.ended",
        Priority.INFO,
        "The quiet hours are over.",
        "The quiet hours are over",
        "It is as loud as it was before, and answers everybody. There is nothing to do.",
    ),
    Kind(
        "quiet_hours.refused",
        Priority.INFO,
        "Somebody asked in the quiet hours, and is answered from {until} on.",
        "Somebody asked in the quiet hours and was not answered",
        "That is what quiet_hours.answers = none is for; nothing of what was said was sent. Where it should "
        "answer softly, write soft; where it took a television for a person, raise hearing.speech_threshold.",
    ),
    Kind(
        "configuration.applied",
        Priority.NOTICE,
        "The changed configuration is in force.",
        "The changed configuration is in force",
        "There is nothing to do. `appliance check-config` shows what is set, and from where.",
    ),
    Kind(
        "configuration.refused",
        Priority.ERROR,
        "The changed configuration was not applied: {reason}.",
        "The changed configuration was not applied",
        "The old one stays in force. `appliance check-config` says what is wrong with the changed one, "
        "where, and what is allowed. Then `systemctl reload voice-appliance` again.",
    ),
    Kind(
        "liveness.stuck",
        Priority.ERROR,
        "A part of the appliance is stuck: {part} has not moved for {still_ms}.",
        "A part of the appliance is stuck: @APPLIANCE_PART@",
        "It is started anew when that does not move again within some seconds. Where it happens again and "
        "again it is a fault of ours, or of a driver: `appliance report` writes down what helps to find it.",
    ),
    Kind(
        "liveness.moving",
        Priority.NOTICE,
        "{part} moves again, after {still_ms}.",
        "@APPLIANCE_PART@ moves again",
        "Something stopped the whole machine for a moment: a memory that is full, a card that is slow, a "
        "power supply that is too weak (`vcgencmd get_throttled` tells). Where it is rare nobody has to act.",
    ),
)
