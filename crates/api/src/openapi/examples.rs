//! Examples: of every value, from what is known of it, and of every body, from those of its values.

use serde_json::{Map, Value, json};

use super::{members, operations, referred};

/// What texts look like, by the schema and the key, or by the key alone.
const TEXTS: &[(&str, &str)] = &[
    ("ApiClient.name", "Warehouse export"),
    ("AuthMethod.name", "api_token"),
    ("Connection.name", "helpdesk"),
    ("Connection.system", "zendesk"),
    ("ConnectionPatch.name", "helpdesk"),
    ("CredentialField.name", "api_token"),
    ("Customer.name", "Globex"),
    ("ImportMapping.name", "helpdesk"),
    ("KpiAgent.name", "Ann Lee"),
    ("NewApiClient.name", "Warehouse export"),
    ("NewConnection.name", "helpdesk"),
    ("NewPerson.name", "Ann Lee"),
    ("Person.name", "Ann Lee"),
    ("PersonPatch.name", "Ann Lee"),
    ("ProblemField.code", "length"),
    ("ProblemField.message", "must have 1 to 200 characters"),
    ("Queue.name", "Billing"),
    ("SyncStream.name", "tickets"),
    ("Tenant.name", "Acme"),
    ("TicketEvent.kind", "Resolved"),
    ("VendorDescriptor.name", "Zendesk"),
    ("access_token", "eyJhbGciOiJFZERTQSJ9.e30.c2lnbmF0dXJl"),
    ("account_name", "Acme Support"),
    ("address", "https://acme.zendesk.com"),
    ("after", "Zm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFy"),
    ("alg", "EdDSA"),
    ("base_url", "https://acme.zendesk.com"),
    ("client_secret", "s3cr3t-that-was-shown-once"),
    ("code", "invalid"),
    ("comment", "Very friendly, thank you!"),
    ("counts", "Tickets that were ever solved."),
    ("credit", "The human who set the status."),
    ("crv", "Ed25519"),
    ("dated_by", "The last solve."),
    ("description", "The helpdesk rounds its figure; within that, both are the same."),
    ("detail", "name: must have 1 to 200 characters"),
    ("effects", "status:solved"),
    ("email", "ann@acme.test"),
    ("employee_no", "E-1042"),
    ("error", "invalid_grant"),
    ("error_description", "the password is wrong"),
    ("external_id", "1042"),
    ("grant_type", "client_credentials"),
    ("header", "X-Signature"),
    ("id", "user_01h455vb4pex5vsknk084sn02q"),
    ("issuer", "https://kpi.example.com/t/acme"),
    ("jwks_uri", "https://kpi.example.com/t/acme/.well-known/jwks.json"),
    ("kid", "key_01h455vb4pex5vsknk084sn02q"),
    ("kind", "squad"),
    ("kty", "OKP"),
    ("label", "API token"),
    ("locale", "en-GB"),
    ("mapping", "helpdesk"),
    ("message", "must have 1 to 200 characters"),
    ("name", "North"),
    ("next", "Zm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFy"),
    ("organisation", "Globex"),
    ("pointer", "/name"),
    ("parameter", "limit"),
    ("path", "/hooks/hook_01h455vb4pex5vsknk084sn02q"),
    ("policy", "Everybody"),
    ("prefix", "v0="),
    ("priority", "high"),
    ("reason", "`yesterday` is not a time"),
    ("refresh_token", "r3fr3sh-that-is-good-once"),
    ("request_id", "01981f2e7c3a7000b2d4c9a1e5f60718"),
    ("revocation_endpoint", "https://kpi.example.com/t/acme/oauth/revoke"),
    ("rule", "The ticket is spam now."),
    ("scheme", "zendesk"),
    ("scope", "tickets.read kpis.read"),
    ("secret", "s3cr3t-that-b0th-know"),
    ("slug", "acme"),
    ("sort", "-created_at"),
    ("source", "chat"),
    ("source_definition", "From the creation to the first public comment of an agent after it."),
    ("source_metric", "reply_time"),
    ("streams", "tickets"),
    ("tags", "refund"),
    ("tenant", "acme"),
    ("text", "source = \"helpdesk\"\n"),
    ("time_zone", "Europe/Rome"),
    ("timestamp_header", "X-Timestamp"),
    ("title", "Unprocessable Entity"),
    ("token_endpoint", "https://kpi.example.com/t/acme/oauth/token"),
    ("token_type", "Bearer"),
    ("trouble", "the helpdesk refused the credentials (401): give new ones"),
    ("trouble_code", "unauthorized"),
    ("type", "/docs/errors/invalid"),
    ("use", "sig"),
    ("username", "ann@acme.test"),
    ("work_email", "ann@acme.test"),
    ("x", "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"),
    ("zone", "Europe/Rome"),
];

const WORDS_OF_OTHERS: &[(&str, &str)] = &[
    ("text/csv", "ticket,created,solved\n1042,2026-01-05T09:00:00Z,2026-01-06T10:30:00Z\n"),
    ("application/x-ndjson", "{\"ticket\":\"1042\",\"created\":\"2026-01-05T09:00:00Z\"}\n"),
    ("application/toml", "source = \"helpdesk\"\n"),
];

pub(super) fn add(json: &mut Value) {
    let names: Vec<_> = json["components"]["schemas"]
        .as_object()
        .into_iter()
        .flat_map(Map::keys)
        .cloned()
        .collect();
    for name in names {
        let schema = &mut json["components"]["schemas"][&name];
        for (key, property) in members(schema, "properties") {
            if let Some(example) = plain(&name, key, property) {
                property["examples"] = json!([example]);
            }
        }
    }
    let schemas = json["components"]["schemas"].clone();
    for (_, _, operation) in operations(json) {
        let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
        for parameter in parameters.into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap_or_default().to_owned();
            if parameter["example"].is_null() {
                parameter["example"] = of(&parameter["schema"], "", &name, &schemas);
            }
        }
        if let Some(body) = operation.get_mut("requestBody") {
            add_to(body, &schemas);
        }
        let responses = operation.get_mut("responses").and_then(Value::as_object_mut);
        responses.into_iter().flatten().for_each(|(_, response)| add_to(response, &schemas));
    }
}

fn add_to(body: &mut Value, schemas: &Value) {
    for (media_type, content) in
        body.get_mut("content").and_then(Value::as_object_mut).into_iter().flatten()
    {
        if content.get("example").is_some() {
            continue;
        }
        let foreign = WORDS_OF_OTHERS.iter().find(|(it, _)| it == media_type);
        content["example"] = match foreign {
            Some((_, text)) => json!(text),
            None => of(&content["schema"], "", "", schemas),
        };
    }
}

/// An example of a schema, by the key it stands under and the schema that has the key.
fn of(schema: &Value, owner: &str, key: &str, schemas: &Value) -> Value {
    if let Some(name) = referred(schema) {
        return of_named(name, key, schemas);
    }
    if let Some(known) = schema["examples"].get(0).or_else(|| schema["enum"].get(0)) {
        return known.clone();
    }
    let either = schema["oneOf"].as_array().into_iter().flatten();
    if let Some(first) = either.into_iter().find(|schema| schema["type"] != "null") {
        return of(first, owner, key, schemas);
    }
    match kind(schema) {
        "array" => json!([of(&schema["items"], owner, key, schemas)]),
        "object" => {
            let properties = schema["properties"].as_object().into_iter().flatten();
            let examples =
                properties.map(|(key, schema)| (key.clone(), of(schema, owner, key, schemas)));
            Value::Object(examples.collect())
        }
        _ => plain(owner, key, schema).unwrap_or_default(),
    }
}

fn of_named(name: &str, key: &str, schemas: &Value) -> Value {
    of(&schemas[name], name, key, schemas)
}

/// An example of a value that is neither a list nor an object, and says none of its own.
fn plain(owner: &str, key: &str, schema: &Value) -> Option<Value> {
    let known = ["$ref", "enum", "examples", "oneOf"];
    if known.iter().any(|word| schema.get(word).is_some()) {
        return None;
    }
    let format = schema["format"].as_str().unwrap_or_default();
    match (kind(schema), format) {
        ("string", "date") if key.ends_with("to") => Some(json!("2026-02-01")),
        ("string", "date") => Some(json!("2026-01-01")),
        ("string", "date-time") => Some(json!("2026-01-05T09:00:00Z")),
        ("string", "password") => Some(json!("correct horse battery staple")),
        ("string", _) => Some(json!(text(owner, key))),
        ("integer", _) if key == "cadence_seconds" => Some(json!(60)),
        ("integer", _) if key == "expires_in" => Some(json!(600)),
        ("integer", _) if key == "limit" => Some(json!(50)),
        ("integer", _) if key == "status" => Some(json!(422)),
        ("integer", _) => Some(json!(1)),
        ("number", _) => Some(json!(1.5)),
        ("boolean", _) => Some(json!(true)),
        _ => None,
    }
}

fn kind(schema: &Value) -> &str {
    let types = schema["type"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let mut types = types.filter(|kind| *kind != "null");
    schema["type"].as_str().or_else(|| types.next()).unwrap_or_default()
}

fn text(owner: &str, key: &str) -> &'static str {
    let full = format!("{owner}.{key}");
    let known = |name: &str| TEXTS.iter().find(|(it, _)| *it == name).map(|(_, text)| *text);
    known(&full).or_else(|| known(key)).unwrap_or("text")
}
