"""Asks a stand-in for a vendor for everything it has, and validates each answer against the vendor's OpenAPI document.

    validate.py zendesk SPECIFICATION STARTED

STARTED is the file with the line that `plumbline simulate --json` printed.
"""

import base64
import json
import sys
import urllib.error
import urllib.parse
import urllib.request

import yaml
from openapi_schema_validator import OAS30Validator

# The path in the document, and the request; `{ticket}` and so on are the first ones of a list.
ZENDESK = [
    ("/api/v2/users/me", "/api/v2/users/me"),
    ("/api/v2/users", "/api/v2/users?page[size]=100"),
    ("/api/v2/users", "/api/v2/users.json?role=agent"),
    ("/api/v2/users/count", "/api/v2/users/count"),
    ("/api/v2/users/show_many", "/api/v2/users/show_many?ids={user}"),
    ("/api/v2/users/{user_id}", "/api/v2/users/{user}"),
    ("/api/v2/groups", "/api/v2/groups"),
    ("/api/v2/groups/count", "/api/v2/groups/count"),
    ("/api/v2/groups/{group_id}", "/api/v2/groups/{group}"),
    ("/api/v2/group_memberships", "/api/v2/group_memberships?page[size]=50"),
    ("/api/v2/organizations", "/api/v2/organizations.json"),
    ("/api/v2/organizations/count", "/api/v2/organizations/count"),
    ("/api/v2/organizations/{organization_id}", "/api/v2/organizations/{organization}"),
    ("/api/v2/tickets", "/api/v2/tickets?page[size]=100&include=users,groups,organizations"),
    ("/api/v2/tickets", "/api/v2/tickets.json?page=3&per_page=50"),
    ("/api/v2/tickets/count", "/api/v2/tickets/count"),
    ("/api/v2/tickets/show_many", "/api/v2/tickets/show_many?ids={ticket}"),
    ("/api/v2/tickets/{ticket_id}", "/api/v2/tickets/{ticket}"),
    ("/api/v2/tickets/{ticket_id}/audits", "/api/v2/tickets/{ticket}/audits"),
    ("/api/v2/tickets/{ticket_id}/comments", "/api/v2/tickets/{ticket}/comments.json"),
    ("/api/v2/tickets/{ticket_id}/metrics", "/api/v2/tickets/{ticket}/metrics"),
    ("/api/v2/ticket_metrics", "/api/v2/ticket_metrics?page[size]=100"),
    ("/api/v2/deleted_tickets", "/api/v2/deleted_tickets"),
    ("/api/v2/satisfaction_ratings", "/api/v2/satisfaction_ratings?score=received&page[size]=100"),
    ("/api/v2/satisfaction_ratings/count", "/api/v2/satisfaction_ratings/count"),
    ("/api/v2/slas/policies", "/api/v2/slas/policies"),
    ("/api/v2/account/settings", "/api/v2/account/settings"),
    ("/api/v2/brands", "/api/v2/brands"),
    ("/api/v2/custom_statuses", "/api/v2/custom_statuses"),
    ("/api/v2/incremental/tickets/cursor", "/api/v2/incremental/tickets/cursor?start_time=0"),
    ("/api/v2/incremental/tickets", "/api/v2/incremental/tickets.json?start_time=0"),
    ("/api/v2/incremental/ticket_events", "/api/v2/incremental/ticket_events?start_time=0&include=comment_events"),
    ("/api/v2/incremental/users/cursor", "/api/v2/incremental/users/cursor?start_time=0"),
    ("/api/v2/incremental/users", "/api/v2/incremental/users?start_time=0"),
    ("/api/v2/incremental/organizations", "/api/v2/incremental/organizations?start_time=0"),
]
# Where the document is known to be wrong. It lets `deleted` out, which exports have; and what has not happened yet has no time, as what nobody
# has is nobody's.
ZENDESK_WORDS = {("TicketObject", "status"): ["deleted"]}
ZENDESK_NULLABLE = [
    ("TicketMetricTimeObject", "calendar"),
    ("TicketMetricTimeObject", "business"),
    ("SatisfactionRatingObject", "assignee_id"),
]
# It has a ticket's metrics in a list, which no client expects and no answer has.
ZENDESK_ONE = [("TicketMetricsByTicketMetricIdResponse", "ticket_metric")]
# How pages are told is described in prose alone.
PAGES = {"meta", "links", "count", "next_page", "previous_page"}


class Loader(yaml.SafeLoader):
    """The document has a bare `=`, which YAML 1.1 takes for something else."""


Loader.add_constructor("tag:yaml.org,2002:value", lambda loader, node: loader.construct_scalar(node))


def load(file):
    with open(file, encoding="utf-8") as text:
        document = yaml.load(text, Loader=Loader)
    for (schema, field), words in ZENDESK_WORDS.items():
        document["components"]["schemas"][schema]["properties"][field]["enum"] += words
    for schema, field in ZENDESK_NULLABLE:
        document["components"]["schemas"][schema]["properties"][field]["nullable"] = True
    for schema, field in ZENDESK_ONE:
        fields = document["components"]["schemas"][schema]["properties"]
        fields[field] = fields[field].get("items", fields[field])
    for schema in document["components"]["schemas"].values():
        for field in schema.get("properties", {}).values():
            # A list of words that may be null does not name that.
            if field.get("nullable") and "enum" in field:
                field["enum"] = [*field["enum"], None]
    return document


def client(started):
    credentials = started["credentials"]
    pair = f"{credentials['email']}/token:{credentials['api_token']}"
    headers = {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}

    def get(path):
        url = started["base_url"] + urllib.parse.quote(path, safe="/?&=,.")
        try:
            with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    return get


def unknown_fields(document, schema, value, path, found):
    """Notes what an answer has that the document does not name."""
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].split("/")[-1]]
    parts = [schema] + schema.get("allOf", []) + schema.get("anyOf", [])
    if isinstance(value, list):
        for part in parts:
            for item in value if "items" in part else []:
                unknown_fields(document, part["items"], item, path + "[]", found)
    if not isinstance(value, dict):
        return
    known = {}
    for part in parts:
        while "$ref" in part:
            part = document["components"]["schemas"][part["$ref"].split("/")[-1]]
        known.update(part.get("properties", {}))
    for name, inner in value.items() if known else []:
        if name in known:
            unknown_fields(document, known[name], inner, f"{path}.{name}", found)
        elif name not in PAGES:
            found.add(f"{path}.{name}")


def main(vendor, specification, started):
    assert vendor == "zendesk", f"there is no list of requests for {vendor}"
    document = load(specification)
    with open(started, encoding="utf-8") as line:
        get = client(json.loads(line.readline()))
    first = {
        name: get(f"/api/v2/{name}s")[1][f"{name}s"][0]["id"]
        for name in ["ticket", "user", "group", "organization"]
    }
    failures, unknown = 0, set()
    for template, request in ZENDESK:
        request = request.format(**first)
        status, body = get(request)
        responses = document["paths"][template]["get"]["responses"]
        if status != 200 or "200" not in responses:
            print(f"FAILED {request}: {status} {body}")
            failures += 1
            continue
        schema = responses["200"]["content"]["application/json"]["schema"]
        validator = OAS30Validator({**schema, "components": document["components"]})
        errors = sorted({f"{'.'.join(map(str, it.absolute_path))}: {it.message[:200]}" for it in validator.iter_errors(body)})
        unknown_fields(document, schema, body, template, unknown)
        print(f"{'FAILED' if errors else 'ok    '} {request}")
        for error in errors[:10]:
            print(f"         {error}")
        failures += bool(errors)
    for field in sorted(unknown):
        print(f"not in the document: {field}")
    print(f"{vendor}: {len(ZENDESK)} answers, {failures} not as the document says")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
