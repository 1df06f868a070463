"""Asks a stand-in for a vendor for everything it has, and validates each answer against the vendor's OpenAPI document.

    validate.py VENDOR STARTED SPECIFICATION [MORE…]

STARTED is the file with the line that `plumbline simulate --json` printed. Of several documents a path is looked up in the last one that has
it. What is asked of a vendor, and where its documents are known to be wrong, is in the file of its name.
"""

import importlib
import json
import sys
import urllib.error
import urllib.parse
import urllib.request

import yaml
from openapi_schema_validator import OAS30Validator


class Loader(yaml.SafeLoader):
    """A document has a bare `=`, which YAML 1.1 takes for something else; and times that are texts."""


Loader.add_constructor("tag:yaml.org,2002:value", lambda loader, node: loader.construct_scalar(node))
Loader.add_constructor("tag:yaml.org,2002:timestamp", lambda loader, node: loader.construct_scalar(node))


def load(vendor, file):
    with open(file, encoding="utf-8") as text:
        document = json.load(text) if file.endswith(".json") else yaml.load(text, Loader=Loader)
    vendor.mend(document)
    for schema in document["components"]["schemas"].values():
        for field in schema.get("properties", {}).values():
            # A list of words that may be null does not name that.
            if field.get("nullable") and "enum" in field:
                field["enum"] = [*field["enum"], None]
    return document


def client(vendor, started):
    headers = {"Accept": "application/json", **vendor.headers(started["credentials"])}

    def ask(method, path, body=None):
        url = started["base_url"] + urllib.parse.quote(path, safe="/?&=,.%+:-_")
        data = None if body is None else json.dumps(body).encode()
        head = {**headers, "Content-Type": "application/json"} if data else headers
        request = urllib.request.Request(url, data=data, headers=head, method=method)
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    return ask


def resolved(document, schema):
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].split("/")[-1]]
    return schema


def unknown_fields(document, schema, value, path, pages, found):
    """Notes what an answer has that the document does not name."""
    schema = resolved(document, schema)
    parts = [schema] + [resolved(document, it) for word in ("allOf", "anyOf", "oneOf") for it in schema.get(word, [])]
    if isinstance(value, list):
        for part in parts:
            for item in value if "items" in part else []:
                unknown_fields(document, part["items"], item, path + "[]", pages, found)
    if not isinstance(value, dict) or any(part.get("additionalProperties") for part in parts):
        return
    known = {}
    for part in parts:
        known.update(part.get("properties", {}))
    for name, inner in value.items() if known else []:
        if name in known:
            unknown_fields(document, known[name], inner, f"{path}.{name}", pages, found)
        elif name not in pages:
            found.add(f"{path}.{name}")


def schema_of(documents, template, method):
    """What an answer has to be, and the document that says so."""
    for document in reversed(documents):
        operation = document["paths"].get(template, {}).get(method.lower())
        if operation and "200" in operation["responses"]:
            content = operation["responses"]["200"].get("content", {})
            if "application/json" in content:
                return document, content["application/json"]["schema"]
    sys.exit(f"no document has an answer of {method} {template}")


def main(name, started, *specifications):
    vendor = importlib.import_module(name)
    documents = [load(vendor, file) for file in specifications]
    with open(started, encoding="utf-8") as line:
        ask = client(vendor, json.loads(line.readline()))
    answers, failures, unknown = 0, 0, set()
    for template, method, request, body in vendor.requests(ask):
        status, told = ask(method, request, body)
        document, schema = schema_of(documents, template, method)
        answers += 1
        if status != 200:
            print(f"FAILED {method} {request}: {status} {told}")
            failures += 1
            continue
        validator = OAS30Validator({**schema, "components": document["components"]})
        errors = sorted({f"{'.'.join(map(str, it.absolute_path))}: {it.message[:200]}" for it in validator.iter_errors(told)})
        unknown_fields(document, schema, told, template, vendor.PAGES, unknown)
        if errors or answers <= vendor.TOLD:
            print(f"{'FAILED' if errors else 'ok    '} {method} {request}")
        for error in errors[:10]:
            print(f"         {error}")
        failures += bool(errors)
    for field in sorted(unknown):
        print(f"not in the document: {field}")
    print(f"{name}: {answers} answers, {failures} not as the document says")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
