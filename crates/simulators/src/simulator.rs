//! A stand-in for a helpdesk, whichever vendor's.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::rt::time::interval;

use crate::freshdesk;
use crate::live::{LiveDesk, Moment};
use crate::model::Ticket;
use crate::server::{Answer, Deliveries, Faults, Hits, Injector, Request, Running, Vendor};
use crate::truth::Truth;
use crate::{intercom, jira, servicenow, zendesk};

/// A vendor that there is a stand-in for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Zendesk Support.
    Zendesk,
    /// Freshdesk.
    Freshdesk,
    /// Intercom.
    Intercom,
    /// Jira Service Management.
    Jira,
    /// ServiceNow.
    Servicenow,
}

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

/// What a stand-in is made from.
pub(crate) struct Parts {
    pub(crate) desk: LiveDesk,
    /// Where it is served, without a slash at the end.
    pub(crate) base: String,
    pub(crate) deliveries: Deliveries,
    /// Whether requests are limited as in a plan of the vendor's.
    pub(crate) is_limited: bool,
}

/// A promise of how long something of a ticket takes at most, and what came of it, in the vendor's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// What is timed.
    pub metric: &'static str,
    /// Which time it is that this is timed.
    pub instance: u64,
    /// What the policy is called.
    pub policy: &'static str,
    /// Within so many seconds.
    pub seconds: i64,
    /// Whether these are of business hours.
    pub business_hours: bool,
    /// Since when this holds.
    pub applied_at: i64,
    /// When the time was over, if it is.
    pub broken_at: Option<i64>,
    /// When what was promised happened, in time or not.
    pub kept_at: Option<i64>,
    /// Whether the clock stands still for now.
    pub stands_still: bool,
}

/// What a helpdesk has beside its HTTP.
pub trait Helpdesk: Vendor {
    /// The truth.
    fn desk(&self) -> &LiveDesk;

    /// What to sign in with, by the vendor's words for it.
    fn credentials(&self) -> Vec<(&'static str, String)>;

    /// What else opens it: other ways to sign in.
    fn other_credentials(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// A command that asks it who one is, as one would type it.
    fn example(&self) -> String;

    /// What the vendor calls a ticket of the desk.
    fn ticket_id(&self, number: u64) -> String;

    /// What the vendor can know of a ticket's history.
    fn known(&self, ticket: Ticket) -> Ticket;

    /// What is promised of a ticket, as far as the vendor tells of it by now.
    fn promises(&self, _ticket: &Ticket) -> Vec<Promise> {
        Vec::new()
    }

    /// Adds somebody who hears of everything that happens to tickets, and gives what each request to them is signed with.
    fn subscribe(&self, endpoint: &str) -> String;

    /// Tells whoever wants to hear of it what happened.
    fn announce(&self, moments: &[Moment]);

    /// What is on its way to them.
    fn deliveries(&self) -> &Deliveries;
}

impl Kind {
    /// Every one.
    pub const ALL: &[Self] =
        &[Self::Zendesk, Self::Freshdesk, Self::Intercom, Self::Jira, Self::Servicenow];

    /// The word for it on a command line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Zendesk => "zendesk",
            Self::Freshdesk => "freshdesk",
            Self::Intercom => "intercom",
            Self::Jira => "jira",
            Self::Servicenow => "servicenow",
        }
    }

    /// What it calls itself.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Zendesk => "Zendesk",
            Self::Freshdesk => "Freshdesk",
            Self::Intercom => "Intercom",
            Self::Jira => "Jira Service Management",
            Self::Servicenow => "ServiceNow",
        }
    }

    fn helpdesk(self, parts: Parts) -> Arc<dyn Helpdesk> {
        match self {
            Self::Zendesk => Arc::new(zendesk::Service::new(parts)),
            Self::Freshdesk => Arc::new(freshdesk::Service::new(parts)),
            Self::Intercom => Arc::new(intercom::Service::new(parts)),
            Self::Jira => Arc::new(jira::Service::new(parts)),
            Self::Servicenow => Arc::new(servicenow::Service::new(parts)),
        }
    }
}

/// One that serves, until it is dropped.
pub struct Simulator {
    kind: Kind,
    base: String,
    helpdesk: Arc<dyn Helpdesk>,
    injector: Arc<Injector>,
    running: Running,
}

impl Simulator {
    /// Serves a desk as a vendor would.
    ///
    /// # Errors
    /// Those of the listener.
    pub fn start(
        kind: Kind,
        listener: TcpListener,
        desk: LiveDesk,
        options: &Options,
    ) -> io::Result<Self> {
        let base = format!("http://{}", listener.local_addr()?);
        let seed = desk.model().settings().seed;
        let injector = Arc::new(Injector::new(options.faults, seed));
        let (deliveries, courier) = Deliveries::new(Arc::clone(&injector));
        let is_limited = !options.unlimited;
        let helpdesk = kind.helpdesk(Parts { desk, base: base.clone(), deliveries, is_limited });
        let (vendor, lives) = (Arc::clone(&helpdesk), Arc::clone(&helpdesk));
        let rate = options.live_per_second;
        let beside = move || async move {
            tokio::join!(courier.run(), live(lives, rate));
        };
        let running = Running::start(listener, vendor, Arc::clone(&injector), beside)?;
        Ok(Self { kind, base, helpdesk, injector, running })
    }

    /// Which vendor it stands in for.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Where it is served, without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base
    }

    /// The port that it is served on.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.running.address()
    }

    /// What to sign in with, by the vendor's words for it.
    #[must_use]
    pub fn credentials(&self) -> Vec<(&'static str, String)> {
        self.helpdesk.credentials()
    }

    /// One of all that opens it.
    ///
    /// # Panics
    /// Where it has none of the name.
    #[must_use]
    pub fn credential(&self, name: &str) -> String {
        let all = [self.helpdesk.credentials(), self.helpdesk.other_credentials()].concat();
        let found = all.into_iter().find(|(known, _)| *known == name);
        found.map(|(_, text)| text).expect("a credential has a name that the vendor knows")
    }

    /// How many requests there were, and how many of them one too many.
    #[must_use]
    pub fn requests(&self) -> (u64, u64) {
        self.injector.counts()
    }

    /// Takes back whatever lets anybody in: keys, passwords and tokens.
    pub fn revoke(&self) {
        self.injector.revoke();
    }

    /// A command that asks it who one is, as one would type it.
    #[must_use]
    pub fn example(&self) -> String {
        self.helpdesk.example()
    }

    /// The truth.
    #[must_use]
    pub fn desk(&self) -> &LiveDesk {
        self.helpdesk.desk()
    }

    /// What the vendor calls a ticket of the desk.
    #[must_use]
    pub fn ticket_id(&self, number: u64) -> String {
        self.helpdesk.ticket_id(number)
    }

    /// The histories of all tickets as far as the vendor knows them, one after the other.
    pub fn tickets(&self) -> impl Iterator<Item = Ticket> + '_ {
        self.desk().tickets().map(|ticket| self.helpdesk.known(ticket))
    }

    /// What is promised of a ticket, as far as the vendor tells of it by now.
    #[must_use]
    pub fn promises(&self, ticket: u64) -> Vec<Promise> {
        let ticket = self.desk().ticket(ticket);
        ticket.map_or_else(Vec::new, |ticket| self.helpdesk.promises(&ticket))
    }

    /// The true KPIs as far as the vendor knows.
    #[must_use]
    pub fn truth(&self) -> Truth {
        let desk = self.desk();
        Truth::of_tickets(desk.model(), desk.clock().now() + 1, self.tickets())
    }

    /// Lets so many things happen, and tells whoever wants to hear of them. The same desk always has the same changes.
    pub fn change(&self, count: usize) -> Vec<Moment> {
        change(&*self.helpdesk, count)
    }

    /// Adds somebody who hears of everything that happens to tickets, and gives what each request to them is signed with.
    #[must_use]
    pub fn subscribe(&self, endpoint: &str) -> String {
        self.helpdesk.subscribe(endpoint)
    }

    /// Waits until every webhook has been delivered or given up.
    pub async fn delivered(&self) {
        self.helpdesk.deliveries().settled().await;
    }

    /// Answers a request without a port, as nothing goes wrong.
    #[must_use]
    pub fn answer(&self, request: &Request) -> Answer {
        self.helpdesk.answer(request, &Hits::default())
    }
}

fn change(helpdesk: &dyn Helpdesk, count: usize) -> Vec<Moment> {
    let moments = helpdesk.desk().change(count);
    helpdesk.announce(&moments);
    moments
}

/// Changes that happen by themselves are looked for so often.
const TICK: Duration = Duration::from_millis(100);

/// Lets things happen at a rate.
async fn live(helpdesk: Arc<dyn Helpdesk>, per_second: f64) {
    if per_second <= 0.0 {
        return;
    }
    let mut ticks = interval(TICK);
    let mut due = 0.0;
    loop {
        ticks.tick().await;
        due += per_second * TICK.as_secs_f64();
        if due >= 1.0 {
            change(&*helpdesk, due as usize);
            due = due.fract();
        }
    }
}
