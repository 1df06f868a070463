//! A data folder: who may read it, whether there is room, what its database says.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use domain::kernel::{Database, file};
use migrations::schema::Standing;
use rustix::fs::{Access, access, statvfs};

use super::inside;
use super::report::Report;
use crate::config::KeyArgs;
use crate::data;
use crate::output::{Failure, causes};

/// With less than this, writing is about to fail.
const HARDLY_ANY: u64 = 64 << 20;
const LITTLE: u64 = 1 << 30;
/// File systems on which SQLite's locks and its shared memory cannot be relied on.
const NETWORKED: &[&str] = &[
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "9p",
    "afs",
    "ceph",
    "fuse.sshfs",
    "fuse.glusterfs",
    "lustre",
];

pub(super) async fn check(folder: &Path, key: &KeyArgs, audit: bool, report: &mut Report) {
    let place = folder.display();
    let about = match fs::metadata(folder) {
        Ok(about) if about.is_dir() => about,
        Ok(_) => {
            let message = format!("{place} is a file and not a folder");
            return report.error("data folder", message, "name another one as data_dir");
        }
        Err(error) => {
            let message = format!("there is none yet at {place} ({error})");
            let advice =
                "see that data_dir is right; `plumbline serve` and the other commands make it";
            return report.warning("data folder", message, advice);
        }
    };
    modes(folder, about.permissions().mode(), report);
    room(folder, report);
    network(folder, report);
    let db = folder.join(data::FILE);
    if !db.exists() {
        let message = format!("there is none yet in {place}");
        let advice = "see that data_dir is right; `plumbline serve` and the other commands make it";
        return report.warning("database", message, advice);
    }
    if schema(folder, &db, report).await && sound(&db, report).await {
        work(folder, &db, key, audit, report).await;
    }
}

fn modes(folder: &Path, mode: u32, report: &mut Report) {
    let place = folder.display();
    let reach = Access::READ_OK | Access::WRITE_OK | Access::EXEC_OK;
    if let Err(error) = access(folder, reach) {
        let message = format!("{place} cannot be written to: {error}");
        let advice = format!("give it to the user that Plumbline runs as: `chown -R USER {place}`");
        report.error("data folder", message, advice);
    } else if mode & 0o077 != 0 {
        let message = format!("{place} has the mode {:04o}, so others may look in", mode & 0o7777);
        report.warning("data folder", message, format!("`chmod 700 {place}`"));
    } else {
        report.ok("data folder", format!("{place} is writable, and ours alone"));
    }
    for name in [data::KEY_FILE, data::FILE] {
        let file = folder.join(name);
        let Ok(about) = fs::metadata(&file) else { continue };
        let mode = about.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            let message =
                format!("{} has the mode {mode:04o}, so others may read it", file.display());
            report.error("file modes", message, format!("`chmod 600 {}`", file.display()));
        }
    }
}

fn room(folder: &Path, report: &mut Report) {
    let Ok(system) = statvfs(folder) else { return };
    let free = system.f_bavail.saturating_mul(system.f_frsize);
    let size = fs::metadata(folder.join(data::FILE)).map_or(0, |about| about.len());
    let message = format!("{} are free; the database has {}", bytes(free), bytes(size));
    let advice = "make room: an import, and a backup beside it, need as much again";
    if free < HARDLY_ANY {
        report.error("disk space", message, advice);
    } else if free < LITTLE.max(size) {
        report.warning("disk space", message, advice);
    } else {
        report.ok("disk space", message);
    }
}

/// What Linux says; where nobody says it, nothing is said.
fn network(folder: &Path, report: &mut Report) {
    let Ok(mounts) = fs::read_to_string("/proc/self/mounts") else { return };
    let Ok(folder) = folder.canonicalize() else { return };
    let mounts = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        Some((words.next()?.replace("\\040", " "), words.next()?))
    });
    let under = mounts.filter(|(mount, _)| folder.starts_with(mount));
    if let Some((mount, kind)) = under.max_by_key(|(mount, _)| mount.len())
        && NETWORKED.contains(&kind)
    {
        let message = format!("{mount} is a network file system ({kind}), where SQLite loses data");
        report.error(
            "file system",
            message,
            "move the data folder to a local disk, or use PostgreSQL",
        );
    }
}

async fn schema(folder: &Path, db: &Path, report: &mut Report) -> bool {
    let place = folder.display().to_string();
    match data::standing_of_folder(folder, db).await {
        Ok(Standing::Current) => {
            report.ok("schema", "it is this program's");
            return true;
        }
        Ok(Standing::Older(changes)) => {
            report.failed("schema", &data::older(&place, &format!("--data-dir {place}"), changes));
        }
        Ok(Standing::Newer(change)) => report.failed("schema", &data::newer(&place, &change)),
        Ok(Standing::Empty) => {
            report.warning(
                "schema",
                "the database is empty",
                "`plumbline migrate` makes the schema",
            );
        }
        Err(failure) => report.error(
            "schema",
            failure.message(),
            "restore a backup if it is damaged: `plumbline restore`",
        ),
    }
    false
}

async fn sound(db: &Path, report: &mut Report) -> bool {
    let looked = async {
        Ok::<_, domain::kernel::Error>((file::damage(db).await?, file::journal_mode(db).await?))
    };
    match looked.await {
        Ok((damage, mode)) if damage.is_empty() => {
            if mode == "wal" {
                report.ok("database", "SQLite finds nothing wrong with it");
            } else {
                let advice = "start `plumbline serve` once, which sets it; and let no other program change it";
                report.warning(
                    "database",
                    format!("its journal mode is {mode} and not wal"),
                    advice,
                );
            }
            true
        }
        Ok((damage, _)) => {
            let advice = "stop every process, keep a copy of the folder, and restore a backup: `plumbline restore`";
            report.error("database", format!("it is damaged: {}", damage.join("; ")), advice);
            false
        }
        Err(error) => {
            let advice = "restore a backup if it is damaged: `plumbline restore`";
            report.error("database", causes(&error), advice);
            false
        }
    }
}

async fn work(folder: &Path, db: &Path, key: &KeyArgs, audit: bool, report: &mut Report) {
    let key = match data::key_of_folder(folder, key) {
        Ok(key) => Some(key),
        Err(failure) => {
            report.failed("master key", &failure);
            None
        }
    };
    match Database::sqlite(db, 1).await {
        Ok(database) => {
            let has_key = key.is_some();
            inside::check(&inside::app(database, key), has_key, audit, report).await;
        }
        Err(error) => report.failed("database", &Failure::from(error)),
    }
}

fn bytes(number: u64) -> String {
    let mega = number as f64 / f64::from(1 << 20);
    if mega < 1_024.0 { format!("{mega:.1} MiB") } else { format!("{:.1} GiB", mega / 1_024.0) }
}
