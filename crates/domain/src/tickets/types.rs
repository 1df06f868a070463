//! What crosses the boundary.

use async_graphql::Enum;
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

crate::id!(TicketId, "ticket", "A ticket's id.");
crate::id!(QueueId, "queue", "The id of a queue: the helpdesk's group.");
crate::id!(CustomerId, "customer", "A customer's id.");
crate::id!(
    ConnectionId,
    "connection",
    "The id of a connection to a source of tickets."
);

/// Declares an enum that is text in the database, snake_case in JSON and an enum of GraphQL.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema, Enum, EnumIter, DeriveActiveEnum)]
        #[serde(rename_all = "snake_case")]
        #[sea_orm(rs_type = "String", db_type = "Text")]
        pub enum $name { $($(#[$vdoc])* #[sea_orm(string_value = $word)] $variant),+ }

        impl $name {
            /// Every value, in the order of the documentation.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word it is in the database, in JSON and in imports.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The value of a word, if it is one.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
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
        /// Messengers and in-app messages.
        Messaging = "messaging",
        /// A call.
        Phone = "phone",
        /// Social networks.
        Social = "social",
        /// Made by a program.
        Api = "api",
        /// Anything else, or not known.
        Other = "other",
    }
}

words! {
    /// The stage of a ticket, whatever the source calls its own.
    StatusCategory {
        /// Nobody has taken it up.
        New = "new",
        /// Waiting for the team.
        Open = "open",
        /// Waiting for the customer.
        Pending = "pending",
        /// Waiting for somebody else.
        OnHold = "on_hold",
        /// Answered for good, as the team sees it.
        Solved = "solved",
        /// Ended; the source takes no further change.
        Closed = "closed",
    }
}

impl StatusCategory {
    /// Whether the ticket counts in the backlog.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::New | Self::Open | Self::Pending | Self::OnHold)
    }
}

words! {
    /// Who began the conversation.
    InitiatedBy {
        /// The customer.
        Customer = "customer",
        /// Somebody of the team.
        Agent = "agent",
        /// A program: monitoring, a form without a person behind it.
        System = "system",
    }
}

words! {
    /// What kind of actor did something.
    ActorKind {
        /// A person of the team.
        Human = "human",
        /// A program that talks.
        Bot = "bot",
        /// A rule, trigger or macro without a person.
        Automation = "automation",
        /// A customer.
        Customer = "customer",
        /// The helpdesk itself.
        System = "system",
    }
}
