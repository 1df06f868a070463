#!/usr/bin/env python3
"""How many deliveries a hook takes in a second, and whether any is lost when the server is killed.

    cargo build --release -p plumbline && cargo build --release -p benches --bin deliver
    benches/hooks.py target/release/plumbline target/release/deliver [--database-url postgres://owner@host/empty --redis-url redis://host]
                     [--seconds 8] [--rounds 3] [--kills 0]

Without `--database-url` it is `plumbline serve` on SQLite in a folder of its own, which works deliveries off meanwhile, with rows of the same
size beside it in each round, as many of them in a commit as it would be good to have: 100. With it, it is `plumbline api` alone on an empty
database (whose processes are looked up by the name of the database), with pgbench's single inserts beside it. Every delivery that was taken has to be there once at the end, also with `--kills`. Python 3 and psql.
"""
import argparse, json, os, random, signal, sqlite3, subprocess, sys, tempfile, threading, time, urllib.request

SECRET = "bench-secret-that-is-long-enough"
ENVIRONMENT = {**os.environ, "PLUMBLINE_MASTER_KEY": "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc="}
TABLE = """CREATE SCHEMA pgb; CREATE TABLE pgb.event (tenant_id int NOT NULL, event_id text NOT NULL, received_at timestamptz NOT NULL DEFAULT now(),
           body bytea NOT NULL, PRIMARY KEY (tenant_id, event_id)); ALTER TABLE pgb.event ALTER COLUMN body SET STORAGE EXTERNAL"""
INSERT = """\\set t random(1, 1000)
\\set e random(1, 2000000000)
INSERT INTO pgb.event (tenant_id, event_id, body) VALUES (:t, 'evt_' || :e, convert_to(repeat('x', 1400), 'UTF8')) ON CONFLICT DO NOTHING;
"""


def processor(pid):
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def database_processes(name):
    """What the server's sessions of a database, and those that write for all, have taken."""
    total = 0
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                line = file.read().replace(b"\0", b" ").decode(errors="replace")
            if line.startswith("postgres:") and (f" {name} " in line or "writer" in line or "checkpointer" in line):
                total += processor(pid)
        except OSError:
            pass
    return total


class Place:
    def __init__(self, options, home):
        self.options, self.home, self.child = options, home, None
        self.url = options.database_url
        self.place = ["--database-url", self.url] if self.url else ["--data-dir", f"{home}/data"]
        with open(f"{home}/password", "w") as file:
            file.write("correct horse battery staple")
        run = lambda *words: subprocess.run([options.program, *words, *self.place], check=True, stdout=subprocess.DEVNULL, env=ENVIRONMENT)
        if self.url:
            run("migrate")
        run("tenant", "create", "acme", "--name", "Acme", "--admin-email", "a@acme.test", "--admin-password-file", f"{home}/password")

    def start(self, listen="127.0.0.1:0"):
        mode = ["api", "--redis-url", self.options.redis_url] if self.url else ["serve"]
        command = [self.options.program, mode[0], *self.place, *mode[1:], "--listen", listen, "--ops-listen", "127.0.0.1:0"]
        self.child = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=ENVIRONMENT)
        address = None
        for line in self.child.stderr:
            told = json.loads(line)
            if told["message"].startswith("serving REST"):
                address = told["address"]
            if told["message"].startswith("ready"):
                threading.Thread(target=self.child.stderr.read, daemon=True).start()
                return address
        raise SystemExit("it ended before it was ready")

    def kill(self, how=signal.SIGKILL):
        self.child.send_signal(how)
        self.child.wait()

    def hook(self, address):
        def ask(path, body, **head):
            return json.load(urllib.request.urlopen(urllib.request.Request(f"http://{address}{path}", data=body, headers=head)))

        form = b"grant_type=password&username=a@acme.test&password=correct+horse+battery+staple"
        token = ask("/t/acme/oauth/token", form)["access_token"]
        signature = {"header": "x-signature", "algorithm": "sha256", "encoding": "hex"}
        new = {"source": "Bench", "secret": SECRET, "signature": signature}
        head = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        return ask("/v1/hooks", json.dumps(new).encode(), **head)["hook"]["path"]

    def kept(self):
        sql = "SELECT count(*) FROM inbox"
        if self.url:
            # Nobody sees rows of a tenant without being in it, but for a superuser.
            return int(subprocess.run(["psql", "-At", self.url, "-c", sql], check=True, capture_output=True, text=True).stdout)
        return sqlite3.connect(f"{self.home}/data/plumbline.db").execute(sql).fetchone()[0]


def deliver(options, address, path, seed, seconds):
    command = [options.deliver, "--url", f"http://{address}{path}", "--secret", SECRET, "--connections", str(options.connections),
               "--seconds", str(seconds), "--seed", str(seed)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def pgbench(url, seconds, connections):
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(INSERT)
        file.flush()
        done = subprocess.run(["pgbench", "-n", "-M", "prepared", "-f", file.name, "-c", str(connections), "-j", "2", "-T", str(seconds), url],
                              check=True, capture_output=True, text=True).stdout
    return float(next(line for line in done.splitlines() if line.startswith("tps")).split()[2])


def rows_a_second(home, seconds):
    """Into one narrow index, every hundred made to last, and nothing else."""
    database = sqlite3.connect(f"{home}/ceiling.db", isolation_level=None)
    database.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE IF NOT EXISTS event (tenant blob, id blob, body blob);"
                           "CREATE UNIQUE INDEX IF NOT EXISTS event_id ON event (tenant, id)")
    body, end, rows, begun = b"x" * 1400, time.monotonic() + seconds, 0, time.monotonic()
    while time.monotonic() < end:
        database.execute("BEGIN IMMEDIATE")
        database.executemany("INSERT OR IGNORE INTO event VALUES (?, ?, ?)", [(b"t" * 16, random.randbytes(16), body) for _ in range(100)])
        database.execute("COMMIT")
        rows += 100
    return rows / (time.monotonic() - begun)


def measure(options, place, address, path):
    name = options.database_url.rsplit("/", 1)[1] if options.database_url else ""
    distinct = 0
    for turn in range(options.rounds):
        distinct += json.loads(deliver(options, address, path, 1_000 + turn, 1).communicate()[0])["distinct"]
        before = processor(place.child.pid), database_processes(name) if name else 0
        told = json.loads(deliver(options, address, path, turn + 1, options.seconds).communicate()[0])
        own, theirs = processor(place.child.pid) - before[0], (database_processes(name) if name else 0) - before[1]
        distinct += told["distinct"]
        rate, each = told["taken"] / told["seconds"], 1e6 / told["taken"]
        line = (f"{rate:.0f} taken/s, p50 {told['p50_ms']} ms, p99 {told['p99_ms']} ms, processor {own * each:.0f} µs of the program"
                f" and {theirs * each:.0f} µs of the database for each; {told['refused']} refused")
        if options.database_url:
            single = pgbench(options.database_url, options.seconds, options.connections)
            line += f"; pgbench {single:.0f}/s, that is {rate / single * 100:.0f} %"
        else:
            most = rows_a_second(place.home, options.seconds)
            line += f"; {most:.0f} rows/s by hundreds, that is {rate / most * 100:.0f} %"
        print(line, flush=True)
    return distinct


def kill(options, place, address, path):
    distinct = 0
    for turn in range(options.kills):
        sender = deliver(options, address, path, 5_000 + turn, 2)
        time.sleep(random.uniform(0.1, 1.8))
        place.kill()
        place.start(address)
        told = json.loads(sender.communicate()[0])
        distinct += told["distinct"]
        print(f"killed: {told['taken']} taken, {told['refused']} tries in vain", flush=True)
    return distinct


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=os.path.abspath)
    parser.add_argument("deliver", type=os.path.abspath)
    parser.add_argument("--database-url")
    parser.add_argument("--redis-url")
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--kills", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        place = Place(options, home)
        if options.database_url:
            subprocess.run(["psql", "-q", options.database_url, "-c", TABLE], check=True)
        address = place.start()
        try:
            path = place.hook(address)
            distinct = measure(options, place, address, path) + kill(options, place, address, path)
            kept = place.kept()
        finally:
            place.kill(signal.SIGTERM)
    print(f"{distinct} deliveries, {kept} kept: {'none lost, none twice' if kept == distinct else 'NOT the same'}")
    sys.exit(kept != distinct)


if __name__ == "__main__":
    main()
