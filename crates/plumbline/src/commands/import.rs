//! `plumbline import tickets`

use std::fs::{self, File};
use std::io::{BufWriter, Read, stdin};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use domain::kernel::{App, Caller, Error, ErrorKind, OrInternal};
use domain::kpis::{self, DRAIN_UNIT};
use domain::tickets::import::{
    self, FileFormat, Intake, IntakeError, IntakeOptions, Mapping, Rejects, SortedTickets,
};
use domain::tickets::{self, ImportReport};
use indicatif::{ProgressBar, ProgressStyle};
use tokio::task::spawn_blocking;

use crate::config::{Format, ImportTicketsArgs};
use crate::data;
use crate::output::{Failure, Result, result};

/// How many rejected lines are shown in words.
const SHOWN: usize = 10;
/// How often to look whether a worker beside us has added up the rest.
const BESIDE: Duration = Duration::from_millis(50);

pub(crate) async fn import_tickets(args: ImportTicketsArgs) -> Result<()> {
    let given = args.mapping.as_deref().map(Given::read).transpose()?;
    let mut mapping = given.as_ref().map_or_else(Mapping::default, |given| given.mapping.clone());
    if let Some(format) = args.format {
        mapping.format = Some(match format {
            Format::Csv => FileFormat::Csv,
            Format::Ndjson => FileFormat::Ndjson,
        });
    }
    let source = mapping.source.clone();
    let reading = Reading::of(&args, mapping)?;
    let import = async |app: &App| {
        let caller = data::tenant(app, &args.tenant).await?;
        let sorted = blocking(move || reading.run()).await?;
        if args.dry_run {
            return blocking(move || Ok(import::dry_run(sorted)?)).await;
        }
        if let Some(given) = given {
            given.keep(app, &caller).await?;
        }
        write(app, &caller, &source, sorted).await
    };
    let report = data::with(&args.store, 2, import).await?;
    tell(&args, &report)
}

/// What is wrong with a name, without the name of the field.
fn of_name(error: &domain::kernel::Error) -> String {
    error.fields().first().map_or_else(|| error.to_string(), |field| field.message.clone())
}

/// A mapping as it was given.
struct Given {
    name: String,
    text: String,
    mapping: Mapping,
}

impl Given {
    fn read(file: &Path) -> Result<Self> {
        let refused = |why: &dyn std::fmt::Display| {
            Failure::new("mapping", format!("the mapping {}: {why}", file.display()))
        };
        let text = fs::read_to_string(file).map_err(|error| refused(&error))?;
        let mapping =
            Mapping::parse(&text).map_err(|error| refused(&error.to_string().trim_end()))?;
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        tickets::check_mapping_name(&name).map_err(|error| {
            refused(&format!("it is stored under the name of its file, which {}", of_name(&error)))
        })?;
        Ok(Self { name, text, mapping })
    }

    /// Under the name of its file, for imports over the API. What is there already is not stored again.
    async fn keep(self, app: &App, caller: &Caller) -> Result<()> {
        let kept = app.write(caller, async |scope| {
            match tickets::mapping(scope, &self.name).await {
                Ok(stored) if stored.text == self.text => return Ok(()),
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                Ok(_) | Err(_) => {}
            }
            tickets::put_mapping(scope, &self.name, &self.text).await.map(|_| ())
        });
        kept.await.map_err(|error| {
            Failure::from(error)
                .hint(format!("the mapping is kept under its file's name, `{}`", self.name))
        })
    }
}

/// From the file to sorted tickets.
struct Reading {
    file: PathBuf,
    source: Box<dyn Read + Send>,
    bar: ProgressBar,
    intake: Intake,
}

impl Reading {
    fn of(args: &ImportTicketsArgs, mapping: Mapping) -> Result<Self> {
        let (source, length): (Box<dyn Read + Send>, _) = if args.file == Path::new("-") {
            (Box::new(stdin()), None)
        } else {
            let opened = File::open(&args.file).and_then(|file| Ok((file.metadata()?, file)));
            let (about, file) = opened.map_err(|error| cannot_read(&args.file, &error))?;
            (Box::new(file), about.is_file().then_some(about.len()))
        };
        let rejects = match &args.rejects {
            None => Rejects::default(),
            Some(file) => Rejects::written_to(Box::new(BufWriter::new(created(file)?))),
        };
        let options = IntakeOptions { temp_dir: std::env::temp_dir(), rejects };
        let bar = length.map_or_else(ProgressBar::no_length, ProgressBar::new);
        Ok(Self {
            file: args.file.clone(),
            source,
            bar: bar.with_style(style("reading {bytes} of {total_bytes}", length.is_some())),
            intake: Intake::new(Arc::new(mapping), options),
        })
    }

    fn run(self) -> Result<SortedTickets> {
        let Self { file, mut source, bar, mut intake } = self;
        let failed = |error: IntakeError| match error {
            IntakeError::Mapping(error) => {
                let message = format!("the mapping does not fit {}: {error}", named(&file));
                Failure::new("mapping", message).hint("docs/import.md describes mappings")
            }
            error => Failure::from(Error::from(error)),
        };
        let mut chunk = vec![0; 64 << 10];
        let mut empty = true;
        loop {
            let read = source.read(&mut chunk).map_err(|error| cannot_read(&file, &error))?;
            if read == 0 {
                break;
            }
            empty = false;
            intake.feed(&chunk[..read]).map_err(failed)?;
            bar.inc(read as u64);
        }
        bar.finish_and_clear();
        if empty {
            let message = format!("{} is empty: not even a header is in it", named(&file));
            return Err(Failure::new("file", message));
        }
        intake.finish().map_err(failed)
    }
}

/// Writes the tickets, and adds up what that has marked.
pub(super) async fn write(
    app: &App,
    caller: &Caller,
    source: &str,
    sorted: SortedTickets,
) -> Result<ImportReport> {
    let bar = bar(sorted.rows(), "writing {pos} of {len} rows");
    let progress = |progress: import::Progress| bar.set_position(progress.rows);
    let report = import::write(app, caller, source, sorted, kpis::follow, progress).await?;
    bar.finish_and_clear();
    let bar = ProgressBar::no_length().with_style(style("adding up", false));
    loop {
        bar.tick();
        let unit = app.write_retrying(caller, async |scope| kpis::drain(scope, DRAIN_UNIT).await);
        if unit.await? > 0 {
            continue;
        }
        if !app.read(caller, kpis::is_pending).await? {
            break;
        }
        tokio::time::sleep(BESIDE).await;
    }
    bar.finish_and_clear();
    Ok(report)
}

fn tell(args: &ImportTicketsArgs, report: &ImportReport) -> Result<()> {
    let ImportReport { accepted, changed, rejected, tickets, .. } = report;
    let did = if args.dry_run { "would take" } else { "took" };
    let mut words = format!(
        "{did} {accepted} lines of {tickets} tickets, {changed} of them changed; {rejected} lines were not taken\n"
    );
    for reject in report.rejects.iter().take(SHOWN) {
        words += &format!("  line {}: {}\n", reject.line, reject.reason);
    }
    if *rejected > SHOWN as u64 {
        words += "  … `--rejects FILE` writes all of them\n";
    }
    result(args.json, report, &words)?;
    match report.rejects.first() {
        Some(first) if *accepted == 0 => {
            let (file, line) = (named(&args.file), first.line);
            let message =
                format!("no line of {file} could be taken; line {line}: {}", first.reason);
            Err(Failure::new("nothing_taken", message).hint("docs/import.md describes mappings"))
        }
        _ => Ok(()),
    }
}

pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    spawn_blocking(work).await.or_internal()?
}

fn created(file: &Path) -> Result<File> {
    File::create(file).map_err(|error| {
        let message = format!("rejected lines cannot be written to {}: {error}", file.display());
        Failure::new("rejects", message)
    })
}

fn cannot_read(file: &Path, error: &std::io::Error) -> Failure {
    Failure::new("file", format!("{} cannot be read: {error}", named(file)))
}

fn named(file: &Path) -> String {
    if file == Path::new("-") {
        return "standard input".to_owned();
    }
    file.display().to_string()
}

/// A bar of so many steps.
pub(super) fn bar(length: u64, words: &str) -> ProgressBar {
    ProgressBar::new(length).with_style(style(words, true))
}

/// On a terminal only: indicatif draws on stderr, and nothing where that is none.
pub(super) fn style(words: &str, bar: bool) -> ProgressStyle {
    let template =
        if bar { format!("{{wide_bar}} {words} {{eta}}") } else { format!("{{spinner}} {words}") };
    ProgressStyle::with_template(&template).expect("the templates above are valid")
}
