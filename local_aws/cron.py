"""AWS's cron: ``cron(minutes hours day-of-month month day-of-week year)``.

Six fields, as Glue and EventBridge Scheduler write them.
https://docs.aws.amazon.com/glue/latest/dg/monitor-data-warehouse-schedule.html
https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

import calendar
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo

_MONTHS = {name.upper(): index for index, name in enumerate(calendar.month_abbr) if name}
_WEEKDAYS = {"SUN": 1, "MON": 2, "TUE": 3, "WED": 4, "THU": 5, "FRI": 6, "SAT": 7}
_YEARS = range(1970, 2200)
_EXPRESSION = re.compile(r"cron\((?P<fields>[^()]*)\)")

type DayRule = Callable[[date], bool]


class CronError(ValueError):
    """An expression that cannot be read; the text says which field and what it takes."""


@dataclass(frozen=True)
class Cron:
    """An expression that was read: the values that each field allows."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    months: frozenset[int]
    years: frozenset[int]
    day: DayRule

    def next_fire(self, after: datetime, zone: tzinfo = UTC) -> datetime | None:
        """Return the first instant after ``after`` (aware), in UTC; None if there is none left.

        The fields name times on the clocks of ``zone``. A time that the clocks skip in spring does
        not fire, one that they show twice in autumn fires the first time only:
        https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
        """
        moment = after.astimezone(UTC)
        for day in self._days(after.astimezone(zone).date()):
            for hour in self.hours:
                for minute in self.minutes:
                    local = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)
                    fire = local.astimezone(UTC)
                    if fire > moment and _is_shown(local, fire, zone):
                        return fire
        return None

    def _days(self, first: date) -> Iterator[date]:
        for year in (year for year in _YEARS if year >= first.year and year in self.years):
            for month in sorted(self.months):
                for number in range(1, calendar.monthrange(year, month)[1] + 1):
                    day = date(year, month, number)
                    if day >= first and self.day(day):
                        yield day


def parse(expression: str) -> Cron:
    """Read an expression. Raises CronError that says what to write instead."""
    match = _EXPRESSION.fullmatch(expression.strip())
    fields = match["fields"].split() if match else []
    if len(fields) != 6:
        raise CronError(
            "write cron(Minutes Hours Day-of-month Month Day-of-week Year), "
            "such as cron(15 12 * * ? *)."
        )
    minutes, hours, month_day, months, week_day, years = fields
    return Cron(
        minutes=tuple(sorted(_values("Minutes", minutes, range(60)))),
        hours=tuple(sorted(_values("Hours", hours, range(24)))),
        months=frozenset(_values("Month", months, range(1, 13), _MONTHS)),
        years=frozenset(_values("Year", years, _YEARS)),
        day=_day_rule(month_day, week_day),
    )


def _is_shown(local: datetime, instant: datetime, zone: tzinfo) -> bool:
    """Whether the clocks of ``zone`` ever show ``local``; in spring they skip an hour."""
    return instant.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None)


def _day_rule(month_day: str, week_day: str) -> DayRule:
    if month_day == "?" and week_day == "?":
        raise CronError("one of Day-of-month and Day-of-week needs a value, not both a ?.")
    if week_day == "?":
        return _any(_month_day(item) for item in month_day.split(","))
    if month_day == "?":
        return _any(_week_day(item) for item in week_day.split(","))
    raise CronError(
        "Day-of-month and Day-of-week cannot both have a value: write ? in one of them."
    )


def _any(rules: Iterator[DayRule]) -> DayRule:
    alternatives = tuple(rules)
    return lambda day: any(rule(day) for rule in alternatives)


def _month_day(item: str) -> DayRule:
    if item == "L":
        return lambda day: day.day == _last(day)
    if item == "LW":
        return lambda day: day.day == _nearest_weekday(day, _last(day))
    if match := re.fullmatch(r"(\d{1,2})W", item):
        wanted = _number("Day-of-month", match[1], range(1, 32))
        return lambda day: wanted <= _last(day) and day.day == _nearest_weekday(day, wanted)
    values = _values("Day-of-month", item, range(1, 32))
    return lambda day: day.day in values


def _week_day(item: str) -> DayRule:
    if item == "L":
        return lambda day: _aws_weekday(day) == 7
    if match := re.fullmatch(r"(\w{1,3})L", item):
        last = _number("Day-of-week", match[1], range(1, 8), _WEEKDAYS)
        return lambda day: _aws_weekday(day) == last and day.day > _last(day) - 7
    # The page above lists no # for Glue; EventBridge's cron, otherwise the same, has it:
    # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
    if match := re.fullmatch(r"(\w{1,3})#([1-5])", item):
        weekday = _number("Day-of-week", match[1], range(1, 8), _WEEKDAYS)
        nth = int(match[2])
        return lambda day: _aws_weekday(day) == weekday and (day.day - 1) // 7 + 1 == nth
    values = _values("Day-of-week", item, range(1, 8), _WEEKDAYS)
    return lambda day: _aws_weekday(day) in values


def _aws_weekday(day: date) -> int:
    """Return 1 for Sunday to 7 for Saturday."""
    return day.isoweekday() % 7 + 1


def _last(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def _nearest_weekday(day: date, wanted: int) -> int:
    """Return the day of ``day``'s month, Monday to Friday, that is nearest to ``wanted``."""
    weekday = date(day.year, day.month, wanted).isoweekday()
    if weekday == 6:
        return wanted - 1 if wanted > 1 else wanted + 2
    if weekday == 7:
        return wanted + 1 if wanted < _last(day) else wanted - 2
    return wanted


def _values(field: str, text: str, allowed: range, names: dict[str, int] | None = None) -> set[int]:
    """Return the numbers that ``text`` (``,`` ``-`` ``*`` ``/``) names."""
    values: set[int] = set()
    for item in text.split(","):
        values |= _item(field, item, allowed, names or {})
    return values


def _item(field: str, item: str, allowed: range, names: dict[str, int]) -> set[int]:
    span, slash, step = item.partition("/")
    if span == "*":
        first, last = allowed[0], allowed[-1]
    elif "-" in span:
        low, _, high = span.partition("-")
        first = _number(field, low, allowed, names)
        last = _number(field, high, allowed, names)
    else:
        first = _number(field, span, allowed, names)
        last = allowed[-1] if slash else first
    stride = _number(field, step, range(1, len(allowed) + 1)) if slash else 1
    if first <= last:
        return set(range(first, last + 1, stride))
    # FRI-MON and 22-2 run past the end of the week or the day.
    return {
        allowed[i % len(allowed)]
        for i in range(first - allowed[0], last + len(allowed) - allowed[0] + 1, stride)
    }


def _number(field: str, text: str, allowed: range, names: dict[str, int] | None = None) -> int:
    number = (names or {}).get(text.upper())
    if number is None and re.fullmatch(r"\d{1,4}", text):
        number = int(text)
    if number is None or number not in allowed:
        words = f" or {next(iter(names))}-{list(names)[-1]}" if names else ""
        raise CronError(f"{field} takes {allowed[0]}-{allowed[-1]}{words}, not {text!r}.")
    return number
