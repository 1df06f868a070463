//! A made-up help desk as a file of events in order of time, so that the rows of one ticket lie far apart. The same seed writes the same file.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::{self, Write};

use chrono::{DateTime, TimeDelta, Utc};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// How large the desk is.
pub struct Desk {
    /// Rows to write.
    pub events: u64,
    /// People who answer.
    pub agents: u32,
    /// The first day.
    pub from: DateTime<Utc>,
    /// How long the tickets keep coming.
    pub days: u32,
}

/// Events of a ticket, on average.
pub const EVENTS_PER_TICKET: u64 = 5;

type Next = Reverse<(i64, u64, u8, u32)>;

impl Desk {
    /// Writes the file.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(&self, mut to: impl Write) -> io::Result<()> {
        let mut chance = StdRng::seed_from_u64(7);
        let tickets = self.events / EVENTS_PER_TICKET;
        let apart = f64::from(self.days) * 86_400.0 / tickets.max(1) as f64;
        let mut waiting: BinaryHeap<Next> = BinaryHeap::new();
        let (mut written, mut opened) = (0, 0);
        writeln!(to, "ticket,time,kind,actor,assignee,queue,channel,customer")?;
        while written < self.events {
            let arrival = (opened as f64 * apart) as i64;
            let due = waiting.peek().is_some_and(|Reverse((at, ..))| *at < arrival);
            let next = if due { waiting.pop() } else { None };
            let (at, ticket, step, agent) = match next {
                Some(Reverse(next)) => next,
                None => {
                    opened += 1;
                    (arrival, opened, 0, chance.random_range(0..self.agents))
                }
            };
            self.line(&mut to, at, ticket, step, agent)?;
            written += 1;
            if step < 4 {
                let wait = (chance.random::<f64>() * 12.0).exp() as i64 / 4 + 1;
                waiting.push(Reverse((at + wait, ticket, step + 1, agent)));
            }
        }
        to.flush()
    }

    fn line(
        &self,
        to: &mut impl Write,
        at: i64,
        ticket: u64,
        step: u8,
        agent: u32,
    ) -> io::Result<()> {
        let time = self.from + TimeDelta::seconds(at);
        let (queue, channel) = (agent % 8, ["email", "chat", "web"][ticket as usize % 3]);
        let customer = ticket % 5_000;
        let time = time.format("%Y-%m-%dT%H:%M:%SZ");
        let (kind, actor, assignee) = match step {
            0 => ("created", String::new(), String::new()),
            1 => ("message", format!("agent-{agent}"), format!("agent-{agent}")),
            2 => ("status:pending", format!("agent-{agent}"), format!("agent-{agent}")),
            3 => ("status:solved", format!("agent-{agent}"), format!("agent-{agent}")),
            _ => ("status:closed", format!("agent-{agent}"), format!("agent-{agent}")),
        };
        writeln!(
            to,
            "{ticket},{time},{kind},{actor},{assignee},queue-{queue},{channel},customer-{customer}"
        )
    }
}
