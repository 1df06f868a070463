//! Whose team a number belongs to, at any instant: the credited person's primary membership then; without a person, the queue's link then.

use std::collections::{HashMap, HashSet};

use chrono::{Datelike, NaiveDate};
use jiff::tz::TimeZone;
use sea_orm::{ConnectionTrait, QuerySelect, QueryTrait};
use uuid::Uuid;

use crate::kernel::{PersonId, Result, Scope, TeamId};
use crate::kpis::edges::start_of_day;
use crate::kpis::entity::{member, queue_team, team};
use crate::kpis::slots::is_edge;
use crate::tickets::QueueId;

/// A stretch of time in a team, in microseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stay {
    pub(super) from: i64,
    pub(super) to: i64,
    pub(super) team: TeamId,
}

/// Who a number is credited to: what decides its team.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Owner {
    Person(PersonId),
    Queue(Option<QueueId>),
}

impl Owner {
    pub(super) fn of(agent: Option<PersonId>, queue: Option<QueueId>) -> Self {
        agent.map_or(Self::Queue(queue), Self::Person)
    }
}

/// All teams of a tenant, and who was in which when.
#[derive(Debug, Default)]
pub(super) struct TeamMap {
    teams: HashMap<TeamId, Team>,
    stays: HashMap<Owner, Vec<Stay>>,
}

#[derive(Debug)]
struct Team {
    parent: Option<TeamId>,
    name: String,
}

impl TeamMap {
    /// Memberships begin and end with days of the tenant's zone.
    pub(super) async fn load(scope: &Scope, zone: &TimeZone) -> Result<Self> {
        let mut map = Self::default();
        let select = scope.find::<team::Entity>().select_only().columns([
            team::Column::Id,
            team::Column::ParentId,
            team::Column::Name,
        ]);
        for row in scope.tx().query_all_raw(select.build(scope.backend())).await? {
            let parent = row.try_get_by_index::<Option<Uuid>>(1)?.map(TeamId);
            let team = Team { parent, name: row.try_get_by_index(2)? };
            map.teams.insert(TeamId(row.try_get_by_index(0)?), team);
        }
        let members = scope.find::<member::Entity>().select_only().columns([
            member::Column::PersonId,
            member::Column::TeamId,
            member::Column::ValidFrom,
            member::Column::ValidTo,
        ]);
        let person = |id| Owner::Person(PersonId(id));
        map.read(scope, members.build(scope.backend()), zone, person).await?;
        let queues = scope.find::<queue_team::Entity>().select_only().columns([
            queue_team::Column::QueueId,
            queue_team::Column::TeamId,
            queue_team::Column::ValidFrom,
            queue_team::Column::ValidTo,
        ]);
        let queue = |id| Owner::Queue(Some(QueueId(id)));
        map.read(scope, queues.build(scope.backend()), zone, queue).await?;
        map.stays.values_mut().for_each(|stays| stays.sort_by_key(|stay| stay.from));
        Ok(map)
    }

    async fn read(
        &mut self,
        scope: &Scope,
        select: sea_orm::Statement,
        zone: &TimeZone,
        owner: impl Fn(Uuid) -> Owner,
    ) -> Result<()> {
        for row in scope.tx().query_all_raw(select).await? {
            let from = row.try_get_by_index::<NaiveDate>(2)?;
            let to = row.try_get_by_index::<Option<NaiveDate>>(3)?;
            let stay = Stay {
                // A day that no clock can name has always been, or never comes.
                from: start(from, zone).unwrap_or(if from.year() < 1970 {
                    i64::MIN
                } else {
                    i64::MAX
                }),
                to: to.and_then(|to| start(to, zone)).unwrap_or(i64::MAX),
                team: TeamId(row.try_get_by_index(1)?),
            };
            self.stays.entry(owner(row.try_get_by_index(0)?)).or_default().push(stay);
        }
        Ok(())
    }

    pub(super) fn has(&self, team: TeamId) -> bool {
        self.teams.contains_key(&team)
    }

    pub(super) fn name(&self, team: TeamId) -> String {
        self.teams.get(&team).map(|team| team.name.clone()).unwrap_or_default()
    }

    /// In order of time.
    pub(super) fn stays(&self, owner: Owner) -> &[Stay] {
        self.stays.get(&owner).map_or(&[], Vec::as_slice)
    }

    pub(super) fn team_at(&self, owner: Owner, at: i64) -> Option<TeamId> {
        let stays = self.stays(owner);
        let after = stays.partition_point(|stay| stay.from <= at);
        stays[..after].last().filter(|stay| at < stay.to).map(|stay| stay.team)
    }

    /// A team and all below it.
    pub(super) fn below(&self, top: TeamId) -> HashSet<TeamId> {
        let mut below = HashSet::from([top]);
        // Each round adds one level; there is no cycle, and a cycle would end it too.
        loop {
            let in_it = |team: &Team| team.parent.is_some_and(|parent| below.contains(&parent));
            let more: Vec<_> = self
                .teams
                .iter()
                .filter(|(id, team)| in_it(team) && !below.contains(id))
                .map(|(id, _)| *id)
                .collect();
            if more.is_empty() {
                return below;
            }
            below.extend(more);
        }
    }

    /// Everybody who was ever in one of these teams.
    pub(super) fn people_of(&self, teams: &HashSet<TeamId>) -> HashSet<PersonId> {
        let ever = |stays: &[Stay]| stays.iter().any(|stay| teams.contains(&stay.team));
        let people = self.stays.iter().filter_map(|(owner, stays)| match owner {
            Owner::Person(person) if ever(stays) => Some(*person),
            Owner::Person(_) | Owner::Queue(_) => None,
        });
        people.collect()
    }

    /// Whether nobody changed teams within a quarter hour between two instants, but only at its start.
    pub(super) fn on_quarter_hours(&self, from: i64, to: i64) -> bool {
        let fits = |at: i64| at <= from || at >= to || is_edge(at);
        self.stays.values().flatten().all(|stay| fits(stay.from) && fits(stay.to))
    }
}

fn start(day: NaiveDate, zone: &TimeZone) -> Option<i64> {
    start_of_day(day, zone).ok().map(|at| at.timestamp_micros())
}
