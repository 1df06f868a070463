//! `plumbline doctor`: everything that an operator can get wrong, and what to do about it. It changes nothing.

mod addresses;
mod database;
mod folder;
mod inside;
mod report;

use std::time::Duration;

use tokio::time::timeout;

use crate::config::{DoctorArgs, Place, Source};
use crate::output::Result;
use report::{Report, some};

/// How long anybody who is asked may take.
const PATIENCE: Duration = Duration::from_secs(5);

pub(crate) async fn doctor(args: DoctorArgs) -> Result<()> {
    let mut report = Report::default();
    configuration(&args, &mut report);
    addresses::check(&args.serve.public, &mut report);
    match args.serve.server.store.data.place() {
        Place::Folder(folder) => {
            folder::check(&folder, &args.serve.server.store.key, args.audit, &mut report).await;
        }
        Place::Server(url) => {
            let check = database::check(url.expose(), &args, &mut report);
            // A log takes as long to read as it is long.
            let patience = if args.audit { Duration::from_secs(86_400) } else { PATIENCE * 2 };
            if timeout(patience, check).await.is_err() {
                let advice =
                    "see that it is not overloaded, and that nothing on the way swallows packets";
                report.error("database", "it stopped answering halfway", advice);
            }
        }
    }
    if let Some(url) = &args.serve.server.redis_url {
        redis(url.expose(), &mut report).await;
    }
    report.tell(args.json)
}

fn configuration(args: &DoctorArgs, report: &mut Report) {
    let count = |source| args.effective.iter().filter(|it| it.source == source).count();
    let (flags, variables, lines) =
        (count(Source::Flag), count(Source::Environment), count(Source::File));
    let (flags, variables) = (some(flags, "flag"), some(variables, "variable"));
    let lines = some(lines, "line");
    let message =
        format!("{flags}, {variables} and {lines} of a file hold; `plumbline config` shows them");
    report.ok("configuration", message);
}

async fn redis(url: &str, report: &mut Report) {
    let answer = timeout(PATIENCE, workers::probe(url, PATIENCE / 2)).await;
    let advice = "see redis_url and that the server runs; until then workers look for jobs by themselves, once a second";
    match answer {
        Err(_) => report.error("redis", "nobody answers", advice),
        Ok(Err(error)) => report.error(
            "redis",
            format!("it cannot be asked: {}", one_line(&error.to_string())),
            advice,
        ),
        Ok(Ok(redis)) => {
            let (version, milliseconds) = (redis.version, report::milliseconds(redis.round_trip));
            report.ok("redis", format!("version {version} answers in {milliseconds}"));
        }
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
