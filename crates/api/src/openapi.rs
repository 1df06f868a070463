//! The OpenAPI document: what the handlers say of themselves, and what holds for all of them.

use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    ContactBuilder, InfoBuilder, License, OpenApi, OpenApiBuilder, SecurityRequirement,
};

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
        .security(Some([SecurityRequirement::new(
            "bearer",
            Vec::<String>::new(),
        )]))
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
    document
}
