"""Periods as people write them: 12h, 30d, 2w, 6mo, 1y."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

WRITTEN = re.compile(r"([1-9][0-9]{0,3})(h|d|w|mo|y)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Period:
    months: int = 0
    time: timedelta = timedelta()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ``ValueError``."""
        if not (written := WRITTEN.fullmatch(text)):
            raise ValueError(text)
        count = int(written[1])
        match written[2]:
            case "h":
                return cls(time=timedelta(hours=count))
            case "d":
                return cls(time=timedelta(days=count))
            case "w":
                return cls(time=timedelta(weeks=count))
            case "mo":
                return cls(months=count)
        return cls(months=12 * count)

    def after(self, start: datetime) -> datetime:
        """When a period that began then is over: a month on from 31 January is the last day of February."""
        years, month = divmod(start.month - 1 + self.months, 12)
        year, month = start.year + years, month + 1
        day = min(start.day, monthrange(year, month)[1])
        return start.replace(year=year, month=month, day=day) + self.time
