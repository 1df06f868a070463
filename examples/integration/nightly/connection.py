"""Speaking to Plumbline: a token that is always good, failures by their code, patience, and lists to their end."""

import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, ParamSpec, Protocol, TypeVar

import httpx

from plumbline_client import Client
from plumbline_client.models import Problem, TokenAnswer, TokenError
from plumbline_client.types import UNSET, Response, Unset

P = ParamSpec("P")
T = TypeVar("T")
Item_co = TypeVar("Item_co", covariant=True)

TRIES = 5
RENEW_SECONDS_BEFORE_END = 60


class Refused(Exception):  # noqa: N818 - the API's own word for it
    """The API said no. `problem.code` says why in a stable word, `problem.detail` in a sentence."""

    def __init__(self, problem: Problem) -> None:
        """Keep the whole problem: its fields and its request id help as well."""
        super().__init__(f"{problem.code}: {problem.detail} (request {problem.request_id})")
        self.problem = problem


class NotSignedIn(Exception):  # noqa: N818
    """The token endpoint said no, in the words of OAuth."""

    def __init__(self, error: TokenError) -> None:
        """Say which: the tenant or the client."""
        super().__init__(f"{error.error_description} ({error.error})")


class ClientCredentials(httpx.Auth):
    """Signs every request with the token of an API client, which it gets anew before it ends."""

    requires_response_body = True  # httpx reads the token's answer before it goes on

    def __init__(self, token_url: str, client_id: str, secret: str) -> None:
        """Ask nothing yet."""
        self._token_url = token_url
        self._basic = httpx.BasicAuth(client_id, secret)
        self._token = ""
        self._good_until = 0.0

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Renew ahead of time, since a streamed body cannot be sent twice once a 401 has come."""
        if time.monotonic() >= self._good_until:
            asked_at = time.monotonic()
            form = {"grant_type": "client_credentials"}
            answer = yield next(self._basic.auth_flow(httpx.Request("POST", self._token_url, data=form)))
            if answer.is_server_error:
                raise httpx.RemoteProtocolError(f"no token: {answer.status_code}")  # worth another try
            if answer.is_error:
                raise NotSignedIn(TokenError.from_dict(answer.json()))
            token = TokenAnswer.from_dict(answer.json())
            self._token = token.access_token
            self._good_until = asked_at + token.expires_in - RENEW_SECONDS_BEFORE_END
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


def connect(url: str, tenant: str, client_id: str, secret: str) -> Client:
    """Make a client of the tenant's; nothing is sent before the first question."""
    credentials = ClientCredentials(f"{url}/t/{tenant}/oauth/token", client_id, secret)
    # An import is answered when all of it is stored, so that reading may take long.
    timeout = httpx.Timeout(30.0, read=600.0)
    return Client(base_url=url, timeout=timeout, httpx_args={"auth": credentials}, raise_on_unexpected_status=True)


@dataclass
class Answer(Generic[T]):
    """What came back, and the headers it came with."""

    body: T
    headers: Mapping[str, str]


def ask(operation: Callable[P, Response[T | Problem]], *args: P.args, **kwargs: P.kwargs) -> Answer[T]:
    """Ask until there is an answer: again where the API is away for a moment or has had too much, not where it refused.

    Only for what may be asked twice. Reading may; so may an import, which changes nothing the second time, and a change
    under `If-Match`.
    """
    for tried in range(1, TRIES + 1):
        pause = 2.0**tried
        try:
            response = operation(*args, **kwargs)
        except httpx.TransportError:
            if tried == TRIES:
                raise
        else:
            parsed = response.parsed
            if isinstance(parsed, Problem):
                if not parsed.retry_after or tried == TRIES:
                    raise Refused(parsed)
                pause = float(parsed.retry_after)
            elif parsed is None:
                raise TypeError(f"{operation} answers nothing; call it directly")
            else:
                return Answer(parsed, response.headers)
        time.sleep(pause)
    raise AssertionError("unreachable: the last try returns or raises")


class Page(Protocol[Item_co]):
    """What every list of the API comes in."""

    @property
    def items(self) -> Sequence[Item_co]:
        """What is on it."""

    @property
    def next_(self) -> str | None:
        """Where the next one begins; None on the last."""


def every(page: Callable[[str | Unset], Page[T]]) -> Iterator[T]:
    """Follow a list with its cursors to the end, with one page in memory."""
    after: str | Unset | None = UNSET
    while after is not None:
        this = page(after)
        yield from this.items
        after = this.next_
