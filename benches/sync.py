#!/usr/bin/env python3
"""How fast a helpdesk is read: a simulated one without limits, over HTTP, from connecting it to the end of the first run.

Prints tickets in a second, the processor time of the server, its greatest memory, the pages that were asked for, when each stream was there, and
how much longer the facts took. Without `--database-url` it is a folder of its own; with it, an empty database, whose server has the roles of
`deploy/sql/roles.sql`, and the login of its owner.
"""

import argparse
import json
import os
import signal
import subprocess
import tempfile
import threading
import time
import urllib.request


def serve(command, environment):
    child = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=environment)
    address = None
    for line in child.stderr:
        told = json.loads(line)
        if told["message"].startswith("serving REST"):
            address = told["address"]
        if told["message"].startswith("ready"):
            # What it says later is read, so that it never waits for somebody to.
            threading.Thread(target=child.stderr.read, daemon=True).start()
            return child, address
    raise SystemExit("it ended before it was ready")


def processor(pid):
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(pid):
    with open(f"/proc/{pid}/status") as file:
        return int(next(line for line in file if line.startswith("VmRSS")).split()[1]) / 1024


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("program", help="the plumbline program")
    arguments.add_argument("--database-url")
    arguments.add_argument("--tickets", type=int, default=50_000)
    arguments.add_argument("--vendor", default="zendesk")
    given = arguments.parse_args()
    program = os.path.abspath(given.program)
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "PLUMBLINE_MASTER_KEY": "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc="}
        place = ["--database-url", given.database_url] if given.database_url else ["--data-dir", f"{home}/data"]
        with open(f"{home}/password", "w") as file:
            file.write("correct horse battery staple")
        if given.database_url:
            subprocess.run([program, "migrate", *place], check=True, stdout=subprocess.DEVNULL, env=environment)
        subprocess.run([program, "tenant", "create", "acme", "--name", "Acme", "--admin-email", "a@acme.test",
                        "--admin-password-file", f"{home}/password", *place],
                       check=True, stdout=subprocess.DEVNULL, env=environment)
        desk = subprocess.Popen([program, "simulate", given.vendor, "--tickets", str(given.tickets), "--agents", "100",
                                 "--rate-limit", "off", "--json"], stdout=subprocess.PIPE, text=True)
        told = json.loads(desk.stdout.readline())
        allowed = told["base_url"].removeprefix("http://")
        server, address = serve([program, "serve", *place, "--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0",
                                 "--egress-allow", allowed], environment)
        try:
            measure(given, told, server.pid, f"http://{address}")
        finally:
            for child in (server, desk):
                child.send_signal(signal.SIGTERM)
                child.wait()


def measure(given, desk, pid, url):
    def ask(path, body=None, **headers):
        request = urllib.request.Request(url + path, data=body, headers=headers)
        return json.load(urllib.request.urlopen(request))

    form = b"grant_type=password&username=a@acme.test&password=correct+horse+battery+staple"
    token = ask("/t/acme/oauth/token", form)["access_token"]
    head = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    new = {"name": "Desk", "vendor": given.vendor, "base_url": desk["base_url"], "credentials": desk["credentials"]}
    spent, begun, most, there = processor(pid), time.perf_counter(), 0, {}
    connection = ask("/v1/connections", json.dumps(new).encode(), **head)["id"]
    while True:
        time.sleep(0.1)
        most = max(most, memory(pid))
        health = ask(f"/v1/connections/{connection}/health", **head)
        for stream in ask(f"/v1/connections/{connection}/streams", **head):
            if there.get(stream["name"], (0, 0))[0] != stream["items"]:
                there[stream["name"]] = (stream["items"], time.perf_counter() - begun)
        if health["synced_at"]:
            break
        if health["state"] == "error":
            raise SystemExit(health["trouble"])
    read, spent = time.perf_counter() - begun, processor(pid) - spent
    while ask("/v1/kpis/tickets_created?from=2020-01-01&to=2030-01-01", **head)["pending"]:
        time.sleep(0.05)
    facts = time.perf_counter() - begun - read
    run = ask("/v1/sync_runs", **head)["items"][0]
    print(f"{given.vendor}: {given.tickets} tickets in {read:.1f} s, {given.tickets / read:.0f} in a second; "
          f"{run['items']} items of {run['pages']} pages, {run['items'] / read:.0f} in a second")
    print(f"processor {spent:.1f} s, memory {most:.0f} MiB at most, facts {facts:.1f} s more")
    for name, (items, at) in there.items():
        print(f"  {name}: {items} after {at:.1f} s")


main()
