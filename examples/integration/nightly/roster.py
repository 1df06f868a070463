"""Employee numbers from the HR system, which Plumbline's people get where theirs differ."""

import csv
from collections.abc import Iterable
from pathlib import Path

from plumbline_client import Client
from plumbline_client.api.people import people_get, people_list, people_update
from plumbline_client.models import PeopleListSort, Person, PersonPatch

from .connection import Refused, ask, every


def people(client: Client) -> list[Person]:
    """List everybody, by name."""
    pages = every(
        lambda after: (
            ask(people_list.sync_detailed, client=client, sort=PeopleListSort.NAME, limit=200, after=after).body
        )
    )
    return list(pages)


def carry_over(client: Client, roster: Path, everybody: Iterable[Person]) -> int:
    """Give each person their number of the roster (`work_email,employee_no`); say how many had another one."""
    with roster.open(encoding="utf-8", newline="") as lines:
        numbers = {row["work_email"].lower(): row["employee_no"] for row in csv.DictReader(lines)}
    wrong = [it for it in everybody if it.work_email in numbers and it.employee_no != numbers[it.work_email]]
    for person in wrong:
        give_number(client, person.id, numbers[person.work_email or ""])
    return len(wrong)


def give_number(client: Client, person_id: str, number: str) -> None:
    """Change it only in the version that was looked at, so that nobody else's change is lost."""
    while True:
        read = ask(people_get.sync_detailed, person_id, client=client)
        if read.body.employee_no == number:
            return
        patch = PersonPatch(employee_no=number)
        try:
            ask(people_update.sync_detailed, person_id, client=client, body=patch, if_match=read.headers["ETag"])
        except Refused as refused:
            if refused.problem.code != "stale_version":
                raise
        else:
            return
