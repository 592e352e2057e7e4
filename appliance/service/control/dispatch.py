"""From a request to the control it asks for, and what is replied."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from appliance.service.control import requests as r
from appliance.service.control.controls import Controls, Refused
from appliance.service.control.replies import (
    DONE,
    Members,
    answer_line,
    status_line,
    utterance_line,
    variable_line,
    volume_line,
)


async def replies_to(request: r.AnyRequest, controls: Controls) -> AsyncGenerator[Members, None]:
    """The pieces of the reply and its last line. Raises Refused, and what a fault of ours raises."""
    match request:
        case r.Ask(text=text, spoken=spoken):
            async with aclosing(controls.ask(text, spoken=spoken)) as answer:
                async for piece in answer:
                    yield answer_line(piece)
                    if piece.final:
                        return
            raise Refused("The answer broke off.")
        case r.Say(text=text):
            await controls.say(text)
        case r.Reload():
            await controls.reload()
        case r.Volume(percent=percent):
            if percent is not None:
                controls.set_volume(percent)
            yield volume_line(controls.volume())
            return
        case r.Variables():
            for name, value in sorted(controls.variables().items()):
                yield variable_line(name, value)
        case r.Transcript():
            for item in controls.transcript():
                yield utterance_line(item)
        case r.ReportStatus():
            yield status_line(controls.status())
            return
        case _:
            _do(request, controls)
    yield DONE


def _do(request: r.AnyRequest, controls: Controls) -> None:
    match request:
        case r.Mute():
            controls.mute()
        case r.Unmute():
            controls.unmute()
        case r.Stop():
            controls.stop()
        case r.Forget():
            controls.forget()
        case r.Commit():
            controls.commit()
        case r.Press():
            controls.press()
        case r.Release(held=held):
            controls.release(held=held)
        case r.SetVariable(name=name, value=value):
            controls.set_variable(name, value)
        case _:
            raise AssertionError(f"{request.do} has nobody who does it")
