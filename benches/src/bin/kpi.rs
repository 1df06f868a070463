//! Times a KPI over one year by week for a team of 25, in a tenant with many tickets of 500 agents.

// An import is a deep nest of futures, and their layouts are computed in one go when optimising.
#![recursion_limit = "256"]

use std::fs::File;
use std::io::BufWriter;
use std::time::Instant;

use anyhow::Result;
use benches::desk::{Desk, EVENTS_PER_TICKET};
use benches::{import, open, option, tenant};
use chrono::{NaiveDate, TimeDelta, Utc};
use domain::kernel::{App, Caller, PageArgs, TeamId};
use domain::kpis::{self, Grain, KpiQuery, Metric};
use domain::people;
use domain::teams::memberships::{self, NewMembership};
use domain::teams::{self, NewTeam};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ROUNDS: usize = 200;

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<()> {
    let url = option("--database-url");
    let tickets: u64 = option("--tickets").map_or(Ok(1_000_000), |text| text.parse())?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("events.csv");
    let from = chrono::DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(19_723);
    let desk = Desk { events: tickets * EVENTS_PER_TICKET, agents: 500, from, days: 366 };
    desk.write(BufWriter::new(File::create(&file)?))?;
    let app = open(url.as_deref(), folder.path()).await?;
    let caller = tenant(&app).await?;
    let start = Instant::now();
    let (report, _) = import(&app, &caller, &file).await?;
    println!("{} tickets of 500 agents in {:.0} s", report.tickets, start.elapsed().as_secs_f64());
    let day = |text: &str| text.parse::<NaiveDate>();
    let (first, last) = (day("2024-01-01")?, day("2025-01-01")?);
    let team = team_of_25(&app, &caller, first).await?;
    for (name, metric, zone) in [
        ("first response", Metric::FirstResponseTime, "UTC"),
        ("first response", Metric::FirstResponseTime, "Asia/Kathmandu"),
        ("full resolution", Metric::FullResolutionTime, "Europe/Rome"),
    ] {
        let query = KpiQuery {
            from: Some(first),
            to: Some(last),
            zone: Some(zone.to_owned()),
            grain: Some(Grain::Week),
            team_id: Some(team),
            ..KpiQuery::default()
        };
        let (mut times, mut n) = (Vec::with_capacity(ROUNDS), 0);
        for _ in 0..ROUNDS {
            let start = Instant::now();
            let answer =
                app.read(&caller, async |scope| kpis::answer(scope, metric, &query).await).await?;
            times.push(start.elapsed().as_secs_f64() * 1e3);
            n = answer.rows.iter().filter_map(|row| row.n).sum();
        }
        times.sort_unstable_by(f64::total_cmp);
        println!(
            "{name} by week in {zone}, {n} values: p50 {:.2} ms, p99 {:.2} ms",
            times[ROUNDS / 2],
            times[ROUNDS * 99 / 100]
        );
    }
    Ok(())
}

async fn team_of_25(app: &App, caller: &Caller, first: NaiveDate) -> Result<TeamId> {
    let team = app
        .write(caller, async |scope| {
            let new = NewTeam { name: "North".to_owned(), parent_id: None, kind: None };
            let team = teams::create(scope, new).await?.id;
            let page = people::list(
                scope,
                &Default::default(),
                &PageArgs { limit: Some(25), after: None },
            )
            .await?;
            for person in page.items {
                let new = NewMembership {
                    person_id: person.id,
                    team_id: team,
                    is_primary: true,
                    valid_from: first,
                    valid_to: None,
                };
                memberships::create(scope, new).await?;
            }
            Ok(team)
        })
        .await?;
    Ok(team)
}
