"""`docs/listening.md` and its pictures, out of one run."""

from pathlib import Path

from tests.listening.cases import Half
from tests.listening.headline import CONDITION
from tests.listening.pictures import ASKED, HEARD, condition_picture, curve_picture, points
from tests.listening.report import at_their_defaults, curve_table, table
from tests.listening.run import Record

DOCUMENT = Path("docs/listening.md")
PICTURES = Path("docs/listening")
CURVES = {"ends-of-turns": ASKED, "answers": HEARD}
ABOUT = {
    "sentence": "Whole sentences in a quiet room, near the microphone and across four rooms.",
    "level": "Quiet and loud speakers, a microphone that clips, and one with a DC offset.",
    "white": "Whole sentences in white noise, by the signal-to-noise ratio.",
    "babble": "Whole sentences while eight others talk.",
    "music": "Whole sentences while music plays.",
    "fan": "Whole sentences beside a fan.",
    "hum": "Whole sentences with the mains' 50 Hz and its harmonics.",
    "pause": "Sentences with a pause of 300…700 ms, put in where the voice is lowest, or the reader's own.",
    "interruption": "Somebody speaks over an answer, by the level of its echo over the person's voice.",
    "command": "“stop”, “wait” and “hold on” over an answer.",
    "backchannel": "“mhm”, “yes” and the like over an answer.",
    "transient": "Coughs, clicks, doors and claps over an answer.",
    "own voice": "Nobody speaks but the device.",
    "wake word": "A wake word, and a question right after it.",
    "no wake word": "Talk without a wake word in it.",
}
INTRODUCTION = """# How it listens

Written by `python -m tests.listening --docs` from one run; nothing here is typed by hand. The set is made
by a script and labelled by construction: `tests/listening/` says how. A value is followed by its 95 %
interval (Wilson for shares, Poisson for rates, bootstrap for percentiles) and by how many cases, events or
words it comes from. A promise that is missed is **bold**.

The peers need an environment of their own: `python3 -m venv PEERS`, then
`PEERS/bin/pip install pipecat-ai==1.14.0 livekit`, and `LISTENING_PEERS_PYTHON=PEERS/bin/python`. A run that
was broken off goes on where it stopped; `--share 4` hears a quarter of the cases (17 minutes here, beside
other work), `--small` one of each condition, and `--held-out COMMIT` the other half, if the appliance is
still that of COMMIT.

- **ours** is the whole appliance in virtual time, between a modelled microphone and a modelled loudspeaker:
  what it plays comes back through a room, late, with another clock and distorted, and stops where it stops.
  A provider answers 300 ms after it was asked; words over an answer are read within 116 ms, as the offline
  worker takes.
- **ours, model** is the same with `hearing.end_of_turn = "model"`, where turns end.
- **pipecat** is `pipecat-ai`'s SileroVADAnalyzer and Smart Turn by their defaults, over a curve of
  `stop_secs`; its models cost no time here and no transcript is waited for, both in its favour. It has no
  echo canceller. **livekit** is LiveKit's audio processing with all it switches on by itself, then the same
  speech detector by LiveKit's defaults. Both hear an open loop: the answer plays on, and every time they
  would stop it is counted. Neither says when it falls silent, so there is only when it decided.
- **silence, N ms** is the appliance's own ears with nothing but a length of silence.
- **perfect turns** begins and ends 300 ms around each label: its *words wrong* are those of the recognizer in
  the same noise, whoever hears the turns.
- *cut off* counts every time a turn was held to be over in mid-sentence, whether or not it went on as the
  same turn before anything was answered; *and answered into* counts those in which the first sound of an
  answer fell into the sentence. *end of turn after* is when it was asked, *answer heard after* when something
  is heard; of everybody the provider takes 300 ms and the loudspeaker 40 ms.
- *words wrong* compares what reached the provider with what the same recognizer reads in the clean
  recording.
"""


def write(record: Record) -> None:
    """The document and a picture for each condition of the first half that was heard."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    DOCUMENT.write_text(text(record), encoding="utf-8")
    for half, by_system in record.measures.items():
        conditions = dict.fromkeys(m.condition for found in by_system.values() for m in found)
        for condition in conditions:
            if condition != CONDITION:
                path = PICTURES / picture_name(condition, half)
                picture = condition_picture(condition, at_their_defaults(by_system))
                path.write_text(picture, encoding="utf-8")
        for name, curve in CURVES.items():
            if points(by_system, curve):
                path = PICTURES / picture_name(name, half)
                path.write_text(curve_picture(by_system, curve), encoding="utf-8")


def picture_name(condition: str, half: Half) -> str:
    """Of a file."""
    return f"{condition.replace(' ', '-')}{'-held-out' if half == 'held-out' else ''}.svg"


def text(record: Record) -> str:
    """The document."""
    parts = [INTRODUCTION, _origin(record)]
    for half, by_system in record.measures.items():
        cases, real = record.cases[half]
        parts.append(f"## The {half} half: {cases} cases, {real} of them in real voices\n")
        shown = at_their_defaults(by_system)
        parts.append(table(CONDITION, shown) + "\n")
        if points(by_system):
            parts += [f"![{c.title}](listening/{picture_name(name, half)})\n" for name, c in CURVES.items()]
            parts.append(curve_table(by_system) + "\n")
        conditions = dict.fromkeys(m.condition for found in by_system.values() for m in found)
        for condition in conditions:
            if condition != CONDITION:
                about = ABOUT.get(condition, "Nobody speaks.")
                parts.append(f"### {condition}\n\n{about}\n")
                parts.append(f"![{condition}](listening/{picture_name(condition, half)})\n")
                parts.append(
                    f"<details><summary>numbers</summary>\n\n{table(condition, shown)}\n\n</details>\n"
                )
    return "\n".join(parts)


def _origin(record: Record) -> str:
    share = "all cases" if record.share == 1 else f"one case of {record.share}, chosen by chance"
    lines = [
        f"Run of {record.day}, commit {record.commit}, set {record.set_version} ({share},"
        f" {record.hours:g} h of each noise where all are heard), {record.machine}."
    ]
    if record.broken_off:
        lines.append("The run was broken off: not everybody heard every case, n says how many.")
    if "held-out" not in record.measures:
        lines.append("The held-out half was not heard in this run: parameters are not frozen yet.")
    lines += [f"{name} was skipped: {why}." for name, why in record.skipped.items()]
    return "\n\n".join(lines) + "\n"
