//! What holds in the end, for people to look at.

use clap::{Arg, ArgMatches};
use serde::Serialize;
use serde_json::Value;

use super::given::{flag, is_flag};
use super::options::{DATA_DIR, Place};
use super::setting::{Keys, MASTER_KEY, Origin, Setting, is_list};
use super::subcommands::ServeArgs;

/// What stands for what is not shown.
pub(super) const MASK: &str = "***";

/// A setting, as `plumbline config` shows it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Effective {
    pub(crate) key: String,
    /// Secrets are masked; `null` where there is none.
    pub(crate) value: Value,
    pub(crate) source: Source,
    /// Which flag, which variable, which line of which file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) at: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Source {
    Flag,
    Environment,
    File,
    Default,
}

/// Every setting, in the order of the help.
pub(super) fn of(
    keys: &Keys,
    settings: &[Setting],
    matches: &ArgMatches,
    args: &ServeArgs,
) -> Vec<Effective> {
    let mut all: Vec<_> = keys.iter().map(|arg| effective(arg, settings, matches, args)).collect();
    let master_key = settings.iter().find(|it| it.key == MASTER_KEY);
    all.extend(master_key.map(|setting| {
        let (source, at) = source(Some(setting));
        Effective { key: setting.key.clone(), value: MASK.into(), source, at }
    }));
    all
}

fn effective(arg: &Arg, settings: &[Setting], matches: &ArgMatches, args: &ServeArgs) -> Effective {
    let key = arg.get_id().as_str();
    let (source, at) = if is_flag(matches, key) {
        (Source::Flag, Some(flag(arg)))
    } else {
        source(settings.iter().find(|it| it.key == key))
    };
    let raw = matches.get_raw(key).into_iter().flatten();
    let mut values = raw.flat_map(|raw| shown(arg, &raw.to_string_lossy()));
    let value = if is_list(arg) {
        values.collect()
    } else {
        values.next().unwrap_or_else(|| by_itself(key, args))
    };
    Effective { key: key.to_owned(), value, source, at }
}

fn source(setting: Option<&Setting>) -> (Source, Option<String>) {
    let Some(setting) = setting else { return (Source::Default, None) };
    let source = match setting.origin {
        Origin::Variable(_) => Source::Environment,
        Origin::Line(..) => Source::File,
    };
    (source, Some(setting.origin.to_string()))
}

/// What an option that is not given comes to.
fn by_itself(key: &str, args: &ServeArgs) -> Value {
    let place = args.server.store.data.place();
    match (key, place) {
        ("data_dir", Place::Folder(_)) => DATA_DIR.into(),
        ("connections", place) => place.connections().into(),
        ("public_url", _) => args.public.url_of(args.public.listen).into(),
        _ => Value::Null,
    }
}

fn shown(arg: &Arg, raw: &str) -> Vec<Value> {
    let parts = if is_list(arg) { raw.split(',').collect() } else { vec![raw] };
    let plain = matches!(arg.get_value_names(), Some([name]) if name == "N" || name == "BOOL");
    let value = |part: &str| match serde_json::from_str(part) {
        Ok(value) if plain => value,
        _ => Value::from(without_secrets(part)),
    };
    parts.into_iter().map(value).collect()
}

/// A URL with its password, and every parameter that sounds like one, masked.
fn without_secrets(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
    let (address, query) =
        rest.split_once('?').map_or((rest, None), |(it, query)| (it, Some(query)));
    let mut shown = match address.rsplit_once('@') {
        Some((login, host)) => match login.split_once(':') {
            Some((user, _)) => format!("{scheme}://{user}:{MASK}@{host}"),
            None => format!("{scheme}://{address}"),
        },
        None => format!("{scheme}://{address}"),
    };
    if let Some(query) = query {
        let parameters = query.split('&').map(|parameter| match parameter.split_once('=') {
            Some((name, _)) if name.to_lowercase().contains("pass") => format!("{name}={MASK}"),
            _ => parameter.to_owned(),
        });
        shown = format!("{shown}?{}", parameters.collect::<Vec<_>>().join("&"));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::without_secrets;

    #[test]
    fn no_password_is_shown() {
        for (url, shown) in [
            ("postgres://a:b@c/d", "postgres://a:***@c/d"),
            ("postgres://a:b@c@d:1/e?sslmode=require", "postgres://a:***@d:1/e?sslmode=require"),
            ("postgres://d/e?user=a&password=b&x", "postgres://d/e?user=a&password=***&x"),
            ("redis://:secret@cache", "redis://:***@cache"),
            ("redis://cache:6379", "redis://cache:6379"),
            ("data", "data"),
        ] {
            assert_eq!(without_secrets(url), shown);
        }
    }
}
