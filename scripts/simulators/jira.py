"""What is asked of Jira Service Management, and where its documents are known to be wrong."""

import base64

JQL = "updated >= '2020-01-01' order by updated asc, key asc"
PAGES = set()
TOLD = 60
# So many issues are looked at by themselves.
EACH = 60


# What was or is nothing is null, as its later documents say.
NULLABLE = ["from", "fromString", "to", "toString"]


def mend(document):
    changes = document["components"]["schemas"].get("ChangeDetails", {}).get("properties", {})
    for name in NULLABLE:
        if name in changes:
            changes[name]["nullable"] = True


def headers(credentials):
    pair = f"{credentials['email']}:{credentials['api_token']}"
    return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}


def requests(ask):
    get = lambda template, request=None: (f"/rest/api/3{template}", "GET", f"/rest/api/3{request or template}", None)
    for path in ["/myself", "/serverInfo", "/field", "/status", "/statuscategory", "/priority", "/resolution", "/issuetype"]:
        yield get(path)
    yield get("/project/search")
    project = ask("GET", "/rest/api/3/project/search")[1]["values"][0]
    yield get("/project/{projectIdOrKey}", f"/project/{project['key']}")
    yield get("/project/{projectIdOrKey}/components", f"/project/{project['key']}/components")
    yield get("/project/{projectIdOrKey}/component", f"/project/{project['key']}/component")
    yield get("/users/search", "/users/search?maxResults=200")
    me = ask("GET", "/rest/api/3/myself")[1]["accountId"]
    yield get("/user", f"/user?accountId={me}")
    yield get("/user/search", "/user/search?query=a")
    query = {"jql": JQL, "fields": ["*all"], "expand": "changelog", "maxResults": EACH}
    yield "/rest/api/3/search/jql", "POST", "/rest/api/3/search/jql", query
    yield "/rest/api/3/search/jql", "GET", "/rest/api/3/search/jql?jql=created%20%3E%3D%20%222020-01-01%22&fields=summary,status", None
    issues = ask("POST", "/rest/api/3/search/jql", query)[1]["issues"]
    ids = [issue["id"] for issue in issues]
    bulk = {"issueIdsOrKeys": ids, "maxResults": 100}
    yield "/rest/api/3/changelog/bulkfetch", "POST", "/rest/api/3/changelog/bulkfetch", bulk
    for issue in ids:
        yield get("/issue/{issueIdOrKey}", f"/issue/{issue}?expand=changelog")
        yield get("/issue/{issueIdOrKey}/changelog", f"/issue/{issue}/changelog?maxResults=5")
        yield get("/issue/{issueIdOrKey}/comment", f"/issue/{issue}/comment?maxResults=5")
