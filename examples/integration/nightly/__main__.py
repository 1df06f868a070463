"""`python -m nightly`: what runs every night."""

import argparse
import sys
from pathlib import Path

import httpx

from plumbline_client import Client
from plumbline_client.api.accounts import me_get
from plumbline_client.api.tickets import tickets_import
from plumbline_client.errors import UnexpectedStatus
from plumbline_client.models import ImportReport, Problem
from plumbline_client.types import File, Response

from . import report, roster
from .connection import NotSignedIn, Refused, ask, connect

DESCRIPTION = "Tickets in, employee numbers in, last month's report out. Each is done where its file is named."


def main() -> int:
    """Exit code 0 when all of it is done; 1 when not, and stderr says why."""
    args = arguments()
    try:
        secret = args.secret_file.read_text(encoding="utf-8").strip()
        with connect(args.url.rstrip("/"), args.tenant, args.client_id, secret) as client:
            night(client, args)
    except Refused as refused:
        return failed(advice(refused.problem))
    except (NotSignedIn, UnexpectedStatus, httpx.HTTPError, OSError) as error:
        return failed(str(error))
    return 0


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="nightly", description=DESCRIPTION)
    parser.add_argument("--url", required=True, help="where Plumbline is, like https://kpi.example.com")
    parser.add_argument("--tenant", required=True, help="the tenant's name in addresses")
    parser.add_argument("--client-id", required=True, help="the API client's id")
    parser.add_argument("--secret-file", required=True, type=Path, help="a file with its secret")
    parser.add_argument("--tickets", type=Path, help="the help desk's export, NDJSON with canonical columns")
    parser.add_argument("--roster", type=Path, help="the HR system's: CSV with work_email,employee_no")
    parser.add_argument("--report", type=Path, help="where last month's numbers go, as CSV")
    return parser.parse_args()


def night(client: Client, args: argparse.Namespace) -> None:
    """Do what was asked for, in this order."""
    me = ask(me_get.sync_detailed, client=client).body
    if args.tickets:
        taken = ask(import_tickets, client, args.tickets).body
        print(f"tickets: {taken.accepted} rows taken, {taken.changed} tickets changed, {taken.rejected} lines rejected")
        for line in taken.rejects:
            print(f"  line {line.line}: {line.reason}")
    everybody = roster.people(client)
    if args.roster:
        changed = roster.carry_over(client, args.roster, everybody)
        print(f"roster: {changed} of {len(everybody)} people have a new number")
        everybody = roster.people(client)
    if args.report:
        start, end = report.last_month(me.tenant.time_zone)
        with args.report.open("w", encoding="utf-8", newline="") as out:
            lines = report.write(client, everybody, start, end, out)
        print(f"report: {lines} agents from {start} until {end}")


def import_tickets(client: Client, export: Path) -> Response[ImportReport | Problem]:
    """Stream the file, however long it is; each try begins at its start."""
    with export.open("rb") as lines:
        return tickets_import.sync_detailed(client=client, body=File(payload=lines))


def advice(problem: Problem) -> str:
    """Tell from the code what to do about it; the words are for people and may change."""
    match problem.code:
        case "forbidden":
            hint = "\nthe API client needs the scopes tickets.write, people.write, kpis.read and kpis.people"
        case "invalid" | "body_unreadable":
            hint = "".join(f"\n  {field.message}" for field in problem.fields or [])
        case _:
            hint = ""
    return f"{problem.detail} ({problem.code}, request {problem.request_id}){hint}"


def failed(why: str) -> int:
    """Say it where cron finds it."""
    print(f"nightly: {why}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
