//! Opens the database: the schema is looked at first, made or upgraded where that is this command's to do.

mod folder;
mod master_key;
mod server;

pub(crate) use folder::{
    LOCK, lock as lock_folder, make as make_folder, standing as standing_of_folder,
};
pub(crate) use master_key::{
    FILE as KEY_FILE, given as given_key, missing as missing_key, of_folder as key_of_folder,
    read as read_key, write as write_key,
};
pub(crate) use server::{
    missing_schema, standing as standing_of_server, try_roles, without_password,
};

use std::fmt::Display;
use std::path::Path;

use domain::kernel::{App, Caller, Clock, Database, Ids, PersonId};
use domain::{privacy, tenants};
use migrations::schema::Standing;

use crate::config::{DataArgs, KeyArgs, Place, StoreArgs};
use crate::output::{Failure, Result, causes};

/// The product's own file in a data folder.
pub(crate) const FILE: &str = "plumbline.db";

/// What a command may do to a schema that is there but older.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Upgrade {
    Allowed,
    Refused,
}

/// Runs a command over the database that the arguments name, and closes it: a file is left without companions.
pub(crate) async fn with<T>(
    store: &StoreArgs,
    readers: u32,
    command: impl AsyncFnOnce(&App) -> Result<T>,
) -> Result<T> {
    let app = open(store, Upgrade::Refused, Some(readers)).await?;
    let outcome = command(&app).await;
    app.database().close().await;
    outcome
}

/// The application over a folder of this program's own.
pub(crate) async fn open_folder(folder: &Path) -> Result<App> {
    let data = DataArgs { data_dir: Some(folder.to_owned()), database_url: None };
    let store = StoreArgs { data, key: KeyArgs { master_key_file: None } };
    open(&store, Upgrade::Allowed, None).await
}

/// The application over the database that the arguments name.
pub(crate) async fn open(
    store: &StoreArgs,
    upgrade: Upgrade,
    connections: Option<u32>,
) -> Result<App> {
    let place = store.data.place();
    let connections = connections.unwrap_or_else(|| place.connections().into());
    let (database, key) = match place {
        Place::Folder(folder) => {
            let key = folder::prepare(&folder, &store.key, upgrade).await?;
            let database = Database::sqlite(&folder.join(FILE), connections).await;
            (database.map_err(|error| cannot_open(&folder, causes(&error)))?, key)
        }
        Place::Server(url) => {
            let key = master_key::given(&store.key)?.ok_or_else(master_key::missing)?;
            let url = url.expose();
            server::prepare(url, upgrade).await?;
            server::try_roles(url).await?;
            (Database::postgres(url, connections).await?, key)
        }
    };
    let app = domain::app(database, Clock::System, Ids::random(), key);
    master_key::try_on(&app).await?;
    Ok(app)
}

/// Creates or upgrades the schema, and does nothing else. Returns where.
pub(crate) async fn migrate(store: &StoreArgs) -> Result<String> {
    match store.data.place() {
        Place::Folder(folder) => {
            folder::prepare(&folder, &store.key, Upgrade::Allowed).await?;
            Ok(folder.display().to_string())
        }
        Place::Server(url) => {
            server::prepare(url.expose(), Upgrade::Allowed).await?;
            Ok(server::without_password(url.expose()))
        }
    }
}

/// Plumbline itself, as the caller of a tenant.
pub(crate) async fn tenant(app: &App, slug: &str) -> Result<Caller> {
    let found = app.system_read(async |scope| tenants::by_slug(scope, slug).await);
    let tenant = found.await.map_err(|error| {
        Failure::from(error).hint("`plumbline tenant list` shows those there are")
    })?;
    Ok(Caller::system(tenant.id))
}

/// The person of an id or a work e-mail.
pub(crate) async fn person(app: &App, caller: &Caller, named: &str) -> Result<PersonId> {
    let found = app.read(caller, async |scope| privacy::find_person(scope, named).await).await;
    found.map_err(|error| {
        let failure = Failure::from(error);
        failure.hint("name them by their id (`person_…`) or their work e-mail")
    })
}

pub(crate) fn newer(place: &str, change: &str) -> Failure {
    let version = env!("CARGO_PKG_VERSION");
    let message = format!(
        "the database in {place} is newer than this program (version {version}): it has the change `{change}`; use the newer program"
    );
    Failure::new("schema_newer", message)
}

pub(crate) fn older(place: &str, how: &str, changes: usize) -> Failure {
    let message = format!(
        "the database in {place} is older than this program (it lacks {changes} of its changes); run `plumbline migrate {how}` once, or start `plumbline serve`"
    );
    Failure::new("schema_older", message)
}

fn cannot_open(folder: &Path, why: impl Display) -> Failure {
    let file = folder.join(FILE);
    Failure::new("database", format!("{} cannot be opened: {why}", file.display()))
}

/// Whether nothing has to be done.
fn is_current(standing: &Standing, place: &str) -> Result<bool> {
    match standing {
        Standing::Newer(change) => Err(newer(place, change)),
        Standing::Current => Ok(true),
        Standing::Empty | Standing::Older(_) => Ok(false),
    }
}
