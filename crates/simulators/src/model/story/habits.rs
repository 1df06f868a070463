//! What is usual in a channel.

use super::{DAY, HOUR, MINUTE};
use crate::model::{Channel, Priority};

/// Times are medians in seconds, shares are percents.
pub(super) struct Habits {
    /// Until an agent takes it up.
    pub(super) wait: i64,
    /// Until the customer answers.
    pub(super) reply: i64,
    /// For so long a ticket waits for its own agent before another takes over.
    pub(super) patience: i64,
    /// A customer who has said nothing for so long has gone.
    pub(super) silence: i64,
    /// How much work an answer is, compared with an e-mail.
    pub(super) work: i64,
    /// How often it comes in where it belongs; otherwise it lies in the general queue first.
    pub(super) direct: u64,
    /// The customer is there while it is answered, and is greeted first.
    pub(super) live: bool,
    /// How often a bot answers first.
    pub(super) bot: u64,
    /// How often that is enough.
    pub(super) deflected: u64,
    /// How often the first answer of an agent is the last one.
    pub(super) at_once: u64,
}

const EMAIL: Habits = Habits {
    wait: 75 * MINUTE,
    reply: 6 * HOUR,
    patience: 30 * HOUR,
    silence: 7 * DAY,
    work: 100,
    direct: 55,
    live: false,
    bot: 0,
    deflected: 0,
    at_once: 46,
};

impl Habits {
    pub(super) const fn of(channel: Channel) -> Self {
        match channel {
            Channel::Email => EMAIL,
            Channel::Web => Self { wait: HOUR, direct: 90, bot: 12, deflected: 30, ..EMAIL },
            Channel::Chat => Self {
                wait: 45,
                reply: 50,
                patience: 10 * MINUTE,
                silence: 15 * MINUTE,
                work: 45,
                direct: 60,
                live: true,
                bot: 90,
                deflected: 32,
                at_once: 55,
            },
            Channel::Messaging => Self {
                wait: 6 * MINUTE,
                reply: 20 * MINUTE,
                patience: 3 * HOUR,
                silence: DAY,
                work: 55,
                direct: 40,
                live: false,
                bot: 80,
                deflected: 28,
                at_once: 50,
            },
            Channel::Phone => Self {
                wait: 35,
                reply: 4 * HOUR,
                patience: 20 * MINUTE,
                silence: 3 * DAY,
                work: 80,
                direct: 85,
                live: true,
                at_once: 74,
                ..EMAIL
            },
            Channel::Social => {
                Self { wait: 25 * MINUTE, reply: 3 * HOUR, work: 60, direct: 20, ..EMAIL }
            }
            Channel::Api => Self { wait: 35 * MINUTE, work: 120, direct: 100, ..EMAIL },
        }
    }
}

/// How long an urgent ticket waits, and one that is not, in percent.
pub(super) const fn waits(priority: Priority) -> i64 {
    match priority {
        Priority::Low => 170,
        Priority::Normal => 100,
        Priority::High => 45,
        Priority::Urgent => 20,
    }
}
