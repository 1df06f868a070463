//! The master key, which seals every secret in the database: given, or made for a new data folder. A file of it may have several,
//! one a line: the first one seals, and the others open what they have sealed before.

use std::error::Error;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::kernel::{self, App, Caller, MasterKey, MasterKeys, OrInternal};
use domain::tenants;

use crate::config::{KeyArgs, variable};
use crate::output::{Failure, Result, causes};

/// The key's own file in a data folder.
pub(crate) const FILE: &str = "master.key";
const VARIABLE: &str = "PLUMBLINE_MASTER_KEY";

/// The one that the command line or the environment names.
pub(crate) fn given(args: &KeyArgs) -> Result<Option<MasterKeys>> {
    if let Some(file) = &args.master_key_file {
        return read(file).map(Some);
    }
    let text = variable(VARIABLE)?;
    text.map(|text| {
        MasterKeys::parse(&text)
            .map_err(|error| Failure::new(error.code(), format!("{VARIABLE}: {error}")))
    })
    .transpose()
}

pub(crate) fn missing() -> Failure {
    let message = format!(
        "on PostgreSQL the master key must be given: --master-key-file FILE, or {VARIABLE}; make one once with `openssl rand -base64 32` and keep it"
    );
    Failure::new("master_key", message)
}

/// Sees to it that the key is the one that the database was made with: another would seal what nobody can open any more.
pub(super) async fn try_on(app: &App) -> Result<()> {
    let Some(tenant) = app.system_read(tenants::list).await?.into_iter().next() else {
        return Ok(());
    };
    let opened = app.read(&Caller::system(tenant.id), tenants::open_keys).await;
    opened.map(|_| ()).map_err(|error| {
        if error.kind() != kernel::ErrorKind::Internal {
            return error.into();
        }
        let why = error.source().map(causes).unwrap_or_default();
        let message = format!(
            "the master key is not the one that this database was made with ({why}); give that one with --master-key-file, or put it back"
        );
        Failure::new("master_key", message)
    })
}

/// The one of a folder that has a database.
pub(crate) fn of_folder(folder: &Path, args: &KeyArgs) -> Result<MasterKeys> {
    if let Some(key) = given(args)? {
        return Ok(key);
    }
    let file = folder.join(FILE);
    if !file.exists() {
        let message = format!(
            "{} is gone, and the secrets in the database cannot be opened without it; put it back, or give the key with --master-key-file",
            file.display()
        );
        return Err(Failure::new("master_key", message));
    }
    read(&file)
}

/// The one of a folder without a database yet: made, unless it is given or there already.
pub(super) fn of_new_folder(folder: &Path, args: &KeyArgs) -> Result<MasterKeys> {
    if let Some(key) = given(args)? {
        return Ok(key);
    }
    let file = folder.join(FILE);
    if file.exists() {
        return read(&file);
    }
    write(folder, &[MasterKey::generate()]).map_err(|error| {
        let message = format!("{} cannot be written: {error}", file.display());
        Failure::new("master_key", message)
    })?;
    read(&file)
}

/// The keys of a file, which are read again when they may have changed: a running server learns of a new one by itself.
pub(crate) fn read(file: &Path) -> Result<MasterKeys> {
    let text = fs::read_to_string(file).map_err(|error| {
        let message = format!("the master key cannot be read from {}: {error}", file.display());
        Failure::new("master_key", message)
    })?;
    let keys = MasterKeys::parse(&text)
        .map_err(|error| Failure::new(error.code(), format!("{}: {error}", file.display())))?;
    let file: PathBuf = file.to_owned();
    Ok(keys.rereading(Arc::new(move || {
        let text = fs::read_to_string(&file).or_internal()?;
        Ok(MasterKeys::parse(&text)?.all())
    })))
}

/// Whole or not at all: whoever finds the file can use it.
pub(crate) fn write(folder: &Path, keys: &[MasterKey]) -> std::io::Result<()> {
    let unfinished = folder.join("master.key.new");
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    let mut new = options.write(true).create_new(true).mode(0o600).open(&unfinished)?;
    for key in keys {
        writeln!(new, "{}", key.encode())?;
    }
    new.sync_all()?;
    fs::rename(&unfinished, folder.join(FILE))?;
    File::open(folder)?.sync_all()
}
