//! A folder of what is known of a tenant or of a person: a file of JSON lines for each table, and a manifest that says what is in them.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use domain::kernel::{App, Caller, PersonId, Scope};
use domain::privacy::{self, Part, Whose};
use domain::tenants::{self, Tenant};
use migrations::{Migrator, MigratorTrait};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::config::{ExportPersonArgs, ExportTenantArgs};
use crate::data;
use crate::output::{Failure, Result, result};

/// Of the files and the manifest: another number is another reading.
const FORMAT: u32 = 1;

pub(crate) async fn export_tenant(args: ExportTenantArgs) -> Result<()> {
    let export = async |app: &App| {
        let caller = data::tenant(app, &args.slug).await?;
        export(app, &caller, None, &args.to).await
    };
    let told = data::with(&args.store, 1, export).await?;
    let words = format!(
        "Everything of `{}` but its secrets is in {}: {} rows of {} tables.",
        args.slug,
        args.to.display(),
        told["rows"],
        told["tables"]
    );
    result(args.json, &told, &words)
}

pub(crate) async fn export_person(args: ExportPersonArgs) -> Result<()> {
    let export = async |app: &App| {
        let caller = data::tenant(app, &args.slug).await?;
        let person = data::person(app, &caller, &args.person).await?;
        export(app, &caller, Some(person), &args.to).await
    };
    let told = data::with(&args.store, 1, export).await?;
    let words = format!(
        "Everything about {} but secrets is in {}: {} rows of {} tables.",
        args.person,
        args.to.display(),
        told["rows"],
        told["tables"]
    );
    result(args.json, &told, &words)
}

/// One moment: everything is read in one snapshot, in pieces, and the folder has its name only when it is whole.
async fn export(app: &App, caller: &Caller, person: Option<PersonId>, to: &Path) -> Result<Value> {
    let folder = Unfinished::beside(to)?;
    let written = app.read(caller, async |scope| Ok(write(scope, person, &folder.0).await)).await?;
    let told = written?;
    folder.finish(to).map_err(|error| cannot(to, &error))?;
    Ok(told)
}

async fn write(scope: &Scope, person: Option<PersonId>, folder: &Path) -> Result<Value> {
    let whose = match person {
        Some(person) => privacy::of_person(scope, person).await?,
        None => Whose::Tenants,
    };
    let (mut tables, mut rows) = (Vec::new(), 0);
    for part in privacy::parts(scope, &whose).await? {
        let table = write_table(scope, part, folder).await?;
        rows += table["rows"].as_u64().unwrap_or_default();
        tables.push(table);
    }
    let count = tables.len();
    let Tenant { id, slug, .. } = tenants::get(scope).await?;
    let schema = Migrator::migrations().last().map(|it| it.name().to_owned());
    let manifest = json!({
        "format": "plumbline-export",
        "format_version": FORMAT,
        "program_version": env!("CARGO_PKG_VERSION"),
        "schema": schema,
        "exported_at": scope.now(),
        "tenant": { "id": id, "slug": slug },
        "person": person,
        "left_out": "Columns named in `left_out` hold secrets (sealed keys, hashes of passwords and tokens), which open nothing elsewhere.",
        "tables": tables,
    });
    let file = folder.join("manifest.json");
    let text = serde_json::to_string_pretty(&manifest).map_err(domain::kernel::Error::from)?;
    let written = create(&file).and_then(|mut new| {
        writeln!(new, "{text}")?;
        new.sync_all()
    });
    written.map_err(|error| cannot(&file, &error))?;
    Ok(
        json!({ "tenant": slug, "person": person, "folder": folder.file_stem().map(|it| it.to_string_lossy()), "tables": count, "rows": rows }),
    )
}

/// Returns what the manifest says of it.
async fn write_table(scope: &Scope, mut part: Part, folder: &Path) -> Result<Value> {
    let name = format!("{}.ndjson", part.name());
    let file = folder.join(&name);
    let failed = |error: io::Error| cannot(&file, &error);
    let mut out = BufWriter::new(create(&file).map_err(failed)?);
    let (mut rows, mut bytes, mut hash) = (0u64, 0, Sha256::new());
    loop {
        let some = part.next(scope).await?;
        if some.is_empty() {
            break;
        }
        for row in some {
            let line = format!("{row}\n");
            out.write_all(line.as_bytes()).map_err(failed)?;
            hash.update(&line);
            bytes += line.len();
            rows += 1;
        }
    }
    out.into_inner().map_err(|error| failed(error.into_error()))?.sync_all().map_err(failed)?;
    let hash: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    let columns: Map<_, _> =
        part.columns().map(|(name, kind)| (name.to_owned(), Value::from(kind))).collect();
    Ok(json!({
        "table": part.name(),
        "file": name,
        "rows": rows,
        "bytes": bytes,
        "sha256": hash,
        "columns": columns,
        "left_out": part.left_out().collect::<Vec<_>>(),
    }))
}

fn create(file: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)
}

/// A folder that has its own name only when it is whole.
struct Unfinished(PathBuf);

impl Unfinished {
    fn beside(to: &Path) -> Result<Self> {
        if to.symlink_metadata().is_ok() {
            return Err(cannot(to, &ErrorKind::AlreadyExists.into()));
        }
        let mut name = to.as_os_str().to_owned();
        name.push(".unfinished");
        let path = PathBuf::from(name);
        // What an export that was killed has left.
        match fs::remove_dir_all(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(cannot(to, &error)),
            _ => {}
        }
        DirBuilder::new().mode(0o700).create(&path).map_err(|error| cannot(to, &error))?;
        Ok(Self(path))
    }

    fn finish(&self, to: &Path) -> io::Result<()> {
        File::open(&self.0)?.sync_all()?;
        fs::rename(&self.0, to)?;
        let parent = to.parent().filter(|parent| !parent.as_os_str().is_empty());
        File::open(parent.unwrap_or(Path::new(".")))?.sync_all()
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // Renamed, or of no use to anybody.
        fs::remove_dir_all(&self.0).ok();
    }
}

fn cannot(to: &Path, error: &io::Error) -> Failure {
    let failure =
        Failure::new("export", format!("nothing was exported to {}: {error}", to.display()));
    match error.kind() {
        ErrorKind::AlreadyExists => failure.hint("choose a folder that is not there yet"),
        ErrorKind::NotFound => failure.hint("make the folder that it is to be in first"),
        _ => failure,
    }
}
