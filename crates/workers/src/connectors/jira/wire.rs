//! What Jira sends, as far as it is read. What is not known is left out and breaks nothing.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;

use domain::tickets::source::{SourceAgent, SourceCustomer, SourceQueue, SourceRating};

use super::site::{Customs, Time};

/// Who asks.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Me {
    pub(super) display_name: Option<String>,
    pub(super) time_zone: Option<String>,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct User {
    pub(super) account_id: String,
    pub(super) account_type: Option<String>,
    display_name: Option<String>,
    email_address: Option<String>,
}

/// A field of the site.
#[derive(Deserialize)]
pub(super) struct Field {
    pub(super) id: String,
    pub(super) schema: Option<FieldSchema>,
}

#[derive(Deserialize)]
pub(super) struct FieldSchema {
    pub(super) custom: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Status {
    pub(super) id: String,
    pub(super) name: Option<String>,
    #[serde(rename = "statusCategory")]
    pub(super) category: Option<Category>,
}

#[derive(Deserialize)]
pub(super) struct Category {
    pub(super) key: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Projects {
    pub(super) values: Vec<Named>,
    #[serde(default)]
    pub(super) is_last: bool,
}

/// A project, a component, an organisation, a priority.
#[derive(Clone, Deserialize)]
pub(super) struct Named {
    pub(super) id: String,
    pub(super) name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Search {
    pub(super) issues: Vec<Issue>,
    pub(super) next_page_token: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Issue {
    pub(super) id: String,
    #[serde(default)]
    pub(super) fields: Fields,
    pub(super) changelog: Option<Changelog>,
    #[serde(default)]
    properties: HashMap<String, Property>,
}

#[derive(Deserialize)]
struct Property {
    value: Option<String>,
}

#[derive(Default, Deserialize)]
pub(super) struct Fields {
    pub(super) created: Option<Time>,
    pub(super) updated: Option<Time>,
    pub(super) resolutiondate: Option<Time>,
    pub(super) project: Option<Named>,
    pub(super) status: Option<Status>,
    pub(super) priority: Option<Named>,
    pub(super) assignee: Option<User>,
    pub(super) reporter: Option<User>,
    pub(super) creator: Option<User>,
    #[serde(default)]
    pub(super) labels: Vec<String>,
    #[serde(default)]
    pub(super) components: Vec<Named>,
    #[serde(default)]
    pub(super) description: Value,
    pub(super) comment: Option<Comments>,
    /// Those that a site has numbers of its own for.
    #[serde(flatten)]
    custom: HashMap<String, Value>,
}

#[derive(Deserialize)]
pub(super) struct Comments {
    #[serde(default)]
    pub(super) comments: Vec<Comment>,
    pub(super) total: Option<usize>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Comment {
    pub(super) id: String,
    pub(super) author: Option<User>,
    pub(super) created: Time,
    /// Whether the customer can read it. Where there are no customers, it is not there.
    pub(super) jsd_public: Option<bool>,
}

#[derive(Deserialize)]
pub(super) struct Changelog {
    #[serde(default)]
    pub(super) histories: Vec<History>,
    pub(super) total: Option<usize>,
}

#[derive(Deserialize)]
pub(super) struct History {
    pub(super) id: String,
    pub(super) author: Option<User>,
    pub(super) created: Time,
    #[serde(default)]
    pub(super) items: Vec<Change>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Change {
    field_id: Option<String>,
    field: Option<String>,
    pub(super) from: Option<String>,
    pub(super) from_string: Option<String>,
    pub(super) to: Option<String>,
    pub(super) to_string: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Changelogs {
    pub(super) issue_change_logs: Vec<ChangelogOf>,
    pub(super) next_page_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ChangelogOf {
    pub(super) issue_id: String,
    #[serde(default)]
    pub(super) change_histories: Vec<History>,
}

/// What a webhook says that is believed.
#[derive(Deserialize)]
pub(super) struct Happened {
    pub(super) issue: Option<Named>,
}

impl User {
    fn name(&self) -> String {
        let name = self.display_name.clone().filter(|name| !name.is_empty());
        name.unwrap_or_else(|| self.account_id.clone())
    }

    pub(super) fn is_program(&self) -> bool {
        self.account_type.as_deref() == Some("app")
    }

    /// Somebody with an account of the company's: agents, and whoever else works there.
    pub(super) fn is_staff(&self) -> bool {
        self.account_type.as_deref() == Some("atlassian")
    }

    /// The address is often nobody's business.
    pub(super) fn agent(&self) -> SourceAgent {
        let email = self.email_address.as_ref().map(|email| email.to_lowercase());
        SourceAgent { id: self.account_id.clone(), name: self.name(), email }
    }
}

impl Named {
    pub(super) fn queue(self) -> SourceQueue {
        SourceQueue { name: self.name.unwrap_or_else(|| self.id.clone()), id: self.id }
    }

    /// The queue of what lies in no component of a project.
    pub(super) fn project_queue(&self) -> SourceQueue {
        let id = format!("project:{}", self.id);
        SourceQueue { name: self.name.clone().unwrap_or_else(|| id.clone()), id }
    }
}

impl Change {
    /// What changed, by the field's number and not by its name, which everybody may read in a language of their own.
    pub(super) fn field(&self) -> &str {
        let field = self.field_id.as_deref().or(self.field.as_deref()).unwrap_or_default();
        if field == "Component" { "components" } else { field }
    }
}

impl Issue {
    /// Where it came in: a property that the service desk gives its requests.
    pub(super) fn channel(&self) -> Option<&str> {
        self.properties.get("request.channel.type")?.value.as_deref()
    }

    pub(super) fn updated(&self) -> DateTime<Utc> {
        self.fields.updated.or(self.fields.created).map_or(DateTime::UNIX_EPOCH, |at| at.0)
    }

    pub(super) fn customer(&self, customs: &Customs) -> Option<SourceCustomer> {
        let reporter = self.fields.reporter.as_ref()?;
        let organisations = self.custom(customs.organisations.as_ref());
        let organisation = organisations.and_then(|list| list.get(0)?.get("name")?.as_str());
        Some(SourceCustomer {
            id: reporter.account_id.clone(),
            name: reporter.name(),
            organisation: organisation.map(str::to_owned),
            organisation_id: None,
        })
    }

    /// What the customer thought of the answer: a request has one rating.
    pub(super) fn rating(&self, customs: &Customs) -> Option<SourceRating> {
        let value = self.custom(customs.rating.as_ref())?;
        let score = value.get("rating").unwrap_or(value);
        let score = score.as_i64().or_else(|| score.as_str()?.parse().ok())?;
        let at = self.custom(customs.rated_at.as_ref()).and_then(Time::read);
        Some(SourceRating {
            id: self.id.clone(),
            ticket: self.id.clone(),
            score: i32::try_from(score).ok()?,
            best: 5,
            comment: None,
            at: at.map_or_else(|| self.updated(), |at| at.0).timestamp_micros(),
        })
    }

    fn custom(&self, name: Option<&String>) -> Option<&Value> {
        self.fields.custom.get(name?).filter(|value| !value.is_null())
    }
}
