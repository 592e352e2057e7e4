"""The picture shows what was said, what each setting made of it, and what another silence would have done."""

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from appliance.conversation.timeline.style import FAILURE
from appliance.errors import InputFileError
from appliance.hearing.turns.turn_detector import TurnOptions
from appliance.service.tune.choice import Candidate, Choice
from appliance.service.tune.picture import draw, write_picture
from appliance.service.tune.score import Score, score
from appliance.service.tune.trial import Heard, try_options
from appliance.service.tune.truth import Truth, guess, nobody_speaks
from appliance.service.tune.tuning import Tuned
from tests.service.tune.spoken import heard

YOURS = Candidate("yours", TurnOptions(), 300)
PATIENT = Candidate("tuned", replace(YOURS.options, end_silence_ms=1500), 300)


def tuned(sound: Heard, truth: Truth) -> Tuned:
    def measure(options: TurnOptions) -> Score:
        return score(try_options(sound, options), truth)

    choice = Choice(PATIENT, measure(PATIENT.options), ("because",))
    tried = ((YOURS, measure(YOURS.options)),)
    return Tuned((Path("a <room>.wav"),), (sound,), (truth,), tried, choice, measure)


def shapes(picture: str, **look: str) -> int:
    return sum(
        all(element.get(name.replace("_", "-")) == value for name, value in look.items())
        for element in ElementTree.fromstring(picture).iter()
    )


def words(picture: str) -> str:
    return " ".join("".join(element.itertext()) for element in ElementTree.fromstring(picture).iter())


def test_each_setting_has_its_lane_and_the_recommended_one_is_marked() -> None:
    sound = heard((1, 0), (1, 0.9), (1, 0), (1, 0.9), (3, 0))
    picture = draw(tuned(sound, guess(sound, 2000)))
    assert "→ tuned" in words(picture)
    assert "a <room>.wav" in words(picture)
    assert "tuned: 1500 ms" in words(picture)


def test_a_cut_off_is_a_line_in_the_lane_of_whoever_cuts() -> None:
    paused = heard((1, 0), (1, 0.9), (1, 0), (1, 0.9), (3, 0))
    whole = heard((1, 0), (2, 0.9), (3, 0))
    assert shapes(draw(tuned(paused, guess(paused, 2000))), stroke=FAILURE, stroke_width="3") == 1
    assert shapes(draw(tuned(whole, guess(whole, 2000))), stroke=FAILURE, stroke_width="3") == 0


def test_a_false_start_is_hatched() -> None:
    sound = heard((1, 0), (1, 0.9), (3, 0))
    assert shapes(draw(tuned(sound, nobody_speaks(sound))), fill="url(#fruitless)") == 2


def test_a_long_recording_is_shown_as_far_as_a_screen_goes() -> None:
    sound = heard(*((2, 0.9), (4, 0)) * 100)
    assert "120 s" in words(draw(tuned(sound, guess(sound, 2000))))
    assert "180 s" not in words(draw(tuned(sound, guess(sound, 2000))))


def test_it_is_an_svg_or_a_png_by_its_name(tmp_path: Path) -> None:
    sound = heard((1, 0), (1, 0.9), (3, 0))
    one = tuned(sound, guess(sound, 2000))
    write_picture(one, tmp_path / "a.svg")
    write_picture(one, tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "a.svg").read_text(encoding="utf-8").startswith("<svg")
    with pytest.raises(InputFileError, match=r"must end in \.svg or \.png"):
        write_picture(one, tmp_path / "a.gif")
    with pytest.raises(InputFileError, match="cannot be written"):
        write_picture(one, tmp_path / "missing" / "a.svg")
