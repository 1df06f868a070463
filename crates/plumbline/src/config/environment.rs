//! The environment.

use std::ffi::OsString;

use super::setting::{self, Keys, MASTER_KEY, Origin, Setting, refused};
use crate::output::Result;

const PREFIX: &str = "PLUMBLINE_";
/// Names the configuration file.
pub(super) const CONFIG: &str = "PLUMBLINE_CONFIG";
/// Of the compose file, the SQL and the examples around the program.
const OTHERS: &[&str] =
    &["PLUMBLINE_BIN", "PLUMBLINE_IMAGE", "PLUMBLINE_RUNTIME_PASSWORD", "PLUMBLINE_URL"];

/// An option's variable.
pub(super) fn name(key: &str) -> String {
    format!("{PREFIX}{}", key.to_uppercase())
}

/// An environment variable; an empty one says nothing.
pub(crate) fn variable(name: &str) -> Result<Option<String>> {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    let value = std::env::var_os(name);
    value.filter(|value| !value.is_empty()).map(|value| text(name, value)).transpose()
}

/// What the environment says.
pub(super) fn read(keys: &Keys) -> Result<Vec<Setting>> {
    let mut given = Vec::new();
    for (name, value) in std::env::vars_os() {
        let Some(name) = name.to_str().filter(|name| name.starts_with(PREFIX)) else { continue };
        if value.is_empty() || name == CONFIG || is_anothers(name, &value.to_string_lossy()) {
            continue;
        }
        let key = name[PREFIX.len()..].to_lowercase();
        if name != self::name(&key) || !(keys.has(&key) || key == MASTER_KEY) {
            return Err(unknown(keys, name, &key));
        }
        let value = text(name, value)?;
        given.push(Setting { key, values: vec![value], origin: Origin::Variable(name.to_owned()) });
    }
    given.sort_by(|one, other| one.key.cmp(&other.key));
    // Images and units set the folder for everybody; who adds a server means the server.
    if given.iter().any(|it| it.key.starts_with("database_url")) {
        given.retain(|it| it.key != "data_dir");
    }
    setting::once(&given)?;
    given.into_iter().map(Setting::resolved).collect()
}

fn text(name: &str, value: OsString) -> Result<String> {
    value.into_string().map_err(|value| {
        refused(format!("{name} is not UTF-8: it reads `{}`", value.to_string_lossy()))
    })
}

/// Whether a variable is not ours although it begins like ours. Kubernetes tells every container of every service around, and one that is
/// called `plumbline` makes PLUMBLINE_PORT_8080_TCP and the like.
fn is_anothers(name: &str, value: &str) -> bool {
    OTHERS.contains(&name)
        || name.starts_with("PLUMBLINE_TEST_")
        || name.contains("_SERVICE_HOST")
        || name.contains("_SERVICE_PORT")
        || name.ends_with("_PORT") && value.contains("://")
        || name
            .split_once("_PORT_")
            .is_some_and(|(_, port)| port.starts_with(|c: char| c.is_ascii_digit()))
}

fn unknown(keys: &Keys, given: &str, key: &str) -> crate::output::Failure {
    let advice = keys.like(key).map_or_else(
        || "`plumbline serve --help` names those there are".to_owned(),
        |like| format!("did you mean {}?", name(&like)),
    );
    refused(format!("{given} is no setting; {advice}"))
}
