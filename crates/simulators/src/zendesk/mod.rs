//! Zendesk Support, as its documentation describes it: users, groups, organisations, tickets with their audits and metrics, ratings, the
//! incremental exports with their traps, and signed webhooks.
//!
//! [`Zendesk::start`] serves one over a [`LiveDesk`]. What is true there can be read off the desk; what the vendor tells of it differs where
//! the real one's does: see the figures of `metrics`.

mod account;
mod audits;
mod exports;
mod happened;
mod hours;
mod ids;
mod lists;
mod metrics;
mod people;
mod ratings;
mod routes;
mod service;
mod settings;
mod sideloads;
mod state;
mod ticket_events;
mod tickets;
mod webhooks;
mod words;

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_web::rt::time::interval;

pub use account::Credentials;
pub use webhooks::Webhook;

use crate::live::{LiveDesk, Moment};
use crate::server::{Answer, Deliveries, Faults, Hits, Injector, Request, Running, Vendor};
use crate::truth::Truth;
use service::Service;
use webhooks::Webhooks;

/// How one is served.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// How many changes happen in a second, by themselves.
    pub live_per_second: f64,
    /// Whether there is no limit to requests.
    pub unlimited: bool,
    /// What goes wrong.
    pub faults: Faults,
}

/// One that serves, until it is dropped.
#[derive(Debug)]
pub struct Zendesk {
    service: Arc<Service>,
    running: Running,
}

/// Changes that happen by themselves are looked for so often.
const TICK: Duration = Duration::from_millis(100);

impl Zendesk {
    /// Serves a desk.
    ///
    /// # Errors
    /// Those of the listener.
    pub fn start(listener: TcpListener, desk: LiveDesk, options: &Options) -> io::Result<Self> {
        let base = format!("http://{}", listener.local_addr()?);
        let seed = desk.model().settings().seed;
        let injector = Arc::new(Injector::new(options.faults, seed));
        let (deliveries, courier) = Deliveries::new(Arc::clone(&injector));
        let webhooks = Webhooks::new(seed, deliveries);
        let service = Arc::new(Service::new(desk, base, webhooks, !options.unlimited));
        let (vendor, lives) = (Arc::clone(&service), Arc::clone(&service));
        let rate = options.live_per_second;
        let beside = move || async move {
            tokio::join!(courier.run(), live(lives, rate));
        };
        let running = Running::start(listener, vendor, injector, beside)?;
        Ok(Self { service, running })
    }

    /// Where it is served, without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.service.base
    }

    /// The port that it is served on.
    #[must_use]
    pub const fn address(&self) -> std::net::SocketAddr {
        self.running.address()
    }

    /// What to sign in with.
    #[must_use]
    pub fn credentials(&self) -> &Credentials {
        &self.service.account.credentials
    }

    /// The truth.
    #[must_use]
    pub fn desk(&self) -> &LiveDesk {
        &self.service.desk
    }

    /// The true KPIs as far as the vendor knows: that somebody sets the status that a ticket has already is nothing that happens there.
    #[must_use]
    pub fn truth(&self) -> Truth {
        let desk = self.desk();
        let tickets = desk.tickets().map(|mut ticket| {
            let mut status = None;
            for event in &mut ticket.events {
                event.status = event.status.filter(|new| Some(*new) != status);
                status = event.status.or(status);
            }
            ticket
        });
        Truth::of_tickets(desk.model(), desk.clock().now() + 1, tickets)
    }

    /// Lets so many things happen, and tells whoever wants to hear of them. The same desk always has the same changes.
    pub fn change(&self, count: usize) -> Vec<Moment> {
        self.service.change(count)
    }

    /// Adds somebody who hears of ticket events of these types; of all there are, if none is named.
    #[must_use]
    pub fn subscribe(&self, endpoint: &str, types: &[&str]) -> Webhook {
        let types = if types.is_empty() { &happened::KINDS[..] } else { types };
        let now = self.desk().clock().now();
        self.service.webhooks.add("subscriber", endpoint, types, now)
    }

    /// Waits until every webhook has been delivered or given up.
    pub async fn delivered(&self) {
        self.service.webhooks.deliveries.settled().await;
    }

    /// Answers a request without a port, as nothing goes wrong.
    #[must_use]
    pub fn answer(&self, request: &Request) -> Answer {
        self.service.answer(request, &Hits::default())
    }
}

impl Service {
    fn change(&self, count: usize) -> Vec<Moment> {
        let moments = self.desk.change(count);
        self.webhooks.announce(&self.desk, &moments);
        moments
    }
}

/// Lets things happen at a rate.
async fn live(service: Arc<Service>, per_second: f64) {
    if per_second <= 0.0 {
        return;
    }
    let mut ticks = interval(TICK);
    let mut due = 0.0;
    loop {
        ticks.tick().await;
        due += per_second * TICK.as_secs_f64();
        if due >= 1.0 {
            service.change(due as usize);
            due = due.fract();
        }
    }
}
