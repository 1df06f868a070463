"""What is asked of Zendesk, and where its document is known to be wrong."""

import base64

# The path in the document, and the request; `{ticket}` and so on are the first ones of a list.
REQUESTS = [
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
    ("/api/v2/slas/policies/{sla_policy_id}", "/api/v2/slas/policies/6600000001"),
    ("/api/v2/account/settings", "/api/v2/account/settings"),
    ("/api/v2/brands", "/api/v2/brands"),
    ("/api/v2/custom_statuses", "/api/v2/custom_statuses"),
    ("/api/v2/incremental/tickets/cursor", "/api/v2/incremental/tickets/cursor?start_time=0"),
    ("/api/v2/incremental/tickets", "/api/v2/incremental/tickets.json?start_time=0"),
    ("/api/v2/incremental/ticket_events", "/api/v2/incremental/ticket_events?start_time=0&include=comment_events"),
    ("/api/v2/incremental/ticket_metric_events", "/api/v2/incremental/ticket_metric_events?start_time=0&include_changes=true"),
    ("/api/v2/incremental/ticket_metric_events", "/api/v2/incremental/ticket_metric_events?start_time=0&page[size]=100"),
    ("/api/v2/incremental/users/cursor", "/api/v2/incremental/users/cursor?start_time=0"),
    ("/api/v2/incremental/users", "/api/v2/incremental/users?start_time=0"),
    ("/api/v2/incremental/organizations", "/api/v2/incremental/organizations?start_time=0"),
]
# It lets `deleted` out, which exports have; and what has not happened yet has no time, as what nobody has is nobody's.
WORDS = {("TicketObject", "status"): ["deleted"]}
NULLABLE = [
    ("TicketMetricTimeObject", "calendar"),
    ("TicketMetricTimeObject", "business"),
    ("SatisfactionRatingObject", "assignee_id"),
]
# It has a ticket's metrics in a list, which no client expects and no answer has.
ONE = [("TicketMetricsByTicketMetricIdResponse", "ticket_metric")]
# How pages are told is described in prose alone.
PAGES = {"meta", "links", "count", "next_page", "previous_page"}
# So many answers are told one by one.
TOLD = 100


def mend(document):
    schemas = document["components"]["schemas"]
    for (schema, field), words in WORDS.items():
        schemas[schema]["properties"][field]["enum"] += words
    for schema, field in NULLABLE:
        schemas[schema]["properties"][field]["nullable"] = True
    for schema, field in ONE:
        fields = schemas[schema]["properties"]
        fields[field] = fields[field].get("items", fields[field])


def headers(credentials):
    pair = f"{credentials['email']}/token:{credentials['api_token']}"
    return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}


def requests(ask):
    names = ["ticket", "user", "group", "organization"]
    first = {name: ask("GET", f"/api/v2/{name}s")[1][f"{name}s"][0]["id"] for name in names}
    for template, request in REQUESTS:
        yield template, "GET", request.format(**first), None
