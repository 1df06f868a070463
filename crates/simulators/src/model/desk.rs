//! How the desk is organised.

use serde::Serialize;

use super::people::{Agent, Person, agents, manager};
use super::{Membership, Settings};

/// A desk: everything that is set up before the first ticket.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Desk {
    /// What it is called.
    pub name: &'static str,
    /// The domain of its addresses.
    pub domain: &'static str,
    /// Its IANA time zone.
    pub zone: String,
    /// Who runs it, and answers no tickets.
    pub manager: Person,
    /// Who answers them; an agent's number is its place here.
    pub agents: Vec<Agent>,
}

/// A team of people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Team {
    /// The first line, and the team above the others.
    Care,
    /// Money.
    Billing,
    /// What does not work, and the second line.
    Technical,
}

impl Team {
    /// Every team, a team above others before them.
    pub const ALL: [Self; 3] = [Self::Care, Self::Billing, Self::Technical];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Care => "Customer Care",
            Self::Billing => "Billing",
            Self::Technical => "Technical Support",
        }
    }

    /// The team above it.
    #[must_use]
    pub const fn parent(self) -> Option<Self> {
        match self {
            Self::Care => None,
            Self::Billing | Self::Technical => Some(Self::Care),
        }
    }
}

/// Where tickets lie: what helpdesks call a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Queue {
    /// Everything that fits nowhere else.
    General,
    /// From the order to the doorstep.
    Orders,
    /// Money.
    Billing,
    /// What does not work.
    Technical,
    /// What the first line could not solve.
    SecondLine,
}

impl Queue {
    /// Every queue.
    pub const ALL: [Self; 5] =
        [Self::General, Self::Orders, Self::Billing, Self::Technical, Self::SecondLine];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::General => "General",
            Self::Orders => "Orders",
            Self::Billing => "Billing",
            Self::Technical => "Technical",
            Self::SecondLine => "Second Line",
        }
    }

    /// Whose it is.
    #[must_use]
    pub const fn team(self) -> Team {
        match self {
            Self::General | Self::Orders => Team::Care,
            Self::Billing => Team::Billing,
            Self::Technical | Self::SecondLine => Team::Technical,
        }
    }
}

impl Desk {
    pub(super) fn new(settings: &Settings) -> Self {
        const DOMAIN: &str = "quillmere.example";
        Self {
            name: "Quillmere",
            domain: DOMAIN,
            zone: settings.zone.clone(),
            manager: manager(settings, DOMAIN),
            agents: agents(settings, DOMAIN),
        }
    }

    /// Who leads a team: the manager the one above all, the longest-standing member each other one.
    #[must_use]
    pub fn lead(&self, team: Team) -> &Person {
        let of_team = |agent: &&Agent| {
            let stays = |stay: &Membership| stay.team == team && stay.until.is_none();
            team.parent().is_some() && agent.memberships.iter().all(stays)
        };
        let members = self.agents.iter().filter(of_team).map(|agent| &agent.person);
        members.min_by_key(|person| person.started).unwrap_or(&self.manager)
    }
}
