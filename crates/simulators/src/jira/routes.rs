//! What is where.

use super::service::{Asked, Outcome, Problem, Service};
use super::{changelog, comments, issues, people, search, service_desk, settings, webhooks};

/// Answers a request; the parts are of the path after `/rest`.
pub(super) fn answer(service: &Service, asked: &Asked<'_>, parts: &[&str]) -> Outcome {
    let method = asked.request.method.as_str();
    match (method, parts) {
        // Nobody is refused here, and finds nothing.
        ("GET", ["api", _, "serverInfo"]) => settings::server(service),
        ("GET", ["api", _, "field"]) => settings::fields(),
        ("GET" | "POST", ["api", _, "search", "jql"]) => search::answer(service, asked),
        ("GET", ["api", _, "issue", ..]) if !asked.is_known => Err(Problem::no_issue()),
        _ if !asked.is_known => Err(Problem::unauthenticated()),
        (_, ["webhooks", "1.0", "webhook", rest @ ..]) => webhooks::answer(service, asked, rest),
        ("GET", ["servicedeskapi", rest @ ..]) => service_desk::answer(service, asked, rest),
        ("POST", ["api", _, "changelog", "bulkfetch"]) => changelog::bulk(service, asked),
        ("POST", ["api", _, "search", "approximate-count"]) => search::count(service, asked),
        (_, ["api", _, "search"]) => Err(Problem::gone()),
        ("GET", ["api", _, rest @ ..]) => read(service, asked, rest),
        _ => Err(Problem::no_endpoint()),
    }
}

fn read(service: &Service, asked: &Asked<'_>, parts: &[&str]) -> Outcome {
    let ticket = |id: &str| service.visible_as(id);
    match *parts {
        ["myself"] => people::me(service),
        ["user"] => people::one(service, asked),
        ["user", "search"] => people::find(service, asked),
        ["users"] | ["users", "search"] => people::all(service, asked),
        ["project"] => settings::projects(service),
        ["project", "search"] => settings::find_projects(service, asked),
        ["project", name] => settings::project(service, name),
        ["project", name, "components"] => settings::components(service, asked, name, false),
        ["project", name, "component"] => settings::components(service, asked, name, true),
        ["component", id] => settings::component(service, id),
        ["issue", id] => issues::one(service, asked, &ticket(id)?),
        ["issue", id, "changelog"] => changelog::page(service, asked, &ticket(id)?),
        ["issue", id, "comment"] => comments::page(service, asked, &ticket(id)?),
        ["issue", id, "comment", comment] => comments::one(service, asked, &ticket(id)?, comment),
        [kind] => settings::values(service, kind),
        _ => Err(Problem::no_endpoint()),
    }
}
