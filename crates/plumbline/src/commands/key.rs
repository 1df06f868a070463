//! `plumbline key rotate`: another master key, while servers run. Killed at any moment it is run again, and goes on where it was.

use std::path::{Path, PathBuf};

use domain::kernel::{App, MasterKey, Resealed};
use serde_json::json;

use crate::config::{Place, RotateKeyArgs};
use crate::data::{self, Upgrade};
use crate::output::{Failure, Result, result};

pub(crate) async fn rotate_master_key(args: RotateKeyArgs) -> Result<()> {
    let app = data::open(&args.store, Upgrade::Refused, Some(1)).await?;
    let rotated = match own_folder(&args)? {
        Some(folder) => of_folder(&app, &folder).await,
        None => reseal(&app).await,
    };
    app.database().close().await;
    tell(&args, &rotated?)
}

/// What is sealed now, and with what.
struct Rotated {
    resealed: Resealed,
    key: MasterKey,
    /// Those that seal nothing any more and are still given.
    others: Vec<MasterKey>,
}

/// The folder whose key is in it, and so this command's to replace. A key that is given from elsewhere is replaced there.
fn own_folder(args: &RotateKeyArgs) -> Result<Option<PathBuf>> {
    let given = data::given_key(&args.store.key)?.is_some();
    match args.store.data.place() {
        Place::Folder(folder) if !given => Ok(Some(folder)),
        Place::Folder(_) | Place::Server(_) => Ok(None),
    }
}

/// The new key comes before the old one in the file, in one step, and whoever serves reads it again before sealing anything. The
/// old one goes when nothing is sealed with it any more: only one process writes to a folder's database at a time, so what
/// somebody has just sealed with it is seen.
async fn of_folder(app: &App, folder: &Path) -> Result<Rotated> {
    let _held = data::lock_folder(folder)?;
    let mut keys = data::read_key(&folder.join(data::KEY_FILE))?.all();
    if keys.len() == 1 {
        keys.insert(0, MasterKey::generate());
        write(folder, &keys)?;
    }
    let rotated = reseal(app).await?;
    write(folder, &keys[..1])?;
    Ok(Rotated { others: Vec::new(), ..rotated })
}

fn write(folder: &Path, keys: &[MasterKey]) -> Result<()> {
    data::write_key(folder, keys).map_err(|error| {
        let file = folder.join(data::KEY_FILE);
        let message = format!(
            "{} cannot be written: {error}; nothing is lost, run this again",
            file.display()
        );
        Failure::new("master_key", message)
    })
}

async fn reseal(app: &App) -> Result<Rotated> {
    let resealed = app.reseal().await?;
    if resealed.left > 0 {
        let message = format!(
            "{} secrets could not be opened with any key that is known, and are as they were ({} were sealed anew); \
             give the key they were sealed with too, on a line of its own, and run this again. `plumbline doctor` names it",
            resealed.left, resealed.anew
        );
        return Err(Failure::new("master_key", message));
    }
    let mut keys = app.master_keys().all();
    let key = keys.remove(0);
    Ok(Rotated { resealed, key, others: keys })
}

fn tell(args: &RotateKeyArgs, rotated: &Rotated) -> Result<()> {
    let Rotated { resealed, key, others } = rotated;
    let (anew, name) = (resealed.anew, key.name());
    let own = own_folder(args)?.is_some();
    let next = if own {
        "The old key is gone from the folder; backups that were taken without their key still need it.".to_owned()
    } else if others.is_empty() {
        "To replace that key, put a new one (`openssl rand -base64 32`) on a line before it wherever it is given, and run this again.".to_owned()
    } else {
        let names: Vec<_> = others.iter().map(MasterKey::name).collect();
        format!(
            "When `plumbline doctor` finds nothing sealed with them any more, take the others out wherever they are given: {}.",
            names.join(", ")
        )
    };
    let words = format!(
        "Every secret is sealed with the master key {name}; {anew} were sealed anew. {next}"
    );
    let others: Vec<_> = others.iter().map(MasterKey::name).collect();
    result(args.json, &json!({ "key": name, "resealed": anew, "others": others }), &words)
}
