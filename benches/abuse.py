#!/usr/bin/env python3
"""What a tenant that floods costs its neighbour, what a GraphQL document costs that is refused, and what becomes of a thousand clients that
hold connections open.

It starts the program over a folder of its own, with loopback addresses alone, and prints its figures; nothing asserts a time.
"""

import argparse
import asyncio
import concurrent.futures
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse

PASSWORD = "correct horse battery staple"
LIMIT = 50  # requests a second of a tenant


async def ask(reader, writer, token, path="/v1/teams"):
    writer.write(f"GET {path} HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    length = head.split("content-length: ")[1].split("\r\n")[0]
    await reader.readexactly(int(length))
    return int(head.split(" ")[1])


async def open_loop(address, token, rate, seconds, connections):
    """Asks at a fixed rate whatever the answers do; a time counts from when the request was due."""
    free = asyncio.Queue()
    for _ in range(connections):
        free.put_nowait(await asyncio.open_connection(*address))
    times, statuses, tasks, begun = [], {}, [], time.perf_counter()

    async def one(due):
        pair = await free.get()
        try:
            status = await ask(*pair, token)
        except (OSError, asyncio.IncompleteReadError, IndexError):
            status = 0
            pair = await asyncio.open_connection(*address)
        free.put_nowait(pair)
        times.append(time.perf_counter() - due)
        statuses[status] = statuses.get(status, 0) + 1

    for number in range(int(rate * seconds)):
        due = begun + number / rate
        await asyncio.sleep(max(0, due - time.perf_counter()))
        tasks.append(asyncio.create_task(one(due)))
    await asyncio.gather(*tasks)
    while not free.empty():
        free.get_nowait()[1].close()
    return times, statuses


def p99(times):
    return sorted(times)[int(len(times) * 0.99)] * 1000


class Server:
    def __init__(self, program, *options):
        self.home = tempfile.TemporaryDirectory()
        data = ["--data-dir", f"{self.home.name}/data"]
        with open(f"{self.home.name}/password", "w") as file:
            file.write(PASSWORD)
        for slug in ["acme", "globex"]:
            subprocess.run(
                [program, "tenant", "create", slug, "--name", slug, "--admin-email", f"a@{slug}.test",
                 "--admin-password-file", f"{self.home.name}/password", *data],
                check=True, stdout=subprocess.DEVNULL)
        self.child = subprocess.Popen(
            [program, "serve", *data, "--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0",
             "--log", "info", *options],
            stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        while True:
            line = json.loads(self.child.stderr.readline())
            if line["message"].startswith("serving"):
                host, port = line["address"].split(":")
                self.address = (host, int(port))
            if line["message"].startswith("ready"):
                break
        # Somebody has to read what it goes on to say.
        self.drain = subprocess.Popen(["cat"], stdin=self.child.stderr, stdout=subprocess.DEVNULL)

    def memory(self, key="VmHWM"):
        with open(f"/proc/{self.child.pid}/status") as file:
            return int(next(line for line in file if line.startswith(key)).split()[1]) / 1024

    async def token(self, slug):
        reader, writer = await asyncio.open_connection(*self.address)
        body = urllib.parse.urlencode(
            {"grant_type": "password", "username": f"a@{slug}.test", "password": PASSWORD})
        writer.write(
            f"POST /t/{slug}/oauth/token HTTP/1.1\r\nHost: t\r\nConnection: close\r\nContent-Length: {len(body)}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\n\r\n{body}".encode())
        answer = (await reader.read()).decode()
        return json.loads(answer.split("\r\n\r\n")[1])["access_token"]

    def stop(self):
        self.child.send_signal(signal.SIGTERM)
        self.child.wait()
        self.drain.wait()


def flooding(address, token, seconds):
    return asyncio.run(open_loop(address, token, 20 * LIMIT, seconds, 32))[1]


async def flood(server, pool, seconds, runs):
    acme, globex = await server.token("acme"), await server.token("globex")
    idle, flooded = [], []
    for run in range(runs):
        times, statuses = await open_loop(server.address, globex, 10, seconds, 2)
        idle.append(p99(times))
        neighbour = open_loop(server.address, globex, 10, seconds, 2)
        # In a process of its own, so that the neighbour's times are the server's and not the flooder's.
        flooder = asyncio.get_running_loop().run_in_executor(pool, flooding, server.address, acme, seconds)
        (times, statuses), flooder = await asyncio.gather(neighbour, flooder)
        flooded.append(p99(times))
        print(f"run {run + 1}: neighbour's p99 {idle[-1]:.1f} ms idle, {flooded[-1]:.1f} ms beside the flood; "
              f"neighbour {statuses}, flooder {flooder}")
    idle, flooded = statistics.median(idle), statistics.median(flooded)
    allowed = max(2 * idle, idle + 20)
    print(f"flood: median p99 {idle:.1f} ms idle, {flooded:.1f} ms flooded, {allowed:.1f} ms allowed; "
          f"memory at most {server.memory():.0f} MB")


async def hold(address, source, first, token):
    """Holds a connection open after these bytes: what it was told, and how long until the server cut it."""
    begun, told = time.perf_counter(), b""
    try:
        reader, writer = await asyncio.open_connection(*address, local_addr=(source, 0))
        writer.write(first.replace("TOKEN", token).encode())
        async with asyncio.timeout(60):
            while some := await reader.read(4096):
                told += some
        writer.close()
    except TimeoutError:
        return "still open", told
    except OSError:
        pass
    return time.perf_counter() - begun, told


SLOW = {
    "slow bodies": "POST /v1/teams HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer TOKEN\r\n"
                   "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
    "slow heads": "GET /v1/teams HTTP/1.1\r\nHost: t\r\nX-Slow: ",
    "half-open connections": "",
}


async def slow(server, count):
    token, globex = await server.token("acme"), await server.token("globex")
    for name, first in SLOW.items():
        held = [hold(server.address, f"127.0.0.{2 + n % 10}", first, token) for n in range(count)]
        held = asyncio.gather(*held)
        await asyncio.sleep(2)
        times, statuses = await open_loop(server.address, globex, 10, 5, 2)
        cut = await held
        ended = [after for after, _ in cut if after != "still open"]
        answers = {}
        for _, told in cut:
            answer = told[9:12].decode() or "nothing"
            answers[answer] = answers.get(answer, 0) + 1
        print(f"{name}: {count} from ten addresses, told {answers}, {len(ended)} cut after {min(ended):.1f} to {max(ended):.1f} s, "
              f"{count - len(ended)} still open after 60 s; others meanwhile {statuses}, p99 {p99(times):.1f} ms; "
              f"memory at most {server.memory():.0f} MB")


ANSWERED = '{"query":"{ __typename }"}'


def bombs():
    doubled = "".join(f"fragment F{n} on Team {{ ...F{n + 1} ...F{n + 1} }} " for n in range(30))
    lists = "children(first: 1000000) { edges { node { " * 4
    deep = "[" * 60_000 + "]" * 60_000
    documents = {
        "fragments that double 30 times":
            f"{{ teams {{ edges {{ node {{ ...F0 }} }} }} }} {doubled} fragment F30 on Team {{ id }}",
        "10,000 aliases": "{ " + "".join(f"a{n}:id " for n in range(10_000)) + "}",
        "a depth of 1,000": "{ a " * 1_000 + "}" * 1_000,
        "a million in a million": "{ teams(first: 1000000) { edges { node { " + lists + "id " + "} } } " * 5 + "}",
        "a document of 1 MB": "{ " + "me { id } " * 105_000 + "}",
        "directives": "{ me " + "@include(if: true) " * 5_000 + "{ id } }",
        "a circle of fragments": "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
        "1,900 faults": "{ me { " + "".join(f"x{n} " for n in range(1_900)) + "} }",
    }
    bodies = {name: json.dumps({"query": query}) for name, query in documents.items()}
    bodies["deep variables"] = f'{{"query":"{{ me {{ userId }} }}","variables":{{"x":{deep}}}}}'
    return bodies


async def refusals(server, times):
    """Of one connection, one after the other: the CPU of the whole process, whatever is between."""
    token = await server.token("acme")
    ticks = os.sysconf("SC_CLK_TCK")

    def cpu():
        with open(f"/proc/{server.child.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / ticks

    before, worst = server.memory("VmRSS"), 0
    for name, body in {"a document that is answered": ANSWERED, **bombs()}.items():
        begun, longest, statuses = cpu(), 0, set()
        for _ in range(times):
            reader, writer = await asyncio.open_connection(*server.address)
            writer.write(
                f"POST /graphql HTTP/1.1\r\nHost: t\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
            told = b""
            # A server that refuses a body need not read it to its end.
            try:
                while some := await reader.read(65_536):
                    told += some
            except OSError:
                pass
            writer.close()
            statuses.add(told[9:12].decode())
            longest = max(longest, len(told.split(b"\r\n\r\n", 1)[-1]))
        each = (cpu() - begun) / times * 1000
        if body != ANSWERED:
            worst = max(worst, each)
        print(f"{name}: {each:.2f} ms of CPU, told {sorted(statuses)}, an answer of {longest:,} bytes at most")
    print(f"refusals: {worst:.2f} ms of CPU at most; memory {before:.0f} MB before, {server.memory('VmRSS'):.0f} MB after, "
          f"{server.memory():.0f} MB at most")


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("program", help="the plumbline program")
    arguments.add_argument("--seconds", type=int, default=20, help="how long each run takes")
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--connections", type=int, default=1000)
    arguments.add_argument("--times", type=int, default=200, help="how often each document is refused")
    arguments.add_argument("--only", choices=["flood", "refusals", "slow"])
    given = arguments.parse_args()
    program = os.path.abspath(given.program)
    with concurrent.futures.ProcessPoolExecutor(1) as pool:
        measure(program, given, pool)


def measure(program, given, pool):
    # The thousand are let in, so that it is their slowness that ends them.
    patient = ["--tenant-requests", "100000", "--token-requests", "100000", "--tenant-at-once", "2000"]
    figures = {
        "flood": (lambda server: flood(server, pool, given.seconds, given.runs), ["--tenant-requests", str(LIMIT)]),
        "refusals": (lambda server: refusals(server, given.times), [*patient, "--tenant-query-cost", "1000000"]),
        "slow": (lambda server: slow(server, given.connections), patient),
    }
    for name, (figure, options) in figures.items():
        if given.only not in (None, name):
            continue
        server = Server(program, *options)
        try:
            asyncio.run(figure(server))
        finally:
            server.stop()


if __name__ == "__main__":
    sys.exit(main())
