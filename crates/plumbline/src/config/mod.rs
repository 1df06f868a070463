//! The command line, the environment and the configuration file. Nothing else reads any of them.
//!
//! An option of the command line is declared once, for clap. Its name in snake case is its key in the file, and in upper case, after
//! `PLUMBLINE_`, its environment variable; both become the option's default before clap reads the command line.

mod effective;
mod environment;
mod file;
mod given;
mod help;
mod options;
mod setting;
mod subcommands;
mod values;

use std::path::PathBuf;

use clap::builder::styling::Styles;
use clap::{Parser, Subcommand};

pub(crate) use effective::{Effective, Source};
pub(crate) use environment::variable;
pub(crate) use given::Given;
pub(crate) use options::{DataArgs, KeyArgs, Place, PublicArgs, ServerArgs, StoreArgs, TO_SERVER};
pub(crate) use subcommands::{
    ApiArgs, BackupArgs, ConfigArgs, ContractsArgs, CreateTenantArgs, DemoArgs, DoctorArgs,
    ErasePersonArgs, EraseTenantArgs, ExportPersonArgs, ExportTenantArgs, Format,
    ImportTicketsArgs, ListTenantsArgs, MigrateArgs, RateLimit, RestoreArgs, RotateKeyArgs,
    ServeArgs, SimulateArgs, TenantArgs, WorkerArgs,
};

use help::{
    BACKUP, CONFIG, CREATE_TENANT, DEMO, DOCTOR, ERASE_PERSON, ERASE_TENANT, EXIT_CODES, EXPORT,
    IMPORT_TICKETS, MIGRATE, RESTORE, ROTATE_KEY, SERVE, SIMULATE, SUSPEND,
};
use values::log_filter;

/// Measures how a customer-support team is doing.
#[derive(Parser)]
#[command(version, styles = Styles::plain(), after_help = EXIT_CODES, max_term_width = 120)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// A configuration file, in TOML; without it no file is read
    #[arg(long, value_name = "FILE", global = true, help_heading = "Configuration")]
    pub(crate) config: Option<PathBuf>,
    /// What is logged on stderr, like `info` or `warn,api=debug`
    #[arg(long, value_name = "FILTER", global = true, help_heading = "Configuration", value_parser = log_filter)]
    pub(crate) log: Option<String>,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Make up a tenant with a year of tickets, and serve it
    #[command(after_help = DEMO)]
    Demo(DemoArgs),
    /// Serve a made-up helpdesk as a vendor's API, to try a connector against
    #[command(after_help = SIMULATE)]
    Simulate(SimulateArgs),
    /// Serve the API and run jobs, in one process
    #[command(after_help = SERVE)]
    Serve(ServeArgs),
    /// Serve the API alone; `worker` runs the jobs
    Api(ApiArgs),
    /// Run jobs alone; `api` serves the API
    Worker(WorkerArgs),
    /// Create or upgrade the database's schema
    #[command(after_help = MIGRATE)]
    Migrate(MigrateArgs),
    /// Make and look after tenants
    Tenant {
        #[command(subcommand)]
        command: TenantCommand,
    },
    /// Give out or erase what is known of a person
    Person {
        #[command(subcommand)]
        command: PersonCommand,
    },
    /// Look after the master key
    #[command(subcommand)]
    Key(KeyCommand),
    /// Bring data in
    #[command(subcommand)]
    Import(ImportCommand),
    /// Copy a data folder, with its master key, into one file while it is in use
    #[command(after_help = BACKUP)]
    Backup(BackupArgs),
    /// Make a data folder of a backup
    #[command(after_help = RESTORE)]
    Restore(RestoreArgs),
    /// Check everything that can be wrong with an installation, and say what to do
    #[command(after_help = DOCTOR)]
    Doctor(DoctorArgs),
    /// Show every setting, its value and where that comes from
    #[command(after_help = CONFIG)]
    Config(ConfigArgs),
    /// Write the REST and GraphQL contracts, or compare them with the committed ones
    Contracts(ContractsArgs),
}

#[derive(Subcommand)]
pub(crate) enum TenantCommand {
    /// Make a tenant and its administrator
    #[command(after_help = CREATE_TENANT)]
    Create(CreateTenantArgs),
    /// List the tenants
    List(ListTenantsArgs),
    /// Let the next signing key begin, and retire the present one; tokens already given out stay good until they expire
    RotateKeys(TenantArgs),
    /// Let nobody of a tenant in any more, until it is resumed; nothing is lost
    #[command(after_help = SUSPEND)]
    Suspend(TenantArgs),
    /// Let a suspended tenant in again
    Resume(TenantArgs),
    /// Write everything of a tenant but its secrets into a folder
    #[command(after_help = EXPORT)]
    Export(ExportTenantArgs),
    /// Remove a tenant with everything it has, for good
    #[command(after_help = ERASE_TENANT)]
    Erase(EraseTenantArgs),
}

#[derive(Subcommand)]
pub(crate) enum PersonCommand {
    /// Write everything about a person into a folder
    #[command(after_help = EXPORT)]
    Export(ExportPersonArgs),
    /// Erase whatever names a person, for good; their numbers stay, and are nobody's in particular
    #[command(after_help = ERASE_PERSON)]
    Erase(ErasePersonArgs),
}

#[derive(Subcommand)]
pub(crate) enum KeyCommand {
    /// Seal every secret anew with another master key, while servers run
    #[command(after_help = ROTATE_KEY)]
    Rotate(RotateKeyArgs),
}

#[derive(Subcommand)]
pub(crate) enum ImportCommand {
    /// Import a helpdesk's ticket history from CSV or NDJSON
    #[command(after_help = IMPORT_TICKETS)]
    Tickets(ImportTicketsArgs),
}

impl Command {
    pub(crate) fn json(&self) -> bool {
        match self {
            Self::Migrate(args) => args.json,
            Self::Backup(args) => args.json,
            Self::Restore(args) => args.json,
            Self::Doctor(args) => args.json,
            Self::Config(args) => args.json,
            Self::Tenant { command } => match command {
                TenantCommand::Create(args) => args.json,
                TenantCommand::List(args) => args.json,
                TenantCommand::RotateKeys(args)
                | TenantCommand::Suspend(args)
                | TenantCommand::Resume(args) => args.json,
                TenantCommand::Export(args) => args.json,
                TenantCommand::Erase(args) => args.json,
            },
            Self::Person { command } => match command {
                PersonCommand::Export(args) => args.json,
                PersonCommand::Erase(args) => args.json,
            },
            Self::Key(KeyCommand::Rotate(args)) => args.json,
            Self::Import(ImportCommand::Tickets(args)) => args.json,
            Self::Simulate(args) => args.json,
            Self::Demo(_)
            | Self::Serve(_)
            | Self::Api(_)
            | Self::Worker(_)
            | Self::Contracts(_) => false,
        }
    }

    /// Where traces go, of those that serve.
    pub(crate) fn otlp_endpoint(&self) -> Option<&str> {
        let server = match self {
            Self::Serve(args) => &args.server,
            Self::Api(args) => &args.server,
            Self::Worker(args) => &args.server,
            _ => return None,
        };
        server.otlp_endpoint.as_deref()
    }

    /// Whether it stays until it is stopped.
    pub(crate) fn serves(&self) -> bool {
        matches!(self, Self::Demo(_) | Self::Serve(_) | Self::Api(_) | Self::Worker(_))
    }
}
