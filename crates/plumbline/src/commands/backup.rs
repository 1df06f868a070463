//! `plumbline backup`: a data folder in one file, taken while everybody goes on working.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use domain::kernel::{Error, MasterKey, file};
use migrations::schema::Standing;
use serde_json::json;

use crate::config::{BackupArgs, Place};
use crate::data;
use crate::output::{Failure, Result, causes_of, result};

pub(crate) async fn backup(args: BackupArgs) -> Result<()> {
    let folder = match args.store.data.place() {
        Place::Folder(folder) => folder,
        Place::Server(url) => return Err(on_server(&data::without_password(url.expose()))),
    };
    let database = folder.join(data::FILE);
    if !database.exists() {
        let message = format!("there is no database in {}; see --data-dir", folder.display());
        return Err(Failure::new("data_dir", message));
    }
    let standing = standing(&folder, &database).await?;
    let mut keys = keys(&folder, &args)?;
    let copy = Unfinished::beside(&args.target)?;
    let failed = |error: Error| cannot(&args.target, &causes_of(&error));
    file::copy(&database, &copy.path).await.map_err(failed)?;
    // The key may have been replaced meanwhile, and then the copy has secrets of either.
    let now = self::keys(&folder, &args)?;
    keys.retain(|key| !now.contains(key));
    let keys = [now, keys].concat();
    file::enclose(&copy.path, &keys).await.map_err(failed)?;
    verify(&folder, &copy.path, &standing, &args.target).await?;
    copy.finish(&args.target).map_err(|error| cannot_be(&args.target, &error))?;
    tell(&args, !keys.is_empty())
}

/// An older schema is backed up too: that is when one does.
async fn standing(folder: &Path, database: &Path) -> Result<Standing> {
    let place = folder.display().to_string();
    match data::standing_of_folder(folder, database).await? {
        Standing::Newer(change) => Err(data::newer(&place, &change)),
        Standing::Empty => {
            let message = format!("the database in {place} is empty; there is nothing to back up");
            Err(Failure::new("empty", message))
        }
        standing => Ok(standing),
    }
}

/// The keys of the folder. Those that are kept elsewhere stay there.
fn keys(folder: &Path, args: &BackupArgs) -> Result<Vec<MasterKey>> {
    if args.without_key || data::given_key(&args.store.key)?.is_some() {
        return Ok(Vec::new());
    }
    let keys = data::key_of_folder(folder, &args.store.key).map_err(|failure| {
        failure.hint("or take the backup with --without-key, if the key is safe elsewhere")
    })?;
    Ok(keys.all())
}

/// A backup that cannot be restored is none.
async fn verify(folder: &Path, copy: &Path, standing: &Standing, target: &Path) -> Result<()> {
    let damage = file::damage(copy).await.map_err(Failure::from)?;
    if !damage.is_empty() {
        let what = damage.join("; ");
        return Err(cannot(
            target,
            &format!("the copy is damaged ({what}); see `plumbline doctor`"),
        ));
    }
    if data::standing_of_folder(folder, copy).await? != *standing {
        return Err(cannot(target, "the schema was upgraded meanwhile; take it again"));
    }
    Ok(())
}

/// A file that has its own name only when it is whole.
struct Unfinished {
    path: PathBuf,
    /// Locked, so that two backups under one name do not write into each other.
    file: File,
}

impl Unfinished {
    fn beside(target: &Path) -> Result<Self> {
        if target.symlink_metadata().is_ok() {
            return Err(cannot_be(target, &ErrorKind::AlreadyExists.into()));
        }
        let mut name = target.as_os_str().to_owned();
        name.push(".unfinished");
        let path = PathBuf::from(name);
        let mut options = OpenOptions::new();
        let options = options.create(true).truncate(false).write(true).mode(0o600);
        let file = options.open(&path).map_err(|error| cannot_be(target, &error))?;
        if let Err(error) = file.try_lock() {
            return Err(cannot(target, &format!("another backup is under way there ({error})")));
        }
        // What a backup that was killed has left.
        file.set_len(0).map_err(|error| cannot_be(target, &error))?;
        Ok(Self { path, file })
    }

    /// Gives it its name, and never another's: a link is refused where a name is taken.
    fn finish(&self, target: &Path) -> io::Result<()> {
        self.file.sync_all()?;
        match fs::hard_link(&self.path, target) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Err(error),
            Ok(()) => {}
            // A file system without links.
            Err(_) => fs::rename(&self.path, target)?,
        }
        let folder = target.parent().filter(|parent| !parent.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // Renamed, or in the way of nobody.
        fs::remove_file(&self.path).ok();
    }
}

fn tell(args: &BackupArgs, has_key: bool) -> Result<()> {
    let target = args.target.display();
    let bytes = fs::metadata(&args.target).map_or(0, |about| about.len());
    let key = if has_key {
        "The master key is in it: whoever has the file can read everything, so keep it like a password."
    } else {
        "The master key is NOT in it: keep that too, for without it the backup cannot be restored."
    };
    let words = format!(
        "Backed up to {target}: {bytes} bytes, verified. {key}\n`plumbline restore {target} --data-dir NEW` brings it back."
    );
    let told = json!({ "file": args.target, "bytes": bytes, "master_key": has_key });
    result(args.json, &told, &words)
}

fn cannot(target: &Path, why: &str) -> Failure {
    Failure::new("backup", format!("no backup was made at {}: {why}", target.display()))
}

fn cannot_be(target: &Path, error: &io::Error) -> Failure {
    let failure = cannot(target, &error.to_string());
    match error.kind() {
        ErrorKind::AlreadyExists => cannot(
            target,
            "there is something under that name already; choose another, like one with the date",
        ),
        ErrorKind::NotFound => failure.hint("make its folder first"),
        _ => failure,
    }
}

fn on_server(place: &str) -> Failure {
    let message = format!(
        "{place} is a PostgreSQL database, which its own tools back up: `pg_dump --format custom --file plumbline.dump DATABASE`, \
         as a role with BYPASSRLS or a superuser, because row-level security binds the owner too; keep the master key beside it. docs/operate.md has the whole of it"
    );
    Failure::usage(message).coded("not_embedded")
}
