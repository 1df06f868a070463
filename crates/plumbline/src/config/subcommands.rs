//! What each command takes.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use domain::tenants::WeekStart;
use simulators::Kind;
use simulators::server::Faults;

use super::effective::Effective;
use super::options::{PublicArgs, ServerArgs, StoreArgs, WorkArgs};
use super::values::{address, rate, vendor, week_start};

#[derive(Args)]
pub(crate) struct DemoArgs {
    /// The folder of the demo, which nobody else's data is in
    #[arg(long, value_name = "FOLDER", default_value = "demo")]
    pub(crate) data_dir: PathBuf,
    /// The public port: REST and GraphQL
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080", value_parser = address)]
    pub(crate) listen: SocketAddr,
    /// The operations port: /healthz and /readyz
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9090", value_parser = address)]
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
pub(crate) struct TenantArgs {
    /// The tenant
    pub(crate) slug: String,
    /// Write the result as JSON
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) store: StoreArgs,
}

#[derive(Args)]
pub(crate) struct ExportTenantArgs {
    /// The tenant
    pub(crate) slug: String,
    /// The folder to make; it must not be there yet
    #[arg(long, value_name = "FOLDER")]
    pub(crate) to: PathBuf,
    /// Write the result as JSON
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) store: StoreArgs,
}

#[derive(Args)]
pub(crate) struct EraseTenantArgs {
    /// The tenant
    pub(crate) slug: String,
    /// The tenant again: what is erased cannot be had back
    #[arg(long, value_name = "SLUG")]
    pub(crate) confirm: String,
    /// Write the result as JSON
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) store: StoreArgs,
}

#[derive(Args)]
pub(crate) struct ExportPersonArgs {
    /// The tenant
    pub(crate) slug: String,
    /// The person: their id, or their work e-mail
    pub(crate) person: String,
    /// The folder to make; it must not be there yet
    #[arg(long, value_name = "FOLDER")]
    pub(crate) to: PathBuf,
    /// Write the result as JSON
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) store: StoreArgs,
}

#[derive(Args)]
pub(crate) struct ErasePersonArgs {
    /// The tenant
    pub(crate) slug: String,
    /// The person: their id, or their work e-mail
    pub(crate) person: String,
    /// The person again: what is erased cannot be had back
    #[arg(long, value_name = "PERSON")]
    pub(crate) confirm: String,
    /// Write the result as JSON
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) store: StoreArgs,
}

#[derive(Args)]
pub(crate) struct RotateKeyArgs {
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

#[derive(Args)]
pub(crate) struct ConfigArgs {
    #[command(flatten)]
    pub(crate) serve: ServeArgs,
    /// Write the result as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Every setting with its value, found when the configuration was read
    #[arg(skip)]
    pub(crate) effective: Vec<Effective>,
}

#[derive(Args)]
pub(crate) struct DoctorArgs {
    #[command(flatten)]
    pub(crate) serve: ServeArgs,
    /// Read every tenant's event log too, and see that it is what was written
    #[arg(long)]
    pub(crate) audit: bool,
    /// Write the result as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Every setting with its value, found when the configuration was read
    #[arg(skip)]
    pub(crate) effective: Vec<Effective>,
}

#[derive(Args)]
pub(crate) struct BackupArgs {
    /// The file to make; it must not be there yet
    #[arg(value_name = "TARGET")]
    pub(crate) target: PathBuf,
    /// Leave the master key out, because it is kept safe elsewhere
    #[arg(long)]
    pub(crate) without_key: bool,
    /// Write the result as JSON
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) store: StoreArgs,
}

#[derive(Args)]
pub(crate) struct RestoreArgs {
    /// The file that `plumbline backup` made
    #[arg(value_name = "BACKUP")]
    pub(crate) backup: PathBuf,
    /// Write the result as JSON
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) store: StoreArgs,
}

#[derive(Args)]
pub(crate) struct SimulateArgs {
    /// Whose helpdesk, like zendesk
    #[arg(value_name = "VENDOR", value_parser = vendor)]
    pub(crate) vendor: Kind,
    /// Where it serves; port 0 is one that is free
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0", value_parser = address)]
    pub(crate) listen: SocketAddr,
    /// Another seed is another desk
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub(crate) seed: u64,
    /// How many people answer
    #[arg(long, value_name = "COUNT", default_value_t = 24)]
    pub(crate) agents: u16,
    /// How many tickets have arrived in the year that is over
    #[arg(long, value_name = "COUNT", default_value_t = 20_000)]
    pub(crate) tickets: u64,
    /// How many changes happen in a second: new tickets, messages, solutions, merges and so on
    #[arg(long, value_name = "RATE", default_value_t = 0.0, value_parser = rate)]
    pub(crate) live_per_second: f64,
    /// Whether the vendor's limits to requests hold
    #[arg(long, default_value = "on")]
    pub(crate) rate_limit: RateLimit,
    /// What goes wrong and how often, like `5xx=0.02,cut=0.01`
    #[arg(long, value_name = "FAULTS", default_value = "")]
    pub(crate) faults: Faults,
    /// Write the address and the credentials as one line of JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RateLimit {
    On,
    Off,
}
