//! The clocks of a ticket: what runs, what stands still and what is over, what was promised of it, and when that was broken.

use super::policies::Policy;
use super::state::State;
use crate::hours::Hours;
use crate::model::{Act, Actor, Event, InitiatedBy, Status, Ticket};
use crate::simulator::Promise;

/// What is timed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Metric {
    Reply,
    RequesterWait,
    AgentWork,
    Resolution,
}

impl Metric {
    const ALL: [Self; 4] = [Self::Reply, Self::RequesterWait, Self::AgentWork, Self::Resolution];

    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Reply => "reply_time",
            Self::RequesterWait => "requester_wait_time",
            Self::AgentWork => "agent_work_time",
            Self::Resolution => "resolution_time",
        }
    }

    /// How it stands in a status; a reply is waited for in any but the last ones.
    const fn stands(self, status: Status) -> Stands {
        match (self, status) {
            (_, Status::Solved | Status::Closed) => Stands::Over,
            (Self::RequesterWait | Self::AgentWork, Status::Pending)
            | (Self::AgentWork, Status::OnHold) => Stands::Still,
            (_, Status::New | Status::Open | Status::Pending | Status::OnHold) => Stands::Runs,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stands {
    Runs,
    Still,
    Over,
}

/// Something that happened to a clock.
#[derive(Clone, Debug)]
pub(super) struct MetricEvent {
    pub(super) metric: Metric,
    pub(super) instance: u64,
    pub(super) at: i64,
    /// When it last became what it is.
    pub(super) changed_at: i64,
    pub(super) kind: MetricKind,
}

#[derive(Clone, Debug)]
pub(super) enum MetricKind {
    Measure,
    Activate,
    Pause,
    Fulfill,
    ApplySla(&'static Policy, u32),
    /// What was promised next may take back that a promise was broken.
    Breach {
        deleted: bool,
    },
    /// Minutes on the wall and in business hours.
    UpdateStatus(i64, i64),
}

/// A clock of one instance.
#[derive(Clone, Debug)]
struct Clock {
    metric: Metric,
    instance: u64,
    stands: Stands,
    /// Since when it stands so.
    since: i64,
    /// Seconds on the wall and in business hours before that.
    before: (i64, i64),
    /// What is promised, within how many minutes, and since when.
    promise: Option<(&'static Policy, u32, i64)>,
    /// The place of the event that tells that it was broken.
    breach: Option<usize>,
}

/// All of a ticket's.
pub(super) struct Clocks<'h> {
    hours: &'h Hours,
    clocks: Vec<Clock>,
    pub(super) events: Vec<MetricEvent>,
}

impl<'h> Clocks<'h> {
    /// Everything that happened to them up to an instant.
    pub(super) fn of(ticket: &Ticket, hours: &'h Hours, until: i64) -> Self {
        let mut all = Self { hours, clocks: Vec::new(), events: Vec::new() };
        let mut state = State::begin(ticket);
        for metric in Metric::ALL {
            all.tell(metric, 0, ticket.created_at, MetricKind::Measure);
        }
        for (place, event) in ticket.events.iter().enumerate() {
            all.break_promises(event.at - 1);
            state.apply(place, event);
            all.take(ticket, event, &state);
        }
        all.break_promises(until);
        all
    }

    /// What is promised, and what came of it.
    pub(super) fn promises(&self) -> Vec<Promise> {
        let promise = |clock: &Clock| {
            let (policy, minutes, applied_at) = clock.promise?;
            Some(Promise {
                metric: clock.metric.word(),
                instance: clock.instance,
                policy: policy.title,
                seconds: i64::from(minutes) * 60,
                business_hours: policy.business_hours,
                applied_at,
                broken_at: clock.breach.map(|place| self.events[place].at),
                kept_at: (clock.stands == Stands::Over).then_some(clock.since),
                stands_still: clock.stands == Stands::Still,
            })
        };
        self.clocks.iter().filter_map(promise).collect()
    }

    fn tell(&mut self, metric: Metric, instance: u64, at: i64, kind: MetricKind) {
        self.events.push(MetricEvent { metric, instance, at, changed_at: at, kind });
    }

    /// What an event starts, stops and ends.
    fn take(&mut self, ticket: &Ticket, event: &Event, state: &State) {
        self.replies(ticket, event, state.status);
        for metric in [Metric::RequesterWait, Metric::AgentWork, Metric::Resolution] {
            // What is away keeps nobody waiting.
            let is_away = state.gone.is_some();
            let stands = if is_away { Stands::Still } else { metric.stands(state.status) };
            match self.clocks.iter().position(|clock| clock.metric == metric) {
                Some(clock) => self.set(clock, stands, event.at),
                None => self.begin(metric, 1, event.at),
            }
        }
        for clock in 0..self.clocks.len() {
            self.promise(clock, event.at, state);
        }
    }

    /// A customer who wrote waits for an agent's public answer; who is solved waits for none.
    fn replies(&mut self, ticket: &Ticket, event: &Event, status: Status) {
        let is_reply = |clock: &Clock| clock.metric == Metric::Reply;
        let count = self.clocks.iter().filter(|clock| is_reply(clock)).count() as u64;
        let waits = |clock: &Clock| is_reply(clock) && clock.stands == Stands::Runs;
        let waiting = self.clocks.iter().position(waits);
        let is_over = matches!(status, Status::Solved | Status::Closed);
        let (asks, answers) = match (event.act, event.actor) {
            (Act::Created, _) => (ticket.initiated_by != InitiatedBy::Agent, false),
            (Act::Message { public: true }, Actor::Customer) => (true, false),
            (Act::Message { public: true }, Actor::Agent(_)) => (false, true),
            _ => (false, false),
        };
        match waiting {
            Some(clock) if answers || is_over => self.set(clock, Stands::Over, event.at),
            None if asks && !is_over => self.begin(Metric::Reply, count + 1, event.at),
            Some(_) | None => {}
        }
    }

    fn begin(&mut self, metric: Metric, instance: u64, at: i64) {
        let (stands, since, before) = (Stands::Runs, at, (0, 0));
        let (promise, breach) = (None, None);
        self.clocks.push(Clock { metric, instance, stands, since, before, promise, breach });
        self.tell(metric, instance, at, MetricKind::Activate);
    }

    fn set(&mut self, clock: usize, stands: Stands, at: i64) {
        let hours = self.hours;
        let it = &mut self.clocks[clock];
        if it.stands == stands {
            return;
        }
        it.before = it.elapsed(at, hours);
        (it.stands, it.since) = (stands, at);
        let (metric, instance, (calendar, business)) = (it.metric, it.instance, it.before);
        let kind = match stands {
            Stands::Runs => MetricKind::Activate,
            Stands::Still => MetricKind::Pause,
            Stands::Over => MetricKind::Fulfill,
        };
        self.tell(metric, instance, at, kind);
        if stands != Stands::Runs {
            let status = MetricKind::UpdateStatus(calendar / 60, business / 60);
            self.tell(metric, instance, at, status);
        }
    }

    /// Promises what holds now of what is not over. That a shorter time was too short is taken back.
    fn promise(&mut self, clock: usize, at: i64, state: &State) {
        let it = &mut self.clocks[clock];
        let new = Policy::of(state, it.metric, it.instance);
        let known = it.promise.map(|(policy, minutes, _)| (policy, minutes));
        let Some((policy, minutes)) = new.filter(|_| new != known && it.stands != Stands::Over)
        else {
            return;
        };
        it.promise = Some((policy, minutes, at));
        let (metric, instance) = (it.metric, it.instance);
        if it.left(at, self.hours).is_some_and(|left| left > 0)
            && let Some(breach) = it.breach.take()
        {
            let event = &mut self.events[breach];
            (event.kind, event.changed_at) = (MetricKind::Breach { deleted: true }, at);
        }
        self.tell(metric, instance, at, MetricKind::ApplySla(policy, minutes));
    }

    /// Breaks every promise whose time is over by an instant, in order of time.
    fn break_promises(&mut self, until: i64) {
        let late = |(place, clock): (usize, &Clock)| {
            let at = clock.breaks_at(self.hours)?;
            (at <= until).then_some((at, place))
        };
        let mut late: Vec<(i64, usize)> = self.clocks.iter().enumerate().filter_map(late).collect();
        late.sort_unstable();
        for (at, clock) in late {
            let it = &mut self.clocks[clock];
            it.breach = Some(self.events.len());
            let (metric, instance) = (it.metric, it.instance);
            self.tell(metric, instance, at, MetricKind::Breach { deleted: false });
        }
    }
}

impl Clock {
    /// Seconds on the wall and in business hours that it ran.
    fn elapsed(&self, at: i64, hours: &Hours) -> (i64, i64) {
        let (calendar, business) = self.before;
        match self.stands {
            Stands::Runs => (calendar + at - self.since, business + hours.between(self.since, at)),
            Stands::Still | Stands::Over => self.before,
        }
    }

    /// How many seconds of what is promised are left.
    fn left(&self, at: i64, hours: &Hours) -> Option<i64> {
        let (policy, minutes, _) = self.promise?;
        let (calendar, business) = self.elapsed(at, hours);
        Some(i64::from(minutes) * 60 - if policy.business_hours { business } else { calendar })
    }

    /// When what is promised will be broken if nothing happens.
    fn breaks_at(&self, hours: &Hours) -> Option<i64> {
        let (policy, _, applied_at) = self.promise?;
        if self.stands != Stands::Runs || self.breach.is_some() {
            return None;
        }
        let from = self.since.max(applied_at);
        let left = self.left(from, hours)?.max(0);
        if policy.business_hours { hours.after(from, left) } else { Some(from + left) }
    }
}
