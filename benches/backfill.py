#!/usr/bin/env python3
"""Serves a made-up helpdesk's pages from memory, and times who reads them into a database: `backfill`, and dlt beside it where it is installed.

    cargo build --release -p benches --bin backfill
    benches/backfill.py target/release/backfill [--tickets 200000] [--rounds 3]
                        [--database-url postgres://owner@host/postgres] [--dlt-url postgresql://owner@host/scratch]

`--database-url` is a database in which a login may make others: each round gets one of its own, dropped afterwards. `--dlt-url` is a
scratch database for dlt (`pip install 'dlt[postgres]'`), which leaves a schema there. A twentieth of the tickets comes again on the page
after, newer. Python 3, nothing else.
"""
import argparse, json, os, random, subprocess, sys, threading, time, urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE = 1000
BEGIN = 1719792000
WORDS = "order refund login invoice delivery change export crash reset feature".split()
DLT = """
import os, sys, time
os.environ.update(RUNTIME__DLTHUB_TELEMETRY="false", RUNTIME__LOG_LEVEL="ERROR", NORMALIZE__WORKERS="2")
import dlt
from dlt.sources.rest_api import rest_api_source
url, dsn = sys.argv[1:]
def lean(ticket):
    return {name: value for name, value in ticket.items() if name not in ("fields", "custom_fields")}
source = rest_api_source({
    "client": {"base_url": url, "paginator": {"type": "json_link", "next_url_path": "after_url"}},
    "resources": [{"name": "tickets", "primary_key": "id", "write_disposition": "merge", "processing_steps": [{"map": lean}],
                   "endpoint": {"path": "api/v2/incremental/tickets/cursor.json", "data_selector": "tickets"}}],
})
start = time.time()
dlt.pipeline("pages", destination=dlt.destinations.postgres(dsn), dataset_name="pages_%d" % start).run(source)
print(time.time() - start)
"""


def moment(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def ticket(number):
    chance = random.Random(number)
    at = BEGIN + number * 60
    agent = chance.randrange(500) + 1
    events, then = [], at
    for place in range(chance.randrange(3, 9)):
        then += chance.randrange(10, 20_000)
        kind, field = chance.choice([("Comment", None), ("Change", "status"), ("Change", "priority")])
        value = {None: None, "status": chance.choice(["open", "pending", "solved"]), "priority": "high"}[field]
        by = agent if chance.random() < 0.6 else 1_000_000 + number % 50_000
        events.append({"id": number * 16 + place, "type": kind, "created_at": moment(then), "author_id": by,
                       "field_name": field, "value": value, "public": chance.random() < 0.8})
    fields = [{"id": 360_000 + place, "value": chance.choice([None, "v1", "v2"])} for place in range(6)]
    return {
        "id": number, "created_at": moment(at), "updated_at": moment(then), "subject": f"{chance.choice(WORDS)} #{number}",
        "description": "I need help with my order as soon as possible. " * chance.randrange(2, 9),
        "priority": chance.choice(["low", "normal", "high", None]), "status": "closed" if chance.random() < 0.9 else "open",
        "requester_id": 1_000_000 + number % 50_000, "assignee_id": agent, "group_id": agent % 20 + 1,
        "via": {"channel": chance.choice(["email", "web", "chat", "api", "voice"]), "source": {"from": {}, "to": {}}},
        "tags": chance.sample(WORDS, chance.randrange(4)), "custom_fields": fields, "fields": fields, "events": events,
        "metric_set": {"id": 5_000_000 + number, "reopens": chance.randrange(3), "replies": chance.randrange(1, 9),
                       "reply_time_in_seconds": {"calendar": chance.randrange(20, 50_000), "business": 7},
                       "full_resolution_time_in_minutes": {"calendar": chance.randrange(1, 5_000), "business": 7}},
    }


def pages(tickets, base):
    """The pages as bytes, by their cursor."""
    made, again, count = {}, [], (tickets + PAGE - 1) // PAGE
    for page in range(count):
        rows = [ticket(number) for number in range(page * PAGE + 1, min(tickets, (page + 1) * PAGE) + 1)]
        newer = [{**old, "status": "closed", "updated_at": moment(BEGIN + 10**8 + page)} for old in again]
        again = random.Random(page).sample(rows, len(rows) // 20)
        last = page == count - 1
        cursor = None if last else str(page + 1)
        link = None if last else f"{base}/api/v2/incremental/tickets/cursor.json?cursor={cursor}"
        body = {"tickets": rows + newer, "after_cursor": cursor, "after_url": link, "end_of_stream": last}
        made[str(page)] = json.dumps(body, separators=(",", ":")).encode()
    return made


class Pages(BaseHTTPRequestHandler):
    protocol_version, made, asked = "HTTP/1.1", {}, 0

    def do_GET(self):
        Pages.asked += 1
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        body = self.made.get(query.get("cursor", ["0"])[0], b"")
        self.send_response(200 if body else 404)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def psql(url, sql):
    subprocess.run(["psql", "-q", url, "-c", sql], check=True)


def ours(options, base, url):
    command = [options.binary, "--pages", base]
    if url is None:
        return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    name = f"backfill_{os.getpid()}"
    psql(url, f"CREATE DATABASE {name}")
    try:
        of = url.rsplit("/", 1)[0] + "/" + name
        done = subprocess.run([*command, "--database-url", of], check=True, capture_output=True, text=True)
        return json.loads(done.stdout)
    finally:
        psql(url, f"DROP DATABASE {name} WITH (FORCE)")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--tickets", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--database-url")
    parser.add_argument("--dlt-url")
    options = parser.parse_args()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    base = f"http://127.0.0.1:{server.server_port}"
    Pages.made = pages(options.tickets, base)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    told = sum(len(json.loads(body)["tickets"]) for body in Pages.made.values())
    print(f"{len(Pages.made)} pages of {told} tickets, {sum(map(len, Pages.made.values())) >> 20} MiB", flush=True)
    for _ in range(options.rounds):
        for name, url in [("SQLite", None), ("PostgreSQL", options.database_url)]:
            if name == "PostgreSQL" and url is None:
                continue
            Pages.asked = 0
            done = ours(options, base, url)
            print(f"{name}: {told / done['seconds']:.0f} tickets/s ({done['seconds']} s, {done['cpu']} s of processor, "
                  f"{done['rss_mib']} MiB at most, {Pages.asked} requests); facts and rollups {done['facts_seconds']} s"
                  + (f"; a keyed COPY of the same rows {done['copy_seconds']} s, that is {done['copy_seconds'] / done['seconds'] * 100:.0f} %"
                     if "copy_seconds" in done else ""), flush=True)
        if options.dlt_url:
            done = subprocess.run([sys.executable, "-c", DLT, base, options.dlt_url], capture_output=True, text=True)
            line = done.stdout.strip().splitlines()[-1:] if done.returncode == 0 else []
            print(f"dlt: {told / float(line[0]):.0f} tickets/s ({float(line[0]):.1f} s)" if line else f"dlt: {done.stderr.strip()[-300:]}", flush=True)
    server.shutdown()


if __name__ == "__main__":
    main()
