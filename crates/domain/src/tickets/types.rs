//! What crosses the boundary.

use async_graphql::{Enum, InputObject, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{DeriveActiveEnum, DerivePartialModel, EnumIter};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::import::Reject;
use crate::connections::ConnectionId;
use crate::kernel::{Identified, PersonId, TeamId};

crate::id!(TicketId, "ticket", "A ticket's id.");
crate::id!(QueueId, "queue", "The id of a queue: the helpdesk's group.");
crate::id!(QueueTeamId, "queue_team", "The id of a link between a queue and a team.");
crate::id!(MappingId, "mapping", "The id of a stored import mapping.");
crate::id!(RatingId, "rating", "A rating's id.");
crate::id!(CustomerId, "customer", "A customer's id.");

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

words! {
    /// What a target of a ticket times.
    SlaMetric {
        /// From the creation to the first answer.
        FirstReplyTime = "first_reply_time",
        /// From a customer's message to the next answer, after the first.
        NextReplyTime = "next_reply_time",
        /// All the time that the customer waits.
        RequesterWaitTime = "requester_wait_time",
        /// All the time that it is with an agent.
        AgentWorkTime = "agent_work_time",
        /// From the creation to the solution.
        ResolutionTime = "resolution_time",
        /// From one answer to the next while it is not solved.
        UpdateTime = "update_time",
        /// All the time that it is with one group.
        OwnershipTime = "ownership_time",
        /// Something else that the source times.
        Other = "other",
    }
}

words! {
    /// Which hours count.
    SlaClock {
        /// All.
        Calendar = "calendar",
        /// Those in which the helpdesk is open.
        Business = "business",
    }
}

words! {
    /// What came of a target.
    SlaState {
        /// Its clock runs, and there is time left.
        Active = "active",
        /// Its clock stands still, and there is time left.
        Paused = "paused",
        /// It happened in time.
        Met = "met",
        /// The time is over, and it has not happened yet.
        BreachedOpen = "breached_open",
        /// It happened, too late.
        BreachedClosed = "breached_closed",
        /// It is promised no more, or its ticket is away.
        Cancelled = "cancelled",
    }
}

/// A ticket, as it is now.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema, SimpleObject)]
#[graphql(name = "TicketFields")]
pub struct Ticket {
    /// The ticket.
    pub id: TicketId,
    /// The source it comes from.
    pub connection_id: ConnectionId,
    /// The source's id of it.
    pub external_id: String,
    /// Where it came in.
    pub channel: Channel,
    /// Whose it is.
    pub customer_id: Option<CustomerId>,
    /// Who began the conversation.
    pub initiated_by: InitiatedBy,
    /// Whether the source calls it a test.
    pub is_test: bool,
    /// Its stage.
    pub status: StatusCategory,
    /// The source's word for how urgent it is.
    pub priority: Option<String>,
    /// The helpdesk's group it lies in.
    pub queue_id: Option<QueueId>,
    /// Who has it.
    pub assignee_id: Option<PersonId>,
    /// Every tag it was given.
    pub tags: Vec<String>,
    /// When it came into being.
    pub created_at: DateTime<Utc>,
    /// When it was first solved.
    pub first_solved_at: Option<DateTime<Utc>>,
    /// When it was last solved.
    pub last_solved_at: Option<DateTime<Utc>>,
    /// Since when it has been deleted.
    pub deleted_at: Option<DateTime<Utc>>,
    /// Since when it has been spam.
    pub spam_at: Option<DateTime<Utc>>,
    /// Since when it has been merged into another.
    pub merged_at: Option<DateTime<Utc>>,
    /// The ticket it was merged into, where that is known.
    pub merged_into: Option<TicketId>,
    /// When Plumbline last changed it.
    pub updated_at: DateTime<Utc>,
    /// Rises with every change; the `ETag`.
    pub version: i64,
}

impl Identified for Ticket {
    fn uuid(&self) -> uuid::Uuid {
        self.id.0
    }
}

/// Which tickets.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams, InputObject)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct TicketFilter {
    /// In this stage.
    pub status: Option<StatusCategory>,
    /// That came in here.
    pub channel: Option<Channel>,
    /// Of this person.
    pub assignee_id: Option<PersonId>,
    /// In this queue.
    pub queue_id: Option<QueueId>,
    /// Of this customer.
    pub customer_id: Option<CustomerId>,
    /// Of this source.
    pub connection_id: Option<ConnectionId>,
    /// With this id in its source.
    pub external_id: Option<String>,
    /// Created at this instant or after it.
    pub created_from: Option<DateTime<Utc>>,
    /// Created before this instant.
    pub created_to: Option<DateTime<Utc>>,
    /// What they are listed by: `created_at`, or `-created_at` for the other way round.
    #[graphql(skip)]
    #[param(inline)]
    pub sort: Option<TicketSort>,
}

/// What tickets are listed by; in the order they came to us, where nobody says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, Enum)]
pub enum TicketSort {
    /// By when they were made, the least first.
    #[serde(rename = "created_at")]
    CreatedAt,
    /// By when they were made, the greatest first.
    #[serde(rename = "-created_at")]
    CreatedAtDesc,
    /// By when they last changed here, the least first.
    #[serde(rename = "updated_at")]
    UpdatedAt,
    /// By when they last changed here, the greatest first.
    #[serde(rename = "-updated_at")]
    UpdatedAtDesc,
}

/// One event of a ticket.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema, SimpleObject)]
pub struct TicketEvent {
    /// When it happened.
    pub at: DateTime<Utc>,
    /// The source's word for what happened.
    pub kind: String,
    /// What kind of actor did it.
    pub actor_kind: ActorKind,
    /// The person, where a human of ours did it and is known.
    pub actor_id: Option<PersonId>,
    /// What it did, in the words of an import mapping: `status:solved`, `message:public`, `queue:queue_01h4…`.
    pub effects: Vec<String>,
}

/// What a customer thought of the answer.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema, SimpleObject)]
pub struct Rating {
    /// From 1, the worst, on.
    pub score: i32,
    /// The best score there is: 2 where an answer is good or bad, 5 of five stars.
    pub best: i32,
    /// What the customer wrote.
    pub comment: Option<String>,
    /// When they rated.
    pub rated_at: DateTime<Utc>,
}

/// What a helpdesk promised of a ticket, and whether it was kept.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema, SimpleObject)]
pub struct SlaTarget {
    /// What is timed.
    pub metric: SlaMetric,
    /// The source's word for it.
    pub source_metric: String,
    /// Which time it is that this is timed, as the source counts it: a ticket has many next replies.
    pub instance: i64,
    /// What the policy is called.
    pub policy: Option<String>,
    /// Within how long.
    pub target_seconds: Option<i64>,
    /// Which hours count.
    pub clock: Option<SlaClock>,
    /// Since when what is promised holds; null where it is promised no more.
    pub applied_at: Option<DateTime<Utc>>,
    /// Until when, where the source says so.
    pub due_at: Option<DateTime<Utc>>,
    /// When the time was over, if that was before it happened.
    pub breached_at: Option<DateTime<Utc>>,
    /// When it happened.
    pub fulfilled_at: Option<DateTime<Utc>>,
    /// What came of it.
    pub state: SlaState,
}

/// A queue: the helpdesk's group.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema, SimpleObject, DerivePartialModel)]
#[sea_orm(entity = "super::entity::queue::Entity")]
pub struct Queue {
    /// The queue.
    pub id: QueueId,
    /// The source it belongs to.
    pub connection_id: ConnectionId,
    /// The source's id of it.
    pub external_id: String,
    /// Its name.
    pub name: String,
}

impl Identified for Queue {
    fn uuid(&self) -> uuid::Uuid {
        self.id.0
    }
}

/// Which team a queue's tickets without an agent count for, and when.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema, SimpleObject, DerivePartialModel)]
#[sea_orm(entity = "super::entity::queue_team::Entity")]
pub struct QueueTeam {
    /// The link.
    pub id: QueueTeamId,
    /// The queue.
    pub queue_id: QueueId,
    /// The team.
    pub team_id: TeamId,
    /// The first day, in the tenant's zone.
    pub valid_from: NaiveDate,
    /// The first day on which it is no longer so.
    pub valid_to: Option<NaiveDate>,
}

impl Identified for QueueTeam {
    fn uuid(&self) -> uuid::Uuid {
        self.id.0
    }
}

/// A link of a queue to a team. It ends the one in force on its first day.
#[derive(Clone, Debug, Deserialize, ToSchema, InputObject)]
#[serde(deny_unknown_fields)]
pub struct NewQueueTeam {
    /// The team; null for none from that day on.
    pub team_id: Option<TeamId>,
    /// The first day, in the tenant's zone.
    pub valid_from: NaiveDate,
}

/// A customer as the source names them.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema, SimpleObject, DerivePartialModel)]
#[sea_orm(entity = "super::entity::customer::Entity")]
pub struct Customer {
    /// The customer.
    pub id: CustomerId,
    /// The source they belong to.
    pub connection_id: ConnectionId,
    /// The source's id of them.
    pub external_id: String,
    /// Their name.
    pub name: String,
    /// Their organisation.
    pub organisation: Option<String>,
}

impl Identified for Customer {
    fn uuid(&self) -> uuid::Uuid {
        self.id.0
    }
}

/// A mapping that is stored for imports over the API.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema, SimpleObject, DerivePartialModel)]
#[sea_orm(entity = "super::entity::mapping::Entity")]
pub struct ImportMapping {
    /// The mapping.
    pub id: MappingId,
    /// What `?mapping=` calls it.
    pub name: String,
    /// The TOML.
    pub text: String,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// Rises with every change; the `ETag`.
    pub version: i64,
}

impl Identified for ImportMapping {
    fn uuid(&self) -> uuid::Uuid {
        self.id.0
    }
}

/// What came of an import.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct ImportReport {
    /// Rows of the file that were taken.
    pub accepted: u64,
    /// Tickets that are not as they were before.
    pub changed: u64,
    /// Lines that were not taken.
    pub rejected: u64,
    /// Tickets that the rows belong to.
    pub tickets: u64,
    /// Rows of the file that were taken as events; the same as `accepted`.
    pub events: u64,
    /// The first thousand rejected lines.
    pub rejects: Vec<Reject>,
}
