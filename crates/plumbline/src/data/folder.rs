//! The data folder: made where it is missing, with a master key and a schema. Commands that begin at the same moment wait for each other.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use domain::kernel::MasterKeys;
use migrations::schema::{DbErr, Schema, Standing, reason};

use super::{FILE, Upgrade, cannot_open, is_current, master_key, older};
use crate::config::KeyArgs;
use crate::output::{Failure, Result};

/// Held by whoever makes or upgrades what is in the folder.
pub(crate) const LOCK: &str = "plumbline.lock";

/// Sees to it that the folder has a key and the schema, and returns the key.
pub(super) async fn prepare(folder: &Path, key: &KeyArgs, upgrade: Upgrade) -> Result<MasterKeys> {
    let file = folder.join(FILE);
    let place = folder.display().to_string();
    if file.exists() {
        try_to_write(folder, &file)?;
    }
    if file.exists() && is_current(&standing(folder, &file).await?, &place)? {
        return master_key::of_folder(folder, key);
    }
    make(folder)?;
    let _held = lock(folder)?;
    match standing_or_new(folder, &file).await? {
        // Another command was faster.
        Standing::Current => master_key::of_folder(folder, key),
        Standing::Newer(change) => Err(super::newer(&place, &change)),
        Standing::Older(changes) if upgrade == Upgrade::Refused => {
            Err(older(&place, &format!("--data-dir {place}"), changes))
        }
        Standing::Older(_) => {
            let key = master_key::of_folder(folder, key)?;
            bring_up(folder, &file).await?;
            Ok(key)
        }
        Standing::Empty => {
            // The key first: a database whose secrets nobody can open must not come to be.
            let key = master_key::of_new_folder(folder, key)?;
            bring_up(folder, &file).await?;
            Ok(key)
        }
    }
}

/// Even whoever only reads writes: SQLite's companions of the file.
fn try_to_write(folder: &Path, file: &Path) -> Result<()> {
    let opened = OpenOptions::new().write(true).open(file);
    opened.map(|_| ()).map_err(|error| {
        let message = format!(
            "{} cannot be written to: {error}; the data folder {} must be writable for the user that the program runs as",
            file.display(),
            folder.display()
        );
        Failure::new("data_dir", message)
    })
}

pub(crate) fn make(folder: &Path) -> Result<()> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|error| {
        let message = format!(
            "the data folder {} cannot be made: {error}; choose another with --data-dir",
            folder.display()
        );
        Failure::new("data_dir", message)
    })
}

pub(crate) fn lock(folder: &Path) -> Result<File> {
    let path = folder.join(LOCK);
    let mut options = OpenOptions::new();
    let options = options.create(true).truncate(false).write(true).mode(0o600);
    let locked = options.open(&path).and_then(|file| {
        file.lock()?;
        Ok(file)
    });
    locked.map_err(|error| {
        let message = format!(
            "{} cannot be locked: {error}; the data folder must be writable",
            path.display()
        );
        Failure::new("data_dir", message)
    })
}

async fn standing_or_new(folder: &Path, file: &Path) -> Result<Standing> {
    // Made here and not by SQLite, so that nobody else may read it; its companions take over its mode.
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
    match made {
        Ok(_) => Ok(Standing::Empty),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => standing(folder, file).await,
        Err(error) => Err(cannot_open(folder, error)),
    }
}

/// Where the schema of a folder's database stands.
pub(crate) async fn standing(folder: &Path, file: &Path) -> Result<Standing> {
    let look = async {
        let schema = Schema::of_file(file).await?;
        let standing = schema.standing().await?;
        schema.close().await.map(|()| standing)
    };
    look.await.map_err(|error: DbErr| cannot_open(folder, reason(&error)))
}

async fn bring_up(folder: &Path, file: &Path) -> Result<()> {
    let upgrade = async {
        let schema = Schema::of_file(file).await?;
        schema.upgrade().await?;
        schema.close().await
    };
    upgrade.await.map_err(|error: DbErr| {
        let message = format!(
            "the database in {} could not be brought up, and is as it was: {}",
            folder.display(),
            reason(&error)
        );
        Failure::new("migration", message)
    })
}
