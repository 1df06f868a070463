//! A value that the environment or the file gives an option, and the options that there are to give one.

use std::fmt::{self, Display};
use std::fs;
use std::path::{Path, PathBuf};

use clap::Arg;

use crate::output::{Failure, Result};

/// Options whose value is a secret: it may be in a file of its own, and is never shown whole.
pub(super) const SECRET: &[&str] = &["database_url", "redis_url"];
/// The key itself; too secret for a command line or a configuration file, so no option has it.
pub(super) const MASTER_KEY: &str = "master_key";
/// From here on a name is like another.
const ALIKE: f64 = 0.75;

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Variable(String),
    Line(PathBuf, usize),
}

/// A value that an option is given, not by the command line. It may be a secret, so it cannot be printed.
#[derive(Clone)]
pub(super) struct Setting {
    pub(super) key: String,
    /// One, but for options that are lists.
    pub(super) values: Vec<String>,
    pub(super) origin: Origin,
}

/// The options that a configuration may give a value.
pub(super) struct Keys(Vec<Arg>);

impl Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => write!(f, "{name}"),
            Self::Line(file, line) => write!(f, "{}:{line}", file.display()),
        }
    }
}

impl Setting {
    /// How an error begins.
    pub(super) fn place(&self) -> String {
        match &self.origin {
            Origin::Variable(name) => name.clone(),
            origin @ Origin::Line(..) => format!("{origin}: `{}`", self.key),
        }
    }

    pub(super) fn is_secret(&self) -> bool {
        SECRET.contains(&self.key.as_str())
    }

    /// Takes the value from the file that it names, where the key says that it does.
    pub(super) fn resolved(self) -> Result<Self> {
        let Some(key) = secret_in_file(&self.key) else {
            return Ok(self);
        };
        let path = self.values.concat();
        let text = read(Path::new(&path), &self.place(), "the secret")?;
        let text = text.strip_suffix('\n').unwrap_or(&text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        if text.is_empty() {
            let message = format!("{}: {path} is empty; it must hold the {key}", self.place());
            return Err(refused(message));
        }
        Ok(Self { key: key.to_owned(), values: vec![text.to_owned()], ..self })
    }
}

impl Keys {
    /// Of the options of `serve`, and of those that every command has.
    pub(super) fn of(command: &clap::Command) -> Self {
        let serve = command.find_subcommand("serve").into_iter();
        let own = serve.flat_map(clap::Command::get_arguments);
        let all = own.chain(command.get_arguments().filter(|arg| arg.get_id() == "log"));
        Self(all.cloned().collect())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Arg> {
        self.0.iter()
    }

    pub(super) fn get(&self, key: &str) -> Option<&Arg> {
        self.iter().find(|arg| arg.get_id() == key)
    }

    /// Whether a value may stand under the key.
    pub(super) fn has(&self, key: &str) -> bool {
        self.get(secret_in_file(key).unwrap_or(key)).is_some()
    }

    /// What somebody who wrote an unknown key may have meant.
    pub(super) fn like(&self, key: &str) -> Option<String> {
        let ids = self.iter().map(|arg| arg.get_id().as_str().to_owned());
        let files = SECRET.iter().map(|key| format!("{key}_file"));
        let scored = ids.chain(files).map(|known| (strsim::jaro_winkler(key, &known), known));
        let best = scored.max_by(|one, other| one.0.total_cmp(&other.0));
        best.filter(|(score, _)| *score >= ALIKE).map(|(_, known)| known)
    }
}

pub(super) fn is_list(arg: &Arg) -> bool {
    arg.get_value_delimiter().is_some()
}

/// The option that a key like `redis_url_file` gives a value.
fn secret_in_file(key: &str) -> Option<&str> {
    key.strip_suffix("_file").filter(|key| SECRET.contains(key))
}

/// What a key says something about. Whoever says something about it overrides all that was said before.
pub(super) fn subject(key: &str) -> &str {
    match secret_in_file(key).unwrap_or(key) {
        "data_dir" | "database_url" => "place",
        "master_key_file" => MASTER_KEY,
        key => key,
    }
}

/// Refuses what is said twice in one place.
pub(super) fn once(settings: &[Setting]) -> Result<()> {
    for (index, later) in settings.iter().enumerate() {
        let mut earlier = settings[..index].iter();
        if let Some(earlier) = earlier.find(|it| subject(&it.key) == subject(&later.key)) {
            let (earlier, later) = (earlier.place(), later.place());
            return Err(refused(format!(
                "{earlier} and {later} are both given, and only one can hold; take one out"
            )));
        }
    }
    Ok(())
}

pub(super) fn read(file: &Path, place: &str, what: &str) -> Result<String> {
    fs::read_to_string(file).map_err(|error| {
        refused(format!("{place}: {what} cannot be read from {}: {error}", file.display()))
    })
}

pub(super) fn refused(message: String) -> Failure {
    Failure::usage(message).coded("configuration")
}
