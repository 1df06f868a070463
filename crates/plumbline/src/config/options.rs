//! Options that several commands have. Those of `serve` are what a configuration may say.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use api::{Allowances, Network, Patience};
use clap::{ArgAction, Args};
use workers::egress::HostPort;

use super::values::{
    SecretUrl, address, amount, collector_url, count, database_url, host_port, http_url, network,
    origin, secret_url,
};

/// Where the data is without a word about it.
pub(super) const DATA_DIR: &str = "data";

/// How many connections a process opens to a server, without a word about it.
pub(crate) const TO_SERVER: u16 = 10;

/// Where the data is.
#[derive(Args)]
pub(crate) struct DataArgs {
    /// The folder of an embedded database; made where it is missing
    #[arg(long, value_name = "FOLDER", conflicts_with = "database_url")]
    pub(crate) data_dir: Option<PathBuf>,
    /// A PostgreSQL database, like postgres://user:password@host/database
    #[arg(long, value_name = "URL", value_parser = database_url)]
    pub(crate) database_url: Option<SecretUrl>,
}

/// What secrets are sealed with.
#[derive(Args)]
pub(crate) struct KeyArgs {
    /// The file of the master key: 32 bytes in base64; of several, one a line, the first one seals. Without it PLUMBLINE_MASTER_KEY, or `master.key` in the data folder
    #[arg(long, value_name = "FILE")]
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
    #[arg(long, value_name = "N", value_parser = count::<1_000>)]
    pub(crate) connections: Option<u16>,
    /// A Redis server that carries wake-ups between processes and counts limits for all of them, like redis://host
    #[arg(long, value_name = "URL", value_parser = secret_url)]
    pub(crate) redis_url: Option<SecretUrl>,
    /// An OpenTelemetry collector that takes traces over HTTP, like http://127.0.0.1:4318; without it there are none
    #[arg(long, value_name = "URL", value_parser = collector_url)]
    pub(crate) otlp_endpoint: Option<String>,
    /// The operations port: /healthz, /readyz and /metrics
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9090", value_parser = address)]
    pub(crate) ops_listen: SocketAddr,
}

/// The public port.
#[derive(Args)]
pub(crate) struct PublicArgs {
    /// The public port: REST and GraphQL
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080", value_parser = address)]
    pub(crate) listen: SocketAddr,
    /// The address under which clients reach it, which is in every token; `http://<listen>` where it is not given
    #[arg(long, value_name = "URL", value_parser = http_url)]
    pub(crate) public_url: Option<String>,
    /// An earlier public URL, whose tokens are still accepted; several with commas between
    #[arg(long, value_name = "URL", value_delimiter = ',', value_parser = http_url)]
    pub(crate) previous_public_urls: Vec<String>,
    /// A page elsewhere that browsers may let ask the API, like `https://desk.example.com`; several with commas between
    #[arg(long, value_name = "ORIGIN", value_delimiter = ',', value_parser = origin)]
    pub(crate) allowed_origins: Vec<String>,
    /// Whether the GraphQL explorer is served at /graphiql
    #[arg(long, value_name = "BOOL", hide_possible_values = true, default_value_t = true, action = ArgAction::Set)]
    pub(crate) graphiql: bool,
    /// Whether GraphQL queries about the schema itself are answered
    #[arg(long, value_name = "BOOL", hide_possible_values = true, default_value_t = true, action = ArgAction::Set)]
    pub(crate) introspection: bool,
    /// How many threads answer requests
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = count::<256>)]
    pub(crate) threads: u16,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

/// What others than the database's owner may use up.
#[derive(Args)]
pub(crate) struct LimitArgs {
    /// A network of proxies whose `X-Forwarded-For` says where a request comes from, like 10.0.0.0/8; several with commas between
    #[arg(long, value_name = "NETWORK", value_delimiter = ',', value_parser = network)]
    pub(crate) trusted_proxies: Vec<Network>,
    /// Requests of a tenant, a second
    #[arg(long, value_name = "N", default_value_t = Allowances::DEFAULT.tenant_requests, value_parser = amount)]
    pub(crate) tenant_requests: u32,
    /// Requests of a user or an API client, a second
    #[arg(long, value_name = "N", default_value_t = Allowances::DEFAULT.token_requests, value_parser = amount)]
    pub(crate) token_requests: u32,
    /// Requests of a tenant under way at the same time; best fewer than there are connections to the database
    #[arg(long, value_name = "N", default_value_t = Allowances::DEFAULT.tenant_at_once, value_parser = amount)]
    pub(crate) tenant_at_once: u32,
    /// What the GraphQL documents of a tenant may cost, a minute
    #[arg(long, value_name = "N", default_value_t = Allowances::DEFAULT.tenant_query_cost, value_parser = amount)]
    pub(crate) tenant_query_cost: u32,
    /// Requests without an access token from an address, a second
    #[arg(long, value_name = "N", default_value_t = Allowances::DEFAULT.address_requests, value_parser = amount)]
    pub(crate) address_requests: u32,
    /// Tries to sign in to an account, in 15 minutes
    #[arg(long, value_name = "N", default_value_t = Allowances::DEFAULT.account_sign_ins, value_parser = amount)]
    pub(crate) account_sign_ins: u32,
    /// Tries to sign in from an address, in 15 minutes
    #[arg(long, value_name = "N", default_value_t = Allowances::DEFAULT.address_sign_ins, value_parser = amount)]
    pub(crate) address_sign_ins: u32,
    /// Tries to sign in to a tenant, in 15 minutes
    #[arg(long, value_name = "N", default_value_t = Allowances::DEFAULT.tenant_sign_ins, value_parser = amount)]
    pub(crate) tenant_sign_ins: u32,
    /// Connections that an address may have open
    #[arg(long, value_name = "N", default_value_t = Allowances::DEFAULT.address_connections, value_parser = amount)]
    pub(crate) address_connections: u32,
    /// How many seconds the head of a request may take
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = count::<3_600>)]
    pub(crate) head_seconds: u16,
    /// How many seconds a body may be waited for, beside the time that one of its length takes
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = count::<3_600>)]
    pub(crate) body_seconds: u16,
    /// How many seconds a statement of a request may take, on PostgreSQL
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = count::<15>)]
    pub(crate) statement_seconds: u16,
}

#[derive(Args)]
pub(crate) struct WorkArgs {
    /// How many jobs run at once
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = count::<256>)]
    pub(crate) jobs: u16,
    /// A host and port that may be called although it is not on the public internet, or not over https, like helpdesk.example.com:8443; several with commas between
    #[arg(long, value_name = "HOST:PORT", value_delimiter = ',', value_parser = host_port)]
    pub(crate) egress_allow: Vec<HostPort>,
}

/// Where the data is, decided.
pub(crate) enum Place {
    Folder(PathBuf),
    Server(SecretUrl),
}

impl Place {
    /// How many connections are opened at most, without a word about it: to a server, or by readers of a file.
    pub(crate) fn connections(&self) -> u16 {
        match self {
            Self::Server(_) => TO_SERVER,
            Self::Folder(_) => 4,
        }
    }
}

impl PublicArgs {
    /// The address under which clients reach what listens here.
    pub(crate) fn url_of(&self, listens: SocketAddr) -> String {
        self.public_url.clone().unwrap_or_else(|| format!("http://{listens}"))
    }
}

impl LimitArgs {
    pub(crate) fn allowances(&self) -> Allowances {
        Allowances {
            tenant_requests: self.tenant_requests,
            token_requests: self.token_requests,
            tenant_at_once: self.tenant_at_once,
            tenant_query_cost: self.tenant_query_cost,
            address_requests: self.address_requests,
            account_sign_ins: self.account_sign_ins,
            address_sign_ins: self.address_sign_ins,
            tenant_sign_ins: self.tenant_sign_ins,
            address_connections: self.address_connections,
        }
    }

    pub(crate) fn patience(&self) -> Patience {
        let seconds = |seconds: u16| Duration::from_secs(seconds.into());
        Patience { head: seconds(self.head_seconds), body: seconds(self.body_seconds) }
    }
}

impl DataArgs {
    /// Of the two at most one is there: the configuration sees to it.
    pub(crate) fn place(&self) -> Place {
        match (&self.data_dir, &self.database_url) {
            (None, Some(url)) => Place::Server(url.clone()),
            (Some(folder), _) => Place::Folder(folder.clone()),
            (None, None) => Place::Folder(DATA_DIR.into()),
        }
    }
}
