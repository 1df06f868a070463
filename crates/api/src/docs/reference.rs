//! The OpenAPI document as a page.

use serde_json::{Map, Value};

use super::page::{escape, frame, line, paragraphs, table};

/// The whole reference.
pub(super) fn html(document: &Value) -> String {
    let mut body = paragraphs(text(&document["info"]["description"]));
    body.push_str("<p>GraphQL is at <code>POST /graphql</code>, with the same things and the same codes.</p>\n");
    let tags = || document["tags"].as_array().into_iter().flatten();
    let names = tags().map(|tag| text(&tag["name"])).chain(["schemas"]);
    let links: String =
        names.map(|name| format!("<li><a href=\"#{name}\">{name}</a></li>")).collect();
    body.push_str(&format!("<ul>{links}</ul>\n"));
    for tag in tags() {
        let name = text(&tag["name"]);
        body.push_str(&format!(
            "<h2 id=\"{name}\">{name}</h2>\n{}",
            paragraphs(text(&tag["description"]))
        ));
        for (path, item) in entries(&document["paths"]) {
            for (verb, it) in entries(item).filter(|(_, it)| it["tags"][0] == tag["name"]) {
                body.push_str(&operation(document, path, verb, it));
            }
        }
    }
    body.push_str("<h2 id=\"schemas\">Schemas</h2>\n");
    for (name, it) in entries(&document["components"]["schemas"]) {
        body.push_str(&schema(name, it));
    }
    frame("API reference", &body)
}

fn entries(json: &Value) -> impl Iterator<Item = (&String, &Value)> {
    json.as_object().into_iter().flat_map(Map::iter)
}

fn text(json: &Value) -> &str {
    json.as_str().unwrap_or_default()
}

fn operation(document: &Value, path: &str, verb: &str, it: &Value) -> String {
    let id = escape(text(&it["operationId"]));
    let mut html = format!(
        "<details id=\"{id}\">\n<summary><span class=\"verb\">{}</span> <code>{}</code> {}</summary>\n{}",
        verb.to_uppercase(),
        escape(path),
        line(text(&it["summary"])),
        paragraphs(text(&it["description"]))
    );
    let parameters = it["parameters"].as_array().into_iter().flatten().map(|parameter| {
        let mut name = format!("<code>{}</code>", escape(text(&parameter["name"])));
        if parameter["required"] == true {
            name.push_str(" (required)");
        }
        let place = escape(text(&parameter["in"]));
        vec![name, place, kind(&parameter["schema"]), line(text(&parameter["description"]))]
    });
    let parameters: Vec<_> = parameters.collect();
    if !parameters.is_empty() {
        html.push_str(&table(&["Parameter", "In", "Type", "What it is"], parameters));
    }
    html.push_str(&contents("Body", &it["requestBody"]["content"]));
    let mut rows = Vec::new();
    for (status, response) in entries(&it["responses"]) {
        let response = resolved(document, response);
        let types = entries(&response["content"]).map(|(_, content)| kind(&content["schema"]));
        let types: Vec<_> = types.collect();
        rows.push(vec![escape(status), types.join(", "), line(text(&response["description"]))]);
    }
    html.push_str(&table(&["Status", "Type", "When"], rows));
    for (status, response) in
        entries(&it["responses"]).filter(|(status, _)| status.starts_with('2'))
    {
        html.push_str(&contents(&format!("Answer {status}"), &response["content"]));
    }
    html + "</details>\n"
}

/// The media types of a body, each with its example.
fn contents(title: &str, content: &Value) -> String {
    let each = entries(content).map(|(media_type, content)| {
        let example = match &content["example"] {
            Value::String(text) => text.clone(),
            example => serde_json::to_string_pretty(example).unwrap_or_default(),
        };
        format!(
            "<h3>{title}: <code>{}</code> {}</h3>\n<pre><code>{}</code></pre>\n",
            escape(media_type),
            kind(&content["schema"]),
            escape(&example)
        )
    });
    each.collect()
}

fn resolved<'a>(document: &'a Value, response: &'a Value) -> &'a Value {
    let pointer = response["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
    pointer.and_then(|pointer| document.pointer(pointer)).unwrap_or(response)
}

fn schema(name: &str, it: &Value) -> String {
    let mut html =
        format!("<h3 id=\"schema-{name}\">{name}</h3>\n{}", paragraphs(text(&it["description"])));
    let required = it["required"].as_array();
    let rows = entries(&it["properties"]).map(|(key, property)| {
        let is_required = required.is_some_and(|names| names.iter().any(|it| it == key));
        let presence = if is_required { "always" } else { "" };
        let key = format!("<code>{}</code>", escape(key));
        vec![key, kind(property), presence.to_owned(), line(text(&property["description"]))]
    });
    let rows: Vec<_> = rows.collect();
    if rows.is_empty() {
        html.push_str(&format!("<p>{}</p>\n", kind(it)));
    } else {
        html.push_str(&table(&["Key", "Type", "There", "What it is"], rows));
    }
    html
}

/// A schema in a few words, with links to those that have a name.
fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()) {
        return format!("<a href=\"#schema-{name}\">{name}</a>");
    }
    if let Some(words) = schema["enum"].as_array() {
        let words: Vec<_> =
            words.iter().map(|word| format!("<code>{}</code>", escape(text(word)))).collect();
        return words.join(" | ");
    }
    if let Some(either) = schema["oneOf"].as_array() {
        return either.iter().map(kind).collect::<Vec<_>>().join(" | ");
    }
    let types = match &schema["type"] {
        Value::Array(types) => types.iter().map(text).collect::<Vec<_>>().join(" | "),
        kind => text(kind).to_owned(),
    };
    match (types.as_str(), text(&schema["format"])) {
        ("array", _) => format!("list of {}", kind(&schema["items"])),
        (_, "") => escape(&types),
        (_, format) => format!("{} ({})", escape(&types), escape(format)),
    }
}
