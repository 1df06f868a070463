//! The facts of one ticket: a pure function of its history and of the definitions in force.

use chrono::{DateTime, Utc};

use super::{Exclusion, Measure};
use crate::kernel::PersonId;
use crate::tickets::{
    ActorKind, Channel, Effect, History, HistoryEvent, InitiatedBy, QueueId, State, StatusCategory,
    creation,
};

/// One thing that a metric counts, or that it would count if it were not excluded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What it is a fact of, and by which version of the definition.
    pub measure: Measure,
    /// The instant it is dated by.
    pub at: DateTime<Utc>,
    /// Seconds, a change of the backlog, or 0 where only the count matters.
    pub value: i64,
    /// Who is credited.
    pub agent: Option<PersonId>,
    /// The queue after the event that made the fact.
    pub queue: Option<QueueId>,
    /// The ticket's channel.
    pub channel: Channel,
    /// Why it does not count. Kept so that the reason can be told, never summed.
    pub exclusion: Option<Exclusion>,
}

/// Every fact of a ticket: at most one of each measure, and as many changes of the backlog as there were. The same history gives
/// the same facts in the same order; events of one instant count in the order given.
#[must_use]
pub fn facts_of(history: &History) -> Vec<Fact> {
    let Some((place, _)) = creation(history) else {
        return Vec::new();
    };
    let mut walk = Walk::new(history.channel);
    for (index, event) in history.events.iter().enumerate() {
        walk.step(event, index == place, index >= place);
    }
    walk.finish(history)
}

/// A moment of the history, with what a fact takes from it.
#[derive(Clone, Copy)]
struct Moment {
    at: DateTime<Utc>,
    agent: Option<PersonId>,
    queue: Option<QueueId>,
}

/// Who holds an open ticket, and where.
type Holding = Option<(Option<PersonId>, Option<QueueId>)>;

/// The first public message of a human, and the customer's first message if that came before it.
struct Response {
    question: Option<DateTime<Utc>>,
    answer: Moment,
}

struct Walk {
    channel: Channel,
    state: State,
    holding: Holding,
    created: Option<Moment>,
    question: Option<DateTime<Utc>>,
    response: Option<Response>,
    last_solve: Option<Moment>,
    last_close: Option<Moment>,
    first_reopening: Option<Moment>,
    first_escalation: Option<Moment>,
    deltas: Vec<Fact>,
}

impl Walk {
    fn new(channel: Channel) -> Self {
        Self {
            channel,
            state: State::default(),
            holding: None,
            created: None,
            question: None,
            response: None,
            last_solve: None,
            last_close: None,
            first_reopening: None,
            first_escalation: None,
            deltas: Vec::new(),
        }
    }

    fn step(&mut self, event: &HistoryEvent, is_creation: bool, exists: bool) {
        let before = self.state.status;
        self.state.apply(event);
        // Credit and queue are those after the whole event: a source that assigns and solves in one event means both.
        let human = event.actor.filter(|_| event.actor_kind == ActorKind::Human);
        let moment = Moment { at: event.at, agent: human, queue: self.state.queue };
        if is_creation {
            self.created = Some(Moment { agent: None, ..moment });
        }
        self.statuses(event, before, Moment { agent: human.or(self.state.assignee), ..moment });
        for effect in &event.effects {
            if let Effect::Message { public } = *effect {
                self.message(event, public, moment);
            } else if *effect == Effect::Escalated {
                self.first_escalation.get_or_insert(moment);
            }
        }
        if exists {
            self.hold(event.at);
        }
    }

    fn message(&mut self, event: &HistoryEvent, public: bool, answer: Moment) {
        match event.actor_kind {
            ActorKind::Customer => _ = self.question.get_or_insert(event.at),
            ActorKind::Human if public => {
                let question = self.question;
                self.response.get_or_insert(Response { question, answer });
            }
            ActorKind::Human | ActorKind::Bot | ActorKind::Automation | ActorKind::System => {}
        }
    }

    fn statuses(&mut self, event: &HistoryEvent, mut before: StatusCategory, credit: Moment) {
        use StatusCategory::{Closed, Solved};
        for effect in &event.effects {
            let Effect::Status(status) = *effect else {
                continue;
            };
            let ended = matches!(before, Solved | Closed);
            if ended && !matches!(status, Solved | Closed) {
                let solver = self.last_solve.and_then(|solve| solve.agent);
                self.first_reopening.get_or_insert(Moment { agent: solver, ..credit });
            }
            if status == Solved {
                self.last_solve = Some(credit);
            } else if status == Closed {
                self.last_close = Some(credit);
            }
            before = status;
        }
    }

    fn hold(&mut self, at: DateTime<Utc>) {
        let open = self.state.status.is_open();
        let now: Holding = open.then_some((self.state.assignee, self.state.queue));
        if now == self.holding {
            return;
        }
        for (value, holding) in [(-1, self.holding), (1, now)] {
            if let Some((agent, queue)) = holding {
                self.deltas.push(self.fact(Measure::OpenDelta, value, Moment { at, agent, queue }));
            }
        }
        self.holding = now;
    }

    fn fact(&self, measure: Measure, value: i64, moment: Moment) -> Fact {
        let Moment { at, agent, queue } = moment;
        Fact { measure, at, value, agent, queue, channel: self.channel, exclusion: None }
    }

    fn finish(mut self, history: &History) -> Vec<Fact> {
        let Some(created) = self.created else {
            return Vec::new();
        };
        let mut facts = vec![self.fact(Measure::Creation, 0, created)];
        facts.push(self.response(history.initiated_by, created));
        facts.extend(self.resolution(created));
        let counts = [
            (Measure::Reopening, self.first_reopening),
            (Measure::Escalation, self.first_escalation),
        ];
        for (measure, moment) in counts {
            facts.extend(moment.map(|moment| self.fact(measure, 0, moment)));
        }
        facts.append(&mut self.deltas);
        if let Some(reason) = self.hidden(history.is_test) {
            facts.iter_mut().for_each(|fact| fact.exclusion = Some(reason));
        }
        facts
    }

    fn response(&self, initiated_by: InitiatedBy, created: Moment) -> Fact {
        let initiated = match initiated_by {
            InitiatedBy::Customer => None,
            InitiatedBy::Agent => Some(Exclusion::InitiatedByAgent),
            InitiatedBy::System => Some(Exclusion::InitiatedBySystem),
        };
        let Some(Response { question, answer }) = self.response else {
            let exclusion = initiated.or(Some(Exclusion::NoResponse));
            return Fact { exclusion, ..self.fact(Measure::FirstResponse, 0, created) };
        };
        let value = seconds(question.unwrap_or(created.at), answer.at);
        let dated = Moment { at: created.at, ..answer };
        Fact { exclusion: initiated, ..self.fact(Measure::FirstResponse, value, dated) }
    }

    fn resolution(&self, created: Moment) -> Option<Fact> {
        let resolution = |moment: Moment, value| self.fact(Measure::Resolution, value, moment);
        let solved = self.last_solve.map(|solve| resolution(solve, seconds(created.at, solve.at)));
        let exclusion = Some(Exclusion::ClosedWithoutSolve);
        let closed = self.last_close.map(|close| Fact { exclusion, ..resolution(close, 0) });
        solved.or(closed)
    }

    /// Why the whole ticket is out, as it stands now.
    fn hidden(&self, is_test: bool) -> Option<Exclusion> {
        let reasons = [
            (self.state.spam_at.is_some(), Exclusion::Spam),
            (self.state.merged_at.is_some(), Exclusion::Merged),
            (self.state.deleted_at.is_some(), Exclusion::Deleted),
            (is_test, Exclusion::Test),
        ];
        reasons.into_iter().find_map(|(applies, reason)| applies.then_some(reason))
    }
}

/// Whole seconds from one instant to another. Sources with unsure clocks put an answer before its question: that is 0.
fn seconds(from: DateTime<Utc>, to: DateTime<Utc>) -> i64 {
    (to - from).num_seconds().max(0)
}
