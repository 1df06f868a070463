"""Signs in, again and again: a token lives for ten minutes."""

import os
from pathlib import Path

import requests
import schemathesis

BASE = os.environ["PLUMBLINE_FUZZ_URL"]
PASSWORD = Path(os.environ["PLUMBLINE_FUZZ_PASSWORD"]).read_text()


def sign_in() -> str:
    form = {"grant_type": "password", "username": "a@acme.test", "password": PASSWORD}
    answer = requests.post(f"{BASE}/t/acme/oauth/token", data=form, timeout=30)
    answer.raise_for_status()
    return answer.json()["access_token"]


@schemathesis.auth(refresh_interval=240)
class Owner:
    def get(self, case, context):
        return sign_in()

    def set(self, case, data, context):
        case.headers = case.headers or {}
        case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.serializer("text/csv", "application/x-ndjson", "application/toml")
def as_it_is(context, value):
    """Files are bytes of any kind."""
    return value if isinstance(value, bytes) else str(value).encode()


@schemathesis.check
def no_defect_of_ours(context, response, case):
    """A refusal is an answer; schemathesis' own check for GraphQL takes every error for a failure of the server."""
    errors = response.json().get("errors") or []
    codes = [error["extensions"]["code"] for error in errors]
    assert response.status_code < 500 and "internal" not in codes, response.text
