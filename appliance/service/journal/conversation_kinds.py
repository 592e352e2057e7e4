"""What the journal tells of a conversation: who spoke, who waited, who answered. Pure."""

from collections.abc import Sequence
from typing import Final

from appliance.service.journal.kinds import Kind, Priority

_NOTHING = "There is nothing to do."

CONVERSATION_KINDS: Final[Sequence[Kind]] = (
    Kind(
        "session.started",
        Priority.NOTICE,
        "It has started; answers come from {provider}.",
        "The voice appliance has started",
        "From here on it hears what is said in the room, unless it is muted or a line beside this one says "
        f"that its microphone does not work. The answers come from @APPLIANCE_PROVIDER@. {_NOTHING}",
    ),
    Kind(
        "session.ended",
        Priority.NOTICE,
        "It listens no more.",
        "The voice appliance has stopped listening",
        "The service was stopped or restarted, or could not go on: then the lines before this one say why. "
        "`systemctl status voice-appliance` tells whether it runs again.",
    ),
    Kind(
        "phase",
        Priority.INFO,
        "It {to}: {cause}.",
        "The conversation went from @APPLIANCE_FROM@ to @APPLIANCE_TO@",
        "idle: it waits for somebody to speak. listening: somebody speaks. thinking: it waits for an answer. "
        "speaking: it answers. interrupted: somebody makes a sound over its answer, and it is being decided "
        f"whether that is an interruption. APPLIANCE_CAUSE= says why it changed. {_NOTHING}",
    ),
    Kind(
        "wake_word",
        Priority.INFO,
        "Somebody said {name} ({probability}).",
        "Somebody said the wake word",
        "APPLIANCE_PROBABILITY= is how sure the detector was. Where nobody said it, and it is heard again "
        "and again, make wake_word.sensitivity smaller; where it is missed, greater.",
    ),
    Kind(
        "follow_up",
        Priority.DEBUG,
        "After turn {turn} it listens on for {lasts_ms}.",
        "It listens on after an answer",
        "For so long speech alone opens a turn, APPLIANCE_LEFT= times more; then the button or the wake word "
        "has to. conversation.follow_up_s = 0 switches that off.",
    ),
    Kind(
        "turn_opened",
        Priority.DEBUG,
        "Turn {turn}: somebody speaks.",
        "Somebody began to speak",
        "Nothing leaves the box before hearing.min_speech_ms of speech were heard, so that a cough does not. "
        "Where it takes noise for speech again and again, raise hearing.speech_threshold, or move the "
        "microphone away from what makes the noise.",
    ),
    Kind(
        "turn_committed",
        Priority.INFO,
        "Turn {turn} is said, {audio_ms} of sound: {cause}.",
        "What was said is complete, and is being answered",
        "APPLIANCE_AUDIO_MS= is all sound that was sent for it. APPLIANCE_CAUSE= says what ended it; with "
        "silence that was hearing.end_silence_ms of it. Where people are cut off, make that longer; "
        "where they "
        "wait too long for an answer, shorter.",
    ),
    Kind(
        "turn_discarded",
        Priority.INFO,
        "Turn {turn} was no question, {speech_ms} of speech: {cause}.",
        "A sound was no question",
        "It held less speech than hearing.min_speech_ms, or it was ended by mute or stop. Nobody was asked. "
        "Where short words are passed over, make hearing.min_speech_ms smaller.",
    ),
    Kind(
        "transcript",
        Priority.INFO,
        "Turn {turn}, {role}: {text}",
        "What was said",
        "It stands here because the owner has set journal.transcripts = true. Whoever may read the "
        "journal may "
        "read it; set it to false, and what is said from then on is not written down.",
    ),
    Kind(
        "answer_started",
        Priority.DEBUG,
        "Turn {turn}: {provider} begins to answer.",
        "@APPLIANCE_PROVIDER@ began to answer",
        f"{_NOTHING}",
    ),
    Kind(
        "answer_audible",
        Priority.DEBUG,
        "Turn {turn}: the answer can be heard.",
        "The first sound of the answer left the loudspeaker",
        f"{_NOTHING}",
    ),
    Kind(
        "latency",
        Priority.INFO,
        "Turn {turn}: {total_ms} from the last word to the first sound"
        " ({endpoint_ms} to be sure, {provider_ms} for the answer, {playout_ms} to the loudspeaker).",
        "How long somebody waited for an answer",
        "APPLIANCE_TOTAL_MS= is from the last sound of speech to the first sound of the answer. It "
        "is made of "
        "APPLIANCE_ENDPOINT_MS= (to be sure that nothing more is said: hearing.end_silence_ms), "
        "APPLIANCE_PROVIDER_MS= (the provider and the network) and APPLIANCE_PLAYOUT_MS= (the loudspeaker). "
        "`appliance status` shows how they are spread.",
    ),
    Kind(
        "interruption.confirmed",
        Priority.INFO,
        "Turn {turn} was interrupted after {heard_ms} of the answer: {cause}.",
        "Somebody interrupted the answer",
        "It stopped, told the provider how much of the answer was heard, and listens. Where a cough "
        "or another "
        "voice does that, see [interruption] in the configuration.",
    ),
    Kind(
        "interruption.rejected",
        Priority.INFO,
        "Turn {turn} was not interrupted: {cause}.",
        "A sound over the answer was no interruption",
        "The answer went on where it stood still. Where that happens often, the microphone may hear the "
        "loudspeaker: move them apart, or turn the volume down.",
    ),
    Kind(
        "answer_done",
        Priority.INFO,
        "Turn {turn} is answered{complete}, {heard_ms} were heard.",
        "The answer is over",
        "APPLIANCE_HEARD_MS= of it left the loudspeaker; APPLIANCE_COMPLETE= tells whether that was "
        "all of it. "
        "An answer that broke off was interrupted or stopped, or a line before this one says what "
        "went wrong.",
    ),
    Kind(
        "tool_call",
        Priority.INFO,
        "Turn {turn}: the model called {name}.",
        "The model called the tool @APPLIANCE_NAME@",
        f"{_NOTHING}",
    ),
    Kind(
        "tool_call.failed",
        Priority.WARNING,
        "Turn {turn}: the model called {name}, which failed.",
        "The tool @APPLIANCE_NAME@ failed",
        "The model was told so, and answers without it. Where it is a tool of an MCP server, look at that "
        "server; its lines in this journal begin with the server's name.",
    ),
    Kind(
        "say",
        Priority.DEBUG,
        "It says a sentence of its own, {duration_ms}.",
        "The appliance says a sentence of its own",
        f"A greeting, an announcement, or an honest word about a failure. {_NOTHING}",
    ),
    Kind(
        "timer.ended",
        Priority.INFO,
        "A timer rings.",
        "A timer rings",
        "`appliance stop`, or the button, ends it.",
    ),
    Kind(
        "timer.missed",
        Priority.WARNING,
        "A timer ended while it was off.",
        "A timer ended while the appliance was off",
        "It says so itself once it is ready. Where nobody switched it off, look for the reason with "
        "`journalctl -u voice-appliance -b -1`.",
    ),
    Kind(
        "alarm.set",
        Priority.INFO,
        "Alarm {number} is set.",
        "An alarm was set",
        "`appliance status` tells when it rings.",
    ),
    Kind(
        "alarm.cancelled",
        Priority.INFO,
        "Alarm {number} is cancelled.",
        "An alarm was cancelled",
        f"{_NOTHING}",
    ),
    Kind(
        "alarm.rings",
        Priority.INFO,
        "Alarm {number} rings.",
        "An alarm rings",
        "`appliance stop`, or the button, ends it.",
    ),
    Kind(
        "alarm.snoozed",
        Priority.INFO,
        "Alarm {number} rings again in some minutes.",
        "An alarm was told to ring again later",
        f"{_NOTHING}",
    ),
    Kind(
        "alarm.missed",
        Priority.WARNING,
        "Alarm {number} was missed: it was off, or did not know the time.",
        "An alarm did not ring",
        "The appliance was off at that time, or its clock was not set. It says so itself to whoever "
        "is there. "
        "Where nobody switched it off, look for the reason with `journalctl -u voice-appliance -b "
        "-1`; a clock "
        "that is not set needs the network (`timedatectl`).",
    ),
    Kind(
        "button",
        Priority.DEBUG,
        "The button {down}.",
        "The button was pressed or released",
        f"{_NOTHING}",
    ),
)
