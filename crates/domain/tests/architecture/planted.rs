//! A violation of each rule, so that a rule that stopped working is noticed.

use crate::rules::{Exceptions, violations};
use crate::source::Source;

const NONE: Exceptions = Exceptions { sql: &[], long: &[] };

/// A small tree that breaks nothing.
const SOUND: &[(&str, &str)] = &[
    (
        "crates/domain/Cargo.toml",
        "[dependencies]\nmigrations = { workspace = true, optional = true }\n[dev-dependencies]\nmigrations.workspace = true\n",
    ),
    ("crates/domain/src/lib.rs", "pub mod goals;\npub mod kernel;\npub mod teams;\n"),
    ("crates/domain/src/kernel/mod.rs", "pub mod scope;\n"),
    ("crates/domain/src/kernel/clock.rs", "fn now() { chrono::Utc::now(); }\n"),
    ("crates/domain/src/teams/mod.rs", "mod commands;\npub use commands::create;\n"),
    ("crates/domain/src/teams/entity.rs", "use crate::goals::entity::Entity;\n"),
    ("crates/domain/src/goals/mod.rs", "mod types;\n"),
    (
        "crates/domain/src/goals/types.rs",
        "use async_graphql::SimpleObject;\nuse utoipa::ToSchema;\n",
    ),
    (
        "crates/domain/src/goals/queries.rs",
        "use crate::teams::{self, TeamId, Team};\nconst ALL: &str = \"SELECT id FROM goals\";\n",
    ),
    (
        "crates/domain/src/goals/tests.rs",
        "use std::env;\nconst RAW: &str = \"DELETE FROM goals\";\n",
    ),
    ("crates/api/src/http/mod.rs", "pub struct Problem;\n"),
    (
        "crates/api/src/teams/rest.rs",
        "use crate::http::Problem;\n// crate::goals::rest is a comment\nfn f<'a>(_: &'a str) { let _ = ('\"', \"crate::goals::rest\"); }\n",
    ),
    (
        "crates/api/src/goals/rest.rs",
        "use domain::goals::{Goal, create};\nconst WHAT: &str = \"select a team in the list\";\n",
    ),
    (
        "migrations/src/lib.rs",
        "mod m20260101_000001_tenants;\nfn all() { m20260101_000001_tenants::up(); }\n",
    ),
    (
        "migrations/src/m20260101_000001_tenants.rs",
        "const UP: &str = \"INSERT INTO a SELECT 1\";\n",
    ),
];

/// What the sound tree with one file more, or changed, is reproached with.
fn reproaches(path: &str, text: &str) -> Vec<String> {
    let kept = SOUND.iter().filter(|(it, _)| *it != path);
    let sources: Vec<_> =
        kept.chain([&(path, text)]).map(|(path, text)| Source::new(path, text)).collect();
    violations(&sources, &NONE).iter().map(ToString::to_string).collect()
}

#[track_caller]
fn reproached(path: &str, text: &str, line: usize, why: &str) {
    let found = reproaches(path, text);
    let place = format!("{path}:{line}: ");
    assert!(
        found.len() == 1 && found[0].starts_with(&place) && found[0].contains(why),
        "wanted one violation at {place}with `{why}`, found {found:#?}"
    );
}

#[test]
fn a_sound_tree_is_not_reproached() {
    assert_eq!(reproaches("crates/domain/src/lib.rs", "pub mod kernel;\n"), [""; 0]);
}

#[test]
fn the_domain_knows_no_transport_environment_or_wall_clock() {
    let file = "crates/domain/src/goals/commands.rs";
    reproached(file, "\nuse actix_web::get;", 2, "no actix_web");
    reproached(file, "async fn f() { reqwest::get(1).await }", 1, "no reqwest");
    reproached(file, "use std::{\n    env,\n    fmt,\n};", 1, "reads no environment");
    reproached(file, "fn f() {\n    let now = Utc::now();\n}", 2, "scope.now()");
    reproached(
        "crates/domain/src/goals/tests.rs",
        "fn f() { chrono::Utc::now(); }",
        1,
        "scope.now()",
    );
    reproached(
        "crates/domain/Cargo.toml",
        "[dependencies]\nactix-web.workspace = true",
        2,
        "may not depend",
    );
    reproached(
        "crates/domain/Cargo.toml",
        "[dependencies]\nmigrations.workspace = true",
        2,
        "may not depend on migrations",
    );
}

#[test]
fn crates_depend_on_each_other_one_way() {
    reproached(
        "crates/api/Cargo.toml",
        "[dependencies]\nworkers.workspace = true",
        2,
        "may not depend on workers",
    );
    reproached(
        "crates/workers/Cargo.toml",
        "[dev-dependencies]\napi = { path = \"../api\" }",
        2,
        "may not depend on api",
    );
    reproached(
        "crates/simulators/Cargo.toml",
        "[dependencies]\ndomain.workspace = true",
        2,
        "may not depend on domain",
    );
    reproached("crates/other/Cargo.toml", "[dependencies]", 1, "a new crate");
}

#[test]
fn the_kernel_knows_no_feature() {
    let file = "crates/domain/src/kernel/scope.rs";
    reproached(file, "use crate::teams::TeamId;", 1, "the kernel knows no feature");
    reproached(file, "use super::super::teams::TeamId;", 1, "the kernel knows no feature");
}

#[test]
fn features_meet_on_their_front_pages() {
    let advice = "go through the front page";
    let file = "crates/domain/src/goals/commands.rs";
    reproached(file, "use crate::teams::commands::create;", 1, advice);
    reproached(
        file,
        "use crate::{\n    kernel::id,\n    teams::{Team, queries::get},\n};",
        1,
        advice,
    );
    reproached(file, "use super::super::teams::entity::Entity;", 1, advice);
    reproached("crates/workers/src/goals/mod.rs", "use domain::teams::queries::get;", 1, advice);
}

#[test]
fn features_do_not_lean_on_each_other_both_ways() {
    let found = reproaches("crates/domain/src/teams/commands.rs", "use crate::goals::Goal;");
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found.iter().all(|it| it.contains("react to an event")), "{found:#?}");
}

#[test]
fn features_of_the_api_do_not_use_each_other() {
    reproached(
        "crates/api/src/goals/graphql.rs",
        "use crate::teams::create;",
        1,
        "`goals` may not use `teams`",
    );
}

#[test]
fn contract_derives_are_named_in_types_only() {
    reproached("crates/domain/src/goals/commands.rs", "use utoipa::ToSchema;", 1, "types.rs");
    reproached(
        "crates/workers/src/goals/mod.rs",
        "fn f() { async_graphql::ID::from(1) }",
        1,
        "types.rs",
    );
}

#[test]
fn sql_stands_where_it_is_looked_for() {
    let home = "SQL stands in";
    for text in [
        "select count(*)\nFROM goals",
        "Update goals SET a = 1",
        "delete from goals",
        "WITH a AS (SELECT 1) SELECT 2",
    ] {
        reproached(
            "crates/domain/src/goals/jobs.rs",
            &format!("const A: i8 = 1;\nfn f() {{ run(r#\"{text}\"#) }}"),
            2,
            home,
        );
    }
    reproached(
        "crates/api/src/goals/rest.rs",
        "fn f() { run(\"\\n  insert into goals values (1)\") }",
        1,
        home,
    );
    let tests = "const A: i8 = 1;\n#[cfg(test)]\nmod tests {\n    const A: &str = \"delete from goals\";\n}";
    assert_eq!(reproaches("crates/domain/src/goals/jobs.rs", tests), [""; 0]);
}

#[test]
fn files_and_front_pages_are_short() {
    reproached("crates/api/src/goals/tests.rs", &"\n".repeat(501), 500, "split the file");
    reproached("crates/domain/src/goals/mod.rs", &"\n".repeat(61), 1, "front page");
}

#[test]
fn a_folder_of_the_domain_is_a_feature() {
    reproached("crates/domain/src/reviews/types.rs", "", 1, "has no mod.rs");
    reproached("crates/domain/src/errors.rs", "", 1, "only folders");
    reproached("crates/api/src/utils/mod.rs", "", 1, "called by its noun");
}

#[test]
fn a_migration_that_is_not_listed_is_found() {
    reproached("migrations/src/m20260114_000001_goals.rs", "", 1, "never runs");
}

#[test]
fn exceptions_that_are_no_longer_needed_are_found() {
    let exceptions = Exceptions {
        sql: &[("crates/api/src/http/mod.rs", "a reason")],
        long: &[("crates/api/src/http/mod.rs", 600)],
    };
    let sources: Vec<_> = SOUND.iter().map(|(path, text)| Source::new(path, text)).collect();
    let found: Vec<_> = violations(&sources, &exceptions).iter().map(ToString::to_string).collect();
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found.iter().all(|it| it.contains("take it off the list")), "{found:#?}");
}
