//! What customers and suppliers do in their turns.

use super::habits::Habits;
use super::{DAY, HOUR, Story, Turn};
use crate::model::{Actor, Status};

/// Who is silent for longer than this is reminded.
const REMINDED: i64 = 3 * DAY;

impl Story<'_> {
    /// The customer answers, or is gone.
    pub(super) fn customers_turn(&mut self) -> Turn {
        let habits = Habits::of(self.ticket.channel);
        let reply = self.now + self.chance.around(habits.reply, 1.0).max(5);
        // Who takes hours to answer sleeps in between; who is typing does not.
        let reply = if habits.reply < HOUR { reply } else { self.model.calendar.awake(reply) };
        let gone = self.now + habits.silence;
        if reply < gone && self.chance.percent(80) {
            self.now = reply;
            self.add_message(Actor::Customer, Some(Status::Open));
            return Turn::Agent;
        }
        if habits.silence > REMINDED {
            self.now += REMINDED;
            self.add_message(Actor::Automation, None);
        }
        self.now = gone;
        self.add_update(Actor::Automation, Status::Solved);
        Turn::Solved
    }

    /// What the desk waited for has come.
    pub(super) fn suppliers_turn(&mut self) -> Turn {
        self.now += self.chance.around(30 * HOUR, 0.8).clamp(HOUR, 12 * DAY);
        self.add_update(Actor::Automation, Status::Open);
        Turn::Agent
    }
}
