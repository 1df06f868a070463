//! What a search asks for: filters in groups, and which of them a conversation passes.
//!
//! Dates know `=`, `<` and `>` alone; a filter that the field does not know is refused, as is a third nesting or a sixteenth filter.

use serde::Deserialize;
use serde_json::Value;

/// A filter, or a group of them.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Filter {
    One { field: String, operator: String, value: Value },
    Group { operator: Join, value: Vec<Self> },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Join {
    And,
    Or,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Date,
    Integer,
    Boolean,
    Text,
    /// The ids of those in a list.
    Ids(&'static str),
}

/// The fields that can be searched for, as far as they are here.
const FIELDS: [(&str, Kind); 36] = [
    ("id", Kind::Text),
    ("created_at", Kind::Date),
    ("updated_at", Kind::Date),
    ("waiting_since", Kind::Date),
    ("snoozed_until", Kind::Date),
    ("source.type", Kind::Text),
    ("source.id", Kind::Text),
    ("source.delivered_as", Kind::Text),
    ("source.subject", Kind::Text),
    ("source.body", Kind::Text),
    ("source.author.id", Kind::Text),
    ("source.author.type", Kind::Text),
    ("source.author.name", Kind::Text),
    ("source.author.email", Kind::Text),
    ("contact_ids", Kind::Ids("/contacts/contacts")),
    ("teammate_ids", Kind::Ids("/teammates/teammates")),
    ("tag_ids", Kind::Ids("/tags/tags")),
    ("admin_assignee_id", Kind::Integer),
    ("team_assignee_id", Kind::Integer),
    ("open", Kind::Boolean),
    ("read", Kind::Boolean),
    ("state", Kind::Text),
    ("priority", Kind::Text),
    ("statistics.time_to_assignment", Kind::Integer),
    ("statistics.time_to_admin_reply", Kind::Integer),
    ("statistics.time_to_first_close", Kind::Integer),
    ("statistics.time_to_last_close", Kind::Integer),
    ("statistics.first_contact_reply_at", Kind::Date),
    ("statistics.first_assignment_at", Kind::Date),
    ("statistics.first_admin_reply_at", Kind::Date),
    ("statistics.first_close_at", Kind::Date),
    ("statistics.last_contact_reply_at", Kind::Date),
    ("statistics.last_admin_reply_at", Kind::Date),
    ("statistics.last_close_at", Kind::Date),
    ("statistics.count_reopens", Kind::Integer),
    ("statistics.count_assignments", Kind::Integer),
];

/// So deep groups may stand in groups.
const DEPTH: usize = 2;
const WIDTH: usize = 15;

/// What holds of the two times that conversations are found by, each bound inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bounds {
    pub(super) created: (i64, i64),
    pub(super) updated: (i64, i64),
}

impl Bounds {
    const ALL: Self = Self { created: (i64::MIN, i64::MAX), updated: (i64::MIN, i64::MAX) };
}

impl Filter {
    /// Whether it can be answered; an error says why not.
    pub(super) fn check(&self) -> Result<(), String> {
        self.check_at(1)
    }

    fn check_at(&self, depth: usize) -> Result<(), String> {
        match self {
            Self::One { field, operator, value } => check_one(field, operator, value),
            Self::Group { .. } if depth > DEPTH => {
                Err(format!("there may be {DEPTH} nested filters at most"))
            }
            Self::Group { value, .. } if value.len() > WIDTH => {
                Err(format!("there may be {WIDTH} filters in a group at most"))
            }
            Self::Group { value, .. } => {
                value.iter().try_for_each(|filter| filter.check_at(depth + 1))
            }
        }
    }

    /// The times that a conversation must have, and whether that is all there is to it.
    pub(super) fn bounds(&self) -> (Bounds, bool) {
        let mut bounds = Bounds::ALL;
        let is_all = match self {
            Self::Group { operator: Join::And, value } => {
                let mut is_all = true;
                for filter in value {
                    is_all &= filter.narrow(&mut bounds);
                }
                is_all
            }
            Self::Group { .. } => false,
            Self::One { .. } => self.narrow(&mut bounds),
        };
        (bounds, is_all)
    }

    fn narrow(&self, bounds: &mut Bounds) -> bool {
        let Self::One { field, operator, value } = self else { return false };
        let (from, until) = match field.as_str() {
            "created_at" => (&mut bounds.created.0, &mut bounds.created.1),
            "updated_at" => (&mut bounds.updated.0, &mut bounds.updated.1),
            _ => return false,
        };
        let Some(at) = number(value) else { return false };
        if matches!(operator.as_str(), ">" | "=") {
            *from = (*from).max(at.saturating_add(i64::from(operator == ">")));
        }
        if matches!(operator.as_str(), "<" | "=") {
            *until = (*until).min(at.saturating_sub(i64::from(operator == "<")));
        }
        true
    }

    /// Whether a conversation passes, as it is shown by itself.
    pub(super) fn passes(&self, shown: &Value) -> bool {
        match self {
            Self::Group { operator: Join::And, value } => value.iter().all(|it| it.passes(shown)),
            Self::Group { operator: Join::Or, value } => value.iter().any(|it| it.passes(shown)),
            Self::One { field, operator, value } => passes_one(field, operator, value, shown),
        }
    }
}

fn kind(field: &str) -> Option<Kind> {
    FIELDS.iter().find(|(known, _)| *known == field).map(|(_, kind)| *kind)
}

/// Dates and numbers are taken as texts too.
fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

fn check_one(field: &str, operator: &str, value: &Value) -> Result<(), String> {
    let Some(kind) = kind(field) else { return Err(format!("`{field}` is not a valid field")) };
    let known: &[&str] = match kind {
        Kind::Date => &["=", "<", ">"],
        Kind::Integer => &["=", "!=", "IN", "NIN", "<", ">"],
        Kind::Boolean => &["=", "!="],
        Kind::Text => &["=", "!=", "IN", "NIN", "~", "!~", "^", "$"],
        Kind::Ids(_) => &["=", "!=", "IN", "NIN"],
    };
    if !known.contains(&operator) {
        return Err(format!("`{operator}` is not a valid operator for `{field}`"));
    }
    let is_list = matches!(operator, "IN" | "NIN");
    let fits = |value: &Value| match kind {
        Kind::Date => number(value).is_some(),
        Kind::Integer => number(value).is_some() || value.is_null(),
        Kind::Boolean => value.is_boolean(),
        Kind::Text | Kind::Ids(_) => value.is_string() || value.is_null(),
    };
    let is_right = match value.as_array() {
        Some(list) => is_list && list.iter().all(fits),
        None => !is_list && fits(value),
    };
    if is_right { Ok(()) } else { Err(format!("the value of `{field}` is not valid")) }
}

fn passes_one(field: &str, operator: &str, wanted: &Value, shown: &Value) -> bool {
    let found = match kind(field) {
        Some(Kind::Ids(list)) => {
            let items = shown.pointer(list).and_then(Value::as_array);
            items.into_iter().flatten().map(|item| item["id"].clone()).collect()
        }
        _ => {
            let place = format!("/{}", field.replace('.', "/"));
            vec![shown.pointer(&place).cloned().unwrap_or(Value::Null)]
        }
    };
    let any = |test: &dyn Fn(&Value) -> bool| found.iter().any(test);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_lowercase();
    let is = |it: &Value| it == wanted || (number(it).is_some() && number(it) == number(wanted));
    let is_in = |it: &Value| wanted.as_array().is_some_and(|list| list.contains(it));
    let compare = |it: &Value| Some(number(it)?.cmp(&number(wanted)?));
    match operator {
        "=" => any(&is),
        "!=" => !any(&is),
        "IN" => any(&is_in),
        "NIN" => !any(&is_in),
        ">" => any(&|it| compare(it).is_some_and(std::cmp::Ordering::is_gt)),
        "<" => any(&|it| compare(it).is_some_and(std::cmp::Ordering::is_lt)),
        "~" => any(&|it| text(it).contains(&text(wanted))),
        "!~" => !any(&|it| text(it).contains(&text(wanted))),
        "^" => any(&|it| text(it).starts_with(&text(wanted))),
        "$" => any(&|it| text(it).ends_with(&text(wanted))),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn filter(value: Value) -> Filter {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn dates_know_neither_at_least_nor_at_most() {
        for (operator, is_known) in
            [(">", true), ("<", true), ("=", true), (">=", false), ("IN", false)]
        {
            let asked = filter(
                json!({ "field": "updated_at", "operator": operator, "value": "1700000000" }),
            );
            assert_eq!(asked.check().is_ok(), is_known, "{operator}");
        }
        let word = filter(json!({ "field": "created_at", "operator": ">", "value": "soon" }));
        assert_eq!(word.check().unwrap_err(), "the value of `created_at` is not valid");
        let unknown = filter(json!({ "field": "mood", "operator": "=", "value": "1" }));
        assert_eq!(unknown.check().unwrap_err(), "`mood` is not a valid field");
    }

    #[test]
    fn groups_nest_twice_and_hold_fifteen() {
        let one = json!({ "field": "open", "operator": "=", "value": true });
        let group = |inner: Value| json!({ "operator": "AND", "value": [inner] });
        filter(group(group(one.clone()))).check().unwrap();
        filter(group(group(group(one.clone())))).check().unwrap_err();
        filter(json!({ "operator": "OR", "value": vec![one; 16] })).check().unwrap_err();
    }

    #[test]
    fn times_are_strict_and_the_rest_is_looked_up() {
        let time = |operator: &str, value: i64| json!({ "field": "updated_at", "operator": operator, "value": value });
        let state = json!({ "field": "state", "operator": "=", "value": "open" });
        let asked = filter(json!({ "operator": "AND", "value": [time(">", 10), time("<", 20)] }));
        assert_eq!(asked.bounds(), (Bounds { updated: (11, 19), ..Bounds::ALL }, true));
        let more = filter(json!({ "operator": "AND", "value": [state, time(">", 10)] }));
        assert_eq!(more.bounds(), (Bounds { updated: (11, i64::MAX), ..Bounds::ALL }, false));
        assert!(more.passes(&json!({ "state": "open", "updated_at": 11 })));
        assert!(!more.passes(&json!({ "state": "open", "updated_at": 10 })));
        let tagged = filter(json!({ "field": "tag_ids", "operator": "IN", "value": ["7"] }));
        assert!(tagged.passes(&json!({ "tags": { "tags": [{ "id": "7" }] } })));
    }
}
