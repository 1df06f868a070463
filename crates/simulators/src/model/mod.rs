//! A support desk that does not exist, and its history.
//!
//! [`Model::new`] makes a desk: people in three teams, with skills, shifts, holidays and one who changes teams. [`Model::ticket`] tells
//! any ticket of it by its number, without telling those before it: what happens to a ticket is drawn from a generator of its own, and when it
//! arrived is read off the desk's cumulated rate of arrivals. So the history can be streamed in constant memory, paged through from
//! anywhere, and it never ends: after the settled days the tickets keep coming, and what lies in the future is cut off with
//! [`Ticket::until`].
//!
//! Agents are not a scarce resource: two tickets may occupy one agent at a time, and how long a ticket waits follows from the hour's
//! pressure instead of from a queue. That is the price of asking for ticket 900,000 first.

mod arrivals;
mod calendar;
mod chance;
mod customers;
mod desk;
mod names;
mod people;
mod settings;
mod shifts;
mod story;
mod ticket;
mod timeline;
mod topics;

pub(crate) use chance::{Chance, Subject};
pub use customers::{Customer, Organisation};
pub use desk::{Desk, Queue, Team};
pub use people::{Agent, Membership, Person};
pub use settings::{BadSettings, Pace, Settings};
pub use shifts::Shift;
pub use story::LONGEST_LIFE;
pub use ticket::{Act, Actor, Channel, Event, InitiatedBy, Priority, Status, Ticket};
pub use timeline::{Change, Timeline};
pub use topics::Topic;

use arrivals::Arrivals;
use calendar::Calendar;
use chrono::NaiveDate;
use shifts::Roster;

/// A desk and its history.
#[derive(Debug)]
pub struct Model {
    settings: Settings,
    calendar: Calendar,
    arrivals: Arrivals,
    desk: Desk,
}

impl Model {
    /// Makes the desk. Nothing is told yet.
    ///
    /// # Errors
    /// [`BadSettings`] says what to change.
    pub fn new(settings: Settings) -> Result<Self, BadSettings> {
        let calendar = Calendar::new(&settings)?;
        let arrivals = Arrivals::new(&settings, &calendar);
        let desk = Desk::new(&settings);
        Ok(Self { settings, calendar, arrivals, desk })
    }

    /// What it was made with.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Its people, teams and queues.
    #[must_use]
    pub const fn desk(&self) -> &Desk {
        &self.desk
    }

    /// When the first settled day begins, in Unix seconds.
    #[must_use]
    pub fn starts(&self) -> i64 {
        self.calendar.midnight(self.settings.from)
    }

    /// When the last settled day is over, in Unix seconds. Tickets go on arriving after it.
    #[must_use]
    pub fn ends(&self) -> i64 {
        self.calendar.midnight(self.settings.until())
    }

    /// When a local day begins, in Unix seconds.
    #[must_use]
    pub fn midnight(&self, day: NaiveDate) -> i64 {
        self.calendar.midnight(day)
    }

    /// When the ticket of this number arrived. A higher number never came earlier.
    #[must_use]
    pub fn arrival(&self, number: u64) -> i64 {
        self.arrivals.at(number)
    }

    /// How many tickets arrived before an instant; they have the numbers from 1 to this.
    #[must_use]
    pub fn arrived_before(&self, at: i64) -> u64 {
        self.arrivals.before(at)
    }

    /// A ticket with its whole history, also what lies in the future. The first has the number 1.
    #[must_use]
    pub fn ticket(&self, number: u64) -> Ticket {
        story::tell(self, number)
    }

    /// The tickets that arrived before an instant, in order of arrival, each as it was at that instant.
    pub fn tickets(&self, until: i64) -> impl ExactSizeIterator<Item = Ticket> + '_ {
        let count = usize::try_from(self.arrived_before(until)).unwrap_or(usize::MAX);
        (0..count).map(move |before| self.ticket(before as u64 + 1).until(until))
    }

    /// Everything that happens from an instant on, in order of time and without end.
    #[must_use]
    pub fn timeline(&self, from: i64) -> Timeline<&Self> {
        Timeline::new(self, from)
    }

    /// How many customers there are; they have the numbers from 1 to this.
    #[must_use]
    pub fn customers(&self) -> u64 {
        customers::count(&self.settings)
    }

    /// The customer of this number.
    #[must_use]
    pub fn customer(&self, number: u64) -> Customer {
        Customer::new(&self.settings, number)
    }

    /// How many organisations there are; they have the numbers from 1 to this.
    #[must_use]
    pub fn organisations(&self) -> u64 {
        customers::organisations(&self.settings)
    }

    /// The organisation of this number.
    #[must_use]
    pub fn organisation(&self, number: u64) -> Organisation {
        Organisation::new(number)
    }

    /// Whether an agent is at work.
    #[must_use]
    pub fn is_on_shift(&self, agent: u16, at: i64) -> bool {
        self.roster().is_on_shift(&self.desk.agents[usize::from(agent)], at)
    }

    fn roster(&self) -> Roster<'_> {
        Roster { seed: self.settings.seed, calendar: &self.calendar, agents: &self.desk.agents }
    }
}
