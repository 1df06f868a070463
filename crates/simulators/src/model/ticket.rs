//! A ticket and everything that happened to it.

use serde::Serialize;

use super::{Queue, Topic};

/// Declares an enum whose values have a word, as imports and helpdesks write it.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// Every value.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// Its word.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
    };
}

words! {
    /// Where a ticket came in.
    Channel {
        /// E-mail.
        Email = "email",
        /// A form on a page.
        Web = "web",
        /// Live chat.
        Chat = "chat",
        /// Messengers.
        Messaging = "messaging",
        /// A call.
        Phone = "phone",
        /// Social networks.
        Social = "social",
        /// A program.
        Api = "api",
    }
}

words! {
    /// The stage of a ticket.
    Status {
        /// Nobody has taken it up.
        New = "new",
        /// Waiting for the desk.
        Open = "open",
        /// Waiting for the customer.
        Pending = "pending",
        /// Waiting for somebody else.
        OnHold = "on_hold",
        /// Answered for good, as the desk sees it.
        Solved = "solved",
        /// Over.
        Closed = "closed",
    }
}

words! {
    /// How urgent a ticket is.
    Priority {
        /// It can wait.
        Low = "low",
        /// As most.
        Normal = "normal",
        /// Before most.
        High = "high",
        /// At once.
        Urgent = "urgent",
    }
}

words! {
    /// Who began the conversation.
    InitiatedBy {
        /// A customer.
        Customer = "customer",
        /// An agent.
        Agent = "agent",
        /// A program.
        System = "system",
    }
}

/// Who did something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// The ticket's customer.
    Customer,
    /// The agent of this number.
    Agent(u16),
    /// The program that talks.
    Bot,
    /// The desk's rules.
    Automation,
    /// The helpdesk itself, or a program that reports.
    System,
}

/// What an event is, besides what it changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// The ticket came into being. What the customer wrote is the message after it.
    Created,
    /// A message was written.
    Message {
        /// Whether the customer can read it.
        public: bool,
    },
    /// Nothing but what it changes.
    Updated,
    /// Nobody has it any more.
    Unassigned,
    /// It was raised to the second line.
    Escalated,
    /// It went into another ticket.
    Merged {
        /// That ticket's number.
        into: u64,
    },
    /// It was marked as spam.
    Spam,
    /// It was deleted.
    Deleted,
    /// A deletion or spam mark was taken back.
    Restored,
    /// The customer rated the help.
    Rated {
        /// From 1 to 5.
        score: u8,
        /// What they wrote beside it.
        comment: Option<&'static str>,
    },
}

/// Something that happened to a ticket. What is not there did not change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Event {
    /// When, in Unix seconds.
    pub at: i64,
    /// Who did it.
    pub actor: Actor,
    /// What it was.
    pub act: Act,
    /// The status that the ticket took.
    pub status: Option<Status>,
    /// Who it was assigned to.
    pub assignee: Option<u16>,
    /// The queue it was put in.
    pub queue: Option<Queue>,
    /// The priority it was given.
    pub priority: Option<Priority>,
    /// The tag it was given.
    pub tag: Option<&'static str>,
    /// How many seconds of work the actor had with it.
    pub work: i64,
}

impl Event {
    pub(crate) const fn new(at: i64, actor: Actor, act: Act) -> Self {
        let (status, assignee, queue, priority, tag) = (None, None, None, None, None);
        Self { at, actor, act, status, assignee, queue, priority, tag, work: 0 }
    }

    pub(super) const fn status(self, status: Status) -> Self {
        Self { status: Some(status), ..self }
    }

    pub(super) const fn assignee(self, agent: u16) -> Self {
        Self { assignee: Some(agent), ..self }
    }

    pub(super) const fn queue(self, queue: Queue) -> Self {
        Self { queue: Some(queue), ..self }
    }

    pub(super) const fn work(self, work: i64) -> Self {
        Self { work, ..self }
    }
}

/// A ticket with its history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ticket {
    /// From 1 on, in order of arrival.
    pub number: u64,
    /// When it arrived, in Unix seconds.
    pub created_at: i64,
    /// Where it came in.
    pub channel: Channel,
    /// Who began the conversation.
    pub initiated_by: InitiatedBy,
    /// Whether the desk was only trying something out.
    pub is_test: bool,
    /// The customer's number.
    pub customer: u64,
    /// What it is about.
    pub topic: &'static Topic,
    /// In order of time; several may share an instant.
    pub events: Vec<Event>,
}

impl Ticket {
    /// The ticket as it was at an instant: without what happened then and later.
    #[must_use]
    pub fn until(mut self, at: i64) -> Self {
        self.events.truncate(self.events.partition_point(|event| event.at < at));
        self
    }
}
