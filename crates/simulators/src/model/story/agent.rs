//! What an agent does with a ticket.

use super::habits::{Habits, waits};
use super::opening::Fate;
use super::{HOUR, MINUTE, Story, Turn};
use crate::model::{Act, Actor, Agent, Event, Queue, Status};

/// For so many days somebody new is slower than others of the same skill.
const NEW: i64 = 90;

impl<'m> Story<'m> {
    /// An agent takes the ticket up and does what is to be done.
    pub(super) fn agents_turn(&mut self) -> Option<Turn> {
        let agent = self.begins();
        let by = Actor::Agent(agent.number);
        // What is fated happens once.
        match std::mem::replace(&mut self.fate, Fate::Plain) {
            Fate::Plain | Fate::Test => {}
            Fate::Misrouted => {
                return Some(self.hands_on(by, Act::Updated, self.ticket.topic.queue));
            }
            Fate::Silent => {
                self.works(agent);
                self.add_update(by, Status::Solved);
                return Some(Turn::Solved);
            }
            Fate::Deleted => {
                self.add(self.event(by, Act::Deleted));
                if !self.chance.percent(25) {
                    return None;
                }
                self.now = self.roster().next(agent, self.now + self.chance.around(4 * HOUR, 1.0));
                self.add(self.event(by, Act::Restored));
            }
            Fate::Spam => {
                self.add(self.event(by, Act::Spam));
                return None;
            }
            Fate::Junk => {
                self.add_update(by, Status::Closed);
                return None;
            }
            Fate::Duplicate(into) => {
                self.add(self.event(by, Act::Merged { into }).status(Status::Closed));
                return None;
            }
        }
        if self.answers == 0 && Habits::of(self.ticket.channel).live {
            let greeting = self.chance.between(5, 25);
            self.now = self.roster().done(agent, self.now, greeting);
            self.add_message(by, None);
        }
        Some(if self.is_too_hard() { self.goes_up(agent) } else { self.answers(agent) })
    }

    /// The agent who has the ticket, or another where that one is away for too long, from the moment they begin.
    fn begins(&mut self) -> &'m Agent {
        let ready = self.now + self.wait();
        let patience = Habits::of(self.ticket.channel).patience;
        if let Some(own) = self.assignee.map(|own| self.agent(own)) {
            let begins = self.roster().next(own, ready);
            if begins - ready <= patience {
                self.now = begins;
                return own;
            }
        }
        let (number, there) = self.roster().pick(self.queue, ready, &mut self.chance);
        let agent = self.agent(number);
        // In the morning there is a pile.
        let pile = if there > ready { self.chance.around(15 * MINUTE, 0.9) } else { 0 };
        self.now = self.roster().done(agent, there, pile);
        if self.assignee != Some(number) || self.status == Status::New {
            let by = if self.chance.percent(55) { Actor::Automation } else { Actor::Agent(number) };
            let taken = self.event(by, Act::Updated).assignee(number);
            let status = (self.status == Status::New).then_some(Status::Open);
            self.add(Event { status, ..taken });
        }
        agent
    }

    /// How long the ticket lies until somebody has time for it.
    fn wait(&mut self) -> i64 {
        let pressure = self.model.arrivals.pressure(self.now) as i64;
        let again = if self.answers == 0 { 100 } else { 60 };
        let percents = waits(self.priority) * pressure / 100 * again / 100;
        let usual = Habits::of(self.ticket.channel).wait * percents / 100;
        self.chance.around(usual, 0.8).clamp(5, 40 * HOUR)
    }

    /// The agent works on the ticket; gives how many seconds.
    fn works(&mut self, agent: &Agent) -> i64 {
        let calendar = &self.model.calendar;
        let today = calendar.date(calendar.day(self.now));
        let skill = agent.membership(today).map_or(0, |stay| stay.skill(self.queue)).max(20) as i64;
        let is_new = (today - agent.person.started).num_days() < NEW;
        let slowness = 150 - skill + if is_new { 40 } else { 0 };
        let channel = Habits::of(self.ticket.channel).work;
        let usual = self.ticket.topic.minutes * MINUTE * self.difficulty / 100 * slowness / 100;
        let work = self.chance.around(usual * channel / 100, 0.5).clamp(20, 4 * HOUR);
        self.now = self.roster().done(agent, self.now, work);
        work
    }

    /// Puts the ticket into another queue, where nobody has it yet.
    fn hands_on(&mut self, by: Actor, act: Act, queue: Queue) -> Turn {
        self.add(self.event(by, act).queue(queue));
        self.add(self.event(by, Act::Unassigned));
        Turn::Agent
    }

    /// Whether the first line gives up.
    fn is_too_hard(&mut self) -> bool {
        let share = match self.difficulty {
            200.. => 330,
            130.. => 110,
            _ => 14,
        };
        !self.escalated && self.queue != Queue::SecondLine && self.chance.per_mille(share)
    }

    /// The agent tries, writes down what they found, and raises the ticket; or the desk's rules do, because it takes too long.
    fn goes_up(&mut self, agent: &Agent) -> Turn {
        self.escalated = true;
        if self.chance.percent(15) {
            return self.hands_on(Actor::Automation, Act::Escalated, Queue::SecondLine);
        }
        let by = Actor::Agent(agent.number);
        let work = self.works(agent);
        self.add(self.event(by, Act::Message { public: false }).work(work));
        self.hands_on(by, Act::Escalated, Queue::SecondLine)
    }

    fn answers(&mut self, agent: &Agent) -> Turn {
        let by = Actor::Agent(agent.number);
        if self.chance.percent(15) {
            self.add(self.event(by, Act::Message { public: false }));
        }
        let work = self.works(agent);
        if std::mem::take(&mut self.thanked) {
            self.add(self.event(by, Act::Updated).status(Status::Solved).work(work));
            return Turn::Solved;
        }
        let first = Habits::of(self.ticket.channel).at_once;
        let solves = self.is_long() || self.chance.percent((first + 14 * self.answers).min(92));
        self.answers += 1;
        let answer = self.event(by, Act::Message { public: true }).work(work);
        if !solves {
            let held = self.chance.percent(14);
            let status = if held { Status::OnHold } else { Status::Pending };
            self.add(answer.status(status));
            return if held { Turn::Supplier } else { Turn::Customer };
        }
        if self.chance.percent(80) {
            self.add(answer.status(Status::Solved));
        } else {
            self.add(answer);
            let pause = self.chance.between(5, 90);
            self.now = self.roster().done(agent, self.now, pause);
            self.add_update(by, Status::Solved);
        }
        Turn::Solved
    }
}
