"""The night, run as cron would run it, and the parts of it that a quiet night does not show."""

import csv
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import pytest

from nightly import connection, roster
from nightly.connection import Refused, ask, connect, every
from plumbline_client import Client
from plumbline_client.api.people import people_list, people_update
from plumbline_client.models import Me, Problem
from plumbline_client.types import UNSET, Response, Unset

from .conftest import SCOPES, Desk

TICKETS = 3000


def run(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "nightly", *options], capture_output=True, text=True, check=False)


def export(folder: Path) -> Path:
    """Write tickets that one new agent answered and solved on the first of last month, and a line that is none."""
    day = (date.today().replace(day=1) - timedelta(days=1)).replace(day=1)  # noqa: DTZ011 - any day of that month
    ann = {"first_response_by": "ann", "first_response_by_name": "Ann Nightly", "solved_by": "ann"}
    ann["first_response_by_email"] = "ann@night.example"
    times = {"created": f"{day}T10:00:00Z", "first_response": f"{day}T10:05:00Z", "solved": f"{day}T11:00:00Z"}
    file = folder / "export.ndjson"
    with file.open("w", encoding="utf-8") as out:
        for number in range(TICKETS):
            out.write(json.dumps({"ticket": f"night-{number}", "status": "solved", **times, **ann}) + "\n")
        out.write('{"ticket": "night-bad", "created": "yesterday"}\n')
    return file


def test_a_night_brings_tickets_and_numbers_in_and_takes_a_report_out(desk: Desk, tmp_path: Path) -> None:
    client = desk.api_client(tmp_path, SCOPES)
    hr = tmp_path / "roster.csv"
    hr.write_text("work_email,employee_no\nANN@night.example,N1\nnobody@night.example,N2\n", encoding="utf-8")
    options = [f"--tickets={export(tmp_path)}", f"--roster={hr}", f"--report={tmp_path / 'report.csv'}"]

    night = run(*client, *options)
    assert (night.returncode, night.stderr) == (0, "")
    lines = night.stdout.splitlines()
    assert lines[0] == f"tickets: {TICKETS} rows taken, {TICKETS} tickets changed, 1 lines rejected"
    assert lines[1].startswith(f"  line {TICKETS + 1}: ")
    assert "`yesterday`" in lines[1]
    assert lines[2].startswith("roster: 1 of ")

    with (tmp_path / "report.csv").open(encoding="utf-8", newline="") as report:
        rows = {row["name"]: row for row in csv.DictReader(report)}
    assert f"report: {len(rows)} agents" in lines[3]
    assert len(rows) > 20, "the demo's own agents are in it too"
    numbers = ("employee_no", "tickets_solved", "first_responses", "median_seconds", "p90_seconds")
    assert [rows["Ann Nightly"][it] for it in numbers] == ["N1", str(TICKETS), str(TICKETS), "300", "300"]

    again = run(*client, *options).stdout.splitlines()
    assert again[0] == f"tickets: {TICKETS} rows taken, 0 tickets changed, 1 lines rejected"
    assert again[2].startswith("roster: 0 of ")
    assert again[3] == lines[3]


def test_what_went_wrong_is_told_by_its_code(desk: Desk, tmp_path: Path) -> None:
    reader = desk.api_client(tmp_path, ["people.read"])
    refused = run(*reader, f"--tickets={export(tmp_path)}")
    assert refused.returncode == 1
    assert "(forbidden, request " in refused.stderr
    assert "needs the scopes tickets.write" in refused.stderr

    stranger = run(*reader[:2], "--client-id=client_01h455vb4pex5vsknk084sn02q", reader[3])
    assert (stranger.returncode, stranger.stdout) == (1, "")
    assert "(invalid_client)" in stranger.stderr


def test_a_list_is_followed_to_its_end(desk: Desk, tmp_path: Path) -> None:
    with night_client(desk, tmp_path) as client:
        pages = every(lambda after: ask(people_list.sync_detailed, client=client, limit=3, after=after).body)
        ids = [person.id for person in pages]
        assert len(ids) == len(set(ids)) == len(roster.people(client)) > 20


def test_a_change_by_somebody_else_is_not_lost(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with night_client(desk, tmp_path) as client:
        person = roster.people(client)[0]
        update = people_update.sync_detailed
        tries: list[HTTPStatus] = []

        def after_somebody_else(*args: Any, **options: Any) -> object:  # noqa: ANN401 - whatever is passed on
            if not tries:
                desk.owner.patch(f"/v1/people/{person.id}", json={"locale": "it"}).raise_for_status()
            response = update(*args, **options)
            tries.append(response.status_code)
            return response

        monkeypatch.setattr(people_update, "sync_detailed", after_somebody_else)
        roster.give_number(client, person.id, "N7")
        assert tries == [HTTPStatus.PRECONDITION_FAILED, HTTPStatus.OK]
        now = desk.owner.get(f"/v1/people/{person.id}").json()
        assert (now["employee_no"], now["locale"]) == ("N7", "it")


def test_only_what_is_away_for_a_moment_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("time.sleep", pauses.append)

    def refusing(retry_after: int | Unset = UNSET) -> Callable[[], Response[Me | Problem]]:
        problem = Problem(
            code="unavailable", detail="", request_id="", status=503, title="", type_="", retry_after=retry_after
        )
        return lambda: Response(HTTPStatus.SERVICE_UNAVAILABLE, b"", {}, problem)

    with pytest.raises(Refused):
        ask(refusing(retry_after=3))
    assert pauses == [3.0] * (connection.TRIES - 1)

    pauses.clear()
    with pytest.raises(Refused):
        ask(refusing())
    assert pauses == []

    def cut() -> Response[Me | Problem]:
        raise httpx.ConnectError("cut")

    with pytest.raises(httpx.ConnectError):
        ask(cut)
    assert len(pauses) == connection.TRIES - 1


def night_client(desk: Desk, folder: Path) -> Client:
    options = dict(option[2:].split("=", 1) for option in desk.api_client(folder, SCOPES))
    return connect(desk.url, "demo", options["client-id"], Path(options["secret-file"]).read_text("utf-8").strip())
