//! A question, understood: which stretches of time, told apart by what, and whose facts the caller may have in the answer.

use std::collections::HashSet;

use chrono::{DateTime, NaiveDate, Utc, Weekday};
use jiff::tz::TimeZone;

use super::answer::names;
use super::teams::{Owner, TeamMap};
use crate::kernel::{Error, OrInternal, Permission, PersonId, Reach, Result, Scope, TeamId};
use crate::kpis::edges::{Bucket, RangeError, buckets, zone};
use crate::kpis::types::{GroupBy, KpiQuery, Metric};
use crate::kpis::{Measure, Statistic};
use crate::tenants::{self, WeekStart};
use crate::tickets::{self, Channel, QueueId};

/// A question, understood.
pub(super) struct Plan {
    pub(super) metric: Metric,
    /// Never empty. A balance is asked at the end of each.
    pub(super) buckets: Vec<Bucket>,
    pub(super) by_agent: bool,
    pub(super) by_team: bool,
    pub(super) by_channel: bool,
    pub(super) queue: Option<QueueId>,
    pub(super) channel: Option<Channel>,
    /// Only where somebody asks for teams, or may see some only.
    pub(super) teams: Option<TeamMap>,
    pub(super) cover: Cover,
    /// Whom the caller may see one by one; nothing is everybody.
    pub(super) visible: Option<HashSet<PersonId>>,
}

/// Whose facts count. A set that is not there lets everything through.
#[derive(Debug, Default)]
pub(super) struct Cover {
    /// Who may be credited, of those who are somebody.
    pub(super) agents: Option<HashSet<PersonId>>,
    /// Facts that are credited to nobody are left out.
    pub(super) somebody_only: bool,
    /// Whose team it must be where nobody is credited.
    pub(super) teams_of_nobody: Option<HashSet<TeamId>>,
    /// Whose team it must be in any case.
    pub(super) teams: Option<HashSet<TeamId>>,
}

/// A stretch of time with one bucket and one team.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) from: i64,
    pub(super) to: i64,
    pub(super) bucket: u32,
    pub(super) team: Option<TeamId>,
}

impl Plan {
    /// Understands a question and says no where the caller may not ask it. `each` is for answers that name single tickets and people
    /// whatever they are grouped by.
    pub(super) async fn new(
        scope: &Scope,
        metric: Metric,
        query: &KpiQuery,
        each: bool,
    ) -> Result<Self> {
        let read = scope.reach_of(Permission::KpisRead)?;
        let by = |group| query.group_by.contains(&group);
        let people = scope.reach(Permission::KpisPeople);
        let one_by_one = each || by(GroupBy::Agent) || query.agent_id.is_some();
        if one_by_one && people.is_none() {
            return Err(Error::forbidden(Permission::KpisPeople));
        }
        let tenant = tenants::get(scope).await?;
        let home = zone(&tenant.time_zone).or_internal()?;
        let buckets = asked_buckets(scope, metric, query, &home, first_weekday(tenant.week_start))?;
        let visible = visible(scope, people);
        let mut cover = cover(scope, read, visible.as_ref().filter(|_| one_by_one));
        if let Some(agent) = query.agent_id {
            cover.only_agent(agent)?;
            if names(scope, HashSet::from([agent])).await?.is_empty() {
                return Err(Error::not_found("person", agent));
            }
        }
        if let Some(queue) = query.queue_id
            && !tickets::has_queue(scope, queue).await?
        {
            return Err(Error::not_found("queue", queue));
        }
        let wants_teams = by(GroupBy::Team)
            || query.team_id.is_some()
            || cover.teams.is_some()
            || cover.teams_of_nobody.is_some();
        let teams = match wants_teams {
            true => Some(TeamMap::load(scope, &home).await?),
            false => None,
        };
        if let (Some(team), Some(map)) = (query.team_id, &teams) {
            cover.only_team(team, read, scope, map)?;
        }
        Ok(Self {
            metric,
            buckets,
            by_agent: by(GroupBy::Agent),
            by_team: by(GroupBy::Team),
            by_channel: by(GroupBy::Channel),
            queue: query.queue_id,
            channel: query.channel,
            teams,
            cover,
            visible,
        })
    }

    pub(super) fn measure(&self) -> Measure {
        self.metric.measure()
    }

    pub(super) fn is_balance(&self) -> bool {
        self.metric.statistic() == Statistic::Balance
    }

    pub(super) fn is_grouped(&self) -> bool {
        self.by_agent || self.by_team || self.by_channel
    }

    /// The whole range, in microseconds since 1970. A balance has always begun.
    pub(super) fn range(&self) -> (i64, i64) {
        let first = self.buckets.first().filter(|_| !self.is_balance());
        let from = first.map_or(i64::MIN, |bucket| bucket.from.timestamp_micros());
        (from, self.buckets.last().map_or(from, |bucket| bucket.to.timestamp_micros()))
    }

    /// Whom statements may be narrowed to, for speed alone: what they return is looked at again. Nothing is everybody.
    pub(super) fn credited(&self) -> Option<Vec<uuid::Uuid>> {
        let agents = match (&self.cover.agents, &self.cover.teams, &self.teams) {
            (Some(agents), _, _) => agents.clone(),
            (None, Some(teams), Some(map)) => map.people_of(teams),
            _ => return None,
        };
        let nobody = (!self.cover.somebody_only).then_some(PersonId::NONE);
        Some(agents.into_iter().chain(nobody).map(|agent| agent.0).collect())
    }

    /// Whether the answer has something of this.
    pub(super) fn covers(&self, agent: Option<PersonId>, team: Option<TeamId>) -> bool {
        let among = |teams: &HashSet<TeamId>| team.is_some_and(|team| teams.contains(&team));
        let cover = &self.cover;
        let credited = match agent {
            Some(agent) => cover.agents.as_ref().is_none_or(|agents| agents.contains(&agent)),
            None => !cover.somebody_only && cover.teams_of_nobody.as_ref().is_none_or(among),
        };
        credited && cover.teams.as_ref().is_none_or(among)
    }

    pub(super) fn team_at(&self, owner: Owner, at: i64) -> Option<TeamId> {
        self.teams.as_ref().and_then(|teams| teams.team_at(owner, at))
    }

    /// The buckets cut where an owner changes teams, in order, without gaps.
    pub(super) fn spans(&self, owner: Owner) -> Vec<Span> {
        let stays = self.teams.as_ref().map_or(&[][..], |teams| teams.stays(owner));
        let mut spans = Vec::with_capacity(self.buckets.len() + 2 * stays.len());
        for (bucket, number) in self.buckets.iter().zip(0..) {
            let (mut from, end) = (bucket.from.timestamp_micros(), bucket.to.timestamp_micros());
            while from < end {
                let next = stays.iter().find(|stay| stay.to > from);
                let (to, team) = match next {
                    Some(stay) if stay.from <= from => (stay.to, Some(stay.team)),
                    Some(stay) => (stay.from, None),
                    None => (end, None),
                };
                spans.push(Span { from, to: to.min(end), bucket: number, team });
                from = to.min(end);
            }
        }
        spans
    }
}

impl Cover {
    fn only_agent(&mut self, agent: PersonId) -> Result<()> {
        if self.agents.as_ref().is_some_and(|agents| !agents.contains(&agent)) {
            return Err(Error::not_found("person", agent));
        }
        self.agents = Some(HashSet::from([agent]));
        self.somebody_only = true;
        self.teams_of_nobody = None;
        Ok(())
    }

    fn only_team(&mut self, team: TeamId, read: Reach, scope: &Scope, map: &TeamMap) -> Result<()> {
        let mut below = map.below(team);
        let own = scope.access().person.map(|own| map.stays(Owner::Person(own)));
        let reached = match read {
            Reach::Tenant => true,
            Reach::Teams => scope.access().teams.contains(&team),
            // Where one's numbers could be: a team that one was in, and those above it.
            Reach::Own => own.is_some_and(|own| own.iter().any(|stay| below.contains(&stay.team))),
        };
        if !map.has(team) || !reached {
            return Err(Error::not_found("team", team));
        }
        if let Some(teams) = &self.teams {
            below.retain(|team| teams.contains(team));
        }
        self.teams = Some(below);
        Ok(())
    }
}

/// Whom the caller may see one by one: always also herself.
fn visible(scope: &Scope, people: Option<Reach>) -> Option<HashSet<PersonId>> {
    let access = scope.access();
    let own = access.person.into_iter().collect();
    match people {
        Some(Reach::Tenant) => None,
        Some(Reach::Teams) => Some(&own | &access.people),
        Some(Reach::Own) | None => Some(own),
    }
}

/// Totals cover the teams in reach as they were at the time; answers about single people (`each` of these), the people in reach now.
fn cover(scope: &Scope, read: Reach, each: Option<&HashSet<PersonId>>) -> Cover {
    let access = scope.access();
    let own: HashSet<_> = access.person.into_iter().collect();
    match (read, each) {
        (Reach::Tenant, each) => Cover { agents: each.cloned(), ..Cover::default() },
        (Reach::Teams, Some(each)) => Cover {
            agents: Some(each & &(&access.people | &own)),
            teams_of_nobody: Some(access.teams.clone()),
            ..Cover::default()
        },
        (Reach::Teams, None) => Cover { teams: Some(access.teams.clone()), ..Cover::default() },
        (Reach::Own, _) => Cover { agents: Some(own), somebody_only: true, ..Cover::default() },
    }
}

fn asked_buckets(
    scope: &Scope,
    metric: Metric,
    query: &KpiQuery,
    home: &TimeZone,
    week_start: Weekday,
) -> Result<Vec<Bucket>> {
    let instant =
        |at: DateTime<Utc>| vec![Bucket { first_day: None, partial: false, from: at, to: at }];
    let balance = metric.statistic() == Statistic::Balance;
    let zone = query.zone.as_deref().map(zone).transpose().map_err(refused)?;
    match (query.from, query.to, query.at) {
        (_, _, Some(_)) if !balance => Err(only_backlog()),
        (None, None, at) if balance && query.grain.is_none() => {
            Ok(instant(at.unwrap_or_else(|| scope.now())))
        }
        (Some(_), _, Some(_)) | (_, Some(_), Some(_)) => {
            let message = "give either the instant `at`, or the days `from` and `to`";
            Err(Error::invalid("/at", "contradictory", message))
        }
        (Some(from), Some(to), None) => {
            let zone = zone.as_ref().unwrap_or(home);
            buckets((from, to), zone, query.grain, week_start).map_err(refused)
        }
        (None, _, _) => Err(Error::invalid("/from", "required", "the first day is missing")),
        (_, None, _) => Err(Error::invalid("/to", "required", "the day after the last is missing")),
    }
}

/// The first instant of the days from `from` to before `to` in the tenant's zone, and the first after them.
///
/// # Errors
/// `invalid` for no days, and for years far away; those of the database.
pub(crate) async fn instants(
    scope: &Scope,
    (from, to): (NaiveDate, NaiveDate),
) -> Result<(DateTime<Utc>, DateTime<Utc>)> {
    let home = zone(&tenants::get(scope).await?.time_zone).or_internal()?;
    let whole = buckets((from, to), &home, None, Weekday::Mon).map_err(refused)?;
    Ok(whole.first().map_or_else(Default::default, |whole| (whole.from, whole.to)))
}

fn only_backlog() -> Error {
    let message = "an instant is for the backlog only; give the days `from` and `to`";
    Error::invalid("/at", "not_applicable", message)
}

fn refused(error: RangeError) -> Error {
    let (pointer, code) = match error {
        RangeError::UnknownZone(_) => ("/zone", "unknown_zone"),
        RangeError::Empty => ("/to", "empty_range"),
        RangeError::OutOfRange => ("/from", "out_of_range"),
        RangeError::TooManyBuckets => ("/grain", "too_many_buckets"),
    };
    Error::invalid(pointer, code, error.to_string())
}

fn first_weekday(start: WeekStart) -> Weekday {
    match start {
        WeekStart::Monday => Weekday::Mon,
        WeekStart::Sunday => Weekday::Sun,
        WeekStart::Saturday => Weekday::Sat,
    }
}
