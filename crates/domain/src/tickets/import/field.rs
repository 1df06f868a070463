//! What a column can carry.

use serde::{Deserialize, Serialize};

use super::super::source::Rows;

/// Declares [`Field`] with its words and the shape of rows each belongs to.
macro_rules! fields {
    ($($(#[$doc:meta])* $variant:ident $word:literal $shape:expr),+ $(,)?) => {
        /// What a column can carry. Its word is both the key under `[columns]` and the canonical name of the column.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Field { $($(#[$doc])* #[serde(rename = $word)] $variant),+ }

        impl Field {
            /// Every field, in the order of the guide.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The field's word.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The shape of rows that has this field, where only one has it.
            #[must_use]
            pub const fn shape(self) -> Option<Rows> {
                match self { $(Self::$variant => $shape),+ }
            }
        }
    };
}

const BOTH: Option<Rows> = None;
const EVENTS: Option<Rows> = Some(Rows::Events);
const TICKETS: Option<Rows> = Some(Rows::Tickets);

fields! {
    /// The source's id of the ticket.
    Ticket "ticket" BOTH,
    /// A number or time that grows with every change of the ticket.
    Version "version" BOTH,
    /// Where the ticket came in.
    Channel "channel" BOTH,
    /// The source's id of the customer.
    Customer "customer" BOTH,
    /// The customer's name.
    CustomerName "customer_name" BOTH,
    /// The customer's organisation.
    Organisation "organisation" BOTH,
    /// Who began the conversation.
    InitiatedBy "initiated_by" BOTH,
    /// Whether the ticket is a test.
    IsTest "is_test" BOTH,
    /// The status that the ticket has (ticket rows) or took (event rows).
    Status "status" BOTH,
    /// The assignee's id in the source.
    Assignee "assignee" BOTH,
    /// The assignee's name.
    AssigneeName "assignee_name" BOTH,
    /// The assignee's e-mail address.
    AssigneeEmail "assignee_email" BOTH,
    /// The helpdesk's group.
    Queue "queue" BOTH,
    /// The priority, in the source's own words.
    Priority "priority" BOTH,
    /// Tags; may name several columns.
    Tags "tags" BOTH,
    /// The ticket that this one went into.
    MergedInto "merged_into" BOTH,

    /// The source's id of the event.
    EventId "event_id" EVENTS,
    /// When the event happened.
    Time "time" EVENTS,
    /// The source's word for what happened.
    Kind "kind" EVENTS,
    /// The id of who did it.
    Actor "actor" EVENTS,
    /// The name of who did it.
    ActorName "actor_name" EVENTS,
    /// The e-mail address of who did it.
    ActorEmail "actor_email" EVENTS,
    /// What kind of actor did it.
    ActorKind "actor_kind" EVENTS,
    /// Whether the customer could read the message.
    Public "public" EVENTS,

    /// When the ticket was created.
    Created "created" TICKETS,
    /// When the row was last true.
    Updated "updated" TICKETS,
    /// When the first public answer by a human was given.
    FirstResponse "first_response" TICKETS,
    /// The id of who gave it.
    FirstResponseBy "first_response_by" TICKETS,
    /// The name of who gave it.
    FirstResponseByName "first_response_by_name" TICKETS,
    /// The e-mail address of who gave it.
    FirstResponseByEmail "first_response_by_email" TICKETS,
    /// When the ticket was first escalated.
    Escalated "escalated" TICKETS,
    /// The id of who escalated it.
    EscalatedBy "escalated_by" TICKETS,
    /// The name of who escalated it.
    EscalatedByName "escalated_by_name" TICKETS,
    /// The e-mail address of who escalated it.
    EscalatedByEmail "escalated_by_email" TICKETS,
    /// When the ticket was last solved.
    Solved "solved" TICKETS,
    /// The id of who solved it.
    SolvedBy "solved_by" TICKETS,
    /// The name of who solved it.
    SolvedByName "solved_by_name" TICKETS,
    /// The e-mail address of who solved it.
    SolvedByEmail "solved_by_email" TICKETS,
    /// When the ticket was closed.
    Closed "closed" TICKETS,
    /// When the ticket was merged into another.
    Merged "merged" TICKETS,
    /// When the ticket was marked as spam, or whether it is.
    Spam "spam" TICKETS,
    /// When the ticket was deleted, or whether it is.
    Deleted "deleted" TICKETS,
}
