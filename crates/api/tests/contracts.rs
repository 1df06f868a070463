//! The contracts as committed: the same as the code's, complete, and fit for generated clients.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::Value;

fn committed(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../openapi").join(name);
    std::fs::read_to_string(&path).expect("run `cargo run -- contracts`")
}

fn operations(document: &Value) -> Vec<(String, Value)> {
    let paths = document["paths"].as_object().expect("paths");
    let each = paths.iter().flat_map(|(path, item)| {
        let verbs = item.as_object().expect("verbs").iter();
        verbs.map(move |(verb, operation)| (format!("{verb} {path}"), operation.clone()))
    });
    each.collect()
}

#[test]
fn the_committed_contracts_are_the_codes_own() {
    let live = serde_json::to_value(api::document()).unwrap();
    let stored: Value = serde_json::from_str(&committed("plumbline.json")).unwrap();
    assert!(live == stored, "run `cargo run -- contracts` and look at the difference");
    let same = api::sdl().trim() == committed("schema.graphql").trim();
    assert!(same, "run `cargo run -- contracts` and look at the difference");
}

#[test]
fn every_operation_says_what_it_is() {
    let document = serde_json::to_value(api::document()).unwrap();
    let mut ids = BTreeSet::new();
    for (name, operation) in operations(&document) {
        let id = operation["operationId"].as_str().unwrap_or_default();
        assert!(id.split_once('.').is_some(), "{name}: `{id}` is not `<feature>.<verb>`");
        assert!(ids.insert(id.to_owned()), "{id} is there twice");
        assert!(
            operation["summary"].as_str().is_some_and(|text| text.ends_with('.')),
            "{name} has no summary"
        );
        assert_eq!(operation["tags"].as_array().map(Vec::len), Some(1), "{name} has no tag");
        let responses = operation["responses"].as_object().unwrap();
        assert!(responses.keys().any(|status| status.starts_with('2')), "{name} has no success");
        assert!(responses.contains_key("503"), "{name} does not say how it fails");
    }
    assert!(ids.len() > 60, "{} operations", ids.len());
}

#[test]
fn every_reference_leads_somewhere() {
    let document = serde_json::to_value(api::document()).unwrap();
    let text = document.to_string();
    for reference in text.split("\"#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(
            document["components"]["schemas"].get(name).is_some(),
            "there is no schema `{name}`"
        );
    }
}
