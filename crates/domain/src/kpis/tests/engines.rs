//! Both ways to an answer against a plain calculation: every fact looked at by itself, its local date found from its instant.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use jiff::tz::TimeZone;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::histories::{any_history, minute, person, queue};
use super::world::{Stay, TEAMS, World, facts, links, members, team};
use crate::kernel::{Caller, PersonId, Scope, TeamId};
use crate::kpis::{
    Fact, Grain, GroupBy, KpiAnswer, KpiQuery, Metric, Statistic, answer, answer_from_facts,
};
use crate::tickets::{Channel, History};

/// Bucket, agent, team, channel.
type Place = (Option<NaiveDate>, Option<PersonId>, Option<TeamId>, Option<Channel>);
/// n, mean as its bits, p50, p90, max.
type Figures = (i64, Option<u64>, Option<i64>, Option<i64>, Option<i64>);
type Rows = BTreeMap<Place, Figures>;

fn rows(answer: &KpiAnswer) -> Rows {
    let row = |row: &crate::kpis::KpiRow| {
        let place = (
            row.bucket,
            row.agent.as_ref().map(|agent| agent.id),
            row.team.as_ref().map(|team| team.id),
            row.channel,
        );
        let n = row.n.expect("nobody is hidden from the system");
        (place, (n, row.mean.map(f64::to_bits), row.p50, row.p90, row.max))
    };
    let rows: Rows = answer.rows.iter().map(row).collect();
    assert_eq!(rows.len(), answer.rows.len(), "a row twice");
    rows
}

struct Plain<'a> {
    home: &'a TimeZone,
    zone: TimeZone,
    query: &'a KpiQuery,
}

impl Plain<'_> {
    fn date(at: DateTime<Utc>, zone: &TimeZone) -> NaiveDate {
        let at = jiff::Timestamp::from_microsecond(at.timestamp_micros()).unwrap();
        let date = zone.to_datetime(at).date();
        NaiveDate::from_ymd_opt(date.year().into(), date.month() as u32, date.day() as u32).unwrap()
    }

    fn first_day(&self, day: NaiveDate) -> Option<NaiveDate> {
        Some(match self.query.grain? {
            Grain::Day => day,
            Grain::Week => day - Days::new(day.weekday().num_days_from_monday().into()),
            Grain::Month => day.with_day(1).unwrap(),
            Grain::Quarter => day.with_day(1).unwrap().with_month0(day.month0() / 3 * 3).unwrap(),
            Grain::Year => NaiveDate::from_ymd_opt(day.year(), 1, 1).unwrap(),
        })
    }

    fn team(&self, fact: &Fact, at: DateTime<Utc>) -> Option<TeamId> {
        let day = Self::date(at, self.home);
        let then = |(_, _, from, to): &&Stay| {
            from.parse::<NaiveDate>().unwrap() <= day
                && to.is_none_or(|to| day < to.parse::<NaiveDate>().unwrap())
        };
        let (stays, of) = match (fact.agent, fact.queue) {
            (Some(agent), _) => (members(), agent.0),
            (None, Some(queue)) => (links(), queue.0),
            (None, None) => return None,
        };
        let own = |(number, ..): &&Stay| person(*number).0 == of || queue(*number).0 == of;
        stays.iter().filter(own).find(then).map(|(_, team, ..)| *team)
    }

    fn is_below(below: TeamId, top: TeamId) -> bool {
        let parent = (1..).zip(TEAMS).find(|(number, _)| team(*number) == below).unwrap().1.1;
        below == top || parent.is_some_and(|parent| Self::is_below(team(parent), top))
    }

    /// The place of a fact in one bucket, if it counts.
    fn place(&self, fact: &Fact, at: DateTime<Utc>, bucket: Option<NaiveDate>) -> Option<Place> {
        let KpiQuery { agent_id, queue_id, channel, team_id, group_by, .. } = self.query;
        let team = self.team(fact, at);
        let counts = agent_id.is_none_or(|agent| fact.agent == Some(agent))
            && queue_id.is_none_or(|queue| fact.queue == Some(queue))
            && channel.is_none_or(|channel| fact.channel == channel)
            && team_id.is_none_or(|top| team.is_some_and(|team| Self::is_below(team, top)));
        let by = |group| group_by.contains(&group);
        counts.then(|| {
            (
                bucket,
                fact.agent.filter(|_| by(GroupBy::Agent)),
                team.filter(|_| by(GroupBy::Team)),
                Some(fact.channel).filter(|_| by(GroupBy::Channel)),
            )
        })
    }

    fn answer(&self, metric: Metric, facts: &[Fact]) -> Rows {
        let (from, to) = (self.query.from.unwrap(), self.query.to.unwrap());
        let days: Vec<_> = from.iter_days().take_while(|day| *day < to).collect();
        let mut values = BTreeMap::<Place, Vec<i64>>::new();
        if self.query.group_by.is_empty() {
            for day in &days {
                values.entry((self.first_day(*day), None, None, None)).or_default();
            }
        }
        let facts = facts.iter().filter(|fact| fact.measure == metric.measure());
        for fact in facts.filter(|fact| fact.exclusion.is_none()) {
            let day = Self::date(fact.at, &self.zone);
            if metric != Metric::Backlog {
                let place = self.place(fact, fact.at, self.first_day(day));
                if let Some(place) = place.filter(|_| from <= day && day < to) {
                    values.entry(place).or_default().push(fact.value);
                }
                continue;
            }
            let mut ends: BTreeMap<_, NaiveDate> = BTreeMap::new();
            days.iter().for_each(|day| _ = ends.insert(self.first_day(*day), *day));
            for (bucket, last) in ends {
                // The instant at the end of a bucket: its first one, found by looking.
                let at = first_instant(last.succ_opt().unwrap(), &self.zone);
                if let Some(place) = self.place(fact, at, bucket).filter(|_| day <= last) {
                    values.entry(place).or_default().push(fact.value);
                }
            }
        }
        let grouped = !self.query.group_by.is_empty();
        let rows = values.into_iter().map(|(place, values)| (place, figures(metric, values)));
        rows.filter(|(_, (n, ..))| !grouped || *n != 0).collect()
    }
}

fn first_instant(day: NaiveDate, zone: &TimeZone) -> DateTime<Utc> {
    let mut at = day.and_hms_opt(0, 0, 0).unwrap().and_utc() - chrono::TimeDelta::hours(15);
    while Plain::date(at, zone) < day {
        at += chrono::TimeDelta::minutes(15);
    }
    at
}

fn figures(metric: Metric, mut values: Vec<i64>) -> Figures {
    let n = values.len() as i64;
    match metric.statistic() {
        Statistic::Count => (n, None, None, None, None),
        Statistic::Balance => (values.iter().sum(), None, None, None, None),
        Statistic::Durations if n == 0 => (0, None, None, None, None),
        Statistic::Durations => {
            values.sort_unstable();
            let rank = |tenths: usize| Some(values[(values.len() * tenths).div_ceil(10) - 1]);
            let mean = values.iter().sum::<i64>() as f64 / n as f64;
            (n, Some(mean.to_bits()), rank(5), rank(9), values.last().copied())
        }
    }
}

fn any_query() -> impl Strategy<Value = KpiQuery> {
    let odd = ["Europe/Rome", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Chatham"];
    let all: Vec<_> = jiff::tz::db().available().map(|name| name.to_string()).collect();
    let zone = prop_oneof![
        prop::sample::select(odd.map(str::to_owned).to_vec()),
        prop::sample::select(all),
    ];
    let grain = prop::option::weighted(
        0.8,
        prop::sample::select(vec![
            Grain::Day,
            Grain::Week,
            Grain::Month,
            Grain::Quarter,
            Grain::Year,
        ]),
    );
    let groups = vec![GroupBy::Agent, GroupBy::Team, GroupBy::Channel];
    let filters = (
        prop::option::weighted(0.2, (1u128..5).prop_map(person)),
        prop::option::weighted(0.3, (1u128..5).prop_map(team)),
        prop::option::weighted(0.2, (1u128..3).prop_map(queue)),
        prop::option::weighted(0.2, Just(Channel::Chat)),
    );
    let range = (0u64..16, 1u64..12);
    (zone, grain, prop::sample::subsequence(groups, 0..=3), filters, range).prop_map(
        |(zone, grain, group_by, (agent_id, team_id, queue_id, channel), (first, length))| {
            let from = minute(0).date_naive() - Days::new(2) + Days::new(first);
            KpiQuery {
                from: Some(from),
                to: Some(from + Days::new(length)),
                at: None,
                zone: Some(zone),
                grain,
                group_by,
                agent_id,
                team_id,
                queue_id,
                channel,
            }
        },
    )
}

/// One tenant's worth: what was imported first, what it was changed to, and questions.
fn any_case() -> impl Strategy<Value = (Vec<History>, Vec<History>, Vec<KpiQuery>, usize)> {
    let histories = || prop::collection::vec(any_history(16), 1..25);
    let homes = 0..3usize;
    (histories(), histories(), prop::collection::vec(any_query(), 6), homes)
}

async fn check(
    world: &World,
    caller: &Caller,
    home: &TimeZone,
    facts: &[Fact],
    queries: &[KpiQuery],
) {
    for query in queries {
        let zone = TimeZone::get(query.zone.as_ref().unwrap()).unwrap();
        let plain = Plain { home, zone, query };
        for metric in Metric::ALL {
            let read = async |scope: &Scope| {
                Ok((
                    answer(scope, *metric, query).await?,
                    answer_from_facts(scope, *metric, query).await?,
                ))
            };
            let (fast, slow) = world.app.read(caller, read).await.unwrap();
            assert_eq!(fast, slow, "{metric:?} {query:?}");
            assert_eq!(rows(&fast), plain.answer(*metric, facts), "{metric:?} {query:?}");
        }
    }
}

#[test]
fn rollups_and_facts_answer_what_a_plain_calculation_says() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let world = runtime.block_on(World::new());
    let mut runner =
        TestRunner::new(Config { cases: 20, max_shrink_iters: 200, ..Config::default() });
    let tenants = std::cell::Cell::new(0);
    let outcome = runner.run(&any_case(), |(first, second, queries, home)| {
        tenants.set(tenants.get() + 1);
        runtime.block_on(async {
            let home = ["UTC", "America/New_York", "Asia/Kolkata"][home];
            let caller = world.test.tenant(&format!("tenant-{}", tenants.get())).await;
            world.people(&caller, home).await;
            let home = TimeZone::get(home).unwrap();
            let mut now = first.clone();
            world.store(&caller, &first).await;
            world.drain(&caller, 1_000).await;
            let flat = |histories: &[History]| -> Vec<Fact> {
                facts(histories).into_iter().flat_map(|ticket| ticket.facts).collect()
            };
            check(&world, &caller, &home, &flat(&now), &queries[..2]).await;
            // Edits, worked in by small steps.
            world.store(&caller, &second).await;
            let kept = second.len().min(now.len());
            now.splice(..kept, second.clone());
            now.truncate(first.len().max(second.len()));
            world.drain(&caller, 3).await;
            check(&world, &caller, &home, &flat(&now), &queries[2..]).await;
        });
        Ok(())
    });
    outcome.unwrap();
}
