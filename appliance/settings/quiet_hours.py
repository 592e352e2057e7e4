"""When it is to be quiet: `[quiet_hours]`."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from appliance.settings.section import Allowed, Conflict, Section, refuse

TimeOfDay = Annotated[
    str, Field(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9])?$"), Allowed('a time of day such as "20:00"')
]


class QuietHours(Section):
    """The hours of every day in which it is quiet, and what that means; none without `begin`."""

    begin: TimeOfDay = ""
    end: TimeOfDay = ""
    volume: int = Field(default=30, ge=0, le=100)
    answers: Literal["soft", "none"] = "soft"

    @model_validator(mode="after")
    def _have_a_beginning_and_an_end(self) -> Self:
        conflicts = []
        if bool(self.begin) != bool(self.end):
            missing, given = ("end", "begin") if self.begin else ("begin", "end")
            conflicts.append(Conflict(missing, "must be a time as well where there is", given))
        elif self.begin and self.begin == self.end:
            conflicts.append(Conflict("end", "must be another time than", "begin"))
        refuse(conflicts)
        return self
