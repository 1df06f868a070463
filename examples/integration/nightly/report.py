"""Last month's numbers by agent, as CSV."""

import csv
import time
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TextIO
from zoneinfo import ZoneInfo

from plumbline_client import Client
from plumbline_client.api.kpis import kpis_get
from plumbline_client.models import KpiAnswer, KpiGroup, KpiRow, Metric, Person
from plumbline_client.types import Unset

from .connection import ask

PENDING_SECONDS = 60


def last_month(zone: str) -> tuple[date, date]:
    """Its first day, and the first day after it, as it is now where the tenant is."""
    end = datetime.now(ZoneInfo(zone)).date().replace(day=1)
    return (end - timedelta(days=1)).replace(day=1), end


def by_agent(client: Client, metric: Metric, start: date, end: date) -> dict[str, KpiRow]:
    """One row for each agent who has the number; asked again while what just came in is worked in."""
    deadline = time.monotonic() + PENDING_SECONDS
    while True:
        kpi: KpiAnswer = ask(
            kpis_get.sync_detailed, metric, client=client, from_=start, to=end, group_by=[KpiGroup.AGENT]
        ).body
        if not kpi.pending:
            return {row.agent.id: row for row in kpi.rows if not isinstance(row.agent, Unset)}
        if time.monotonic() > deadline:
            raise TimeoutError(f"{metric} is still pending after {PENDING_SECONDS} s; are workers running?")
        time.sleep(0.5)


def write(client: Client, everybody: Iterable[Person], start: date, end: date, out: TextIO) -> int:
    """Write a line for each person who solved or answered anything; say how many."""
    solved = by_agent(client, Metric.TICKETS_SOLVED, start, end)
    answered = by_agent(client, Metric.FIRST_RESPONSE_TIME, start, end)
    table = csv.writer(out)
    table.writerow(["employee_no", "name", "tickets_solved", "first_responses", "median_seconds", "p90_seconds"])
    lines = 0
    for person in everybody:
        work, speed = solved.get(person.id), answered.get(person.id)
        if work or speed:
            table.writerow([person.employee_no, person.name, *count(work), *count(speed), *percentiles(speed)])
            lines += 1
    return lines


def count(row: KpiRow | None) -> list[int | None]:
    """How many; empty where a number is withheld, 0 where there is no row."""
    return [row.n if row else 0]


def percentiles(row: KpiRow | None) -> list[int | None]:
    """Empty where there is none."""
    values = (row.p50, row.p90) if row else (None, None)
    return [None if isinstance(value, Unset) else value for value in values]
