//! What people write about.

use serde::Serialize;

use super::Queue;
use super::chance::Chance;

/// A kind of question.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Topic {
    /// The tag that the desk's triage gives it.
    pub tag: &'static str,
    /// What stands in the subject line.
    pub subject: &'static str,
    /// Where it belongs.
    pub queue: Queue,
    /// How often it comes up.
    #[serde(skip)]
    weight: u64,
    /// How many minutes of work an answer takes, usually.
    #[serde(skip)]
    pub(super) minutes: i64,
}

const fn topic(
    tag: &'static str,
    subject: &'static str,
    queue: Queue,
    weight: u64,
    minutes: i64,
) -> Topic {
    Topic { tag, subject, queue, weight, minutes }
}

static TOPICS: [Topic; 16] = [
    topic("address", "How do I change my address?", Queue::General, 7, 5),
    topic("opening-hours", "When are you open over the holidays?", Queue::General, 5, 3),
    topic("account", "I cannot sign in to my account", Queue::General, 11, 8),
    topic("feedback", "An idea for your shop", Queue::General, 3, 6),
    topic("where-is-it", "Where is my order?", Queue::Orders, 16, 7),
    topic("return", "I want to send something back", Queue::Orders, 10, 9),
    topic("damaged", "My order arrived damaged", Queue::Orders, 6, 14),
    topic("wrong-item", "I received the wrong item", Queue::Orders, 5, 12),
    topic("refund", "My refund has not arrived", Queue::Billing, 8, 12),
    topic("invoice", "A question about my invoice", Queue::Billing, 7, 10),
    topic("charged-twice", "I was charged twice", Queue::Billing, 3, 16),
    topic("set-up", "I need help with setting it up", Queue::Technical, 8, 15),
    topic("defect", "It stopped working", Queue::Technical, 7, 22),
    topic("app", "The app closes when I open it", Queue::Technical, 4, 20),
    topic("connection", "It does not find my network", Queue::Technical, 4, 25),
    topic("data", "Please correct or delete my data", Queue::General, 1, 18),
];

static INCIDENT: Topic = topic(Topic::INCIDENT, "Your service is down", Queue::Technical, 0, 6);
static ALERT: Topic =
    topic(Topic::ALERT, "Alert: orders are not synchronised", Queue::Technical, 0, 18);

impl Topic {
    /// The tag of questions about a fault of the desk's own service.
    pub const INCIDENT: &'static str = "incident";
    /// The tag of a program's report of a fault.
    pub const ALERT: &'static str = "alert";

    /// What a program reports.
    pub(super) const fn alert() -> &'static Self {
        &ALERT
    }

    /// What a ticket is about; the more people write at once, the more of them about the same.
    pub(super) fn draw(pressure: u64, chance: &mut Chance) -> &'static Self {
        if chance.below(pressure) >= super::arrivals::USUAL {
            return &INCIDENT;
        }
        &TOPICS[chance.weighted(TOPICS.iter().map(|topic| topic.weight))]
    }
}
