//! The people of the desk.

use chrono::{Days, NaiveDate};
use serde::Serialize;

use super::chance::{Chance, Subject};
use super::shifts::{SHIFTS, Shift};
use super::{Queue, Settings, Team, names};

/// Somebody who works at the desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Person {
    /// Their name.
    pub name: String,
    /// Their work address.
    pub email: String,
    /// Their number in the HR system.
    pub employee_no: String,
    /// Their first day.
    pub started: NaiveDate,
}

/// Somebody who answers tickets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Agent {
    /// Their place among the desk's agents.
    pub number: u16,
    /// Who it is.
    pub person: Person,
    /// When they work.
    pub shift: &'static Shift,
    /// Which teams they have been in, one after the other without a gap.
    pub memberships: Vec<Membership>,
    /// How good their answers are: from 55 to 98. It shows in reopenings and ratings.
    pub craft: u64,
}

/// A person's time in a team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Membership {
    /// The team.
    pub team: Team,
    /// The first day.
    pub from: NaiveDate,
    /// The first day in the next team, if there is one.
    pub until: Option<NaiveDate>,
    /// Which queues they can help in meanwhile, and how well: from 1 to 100. The better, the faster.
    pub skills: Vec<(Queue, u64)>,
}

impl Membership {
    /// How well they can help in a queue; 0 if not at all.
    #[must_use]
    pub fn skill(&self, queue: Queue) -> u64 {
        let known = self.skills.iter().find(|(known, _)| *known == queue);
        known.map_or(0, |(_, level)| *level)
    }
}

impl Agent {
    /// Their team on a day; none before they started.
    #[must_use]
    pub fn membership(&self, day: NaiveDate) -> Option<&Membership> {
        self.memberships.iter().rev().find(|stay| stay.from <= day)
    }
}

/// The teams of a dozen agents, in the order of their numbers.
const DOZEN: [Team; 12] = {
    use Team::{Billing, Care, Technical};
    [
        Care, Technical, Care, Billing, Care, Technical, Care, Care, Technical, Care, Billing,
        Technical,
    ]
};
/// Who goes from customer care to the technicians in the middle of the settled days.
const CHANGES_TEAMS: u16 = 4;
/// One of so many starts within the settled days.
const STARTS_LATE: u16 = 8;

pub(super) fn agents(settings: &Settings, domain: &str) -> Vec<Agent> {
    let mut ranks = [0; Team::ALL.len()];
    let numbers = 0..settings.agents;
    let agent = |number| {
        let team = DOZEN[usize::from(number) % DOZEN.len()];
        ranks[team as usize] += 1;
        agent(settings, domain, number, team, ranks[team as usize] - 1)
    };
    numbers.map(agent).collect()
}

/// The `rank` counts the members of the team before this one, so that every team covers every shift.
fn agent(settings: &Settings, domain: &str, number: u16, team: Team, rank: usize) -> Agent {
    let mut chance = Chance::of(settings.seed, Subject::Agent, number.into());
    let (from, days) = (settings.from, u64::from(settings.days));
    let started = if number % STARTS_LATE == STARTS_LATE - 1 {
        from + Days::new(days * u64::from(number / STARTS_LATE % 5 + 1) / 7)
    } else {
        from - Days::new(chance.between(60, 2_400) as u64)
    };
    let changes = (number == CHANGES_TEAMS).then(|| from + Days::new(days * 2 / 5));
    let mut memberships = vec![membership(team, rank, started, changes, &mut chance)];
    memberships
        .extend(changes.map(|day| membership(Team::Technical, rank, day, None, &mut chance)));
    Agent {
        number,
        person: person(settings, domain, number.into(), started),
        shift: SHIFTS[rank % SHIFTS.len()],
        memberships,
        craft: chance.between(55, 98) as u64,
    }
}

fn membership(
    team: Team,
    rank: usize,
    from: NaiveDate,
    until: Option<NaiveDate>,
    chance: &mut Chance,
) -> Membership {
    let skills = Queue::ALL.into_iter().filter_map(|queue| {
        let (least, most) = schooling(team, queue, rank)?;
        Some((queue, chance.between(least, most) as u64))
    });
    Membership { team, from, until, skills: skills.collect() }
}

/// How well members of a team know a queue, if they do.
const fn schooling(team: Team, queue: Queue, rank: usize) -> Option<(i64, i64)> {
    match (team, queue) {
        (Team::Care, Queue::General | Queue::Orders) | (Team::Technical, Queue::Technical) => {
            Some((55, 95))
        }
        (Team::Care, Queue::Billing) if rank % 3 == 1 => Some((25, 50)),
        (Team::Billing, Queue::Billing) => Some((60, 98)),
        (Team::Billing, Queue::Orders) => Some((35, 60)),
        (Team::Technical, Queue::SecondLine) if rank.is_multiple_of(2) => Some((60, 98)),
        (Team::Technical, Queue::General) => Some((25, 45)),
        _ => None,
    }
}

pub(super) fn manager(settings: &Settings, domain: &str) -> Person {
    person(settings, domain, settings.agents.into(), settings.from - Days::new(1_500))
}

fn person(settings: &Settings, domain: &str, number: u64, started: NaiveDate) -> Person {
    let first = Chance::of(settings.seed, Subject::Agent, u64::MAX).below(names::PEOPLE);
    let name = names::person(first + number);
    let address = names::in_address(&name, '.');
    // Only the largest desks have two people of one name.
    let again = number / names::PEOPLE;
    let email = if again == 0 {
        format!("{address}@{domain}")
    } else {
        format!("{address}.{}@{domain}", again + 1)
    };
    Person { name, email, employee_no: format!("Q{}", 1_000 + number), started }
}
