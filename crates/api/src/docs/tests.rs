//! The served pages: every code of the sources is explained, and every `type` resolves.

use std::collections::BTreeSet;
use std::path::Path;

use actix_web::http::StatusCode;
use actix_web::test::TestRequest;

use crate::codes::{FAILURES, FIELDS, NOT_SERVED};
use crate::testing::{Answer, TestApi};

fn sources(folder: &Path, into: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !["tests", "testing", "docs", "openapi"].contains(&name.as_str()) {
            sources(&path, into);
        } else if name.ends_with(".rs")
            && !["codes.rs", "testing.rs", "tests.rs"].contains(&name.as_str())
        {
            let text = std::fs::read_to_string(&path).unwrap();
            let product = text.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned();
            into.push((path.display().to_string(), product));
        }
    }
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

/// The string literal that a text begins with.
fn literal(text: &str) -> Option<(&str, &str)> {
    text.trim_start().strip_prefix('"')?.split_once('"')
}

/// What follows each place where a source says something.
fn after<'a>(source: &'a str, said: &'a str) -> impl Iterator<Item = &'a str> {
    source.match_indices(said).map(move |(at, _)| &source[at + said.len()..])
}

/// The codes that a source gives to failures.
fn codes(source: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut add = |word: Option<(&str, &str)>| {
        found.extend(word.map(|(word, _)| word.to_owned()).filter(|word| is_word(word)));
    };
    for made in ["malformed(", "conflict(", "refused(", "unauthenticated("] {
        after(source, &format!("Error::{made}")).for_each(|rest| add(literal(rest)));
    }
    // A field's place, then its code.
    for rest in
        after(source, "\"/").chain(after(source, "pointer")).chain(after(source, "ErrorKind::"))
    {
        if let Some((place, rest)) = rest.split_once(',')
            && place
                .trim_end_matches('"')
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'/')
        {
            add(literal(rest));
        }
    }
    after(source, "code: \"").for_each(|rest| add(rest.split_once('"')));
    after(source, ".code = \"").for_each(|rest| add(rest.split_once('"')));
    // What a taken unique value is called.
    after(source, "_key\",").for_each(|rest| add(literal(rest)));
    for rest in after(source, "fn code(") {
        let body = rest.split("\n    }\n").next().unwrap();
        after(body, "=> \"").for_each(|rest| add(rest.split_once('"')));
    }
    found
}

#[test]
fn every_code_of_the_sources_is_explained() {
    let mut all = Vec::new();
    sources(Path::new("src"), &mut all);
    sources(Path::new("../domain/src"), &mut all);
    let (mut given, mut unknown) = (BTreeSet::new(), Vec::new());
    for (path, source) in &all {
        for code in codes(source) {
            let known = FAILURES.iter().any(|it| it.code == code)
                || FIELDS.iter().any(|(it, _)| *it == code)
                || NOT_SERVED.contains(&code.as_str());
            if !known {
                unknown.push(format!("{path}: {code}"));
            }
            given.insert(code);
        }
    }
    assert!(unknown.is_empty(), "say in codes.rs of the feature what these mean: {unknown:#?}");
    assert!(given.len() > 50, "{given:?}");
    let explained = FAILURES.iter().map(|it| it.code).chain(FIELDS.iter().map(|(code, _)| *code));
    let written =
        |code: &str| all.iter().any(|(_, source)| source.contains(&format!("\"{code}\"")));
    let unused: Vec<_> = explained.filter(|code| !written(code)).collect();
    assert!(unused.is_empty(), "these are explained, and given by nothing: {unused:?}");
}

async fn page(api: &TestApi, path: &str) -> Answer {
    let page = api.send(TestRequest::get().uri(path)).await;
    assert_eq!(page.status, StatusCode::OK, "{path}: {:?}", page.body);
    page
}

#[actix_web::test]
async fn a_failures_type_leads_to_its_explanation() {
    let api = TestApi::new().await;
    let failure = api.send(TestRequest::get().uri("/v1/teams")).await;
    let explained = page(&api, failure.body["type"].as_str().unwrap()).await;
    assert!(explained.header("content-type").starts_with("text/html"));
    assert!(explained.body.as_str().unwrap().contains("Authorization: Bearer"));
    for code in FAILURES.iter() {
        page(&api, &format!("/docs/errors/{}", code.code)).await;
    }
    let unknown = api.send(TestRequest::get().uri("/docs/errors/nonsense")).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn the_pages_need_nothing_but_themselves() {
    let api = TestApi::new().await;
    for path in ["/docs", "/docs/errors", "/docs/metrics", "/docs/errors/not_found"] {
        let page = page(&api, path).await;
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; style-src 'self';"), "{policy}");
        let html = page.body.as_str().unwrap();
        for foreign in ["<script", "style=", "http://", "https://", "onclick"] {
            let examples = ["https://kpi.example.com", "https://acme.zendesk.com"];
            let text = examples.iter().fold(html.to_owned(), |text, it| text.replace(it, ""));
            assert!(!text.contains(foreign), "{path} has {foreign}");
        }
        for link in html.split("href=\"/").skip(1) {
            let link = format!("/{}", link.split('"').next().unwrap());
            let answer = api.send(TestRequest::get().uri(&link)).await;
            assert_eq!(answer.status, StatusCode::OK, "{path} links to {link}");
        }
        for link in html.split("href=\"#").skip(1) {
            let target = format!("id=\"{}\"", link.split('"').next().unwrap());
            assert!(html.contains(&target), "{path}: there is no {target}");
        }
    }
    let document = page(&api, "/openapi.json").await.body;
    assert_eq!(document, crate::document());
    let reference = page(&api, "/docs").await.body;
    for (path, _) in document["paths"].as_object().unwrap() {
        assert!(reference.as_str().unwrap().contains(&format!("<code>{path}</code>")), "{path}");
    }
    let metrics = page(&api, "/docs/metrics").await.body;
    for metric in domain::kpis::Metric::ALL {
        let it = domain::kpis::definition(*metric);
        let html = metrics.as_str().unwrap();
        assert!(html.contains(it.title) && html.contains(it.dated_by), "{}", it.title);
    }
}

#[actix_web::test]
async fn graphiql_is_served_from_here_alone_and_can_be_switched_off() {
    let mut api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    let html = page(&api, "/graphiql").await.body;
    for part in html.as_str().unwrap().split(['"', '\'']).filter(|it| it.starts_with("/graphiql/"))
    {
        page(&api, part).await;
    }
    let script = page(&api, "/graphiql/graphiql.js").await;
    assert_eq!(script.header("content-encoding"), "gzip");
    let schema = "{ __schema { queryType { name } } }";
    let told = api.graphql(&acme.owner, schema, serde_json::json!({})).await;
    assert_eq!(told["data"]["__schema"]["queryType"]["name"], "Query");
    api.explorable = false;
    for gone in ["/graphiql", "/graphiql/graphiql.js"] {
        let answer = api.send(TestRequest::get().uri(gone)).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{gone}");
    }
    let told = api.graphql(&acme.owner, schema, serde_json::json!({})).await;
    assert!(told["data"]["__schema"].is_null(), "{told}");
}
