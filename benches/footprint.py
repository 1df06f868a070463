#!/usr/bin/env python3
"""What the program weighs: its size, the time until it is ready over a migrated database, and its memory when nobody asks anything.

Workers are on. Without `--database-url` it is a folder of its own; with it, an empty database, whose server
has the roles of `deploy/sql/roles.sql`, and the login of its owner.
"""

import argparse
import json
import os
import signal
import subprocess
import tempfile
import time


def status(pid, key):
    with open(f"/proc/{pid}/status") as file:
        return int(next(line for line in file if line.startswith(key)).split()[1]) / 1024


def serve(command, environment):
    begun = time.perf_counter()
    child = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=environment)
    for line in child.stderr:
        if json.loads(line)["message"].startswith("ready"):
            return child, (time.perf_counter() - begun) * 1000
    raise SystemExit("it ended before it was ready")


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("program", help="the plumbline program")
    arguments.add_argument("--database-url")
    arguments.add_argument("--starts", type=int, default=10)
    arguments.add_argument("--seconds", type=int, default=60, help="how long it is left alone")
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
        stripped = f"{home}/stripped"
        subprocess.run(["strip", "-o", stripped, program], check=True)
        print(f"size: {os.path.getsize(stripped) / 1e6:.1f} MB stripped")
        command = [program, "serve", *place, "--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0"]
        starts = []
        for number in range(given.starts):
            child, took = serve(command, environment)
            starts.append(took)
            if number + 1 < given.starts:
                child.send_signal(signal.SIGTERM)
                child.wait()
        starts.sort()
        print(f"start: {starts[len(starts) // 2]:.0f} ms in the middle of {len(starts)}, {starts[-1]:.0f} ms at most")
        time.sleep(given.seconds)
        print(f"idle after {given.seconds} s: {status(child.pid, 'VmRSS'):.1f} MiB resident, "
              f"{status(child.pid, 'RssAnon'):.1f} MiB of it its own")
        child.send_signal(signal.SIGTERM)
        child.wait()


if __name__ == "__main__":
    main()
