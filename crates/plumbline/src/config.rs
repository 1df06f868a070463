//! The command line and the environment. Nothing else reads either.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::builder::styling::Styles;
use clap::{Args, Parser, Subcommand, ValueEnum};
use domain::tenants::WeekStart;

use crate::output::{Failure, Result};

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  failed; the error on stderr says why and what to do
  2  the command line was not understood

Where the data is:
  --data-dir      a folder with everything in it: an embedded SQLite database and the master key
  --database-url  a PostgreSQL database
  Without either: PLUMBLINE_DATABASE_URL, then PLUMBLINE_DATA_DIR, then the folder `data`.

PLUMBLINE_LOG filters the log on stderr, like `info` or `warn,api=debug`.";

/// Measures how a customer-support team is doing.
#[derive(Parser)]
#[command(version, styles = Styles::plain(), after_help = EXIT_CODES, max_term_width = 120)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Make up a tenant with a year of tickets, and serve it
    #[command(after_help = DEMO)]
    Demo(DemoArgs),
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
    /// Bring data in
    #[command(subcommand)]
    Import(ImportCommand),
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
    RotateKeys(RotateKeysArgs),
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
            Self::Tenant { command } => match command {
                TenantCommand::Create(args) => args.json,
                TenantCommand::List(args) => args.json,
                TenantCommand::RotateKeys(args) => args.json,
            },
            Self::Import(ImportCommand::Tickets(args)) => args.json,
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

const DEMO: &str = "\
Examples:
  plumbline demo
  plumbline demo --fresh --listen 127.0.0.1:8000

It prints tokens and commands to paste. A second start goes on with the same tenant; the password of everybody in it is known to all,
so it is best kept on this machine.";

const SERVE: &str = "\
Examples:
  plumbline serve --data-dir data
  plumbline serve --database-url postgres://plumbline_runtime@db/plumbline \\
    --redis-url redis://cache --public-url https://kpi.example.com

SIGTERM or Ctrl-C stops it: requests and jobs under way are finished, or handed back.";
const MIGRATE: &str = "\
Examples:
  plumbline migrate --data-dir data
  plumbline migrate --database-url postgres://plumbline_owner@db/plumbline

On PostgreSQL it logs in as the owner of the tables; deploy/sql/roles.sql makes the other roles.";
const CREATE_TENANT: &str = "\
Example:
  plumbline tenant create acme --name Acme --data-dir data \\
    --admin-email a@acme.test --admin-password-file password";
const IMPORT_TICKETS: &str = "\
Examples:
  plumbline import tickets --tenant acme --mapping map.toml --data-dir data tickets.csv
  zcat tickets.ndjson.gz | plumbline import tickets --tenant acme --data-dir data -

docs/import.md describes the mapping. Temporary files go to TMPDIR.
The same file again changes nothing: an import that was cut off is simply run again.
Lines that cannot be read are left out and reported, and the exit code is 0; it is 1 if there was no other line.";

/// Where the data is.
#[derive(Args)]
pub(crate) struct DataArgs {
    /// The folder of an embedded database; made where it is missing
    #[arg(long, value_name = "FOLDER", conflicts_with = "database_url")]
    pub(crate) data_dir: Option<PathBuf>,
    /// A PostgreSQL database, like postgres://user:password@host/database [env: PLUMBLINE_DATABASE_URL]
    #[arg(long, value_name = "URL")]
    pub(crate) database_url: Option<String>,
}

/// What secrets are sealed with.
#[derive(Args)]
pub(crate) struct KeyArgs {
    /// The file of the master key: 32 bytes in base64. Without it PLUMBLINE_MASTER_KEY, or `master.key` in the data folder
    #[arg(long, value_name = "FILE", env = "PLUMBLINE_MASTER_KEY_FILE")]
    pub(crate) master_key_file: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct StoreArgs {
    #[command(flatten)]
    pub(crate) data: DataArgs,
    #[command(flatten)]
    pub(crate) key: KeyArgs,
}

#[derive(Args)]
pub(crate) struct ServerArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    /// How many connections to the database at most: 10 to PostgreSQL, 4 readers of a file
    #[arg(long, value_name = "N", env = "PLUMBLINE_CONNECTIONS", value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub(crate) connections: Option<u32>,
    /// A Redis server that carries wake-ups between processes, like redis://host; without it workers look by themselves
    #[arg(long, value_name = "URL", env = "PLUMBLINE_REDIS_URL", hide_env_values = true)]
    pub(crate) redis_url: Option<String>,
    /// An OpenTelemetry collector that takes traces over HTTP, like http://127.0.0.1:4318; without it there are none
    #[arg(long, value_name = "URL", env = "PLUMBLINE_OTLP_ENDPOINT", value_parser = collector_url)]
    pub(crate) otlp_endpoint: Option<String>,
    /// The operations port: /healthz, /readyz and /metrics
    #[arg(
        long,
        value_name = "ADDRESS",
        env = "PLUMBLINE_OPS_LISTEN",
        default_value = "127.0.0.1:9090"
    )]
    pub(crate) ops_listen: SocketAddr,
}

/// The public port.
#[derive(Args)]
pub(crate) struct PublicArgs {
    /// The public port: REST and GraphQL
    #[arg(
        long,
        value_name = "ADDRESS",
        env = "PLUMBLINE_LISTEN",
        default_value = "127.0.0.1:8080"
    )]
    pub(crate) listen: SocketAddr,
    /// The address under which clients reach it, which is in every token; `http://<listen>` where it is not given
    #[arg(long, value_name = "URL", env = "PLUMBLINE_PUBLIC_URL", value_parser = http_url)]
    pub(crate) public_url: Option<String>,
    /// An earlier public URL, whose tokens are still accepted; may be given several times
    #[arg(long, value_name = "URL", env = "PLUMBLINE_PREVIOUS_PUBLIC_URLS", value_delimiter = ',', value_parser = http_url)]
    pub(crate) previous_public_url: Vec<String>,
    /// Do not serve the GraphQL explorer at /graphiql
    #[arg(long, env = "PLUMBLINE_NO_GRAPHIQL")]
    pub(crate) no_graphiql: bool,
    /// Do not answer GraphQL queries about the schema itself
    #[arg(long, env = "PLUMBLINE_NO_INTROSPECTION")]
    pub(crate) no_introspection: bool,
    /// How many threads answer requests
    #[arg(long, value_name = "N", env = "PLUMBLINE_THREADS", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) threads: u16,
}

#[derive(Args)]
pub(crate) struct WorkArgs {
    /// How many jobs run at once
    #[arg(long, value_name = "N", env = "PLUMBLINE_JOBS", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) jobs: u16,
}

#[derive(Args)]
pub(crate) struct DemoArgs {
    /// The folder of the demo, which nobody else's data is in
    #[arg(long, value_name = "FOLDER", default_value = "demo")]
    pub(crate) data_dir: PathBuf,
    /// The public port: REST and GraphQL
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,
    /// The operations port: /healthz and /readyz
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9090")]
    pub(crate) ops_listen: SocketAddr,
    /// Throw the demo in the folder away and begin anew
    #[arg(long)]
    pub(crate) fresh: bool,
}

#[derive(Args)]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    pub(crate) public: PublicArgs,
    #[command(flatten)]
    pub(crate) server: ServerArgs,
    #[command(flatten)]
    pub(crate) work: WorkArgs,
}

#[derive(Args)]
pub(crate) struct ApiArgs {
    #[command(flatten)]
    pub(crate) public: PublicArgs,
    #[command(flatten)]
    pub(crate) server: ServerArgs,
}

#[derive(Args)]
pub(crate) struct WorkerArgs {
    #[command(flatten)]
    pub(crate) server: ServerArgs,
    #[command(flatten)]
    pub(crate) work: WorkArgs,
}

#[derive(Args)]
pub(crate) struct MigrateArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    /// Write the result as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct CreateTenantArgs {
    /// The tenant's name in addresses: 2 to 40 lower-case letters, digits and hyphens. It never changes
    pub(crate) slug: String,
    /// Its name
    #[arg(long)]
    pub(crate) name: String,
    /// Whom the first administrator signs in as
    #[arg(long, value_name = "EMAIL")]
    pub(crate) admin_email: String,
    /// A file with their password; a line end after it does not count. `-` is stdin
    #[arg(long, value_name = "FILE")]
    pub(crate) admin_password_file: PathBuf,
    /// The zone that the tenant's days are counted in
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    pub(crate) time_zone: String,
    /// The first day of the tenant's weeks
    #[arg(long, value_name = "DAY", default_value = "monday", value_parser = week_start())]
    pub(crate) week_start: WeekStart,
    /// Write the result as JSON
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) store: StoreArgs,
}

#[derive(Args)]
pub(crate) struct ListTenantsArgs {
    /// Write the result as JSON
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) store: StoreArgs,
}

#[derive(Args)]
pub(crate) struct RotateKeysArgs {
    /// The tenant
    pub(crate) slug: String,
    /// Write the result as JSON
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) store: StoreArgs,
}

#[derive(Args)]
pub(crate) struct ImportTicketsArgs {
    /// The file to import; `-` is stdin
    pub(crate) file: PathBuf,
    /// The tenant to import into
    #[arg(long, value_name = "SLUG")]
    pub(crate) tenant: String,
    /// What the file's columns and words mean, in TOML; it is kept under the file's name, for imports over the API.
    /// Canonical columns need none
    #[arg(long, value_name = "FILE")]
    pub(crate) mapping: Option<PathBuf>,
    /// How the file is written; told from its content where it is not given
    #[arg(long)]
    pub(crate) format: Option<Format>,
    /// Read everything and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Write every rejected line with its reason here, as NDJSON
    #[arg(long, value_name = "FILE")]
    pub(crate) rejects: Option<PathBuf>,
    /// Write the result as JSON
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) store: StoreArgs,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Format {
    Csv,
    Ndjson,
}

#[derive(Args)]
pub(crate) struct ContractsArgs {
    /// Write nothing; fail where the files are not what the code says
    #[arg(long)]
    pub(crate) check: bool,
    /// The folder of plumbline.json and schema.graphql
    #[arg(long, value_name = "FOLDER", default_value = "openapi")]
    pub(crate) dir: PathBuf,
}

fn week_start() -> impl clap::builder::TypedValueParser<Value = WeekStart> {
    use clap::builder::TypedValueParser;
    PossibleValuesParser::new(["monday", "sunday", "saturday"]).map(|day| match day.as_str() {
        "sunday" => WeekStart::Sunday,
        "saturday" => WeekStart::Saturday,
        _ => WeekStart::Monday,
    })
}

fn http_url(text: &str) -> Result<String, String> {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    match host {
        Some(host) if !host.is_empty() && !host.contains(['?', '#', ' ']) => {
            Ok(text.trim_end_matches('/').to_owned())
        }
        _ => Err("it must be like https://kpi.example.com".to_owned()),
    }
}

/// The exporter speaks no TLS: a collector is a neighbour.
fn collector_url(text: &str) -> Result<String, String> {
    let url = http_url(text).ok().filter(|url| url.starts_with("http://"));
    url.ok_or_else(|| {
        "it must be like http://127.0.0.1:4318: a collector close by, without TLS".to_owned()
    })
}

/// An environment variable; an empty one says nothing.
pub(crate) fn variable(name: &str) -> Result<Option<String>> {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    let value = std::env::var_os(name);
    match value.filter(|value| !value.is_empty()) {
        None => Ok(None),
        Some(value) => match value.to_str() {
            Some(text) => Ok(Some(text.to_owned())),
            None => Err(Failure::usage(format!("{name} is not UTF-8"))),
        },
    }
}

/// Where the data is, decided.
pub(crate) enum Place {
    Folder(PathBuf),
    Server(String),
}

impl DataArgs {
    /// What the command line says goes before the environment.
    pub(crate) fn place(&self) -> Result<Place> {
        if let Some(folder) = &self.data_dir {
            return Ok(Place::Folder(folder.clone()));
        }
        let given = self.database_url.clone();
        if let Some(url) =
            given.map_or_else(|| variable("PLUMBLINE_DATABASE_URL"), |url| Ok(Some(url)))?
        {
            if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
                let message = "the database URL must begin with postgres://; for an embedded database use --data-dir";
                return Err(Failure::usage(message));
            }
            return Ok(Place::Server(url));
        }
        let folder = variable("PLUMBLINE_DATA_DIR")?.unwrap_or_else(|| "data".to_owned());
        Ok(Place::Folder(folder.into()))
    }
}
