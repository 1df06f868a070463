//! What Intercom sends, as far as it is read. Ids are numbers in one place and texts in another, and `0` is nobody.

use serde::{Deserialize, Deserializer};

use domain::tickets::source::{SourceAgent, SourceQueue};

#[derive(Deserialize)]
pub(super) struct Me {
    pub(super) name: Option<String>,
    pub(super) app: Option<App>,
}

#[derive(Deserialize)]
pub(super) struct App {
    pub(super) name: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Admins {
    pub(super) admins: Vec<Option<Admin>>,
}

#[derive(Deserialize)]
pub(super) struct Admin {
    #[serde(deserialize_with = "id")]
    id: String,
    name: Option<String>,
    email: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Teams {
    pub(super) teams: Vec<Team>,
}

#[derive(Deserialize)]
pub(super) struct Team {
    #[serde(deserialize_with = "id")]
    id: String,
    name: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Found {
    conversations: Vec<Listed>,
    pages: Option<Pages>,
}

#[derive(Deserialize)]
pub(super) struct Listed {
    #[serde(deserialize_with = "id")]
    pub(super) id: String,
    pub(super) created_at: i64,
    pub(super) updated_at: i64,
}

#[derive(Deserialize)]
struct Pages {
    next: Option<Next>,
}

#[derive(Deserialize)]
struct Next {
    starting_after: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Conversation {
    #[serde(deserialize_with = "id")]
    pub(super) id: String,
    pub(super) created_at: i64,
    pub(super) updated_at: i64,
    pub(super) source: Option<Source>,
    #[serde(default)]
    pub(super) contacts: Contacts,
    #[serde(default, deserialize_with = "somebody")]
    pub(super) admin_assignee_id: Option<String>,
    #[serde(default, deserialize_with = "somebody")]
    pub(super) team_assignee_id: Option<String>,
    pub(super) state: Option<String>,
    pub(super) priority: Option<String>,
    #[serde(default)]
    pub(super) tags: Tags,
    pub(super) statistics: Option<Statistics>,
    pub(super) conversation_rating: Option<Rating>,
    #[serde(default)]
    pub(super) conversation_parts: Parts,
}

/// The message that a conversation begins with.
#[derive(Deserialize)]
pub(super) struct Source {
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    pub(super) delivered_as: Option<String>,
    pub(super) author: Option<Author>,
}

#[derive(Clone, Deserialize)]
pub(super) struct Author {
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    #[serde(default, deserialize_with = "somebody")]
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
    pub(super) email: Option<String>,
    pub(super) from_ai_agent: Option<bool>,
}

#[derive(Default, Deserialize)]
pub(super) struct Contacts {
    #[serde(default)]
    pub(super) contacts: Vec<Reference>,
}

/// Something by its kind and its id; nobody has none.
#[derive(Deserialize)]
pub(super) struct Reference {
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    #[serde(default, deserialize_with = "somebody")]
    pub(super) id: Option<String>,
}

#[derive(Default, Deserialize)]
pub(super) struct Tags {
    #[serde(default)]
    pub(super) tags: Vec<Tag>,
}

#[derive(Deserialize)]
pub(super) struct Tag {
    #[serde(deserialize_with = "id")]
    pub(super) id: String,
    pub(super) name: Option<String>,
    pub(super) applied_at: Option<i64>,
    pub(super) applied_by: Option<Reference>,
}

/// What Intercom makes of a conversation. It has durations too, of which it takes away what lies out of office hours.
#[derive(Deserialize)]
pub(super) struct Statistics {
    pub(super) first_admin_reply_at: Option<i64>,
    pub(super) last_close_at: Option<i64>,
    pub(super) count_reopens: Option<i64>,
}

#[derive(Deserialize)]
pub(super) struct Rating {
    pub(super) rating: Option<i32>,
    pub(super) remark: Option<String>,
    /// When it was asked for.
    pub(super) created_at: Option<i64>,
    /// When it was given.
    pub(super) updated_at: Option<i64>,
}

#[derive(Default, Deserialize)]
pub(super) struct Parts {
    #[serde(default)]
    pub(super) conversation_parts: Vec<Part>,
}

#[derive(Deserialize)]
pub(super) struct Part {
    #[serde(deserialize_with = "id")]
    pub(super) id: String,
    #[serde(default)]
    pub(super) part_type: String,
    pub(super) body: Option<String>,
    pub(super) created_at: i64,
    pub(super) assigned_to: Option<Reference>,
    pub(super) author: Option<Author>,
    pub(super) redacted: Option<bool>,
}

/// What a webhook says happened, as far as it is read: to which conversation.
#[derive(Deserialize)]
pub(super) struct Notification {
    data: Option<Data>,
}

#[derive(Deserialize)]
struct Data {
    item: Option<Told>,
}

#[derive(Deserialize)]
struct Told {
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(default, deserialize_with = "somebody")]
    id: Option<String>,
    /// Of what is deleted there is no more than this.
    #[serde(default, deserialize_with = "somebody")]
    conversation_id: Option<String>,
}

/// A number or a text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Id {
    Text(String),
    Number(i64),
}

impl From<Id> for String {
    fn from(id: Id) -> Self {
        match id {
            Id::Text(text) => text,
            Id::Number(number) => number.to_string(),
        }
    }
}

fn id<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Id::deserialize(from).map(String::from)
}

fn somebody<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let id = Option::<Id>::deserialize(from)?.map(String::from);
    Ok(id.filter(|id| !id.is_empty() && id != "0"))
}

/// The program that assigns and talks is listed among the admins, and speaks as one.
fn is_program(email: Option<&str>) -> bool {
    email.is_some_and(|email| email.starts_with("operator+") && email.ends_with("@intercom.io"))
}

impl Admin {
    pub(super) fn is_program(&self) -> bool {
        is_program(self.email.as_deref())
    }
}

impl From<Admin> for SourceAgent {
    fn from(Admin { id, name, email }: Admin) -> Self {
        let name = name.filter(|name| !name.is_empty()).unwrap_or_else(|| id.clone());
        Self { id, name, email: email.map(|email| email.to_lowercase()) }
    }
}

impl From<Team> for SourceQueue {
    fn from(Team { id, name }: Team) -> Self {
        Self { name: name.unwrap_or_else(|| id.clone()), id }
    }
}

impl Found {
    /// Each once, the oldest first, and the cursor of the next page.
    pub(super) fn in_order(self, time: impl Fn(&Listed) -> i64) -> (Vec<Listed>, Option<String>) {
        let mut listed = self.conversations;
        listed.sort_by(|a, b| (time(a), &a.id).cmp(&(time(b), &b.id)));
        listed.dedup_by(|a, b| a.id == b.id);
        let next = self.pages.and_then(|pages| pages.next);
        (listed, next.and_then(|next| next.starting_after))
    }
}

impl Author {
    /// Whether it is a person of the team, and not a program in the name of one.
    pub(super) fn is_person(&self) -> bool {
        let is_ai = self.from_ai_agent.unwrap_or(false);
        self.kind.as_deref() == Some("admin") && !is_ai && !is_program(self.email.as_deref())
    }

    pub(super) fn is_contact(&self) -> bool {
        matches!(self.kind.as_deref(), Some("user" | "lead" | "contact"))
    }

    /// As one of the team.
    pub(super) fn agent(&self) -> Option<SourceAgent> {
        let admin =
            Admin { id: self.id.clone()?, name: self.name.clone(), email: self.email.clone() };
        Some(admin.into())
    }
}

impl Notification {
    /// A ping is about none.
    pub(super) fn conversation(self) -> Option<String> {
        let Told { kind, id, conversation_id } = self.data?.item?;
        conversation_id.or_else(|| id.filter(|_| kind.as_deref() == Some("conversation")))
    }
}
