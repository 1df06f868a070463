//! The OpenAPI document: what the handlers say of themselves, and what holds for all of them.

use domain::kpis::Grain;
use serde_json::{Value, json};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    ContactBuilder, InfoBuilder, License, OpenApi, OpenApiBuilder, SecurityRequirement,
};
use utoipa::{PartialSchema, ToSchema};

use crate::http::problem_schemas;

/// What is said once.
pub(crate) fn frame() -> OpenApi {
    let info = InfoBuilder::new()
        .title("Plumbline")
        .version("1")
        .description(Some("The system of record and the measuring instrument for the people who run customer-support teams. The tenant is always the token's."))
        .license(Some(License::new("Apache-2.0")))
        .contact(Some(ContactBuilder::new().name(Some("Plumbline")).build()));
    OpenApiBuilder::new()
        .info(info.build())
        .security(Some([SecurityRequirement::new("bearer", Vec::<String>::new())]))
        .build()
}

/// What every operation shares, and names that generated clients can live with.
pub(crate) fn finish(mut document: OpenApi) -> OpenApi {
    let components = document.components.get_or_insert_with(Default::default);
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some("An access token of the tenant's token endpoint."));
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer.build()));
    for (name, schema) in problem_schemas() {
        components.schemas.insert(name, schema);
    }
    // What only query strings name is not collected from the handlers.
    components.schemas.insert(Grain::name().into_owned(), Grain::schema());
    name_pages(document)
}

/// `Page_Team` becomes `TeamPage`, and its items a reference to `Team` instead of a copy.
fn name_pages(document: OpenApi) -> OpenApi {
    let Ok(mut json) = serde_json::to_value(&document) else {
        return document;
    };
    rename(&mut json);
    let schemas = json.pointer_mut("/components/schemas").and_then(Value::as_object_mut);
    for (name, schema) in schemas.into_iter().flatten() {
        let item = name.strip_suffix("Page").filter(|item| !item.is_empty());
        if let (Some(item), Some(items)) = (item, schema.pointer_mut("/properties/items/items")) {
            *items = json!({ "$ref": format!("#/components/schemas/{item}") });
        }
    }
    serde_json::from_value(json).unwrap_or(document)
}

fn rename(json: &mut Value) {
    const GENERIC: &str = "Page_";
    match json {
        Value::Object(entries) => {
            for (key, mut value) in std::mem::take(entries) {
                rename(&mut value);
                let key = match key.strip_prefix(GENERIC) {
                    Some(item) => format!("{item}Page"),
                    None => key,
                };
                entries.insert(key, value);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(rename),
        Value::String(text) => {
            if let Some(item) = text.strip_prefix("#/components/schemas/Page_") {
                *text = format!("#/components/schemas/{item}Page");
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
