"""A demo of our own: a server with a made-up tenant in a temporary folder, and an API client in it."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

REPOSITORY = Path(__file__).parents[3]
SCOPES = ["tickets.write", "people.write", "kpis.read", "kpis.people"]


@dataclass
class Desk:
    """The demo, as its owner sees it."""

    url: str
    owner: httpx.Client

    def api_client(self, folder: Path, scopes: list[str]) -> list[str]:
        """Make an API client; the options that let a script be it."""
        made = (
            self.owner.post("/v1/api_clients", json={"name": folder.name, "scopes": scopes}).raise_for_status().json()
        )
        secret = folder / "secret"
        secret.write_text(made["client_secret"] + "\n", encoding="utf-8")
        client_id = made["client"]["id"]
        return [f"--url={self.url}", "--tenant=demo", f"--client-id={client_id}", f"--secret-file={secret}"]


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Serve a demo until the last test is done."""
    folder = tmp_path_factory.mktemp("demo")
    public, operations = free_port(), free_port()
    url = f"http://127.0.0.1:{public}"
    with (folder / "log").open("wb") as log:
        command = [binary(), "demo", f"--data-dir={folder / 'data'}", f"--listen=127.0.0.1:{public}"]
        server = subprocess.Popen([*command, f"--ops-listen=127.0.0.1:{operations}"], stdout=log, stderr=log)
        try:
            wait(server, f"http://127.0.0.1:{operations}/readyz", folder / "log")
            yield Desk(url, httpx.Client(base_url=url, headers={"Authorization": f"Bearer {owners_token(url)}"}))
        finally:
            server.terminate()
            server.wait(30)


def binary() -> str:
    """Find the server that was built last."""
    named = os.environ.get("PLUMBLINE_BIN") or shutil.which("plumbline")
    built = [it for it in REPOSITORY.glob("target/*/plumbline") if it.is_file()]
    found = named or max(built, key=lambda it: it.stat().st_mtime, default=None)
    if not found:
        pytest.exit("no server to test against: cargo build --release, or name one in PLUMBLINE_BIN", 2)
    return str(found)


def free_port() -> int:
    """Ask the system for one."""
    with socket.socket() as it:
        it.bind(("127.0.0.1", 0))
        port: int = it.getsockname()[1]
        return port


def wait(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    """Return when it is ready; fail with what it said where it ended."""
    while server.poll() is None:
        try:
            if httpx.get(address).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    pytest.exit(f"the demo did not start:\n{log.read_text(encoding='utf-8')}", 2)


def owners_token(url: str) -> str:
    """Sign in; everybody in a demo has the same password."""
    form = {"grant_type": "password", "username": "owner@demo.test", "password": "plumbline demo"}
    token: str = httpx.post(f"{url}/t/demo/oauth/token", data=form).raise_for_status().json()["access_token"]
    return token
