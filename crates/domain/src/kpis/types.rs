//! What crosses the boundary: a question for a number, and its answer.

use std::borrow::Cow;

use async_graphql::registry::Registry;
use async_graphql::{Enum, InputType, InputValueError, InputValueResult, SimpleObject, Value};
use chrono::{DateTime, NaiveDate, Utc};
use serde::de::{DeserializeOwned, IntoDeserializer};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Schema, Type};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{IntoParams, PartialSchema, ToSchema};

use crate::kernel::{PersonId, TeamId};
use crate::tickets::{Channel, QueueId, TicketId};

/// A number that Plumbline can tell.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema, Enum,
)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Tickets that came into being.
    TicketsCreated,
    /// Tickets that were solved.
    TicketsSolved,
    /// Seconds from the customer's question to the first public answer of a human.
    FirstResponseTime,
    /// Seconds from creation to the last solve.
    FullResolutionTime,
    /// Tickets that came back after they were solved or closed.
    ReopenedTickets,
    /// Tickets that were raised to another tier.
    EscalatedTickets,
    /// Open tickets at an instant.
    Backlog,
}

impl Metric {
    /// Every metric, in the order of the documentation.
    pub const ALL: &[Self] = &[
        Self::TicketsCreated,
        Self::TicketsSolved,
        Self::FirstResponseTime,
        Self::FullResolutionTime,
        Self::ReopenedTickets,
        Self::EscalatedTickets,
        Self::Backlog,
    ];
}

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema, Enum)]
#[graphql(name = "MetricUnit")]
#[schema(as = MetricUnit)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Tickets.
    Tickets,
    /// Whole seconds.
    Seconds,
}

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema, Enum)]
#[graphql(name = "MetricDirection")]
#[schema(as = MetricDirection)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
    /// Neither: it says how much came in.
    Neutral,
}

/// The time that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema, Enum)]
#[graphql(name = "MetricClock")]
#[schema(as = MetricClock)]
#[serde(rename_all = "snake_case")]
pub enum Clock {
    /// All of it, nights and holidays too.
    Calendar,
}

/// A metric as published. A change of a rule is a new version; figures carry the version that made them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema, SimpleObject)]
pub struct MetricDefinition {
    /// Which metric.
    pub metric: Metric,
    /// Which version of it.
    pub version: i32,
    /// What it is called where people read it.
    pub title: &'static str,
    /// What the values are.
    pub unit: Unit,
    /// Which way is better.
    pub direction: Direction,
    /// The time that counts.
    pub clock: Clock,
    /// What `n` counts, and what a value is.
    pub counts: &'static str,
    /// The instant that decides the bucket.
    pub dated_by: &'static str,
    /// Who is credited.
    pub credit: &'static str,
    /// What is left out, and why.
    pub exclusions: &'static [ExclusionRule],
}

/// One reason of a definition to leave a ticket out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema, SimpleObject)]
pub struct ExclusionRule {
    /// The reason, as the tickets behind a number name it.
    pub reason: Exclusion,
    /// When it applies.
    pub rule: &'static str,
}

/// Why a ticket is not in a number.
// The discriminants are the database's.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema, Enum,
)]
#[graphql(name = "KpiExclusion")]
#[schema(as = KpiExclusion)]
#[serde(rename_all = "snake_case")]
#[repr(i16)]
pub enum Exclusion {
    /// It is spam now.
    Spam = 1,
    /// It is merged into another ticket now.
    Merged = 2,
    /// It is deleted now.
    Deleted = 3,
    /// It is a test.
    Test = 4,
    /// No human has answered it in public.
    NoResponse = 5,
    /// The team began the conversation.
    InitiatedByAgent = 6,
    /// A program began the conversation.
    InitiatedBySystem = 7,
    /// It was closed, and never solved.
    ClosedWithoutSolve = 8,
}

impl Exclusion {
    /// Every reason.
    pub const ALL: &[Self] = &[
        Self::Spam,
        Self::Merged,
        Self::Deleted,
        Self::Test,
        Self::NoResponse,
        Self::InitiatedByAgent,
        Self::InitiatedBySystem,
        Self::ClosedWithoutSolve,
    ];

    /// Whether it keeps the whole ticket out of every number.
    pub(crate) const fn is_of_ticket(self) -> bool {
        matches!(self, Self::Spam | Self::Merged | Self::Deleted | Self::Test)
    }

    /// What it is in the database, where 0 is none.
    pub(super) const fn code(self) -> i16 {
        self as i16
    }

    /// The reason of a number of the database.
    pub(crate) fn from_code(code: i16) -> Option<Self> {
        Self::ALL.iter().copied().find(|reason| reason.code() == code)
    }
}

/// The length of a bucket of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema, Enum)]
#[graphql(name = "KpiGrain")]
#[schema(as = KpiGrain)]
#[serde(rename_all = "snake_case")]
pub enum Grain {
    /// A local day.
    Day,
    /// Seven days from the tenant's first day of the week.
    Week,
    /// A calendar month.
    Month,
    /// Three calendar months.
    Quarter,
    /// A calendar year.
    Year,
}

/// What rows are told apart by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema, Enum)]
#[graphql(name = "KpiGroup")]
#[schema(as = KpiGroup)]
#[serde(rename_all = "snake_case")]
pub enum GroupBy {
    /// Who is credited.
    Agent,
    /// The team of whoever is credited, at that time; without anybody, the team of the queue.
    Team,
    /// The ticket's channel.
    Channel,
}

/// Which number. Days are local dates of `zone`, from the first to before the last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct KpiQuery {
    /// The first day.
    pub from: Option<NaiveDate>,
    /// The day after the last.
    pub to: Option<NaiveDate>,
    /// The instant of a backlog, instead of days: what happened strictly before it counts. Now, if nothing is given.
    pub at: Option<DateTime<Utc>>,
    /// The IANA time zone that days begin in; the tenant's own if not given.
    #[param(example = "Europe/Rome")]
    pub zone: Option<String>,
    /// One row for each of these instead of one for the whole range.
    pub grain: Option<Grain>,
    /// What else tells rows apart: given several times, or with commas between.
    #[serde(deserialize_with = "comma_separated")]
    #[param(value_type = Option<Vec<GroupBy>>, example = json!(["agent", "channel"]))]
    pub group_by: Vec<GroupBy>,
    /// Only what this person is credited with.
    pub agent_id: Option<PersonId>,
    /// Only what this team and all below it are credited with.
    pub team_id: Option<TeamId>,
    /// Only what lay in this queue.
    pub queue_id: Option<QueueId>,
    /// Only what came in this way.
    pub channel: Option<Channel>,
}

/// Query strings have no lists, so a list is words with commas between them.
fn comma_separated<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<GroupBy>, D::Error> {
    let text = String::deserialize(from)?;
    let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
    words.map(|word| GroupBy::deserialize(serde::de::value::StrDeserializer::new(word))).collect()
}

/// A number, with all that is needed to read it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema, SimpleObject)]
#[graphql(name = "KpiAnswerFields")]
pub struct KpiAnswer {
    /// Which metric.
    pub metric: Metric,
    /// Which version of its definition.
    pub definition_version: i32,
    /// What the values are.
    pub unit: Unit,
    /// Changes of tickets that this answer covers are still being worked in.
    pub pending: bool,
    /// The numbers: by bucket, then by name.
    pub rows: Vec<KpiRow>,
}

/// One number. What a row is not told apart by is absent, and so is what its metric has no meaning for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema, SimpleObject)]
pub struct KpiRow {
    /// The first day of the bucket.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub bucket: Option<NaiveDate>,
    /// The range cuts the bucket.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub partial: bool,
    /// Who is credited; absent where nobody is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub agent: Option<KpiAgent>,
    /// The team; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub team: Option<KpiTeam>,
    /// How the tickets came in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub channel: Option<Channel>,
    /// The number would show what a single person did whom the caller may not see; so there is none.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub withheld: bool,
    /// How many.
    pub n: Option<i64>,
    /// The sum of the values through `n`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub mean: Option<f64>,
    /// Half of the values are at most this.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub p50: Option<i64>,
    /// Nine of ten values are at most this.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub p90: Option<i64>,
    /// The largest value.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub max: Option<i64>,
}

/// A number as columns: the buckets once, and for each group a value for every bucket.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema, SimpleObject)]
pub struct KpiSeries {
    /// Which metric.
    pub metric: Metric,
    /// Which version of its definition.
    pub definition_version: i32,
    /// What the values are.
    pub unit: Unit,
    /// Changes of tickets that this answer covers are still being worked in.
    pub pending: bool,
    /// The first day of each bucket, in order; a single null without a grain.
    pub buckets: Vec<Option<NaiveDate>>,
    /// Which buckets the range cuts.
    pub partial: Vec<bool>,
    /// The groups; a single one where nothing is grouped.
    pub lines: Vec<KpiLine>,
}

/// One group's numbers, each list as long as `buckets`. Where a bucket has nothing of the group, there is null.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema, SimpleObject)]
pub struct KpiLine {
    /// Who is credited; null where nobody is, or where agents are not told apart.
    pub agent: Option<KpiAgent>,
    /// The team; null where there is none, or where teams are not told apart.
    pub team: Option<KpiTeam>,
    /// How the tickets came in; null where channels are not told apart.
    pub channel: Option<Channel>,
    /// Where the number would show what a single person did whom the caller may not see.
    pub withheld: Vec<bool>,
    /// How many.
    pub n: Vec<Option<i64>>,
    /// The sums of the values through `n`.
    pub mean: Vec<Option<f64>>,
    /// Half of the values are at most this.
    pub p50: Vec<Option<i64>>,
    /// Nine of ten values are at most this.
    pub p90: Vec<Option<i64>>,
    /// The largest values.
    pub max: Vec<Option<i64>>,
}

/// A person in a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, SimpleObject)]
pub struct KpiAgent {
    /// The person's id.
    pub id: PersonId,
    /// The person's name today.
    pub name: String,
}

/// A team in a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, SimpleObject)]
pub struct KpiTeam {
    /// The team's id.
    pub id: TeamId,
    /// The team's name today.
    pub name: String,
}

/// Which tickets behind a number: the query it was asked with, and which of its rows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct KpiTicketFilter {
    /// Only those of the bucket that begins on this day.
    pub bucket: Option<NaiveDate>,
    /// Only those of the rows of this person; `none` for the rows of nobody.
    #[param(inline)]
    pub agent: Option<WhoseAgent>,
    /// Only those of the rows of this very team, without the teams below it; `none` for the rows of no team.
    #[param(inline)]
    pub team: Option<WhoseTeam>,
    /// Only those that count, or only those that do not; both if not given.
    pub included: Option<bool>,
}

/// Whose rows: somebody's, or nobody's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose<I> {
    /// Those that have nobody: `none`.
    Nobody,
    /// Those of this one: its id.
    Of(I),
}

/// A person's rows, or those that nobody is credited with.
pub type WhoseAgent = Whose<PersonId>;

/// A team's rows, or those that no team is credited with.
pub type WhoseTeam = Whose<TeamId>;

impl<I: Copy + PartialEq> Whose<I> {
    /// Whether something of this owner is meant.
    pub(super) fn means(self, owner: Option<I>) -> bool {
        match self {
            Self::Nobody => owner.is_none(),
            Self::Of(id) => owner == Some(id),
        }
    }
}

impl<I: Serialize> Serialize for Whose<I> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Nobody => to.serialize_str("none"),
            Self::Of(id) => id.serialize(to),
        }
    }
}

impl<'de, I: DeserializeOwned> Deserialize<'de> for Whose<I> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        if text == "none" {
            return Ok(Self::Nobody);
        }
        I::deserialize(text.into_deserializer()).map(Self::Of)
    }
}

impl<I: DeserializeOwned + Serialize + Send + Sync> InputType for Whose<I> {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        <async_graphql::ID as InputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <async_graphql::ID as InputType>::create_type_info(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let text = match value {
            Some(Value::String(text)) => text,
            other => return Err(InputValueError::expected_type(other.unwrap_or_default())),
        };
        let read: Result<_, serde::de::value::Error> = Self::deserialize(text.into_deserializer());
        read.map_err(InputValueError::custom)
    }

    fn to_value(&self) -> Value {
        async_graphql::to_value(self).unwrap_or_default()
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

impl<I: ToSchema> PartialSchema for Whose<I> {
    fn schema() -> RefOr<Schema> {
        let nobody = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["none"]));
        OneOfBuilder::new().item(Ref::from_schema_name(I::name())).item(nobody).into()
    }
}

impl<I: ToSchema> ToSchema for Whose<I> {
    fn name() -> Cow<'static, str> {
        format!("Whose{}", I::name()).into()
    }
}

/// A ticket behind a number, or one kept out of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, SimpleObject)]
#[graphql(name = "KpiTicketFields")]
pub struct KpiTicket {
    /// The ticket.
    pub ticket_id: TicketId,
    /// What its source calls it.
    pub external_id: String,
    /// Whether it counts.
    pub included: bool,
    /// Why it does not.
    pub reason: Option<Exclusion>,
    /// The value it adds; a backlog's is 1, other counting metrics have none.
    pub value: Option<i64>,
    /// The instant it is dated by.
    pub at: DateTime<Utc>,
    /// Who is credited.
    pub agent: Option<KpiAgent>,
    /// The queue it lay in.
    pub queue_id: Option<QueueId>,
    /// How it came in.
    pub channel: Channel,
    /// The version of the definition that decided.
    pub definition_version: i32,
}
