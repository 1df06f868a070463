//! What happened to an issue, from what it is now and what its changelog says it was before.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use domain::tickets::source::{
    Attributes, Figures, Rows, SourceActor, SourceAgent, SourceEffect, SourceEvent, SourceRow,
};
use domain::tickets::{ActorKind, Channel, InitiatedBy};

use super::site::Customs;
use super::statuses::Statuses;
use super::wire::{Change, History, Issue, Named, User};

/// Everything that is needed to understand issues.
pub(super) struct Reader<'r> {
    pub(super) agents: &'r HashSet<String>,
    pub(super) statuses: &'r Statuses,
    pub(super) customs: &'r Customs,
}

impl Reader<'_> {
    /// An issue with all that happened to it.
    pub(super) fn row(&self, mut issue: Issue) -> SourceRow {
        let mut histories = issue.changelog.take().map_or_else(Vec::new, |it| it.histories);
        histories.sort_by_key(|history| (history.created, number(&history.id)));
        histories.dedup_by(|one, other| one.id == other.id);
        let reporter = issue.fields.reporter.as_ref().map(|user| user.account_id.clone());
        let actor = |user: Option<&User>| self.actor(user, reporter.as_deref());
        let mut state = Components::before(&issue, &histories);
        let mut events = vec![self.creation(&issue, &histories, &state, &actor)];
        for history in &histories {
            let effects = self.effects(history, &mut state);
            let name = history.items.first().map_or("change", Change::field);
            let (id, by) = (format!("h{}", history.id), history.author.as_ref());
            events.push(event(id, name, history.created.0, actor(by), effects));
        }
        let comments = issue.fields.comment.take().map_or_else(Vec::new, |it| it.comments);
        for comment in comments {
            let effect = SourceEffect::Message { public: comment.jsd_public.unwrap_or(false) };
            let (id, by) = (format!("c{}", comment.id), comment.author.as_ref());
            events.push(event(id, "comment", comment.created.0, actor(by), vec![effect]));
        }
        events.sort_by_key(|event| event.at);
        SourceRow {
            ticket: issue.id.clone(),
            line: 0,
            shape: Rows::Events,
            version: Some(issue.updated().timestamp_millis()),
            attributes: self.attributes(&issue),
            events,
        }
    }

    fn attributes(&self, issue: &Issue) -> Attributes {
        let fields = &issue.fields;
        let initiated_by = fields.creator.as_ref().map(|creator| {
            let is_own =
                fields.reporter.as_ref().is_some_and(|it| it.account_id == creator.account_id);
            match self.agents.contains(&creator.account_id) {
                _ if creator.is_program() => InitiatedBy::System,
                true if !is_own => InitiatedBy::Agent,
                _ => InitiatedBy::Customer,
            }
        });
        let resolved = fields.created.zip(fields.resolutiondate);
        let figures = Figures {
            full_resolution_seconds: resolved.map(|(from, to)| (to.0 - from.0).num_seconds()),
            ..Figures::default()
        };
        Attributes {
            channel: issue.channel().map(channel),
            customer: issue.customer(self.customs),
            initiated_by,
            is_test: None,
            figures: Some(figures),
        }
    }

    /// What an issue was made with is what its first changes changed, else what it still has. The request itself is a message of whoever
    /// made it.
    fn creation(
        &self,
        issue: &Issue,
        histories: &[History],
        components: &Components,
        actor: &impl Fn(Option<&User>) -> SourceActor,
    ) -> SourceEvent {
        let fields = &issue.fields;
        let first = |field: &str| {
            let changes = histories.iter().flat_map(|history| &history.items);
            changes.into_iter().find(|change| change.field() == field)
        };
        let now = fields.status.as_ref().map(|status| status.id.as_str());
        let status = first("status").map_or(now, |change| change.from.as_deref());
        let assignee = match first("assignee") {
            Some(change) => agent(change.from.as_ref(), change.from_string.as_ref()),
            None => fields.assignee.as_ref().map(User::agent),
        };
        let priority = match first("priority") {
            Some(change) => change.from_string.clone(),
            None => fields.priority.as_ref().and_then(|priority| priority.name.clone()),
        };
        let labels = match first("labels") {
            Some(change) => words(change.from_string.as_ref()).map(str::to_owned).collect(),
            None => fields.labels.clone(),
        };
        let mut effects = vec![
            SourceEffect::Created,
            SourceEffect::Status(self.statuses.category(None, status, None)),
            SourceEffect::Queue(components.queue()),
        ];
        effects.extend(assignee.map(|agent| SourceEffect::Assignee(Some(agent))));
        effects.extend(priority.map(|word| SourceEffect::Priority(Some(word))));
        effects.extend(labels.into_iter().map(SourceEffect::Tag));
        if !fields.description.is_null() {
            effects.push(SourceEffect::Message { public: true });
        }
        let at = fields.created.map_or(DateTime::UNIX_EPOCH, |at| at.0);
        event("created".to_owned(), "created", at, actor(fields.creator.as_ref()), effects)
    }

    fn effects(&self, history: &History, components: &mut Components) -> Vec<SourceEffect> {
        let mut effects = Vec::new();
        let resolution = history.items.iter().find(|change| change.field() == "resolution");
        let resolution = resolution.and_then(|change| change.to_string.as_deref());
        let lay_in = components.queue();
        for change in &history.items {
            match change.field() {
                "status" => {
                    let (from, to) = (change.from.as_deref(), change.to.as_deref());
                    let category = self.statuses.category(from, to, resolution);
                    effects.push(SourceEffect::Status(category));
                }
                "assignee" => {
                    let agent = agent(change.to.as_ref(), change.to_string.as_ref());
                    effects.push(SourceEffect::Assignee(agent));
                }
                "priority" => effects.push(SourceEffect::Priority(change.to_string.clone())),
                "labels" => {
                    let before: HashSet<&str> = words(change.from_string.as_ref()).collect();
                    let new = words(change.to_string.as_ref()).filter(|it| !before.contains(it));
                    effects.extend(new.map(|label| SourceEffect::Tag(label.to_owned())));
                }
                "components" => components.turn(change.from.as_ref(), change.to.as_ref()),
                _ => {}
            }
        }
        if components.queue() != lay_in {
            effects.push(SourceEffect::Queue(components.queue()));
        }
        effects
    }

    /// Who reported an issue is its customer, also somebody of the company.
    fn actor(&self, user: Option<&User>, reporter: Option<&str>) -> SourceActor {
        let nobody = |kind| SourceActor { kind, who: None };
        match user {
            None => nobody(ActorKind::System),
            Some(user) if user.is_program() => nobody(ActorKind::Automation),
            Some(user) if Some(user.account_id.as_str()) == reporter => nobody(ActorKind::Customer),
            Some(user) if self.agents.contains(&user.account_id) => {
                SourceActor { kind: ActorKind::Human, who: Some(user.agent()) }
            }
            Some(_) => nobody(ActorKind::Customer),
        }
    }
}

/// The components of an issue, and the project it lies in where it has none.
struct Components {
    ids: Vec<String>,
    project: Option<String>,
}

impl Components {
    /// Those that an issue was made with: what it has now, with every change taken back.
    fn before(issue: &Issue, histories: &[History]) -> Self {
        let ids = issue.fields.components.iter().map(|it| it.id.clone()).collect();
        let project = issue.fields.project.as_ref().map(|it| Named::project_queue(it).id);
        let mut components = Self { ids, project };
        for change in histories.iter().rev().flat_map(|history| history.items.iter().rev()) {
            if change.field() == "components" {
                components.turn(change.to.as_ref(), change.from.as_ref());
            }
        }
        components
    }

    fn turn(&mut self, from: Option<&String>, to: Option<&String>) {
        self.ids.retain(|id| Some(id) != from);
        self.ids.extend(to.filter(|id| !self.ids.contains(id)).cloned());
    }

    fn queue(&self) -> Option<String> {
        self.ids.last().or(self.project.as_ref()).cloned()
    }
}

fn event(
    id: String,
    kind: &str,
    at: DateTime<Utc>,
    actor: SourceActor,
    effects: Vec<SourceEffect>,
) -> SourceEvent {
    SourceEvent { id: Some(id), kind: kind.to_owned(), at: at.timestamp_micros(), actor, effects }
}

fn agent(id: Option<&String>, name: Option<&String>) -> Option<SourceAgent> {
    let id = id.filter(|id| !id.is_empty())?;
    Some(SourceAgent { id: id.clone(), name: name.unwrap_or(id).clone(), email: None })
}

fn words(text: Option<&String>) -> impl Iterator<Item = &str> {
    text.map_or("", String::as_str).split_whitespace()
}

/// Numbers that grow: of one moment they tell the order.
fn number(id: &str) -> u64 {
    id.parse().unwrap_or_default()
}

/// By the property `request.channel.type`.
fn channel(word: &str) -> Channel {
    match word {
        "email" => Channel::Email,
        "portal" | "anonymousportal" | "widget" | "jira" => Channel::Web,
        "chat" | "virtualagent" => Channel::Chat,
        "slack" | "msteams" => Channel::Messaging,
        "phone" => Channel::Phone,
        "api" => Channel::Api,
        _ => Channel::Other,
    }
}
