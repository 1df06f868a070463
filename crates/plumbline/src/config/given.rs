//! What was given, in the order in which it counts: flags, the environment, the file.

use std::error::Error;
use std::path::PathBuf;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, CommandFactory, FromArgMatches};

use super::effective::MASK;
use super::setting::{Keys, SECRET, Setting, refused, subject};
use super::{Cli, Command, effective, environment, file};
use crate::output::{Failure, Result};

/// A command line that could be read.
pub(crate) struct Given {
    command: clap::Command,
    keys: Keys,
    matches: ArgMatches,
    cli: Cli,
}

impl Given {
    /// Reads the command line alone. Help and mistakes in it are answered here, whatever the configuration says, and end the process.
    pub(crate) fn parse() -> Self {
        let command = Cli::command();
        let keys = Keys::of(&command);
        let mut command = each_option(command, &|arg| with_variable(&keys, arg));
        let matches = command.try_get_matches_from_mut(std::env::args_os());
        let matches = matches.unwrap_or_else(|error| without_secret(error).exit());
        let cli = read(&mut command, &matches).unwrap_or_else(|error| error.exit());
        Self { command, keys, matches, cli }
    }

    pub(crate) fn json(&self) -> bool {
        self.cli.command.json()
    }

    /// The command with what the environment and the file say.
    pub(crate) fn configured(self) -> Result<Cli> {
        let settings = self.settings()?;
        for setting in &settings {
            self.check(setting)?;
        }
        let mut command = each_option(self.command, &|arg| with_default(&settings, arg));
        let matches = command.get_matches_mut();
        let mut cli = read(&mut command, &matches).map_err(internal)?;
        let (serve, shown) = match &mut cli.command {
            Command::Config(args) => (&args.serve, &mut args.effective),
            Command::Doctor(args) => (&args.serve, &mut args.effective),
            _ => return Ok(cli),
        };
        *shown = effective::of(&self.keys, &settings, innermost(&matches), serve);
        Ok(cli)
    }

    /// What is said beside the command line and not overridden.
    fn settings(&self) -> Result<Vec<Setting>> {
        let given = innermost(&self.matches);
        let flags = self.keys.iter().map(|arg| arg.get_id().as_str());
        let flags: Vec<_> = flags.filter(|id| is_flag(given, id)).map(subject).collect();
        let mut settings = environment::read(&self.keys)?;
        let named = environment::variable(environment::CONFIG)?;
        let named = named.map(|file| (PathBuf::from(file), environment::CONFIG));
        let file = self.cli.config.clone().map(|file| (file, "--config")).or(named);
        if let Some((file, named_by)) = file {
            let below = file::read(&file, named_by, &self.keys)?;
            let said: Vec<_> = settings.iter().map(|it| subject(&it.key).to_owned()).collect();
            let new = |it: &Setting| !said.iter().any(|said| said == subject(&it.key));
            settings.extend(below.into_iter().filter(new));
        }
        settings.retain(|it| !flags.contains(&subject(&it.key)));
        Ok(settings)
    }

    /// Lets clap read a value as if it had been a flag, so that both have one definition.
    fn check(&self, setting: &Setting) -> Result<()> {
        let Some(arg) = self.keys.get(&setting.key) else { return Ok(()) };
        let flags = setting.values.iter().map(|value| format!("{}={value}", flag(arg)));
        let line = ["plumbline".to_owned(), "serve".to_owned()].into_iter().chain(flags);
        let Err(error) = self.command.clone().try_get_matches_from(line) else { return Ok(()) };
        let place = setting.place();
        let shown = if setting.is_secret() {
            "not right"
        } else {
            &format!("`{}`", setting.values.join(", "))
        };
        Err(refused(format!("{place} is {shown}: {}", allowed(&error))))
    }
}

/// A value that is refused is not repeated where it may hold a password.
fn without_secret(mut error: clap::Error) -> clap::Error {
    let flag = |key: &&str| format!("--{}", key.replace('_', "-"));
    if let Some(ContextValue::String(arg)) = error.get(ContextKind::InvalidArg)
        && SECRET.iter().any(|key| arg.starts_with(&flag(key)))
    {
        error.insert(ContextKind::InvalidValue, ContextValue::String(MASK.to_owned()));
    }
    error
}

/// Of the command that is run: `list` of `tenant list`.
fn innermost(matches: &ArgMatches) -> &ArgMatches {
    matches.subcommand().map_or(matches, |(_, inner)| innermost(inner))
}

pub(super) fn is_flag(matches: &ArgMatches, id: &str) -> bool {
    // A command that does not have the option does not know its name either.
    matches.try_contains_id(id).is_ok()
        && matches.value_source(id) == Some(ValueSource::CommandLine)
}

pub(super) fn flag(arg: &Arg) -> String {
    format!("--{}", arg.get_long().unwrap_or_default())
}

fn read(command: &mut clap::Command, matches: &ArgMatches) -> Result<Cli, clap::Error> {
    Cli::from_arg_matches(matches).map_err(|error| error.format(command))
}

/// Changes the options of every command that is configured; what is made up has nobody's data and nobody's settings.
fn each_option(command: clap::Command, change: &dyn Fn(Arg) -> Arg) -> clap::Command {
    command.mut_args(change).mut_subcommands(|command| {
        let is_made_up = matches!(command.get_name(), "demo" | "simulate");
        if is_made_up { command } else { each_option(command, change) }
    })
}

/// Says in the help which variable sets the option too.
fn with_variable(keys: &Keys, arg: Arg) -> Arg {
    if keys.get(arg.get_id().as_str()).is_none() {
        return arg;
    }
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let name = environment::name(arg.get_id().as_str());
    arg.help(StyledStr::from(format!("{help} [env: {name}]")))
}

fn with_default(settings: &[Setting], arg: Arg) -> Arg {
    match settings.iter().find(|it| arg.get_id() == it.key.as_str()) {
        Some(setting) => arg.default_values(setting.values.clone()),
        None => arg,
    }
}

/// What a value may be, in the words of whoever refused it.
fn allowed(error: &clap::Error) -> String {
    if let (ErrorKind::InvalidValue, Some(ContextValue::Strings(values))) =
        (error.kind(), error.get(ContextKind::ValidValue))
    {
        return format!("it must be {}", values.join(" or "));
    }
    let text = error.source().map_or_else(|| error.to_string(), ToString::to_string);
    text.lines().next().unwrap_or_default().to_owned()
}

fn internal(error: clap::Error) -> Failure {
    Failure::new("internal", format!("the configuration cannot be applied: {error}"))
}
