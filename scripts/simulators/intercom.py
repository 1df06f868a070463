"""What is asked of Intercom, and where its document is known to be wrong."""

PAGES = set()
TOLD = 40
# So many conversations are looked at by themselves.
EACH = 150


# What nobody has is null: its own examples say so of some fields, and its schemas of most.
NULLABLE = ["ai_agent", "assigned_to", "email_message_metadata", "event_details"]


def mend(document):
    schemas = document["components"]["schemas"]
    for schema in schemas.values():
        for name in NULLABLE:
            field = schema.get("properties", {}).get(name)
            if field:
                named = schemas[field["$ref"].split("/")[-1]] if "$ref" in field else field
                schema["properties"][name] = {"anyOf": [{"enum": [None], "nullable": True}, named]}


def headers(credentials):
    return {"Authorization": f"Bearer {credentials['access_token']}", "Intercom-Version": "2.14"}


def requests(ask):
    yield "/me", "GET", "/me", None
    yield "/admins", "GET", "/admins", None
    for admin in ask("GET", "/admins")[1]["admins"]:
        yield "/admins/{admin_id}", "GET", f"/admins/{admin['id']}", None
    yield "/teams", "GET", "/teams", None
    for team in ask("GET", "/teams")[1]["teams"]:
        yield "/teams/{team_id}", "GET", f"/teams/{team['id']}", None
    yield "/conversations", "GET", "/conversations?per_page=50", None
    newest = {"query": {"field": "updated_at", "operator": ">", "value": 0}, "pagination": {"per_page": EACH}}
    page = ask("POST", "/conversations/search", newest)[1]
    while True:
        yield "/conversations/search", "POST", "/conversations/search", newest
        after = page["pages"].get("next")
        if not after or page["pages"]["page"] >= 5:
            break
        newest = {**newest, "pagination": {"per_page": EACH, "starting_after": after["starting_after"]}}
        page = ask("POST", "/conversations/search", newest)[1]
    for conversation in page["conversations"]:
        yield "/conversations/{conversation_id}", "GET", f"/conversations/{conversation['id']}?display_as=plaintext", None
        contact = conversation["contacts"]["contacts"][0]["id"]
        yield "/contacts/{contact_id}", "GET", f"/contacts/{contact}", None
