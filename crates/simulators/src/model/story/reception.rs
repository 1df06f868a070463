//! What happens before a human of the desk sees a ticket, and who that will be.

use super::habits::Habits;
use super::opening::Fate;
use super::{HOUR, MINUTE, Story, Turn};
use crate::model::{Act, Actor, Channel, Event, InitiatedBy, Queue, Status};

impl Story<'_> {
    /// The ticket comes in.
    pub(super) fn reception(&mut self) -> Option<Turn> {
        match self.ticket.initiated_by {
            InitiatedBy::Agent => return Some(self.agent_writes_first()),
            InitiatedBy::Customer => self.customer_writes(),
            InitiatedBy::System => self.add_creation(Actor::System),
        }
        if self.fate == Fate::Spam && self.chance.percent(70) && self.is_caught() {
            return None;
        }
        let habits = Habits::of(self.ticket.channel);
        if self.chance.percent(habits.bot) {
            return Some(self.bot_answers(habits.deflected));
        }
        self.triage(Actor::Automation);
        if self.ticket.channel == Channel::Email {
            // "We have received your message": public, and no answer.
            self.now += self.chance.between(0, 3);
            self.add_message(Actor::Automation, None);
        }
        Some(Turn::Agent)
    }

    fn add_creation(&mut self, by: Actor) {
        let direct = self.chance.percent(Habits::of(self.ticket.channel).direct);
        let queue = if direct { self.first_queue() } else { Queue::General };
        self.add(self.event(by, Act::Created).status(Status::New).queue(queue));
    }

    fn customer_writes(&mut self) {
        self.add_creation(Actor::Customer);
        if matches!(self.ticket.channel, Channel::Chat | Channel::Messaging) {
            // The window is open before the question is typed.
            self.now += self.chance.between(4, 70);
        }
        self.add_message(Actor::Customer, None);
    }

    /// An agent turns to a customer. Where nobody is at work, it can only have been a program.
    fn agent_writes_first(&mut self) -> Turn {
        let (agent, at) = self.roster().pick(self.ticket.topic.queue, self.now, &mut self.chance);
        if at > self.now {
            self.ticket.initiated_by = InitiatedBy::System;
            self.add_creation(Actor::System);
            self.triage(Actor::Automation);
            return Turn::Agent;
        }
        let work = self.chance.between(2 * MINUTE, 9 * MINUTE);
        let created = self.event(Actor::Agent(agent), Act::Created).queue(self.ticket.topic.queue);
        self.add(created.status(Status::Open).assignee(agent).work(work));
        self.add_message(Actor::Agent(agent), Some(Status::Pending));
        self.answers = 1;
        Turn::Customer
    }

    /// The filter sees that it is spam. Returns whether it stays so: now and then somebody takes it back.
    fn is_caught(&mut self) -> bool {
        self.now += self.chance.between(1, 5);
        self.add(self.event(Actor::Automation, Act::Spam));
        if !self.chance.percent(6) {
            return true;
        }
        let ready = self.now + self.chance.around(5 * HOUR, 0.8);
        let (agent, at) = self.roster().pick(Queue::General, ready, &mut self.chance);
        self.now = at;
        self.add(self.event(Actor::Agent(agent), Act::Restored));
        self.fate = Fate::Plain;
        false
    }

    /// A rule, or the bot, says where it belongs.
    fn triage(&mut self, by: Actor) {
        self.now += self.chance.between(1, 3);
        let queue = Some(self.first_queue()).filter(|queue| *queue != self.queue);
        let (priority, tag) = (Some(self.priority), Some(self.ticket.topic.tag));
        self.add(Event { queue, priority, tag, ..self.event(by, Act::Updated) });
    }

    /// Where the desk thinks that it belongs.
    fn first_queue(&self) -> Queue {
        match (self.fate, self.ticket.topic.queue) {
            (Fate::Misrouted, Queue::General | Queue::Billing) => Queue::Orders,
            (Fate::Misrouted, _) => Queue::General,
            (_, right) => right,
        }
    }

    /// The bot answers, and the customer is content with that or not.
    fn bot_answers(&mut self, deflected: u64) -> Turn {
        self.now += self.chance.between(2, 12);
        self.add_message(Actor::Bot, None);
        if self.fate == Fate::Plain && self.chance.percent(deflected) {
            self.now += self.chance.between(3 * MINUTE, 10 * MINUTE);
            self.add_update(Actor::Bot, Status::Solved);
            return Turn::Solved;
        }
        self.now += self.chance.between(15, 90);
        self.add_message(Actor::Customer, None);
        self.triage(Actor::Bot);
        Turn::Agent
    }
}
