//! What happens once a ticket is solved.

use super::{DAY, HOUR, Story, Turn};
use crate::model::{Act, Actor, Status};

/// A ticket that is left alone for so long is closed.
const CLOSED_AFTER: i64 = 4 * DAY;
const CONTENT: [&str; 6] = [
    "Thank you!",
    "Quick and friendly.",
    "Solved at once.",
    "Very helpful.",
    "Great service",
    "👍",
];
const DISCONTENT: [&str; 5] = [
    "It took too long.",
    "I had to explain everything twice.",
    "This did not solve my problem.",
    "Nobody told me what was going on.",
    "Disappointing.",
];

/// Why a solved ticket comes back.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Return {
    /// It was not solved.
    Unsolved,
    /// "Thank you" opens it again too.
    Thanks,
    /// The agent adds something and solves it once more.
    Addition,
}

impl Story<'_> {
    /// The customer may rate the help and may come back; otherwise the ticket is closed.
    pub(super) fn aftermath(&mut self) -> Option<Turn> {
        self.solves += 1;
        let solved_at = self.now;
        let back = if self.is_long() { None } else { self.comes_back() };
        let rated_at = solved_at + self.chance.around(5 * HOUR, 1.2).clamp(20, CLOSED_AFTER - 1);
        let is_first = back.is_none_or(|(at, _)| rated_at < at);
        if self.solves == 1 && is_first && self.chance.percent(24) {
            self.rate(rated_at);
        }
        let Some((at, why)) = back else {
            return self.ends(solved_at);
        };
        self.now = at;
        match (why, self.assignee) {
            (Return::Addition, Some(agent)) => {
                self.now = self.roster().next(self.agent(agent), at);
                self.add_message(Actor::Agent(agent), Some(Status::Solved));
                Some(Turn::Solved)
            }
            (_, _) => {
                self.thanked = why == Return::Thanks;
                self.add_message(Actor::Customer, Some(Status::Open));
                Some(Turn::Agent)
            }
        }
    }

    /// When and why the ticket comes back, if it does. Careless answers come back more often.
    fn comes_back(&mut self) -> Option<(i64, Return)> {
        let craft = self.assignee.map_or(60, |agent| self.agent(agent).craft);
        let unsolved = 15 + (100 - craft) * 3 / 2;
        let why = match self.chance.below(1_000) {
            draw if draw < unsolved => Return::Unsolved,
            draw if draw < unsolved + 14 => Return::Thanks,
            draw if draw < unsolved + 24 => Return::Addition,
            _ => return None,
        };
        let delay = self.chance.around(7 * HOUR, 1.1).clamp(60, CLOSED_AFTER - 12 * HOUR);
        Some((self.model.calendar.awake(self.now + delay), why))
    }

    /// Good work is liked, waiting is not.
    fn rate(&mut self, at: i64) {
        let craft = self.assignee.map_or(60, |agent| self.agent(agent).craft) as i64;
        let days = (self.now - self.ticket.created_at) / DAY;
        let score = match craft - 6 * days + self.chance.between(-28, 60) {
            70.. => 5,
            52.. => 4,
            42.. => 3,
            32.. => 2,
            _ => 1,
        };
        let words: &[&str] = if score > 3 { &CONTENT } else { &DISCONTENT };
        let comment = self.chance.percent(30).then(|| *self.chance.one_of(words));
        self.now = at;
        self.add(self.event(Actor::Customer, Act::Rated { score, comment }));
    }

    /// The ticket is closed; or deleted before that, because the customer wants no trace of it.
    fn ends(&mut self, solved_at: i64) -> Option<Turn> {
        if let Some(agent) = self.assignee
            && self.chance.per_mille(4)
        {
            let wish = self.now + self.chance.between(HOUR, DAY);
            self.now = self.roster().next(self.agent(agent), wish);
            self.add(self.event(Actor::Agent(agent), Act::Deleted));
            return None;
        }
        self.now = self.now.max(solved_at + CLOSED_AFTER);
        self.add_update(Actor::Automation, Status::Closed);
        None
    }
}
