//! `plumbline restore`: a backup becomes a data folder.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use domain::kernel::{App, Caller, Clock, Database, Ids, MasterKey, MasterKeys, file};
use domain::tenants;
use migrations::schema::Standing;
use serde_json::json;

use crate::config::{KeyArgs, Place, RestoreArgs};
use crate::data;
use crate::output::{Failure, Result, causes_of, result};

pub(crate) async fn restore(args: RestoreArgs) -> Result<()> {
    let folder = match args.store.data.place() {
        Place::Folder(folder) => folder,
        Place::Server(url) => return Err(on_server(&data::without_password(url.expose()))),
    };
    let backup = File::open(&args.backup).map_err(|error| cannot(&args, &error.to_string()))?;
    data::make_folder(&folder)?;
    let _held = take(&folder)?;
    let unfinished = Unfinished(folder.join(format!("{}.restoring", data::FILE)));
    let copied = copy(backup, &unfinished.0);
    copied.map_err(|error| cannot(&args, &error.to_string()))?;
    let standing = examine(&args, &folder, &unfinished.0).await?;
    let enclosed = file::take_out(&unfinished.0).await.map_err(Failure::from)?;
    let key = key(&args.store.key, &enclosed)?;
    if standing == Standing::Current {
        open(&unfinished.0, key).await?;
    }
    finish(&folder, &unfinished.0, &enclosed).map_err(|error| cannot(&args, &error.to_string()))?;
    tell(&args, &folder, &standing)
}

/// Refuses a folder with anything in it, and keeps every other command out of this one until the end.
fn take(folder: &Path) -> Result<File> {
    let place = folder.display();
    let path = folder.join(data::LOCK);
    let options =
        OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path);
    let lock = options.map_err(|error| {
        Failure::new("data_dir", format!("{place} cannot be written to: {error}"))
    })?;
    if lock.try_lock().is_err() {
        let message =
            format!("another command is at work in {place}; wait for it, or choose another folder");
        return Err(Failure::new("data_dir", message));
    }
    let others = fs::read_dir(folder).map(|entries| {
        entries.flatten().map(|entry| entry.file_name()).find(|name| name != data::LOCK)
    });
    match others {
        Ok(None) => Ok(lock),
        Ok(Some(name)) => {
            let message = format!(
                "{place} is not empty: `{}` is in it; restore into a new folder, or move what is there away",
                name.to_string_lossy()
            );
            Err(Failure::new("not_empty", message))
        }
        Err(error) => Err(Failure::new("data_dir", format!("{place} cannot be read: {error}"))),
    }
}

fn copy(mut from: File, to: &Path) -> io::Result<()> {
    let mut to = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to)?;
    io::copy(&mut from, &mut to)?;
    to.sync_all()
}

/// Whether it is a backup, whole, and not newer than this program.
async fn examine(args: &RestoreArgs, folder: &Path, copy: &Path) -> Result<Standing> {
    let damage = file::damage(copy).await;
    let damage = damage.map_err(|error| cannot(args, &causes_of(&error)))?;
    if !damage.is_empty() {
        return Err(cannot(
            args,
            &format!("it is damaged: {}; take another backup", damage.join("; ")),
        ));
    }
    if !file::is_backup(copy).await.map_err(Failure::from)? {
        return Err(cannot(args, "it is no backup; `plumbline backup` makes one"));
    }
    match data::standing_of_folder(folder, copy).await? {
        Standing::Newer(change) => Err(data::newer(&args.backup.display().to_string(), &change)),
        standing => Ok(standing),
    }
}

fn key(args: &KeyArgs, enclosed: &[MasterKey]) -> Result<MasterKeys> {
    if let Some((first, others)) = enclosed.split_first() {
        return Ok(MasterKeys::of(first.clone(), others.to_vec()));
    }
    data::given_key(args)?.ok_or_else(|| {
        let message = "the backup was taken without the master key; give the key with --master-key-file or PLUMBLINE_MASTER_KEY";
        Failure::new("master_key", message)
    })
}

/// Sees whether the key opens what is sealed.
async fn open(copy: &Path, key: MasterKeys) -> Result<()> {
    let database = Database::sqlite(copy, 1).await?;
    let app = domain::app(database, Clock::System, Ids::random(), key);
    let opened = open_all(&app).await;
    app.database().close().await;
    opened.map_err(|error| {
        Failure::new("master_key", format!("the key is not the backup's: {}", causes_of(&error)))
    })
}

async fn open_all(app: &App) -> domain::kernel::Result<()> {
    for tenant in app.system_read(tenants::list).await? {
        app.read(&Caller::system(tenant.id), tenants::open_keys).await?;
    }
    Ok(())
}

/// The key first: a database whose secrets nobody can open must not come to be.
fn finish(folder: &Path, copy: &Path, enclosed: &[MasterKey]) -> io::Result<()> {
    if !enclosed.is_empty() {
        data::write_key(folder, enclosed)?;
    }
    File::open(copy)?.sync_all()?;
    fs::rename(copy, folder.join(data::FILE))?;
    File::open(folder)?.sync_all()
}

struct Unfinished(PathBuf);

impl Drop for Unfinished {
    fn drop(&mut self) {
        // Renamed, or of no use to anybody.
        fs::remove_file(&self.0).ok();
    }
}

fn tell(args: &RestoreArgs, folder: &Path, standing: &Standing) -> Result<()> {
    let (backup, place) = (args.backup.display(), folder.display());
    let older = match standing {
        Standing::Older(_) => " Its schema is older; `plumbline serve` upgrades it.",
        _ => "",
    };
    let words = format!(
        "Restored {backup} into {place}.{older}\n`plumbline serve --data-dir {place}` serves it."
    );
    let upgrade = matches!(standing, Standing::Older(_));
    result(args.json, &json!({ "data_dir": folder, "upgrade_needed": upgrade }), &words)
}

fn cannot(args: &RestoreArgs, why: &str) -> Failure {
    Failure::new("restore", format!("{} was not restored: {why}", args.backup.display()))
}

fn on_server(place: &str) -> Failure {
    let message = format!(
        "{place} is a PostgreSQL database, which its own tools restore: deploy/sql/roles.sql for the roles, then \
         `pg_restore --dbname DATABASE plumbline.dump` as a superuser. docs/operate.md has the whole of it"
    );
    Failure::usage(message).coded("not_embedded")
}
