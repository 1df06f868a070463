//! How the site is set up.

use serde_json::{Value, json};

use super::ids;
use super::service::{Asked, Outcome, Problem, Service};
use super::words::{self, Category, Resolution};
use crate::model::{Priority, Queue, Status};
use crate::server::Answer;

pub(super) fn server(service: &Service) -> Outcome {
    let now = service.zone.shown(service.desk.clock().now());
    Ok(Answer::json(
        200,
        &json!({
            "baseUrl": service.base,
            "version": "1001.0.0-SNAPSHOT",
            "versionNumbers": [1001, 0, 0],
            "deploymentType": "Cloud",
            "buildNumber": 100_300,
            "buildDate": now,
            "serverTime": now,
            "scmInfo": "0000000000000000000000000000000000000000",
            "serverTitle": "Jira",
        }),
    ))
}

/// The standing fields, and the type of each.
const FIELDS: [(&str, &str, &str); 18] = [
    ("summary", "Summary", "string"),
    ("description", "Description", "string"),
    ("issuetype", "Issue Type", "issuetype"),
    ("project", "Project", "project"),
    ("status", "Status", "status"),
    ("statusCategory", "Status Category", "statusCategory"),
    ("statuscategorychangedate", "Status Category Changed", "datetime"),
    ("resolution", "Resolution", "resolution"),
    ("resolutiondate", "Resolved", "datetime"),
    ("priority", "Priority", "priority"),
    ("assignee", "Assignee", "user"),
    ("reporter", "Reporter", "user"),
    ("creator", "Creator", "user"),
    ("labels", "Labels", "array"),
    ("components", "Components", "array"),
    ("created", "Created", "datetime"),
    ("updated", "Updated", "datetime"),
    ("comment", "Comment", "comments-page"),
];

/// Those of the service desk: name, type and kind.
const CUSTOM: [(&str, &str, &str, &str); 4] = [
    (ids::ORGANISATIONS, "Organizations", "array", "sd-customer-organizations"),
    (ids::REQUEST_TYPE, "Request Type", "sd-customerrequesttype", "vp-origin"),
    (ids::SATISFACTION, "Satisfaction", "sd-feedback", "sd-request-feedback"),
    (ids::SATISFACTION_DATE, "Satisfaction date", "datetime", "sd-request-feedback-date"),
];

pub(super) fn fields() -> Outcome {
    let standing = FIELDS.iter().map(|(id, name, kind)| {
        json!({
            "id": id, "key": id, "name": name, "custom": false, "orderable": true,
            "navigable": *id != "comment", "searchable": true, "clauseNames": [id],
            "schema": { "type": kind, "system": id },
        })
    });
    let custom = CUSTOM.iter().map(|(id, name, kind, plugin)| {
        let number: u64 = id.trim_start_matches("customfield_").parse().unwrap_or_default();
        json!({
            "id": id, "key": id, "name": name, "custom": true,
            "orderable": true, "navigable": true, "searchable": true,
            "clauseNames": [format!("cf[{number}]"), name],
            "schema": {
                "type": kind, "customId": number,
                "custom": format!("com.atlassian.servicedesk:{plugin}"),
            },
        })
    });
    Ok(Answer::json(200, &standing.chain(custom).collect::<Vec<Value>>()))
}

impl Service {
    fn url(&self, kind: &str, id: impl std::fmt::Display) -> String {
        format!("{}/rest/api/3/{kind}/{id}", self.base)
    }

    pub(super) fn category(&self, (id, key, name, colour): Category) -> Value {
        let url = self.url("statuscategory", id);
        json!({ "self": url, "id": id, "key": key, "colorName": colour, "name": name })
    }

    pub(super) fn status(&self, status: Status) -> Value {
        let id = ids::status(status).to_string();
        json!({
            "self": self.url("status", &id),
            "description": "",
            "iconUrl": format!("{}/images/icons/status_generic.gif", self.base),
            "name": words::status(status),
            "id": id,
            "statusCategory": self.category(words::category(status)),
        })
    }

    pub(super) fn resolution(&self, resolution: Resolution) -> Value {
        let id = resolution.id().to_string();
        let (url, name) = (self.url("resolution", &id), resolution.name());
        json!({ "self": url, "id": id, "description": "", "name": name })
    }

    pub(super) fn priority(&self, priority: Priority) -> Value {
        let (id, name) = words::priority(priority);
        let icon = format!("{}/images/icons/priorities/{}.svg", self.base, name.to_lowercase());
        json!({ "self": self.url("priority", id), "iconUrl": icon, "name": name, "id": id.to_string() })
    }

    pub(super) fn issue_type(&self) -> Value {
        json!({
            "self": self.url("issuetype", ids::ISSUE_TYPE),
            "id": ids::ISSUE_TYPE.to_string(),
            "description": "What customers ask for",
            "iconUrl": format!("{}/images/icons/request.svg", self.base),
            "name": "Service Request",
            "subtask": false,
            "hierarchyLevel": 0,
        })
    }

    /// A project as issues name it.
    pub(super) fn project(&self, id: u64) -> Value {
        let (key, name, kind) = match id {
            ids::PROJECT_ID => (ids::PROJECT, self.desk.model().desk().name, "service_desk"),
            _ => (ids::OTHER_PROJECT, "Website", "software"),
        };
        json!({
            "self": self.url("project", id), "id": id.to_string(), "key": key, "name": name,
            "projectTypeKey": kind, "simplified": false, "avatarUrls": {},
        })
    }

    /// A component as issues name it.
    pub(super) fn component(&self, queue: Queue) -> Value {
        let id = ids::component(queue).to_string();
        json!({ "self": self.url("component", &id), "id": id, "name": queue.name() })
    }
}

/// What can be set, each kind as a list.
pub(super) fn values(service: &Service, kind: &str) -> Outcome {
    let statuses = || Status::ALL.iter().map(|it| service.status(*it)).collect();
    let values: Vec<Value> = match kind {
        "status" => statuses(),
        "statuscategory" => words::CATEGORIES.iter().map(|it| service.category(*it)).collect(),
        "resolution" => Resolution::ALL.iter().map(|it| service.resolution(*it)).collect(),
        "priority" => Priority::ALL.iter().rev().map(|it| service.priority(*it)).collect(),
        "issuetype" => vec![service.issue_type()],
        _ => return Err(Problem::no_endpoint()),
    };
    Ok(Answer::json(200, &values))
}

const PROJECTS: [u64; 2] = [ids::PROJECT_ID, ids::OTHER_PROJECT_ID];

fn find(name: &str) -> Result<u64, Problem> {
    let is_it = |project: &&u64| {
        let key = if **project == ids::PROJECT_ID { ids::PROJECT } else { ids::OTHER_PROJECT };
        name == project.to_string() || name.eq_ignore_ascii_case(key)
    };
    let missing = || Problem::missing(&format!("No project could be found with key '{name}'."));
    PROJECTS.iter().find(is_it).copied().ok_or_else(missing)
}

pub(super) fn projects(service: &Service) -> Outcome {
    Ok(Answer::json(200, &PROJECTS.map(|project| service.project(project))))
}

pub(super) fn find_projects(service: &Service, asked: &Asked<'_>) -> Outcome {
    let kinds = asked.listed("typeKey");
    let is_asked = |project: &Value| {
        kinds.is_empty() || kinds.iter().any(|kind| project["projectTypeKey"] == **kind)
    };
    let all = PROJECTS.map(|project| service.project(project)).into_iter().filter(is_asked);
    page(service, asked, all.collect())
}

pub(super) fn project(service: &Service, name: &str) -> Outcome {
    let id = find(name)?;
    let mut project = service.project(id);
    project["components"] = json!(of_project(service, id));
    project["issueTypes"] = json!([service.issue_type()]);
    Ok(Answer::json(200, &project))
}

fn of_project(service: &Service, project: u64) -> Vec<Value> {
    let queues = Queue::ALL.iter().filter(|_| project == ids::PROJECT_ID);
    let component = |queue: &Queue| {
        let mut component = service.component(*queue);
        component["project"] = json!(ids::PROJECT);
        component["projectId"] = json!(ids::PROJECT_ID);
        component["assigneeType"] = json!("UNASSIGNED");
        component["isAssigneeTypeValid"] = json!(true);
        component
    };
    queues.map(component).collect()
}

/// All at once, or page by page.
pub(super) fn components(
    service: &Service,
    asked: &Asked<'_>,
    name: &str,
    is_paged: bool,
) -> Outcome {
    let all = of_project(service, find(name)?);
    if is_paged { page(service, asked, all) } else { Ok(Answer::json(200, &all)) }
}

pub(super) fn component(service: &Service, id: &str) -> Outcome {
    let mut all = of_project(service, ids::PROJECT_ID).into_iter();
    let found = all.find(|component| component["id"] == *id);
    let missing = || Problem::missing(&format!("The component with id {id} does not exist."));
    Ok(Answer::json(200, &found.ok_or_else(missing)?))
}

fn page(service: &Service, asked: &Asked<'_>, all: Vec<Value>) -> Outcome {
    let (start, size) = asked.page(50, 100)?;
    let total = all.len();
    let values: Vec<Value> = all.into_iter().skip(start).take(size).collect();
    let body = json!({
        "self": format!("{}{}?maxResults={size}&startAt={start}", service.base, asked.request.path),
        "maxResults": size,
        "startAt": start,
        "total": total,
        "isLast": start + values.len() >= total,
        "values": values,
    });
    Ok(Answer::json(200, &body))
}
