//! The KPIs of a history, calculated the plain way: every number straight from the tickets, each by the sentence that defines it. Slow,
//! obvious, and without a line in common with Plumbline's own engine, so that the two can be compared.

mod rules;

use std::collections::BTreeMap;

use chrono::{Datelike, Months, NaiveDate};
use rules::{Counted, backlog, counted, is_out};
use serde::Serialize;

use crate::model::{Channel, Model, Queue, Team, Ticket};

/// A number of a support desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Tickets that came into being.
    TicketsCreated,
    /// Tickets that were ever solved, dated by the last solve.
    TicketsSolved,
    /// Seconds from the customer's first message to the first public message of an agent, dated by the creation.
    FirstResponseTime,
    /// Seconds from the creation to the last solve, dated by it.
    FullResolutionTime,
    /// Tickets that left solved or closed, dated by the first time, credited to who had solved them.
    ReopenedTickets,
    /// Tickets that were raised to the second line, dated by the first time.
    EscalatedTickets,
    /// Open tickets at the end of the month.
    Backlog,
}

/// Whose number it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Of {
    /// The whole desk's.
    Desk,
    /// What is credited to this agent, or to nobody.
    Agent(Option<u16>),
    /// What is credited to members of this team; where nobody is credited, what lay in its queues.
    Team(Option<Team>),
    /// That of a team and all below it.
    Branch(Team),
    /// What came in this way.
    Channel(Channel),
}

/// A number with what is needed to read it. Durations are seconds; where there are none, the values are 0.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// How many tickets.
    pub n: usize,
    /// The sum of the values.
    pub sum: i64,
    /// Half of the values are at most this.
    pub p50: i64,
    /// Nine of ten values are at most this.
    pub p90: i64,
    /// The largest value.
    pub max: i64,
}

/// Every KPI by month of the desk's zone; of the whole desk, of each agent, team and channel. Where there is nothing there is no figure.
#[derive(Debug, Default)]
pub struct Truth {
    values: BTreeMap<(Metric, NaiveDate, Of), Vec<i64>>,
}

impl Truth {
    /// The KPIs of everything that happened before an instant.
    #[must_use]
    pub fn of(model: &Model, until: i64) -> Self {
        Self::of_tickets(model, until, model.tickets(until))
    }

    /// The same of tickets whose history went on otherwise than the model tells it.
    #[must_use]
    pub fn of_tickets(model: &Model, until: i64, tickets: impl Iterator<Item = Ticket>) -> Self {
        let months = months(model, until);
        let mut truth = Self::default();
        for ticket in tickets.filter(|ticket| !is_out(ticket)) {
            for counted in counted(&ticket) {
                let month = months.iter().find(|(_, ends)| counted.at < *ends);
                month.into_iter().for_each(|month| truth.add(model, &ticket, month.0, &counted));
            }
            for (month, ends) in &months {
                let open = backlog(&ticket, *ends);
                open.into_iter().for_each(|open| truth.add(model, &ticket, *month, &open));
            }
        }
        truth.values.values_mut().for_each(|values| values.sort_unstable());
        truth
    }

    fn add(&mut self, model: &Model, ticket: &Ticket, month: NaiveDate, counted: &Counted) {
        let Counted { metric, at, value, agent, queue } = *counted;
        let team = match agent {
            Some(agent) => team_of(model, agent, at),
            None => queue.map(Queue::team),
        };
        let owns = [Of::Desk, Of::Agent(agent), Of::Team(team), Of::Channel(ticket.channel)];
        let above = std::iter::successors(team, |team| team.parent()).map(Of::Branch);
        for of in owns.into_iter().chain(above) {
            self.values.entry((metric, month, of)).or_default().push(value);
        }
    }

    /// A number of a month, which is named by its first day; none where nothing counts.
    #[must_use]
    pub fn figure(&self, metric: Metric, month: NaiveDate, of: Of) -> Option<Figure> {
        self.values.get(&(metric, month, of)).map(|values| Figure::of(values))
    }

    /// All numbers, by metric and month.
    pub fn figures(&self) -> impl Iterator<Item = (Metric, NaiveDate, Of, Figure)> + '_ {
        let figure = |(&(metric, month, of), values): (&_, &Vec<i64>)| {
            (metric, month, of, Figure::of(values))
        };
        self.values.iter().map(figure)
    }
}

impl Figure {
    /// The values come in order, and are never none.
    fn of(values: &[i64]) -> Self {
        let n = values.len();
        // The q-th percentile is the smallest value that q percent of the values do not exceed.
        let percentile = |percent: usize| values[(n * percent).div_ceil(100) - 1];
        let (p50, p90, max) = (percentile(50), percentile(90), percentile(100));
        Self { n, sum: values.iter().sum(), p50, p90, max }
    }
}

/// The first day of each month and the instant at which it is over, up to the month of the last instant.
fn months(model: &Model, until: i64) -> Vec<(NaiveDate, i64)> {
    let from = model.settings().from;
    let first = from.with_day(1).unwrap_or(from);
    let mut months = Vec::new();
    for month in
        std::iter::successors(Some(first), |month| month.checked_add_months(Months::new(1)))
    {
        if model.midnight(month) >= until {
            break;
        }
        months.push((month, model.midnight(month + Months::new(1))));
    }
    months
}

fn team_of(model: &Model, agent: u16, at: i64) -> Option<Team> {
    let stays = &model.desk().agents[usize::from(agent)].memberships;
    let began = |day: NaiveDate| model.midnight(day) <= at;
    stays.iter().rev().find(|stay| began(stay.from)).map(|stay| stay.team)
}
