//! Pages of what was touched.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use simulators::Simulator;

use crate::asked::{get, ids, page, post, read, unlimited};

/// All pages to the end.
fn all(desk: &Simulator, after: i64, mut between: impl FnMut()) -> Vec<Value> {
    let (mut found, mut cursor) = (Vec::new(), None);
    loop {
        let page = page(desk, after, 150, cursor.as_deref());
        found.extend(page["conversations"].as_array().unwrap().iter().cloned());
        let Some(next) = page["pages"]["next"]["starting_after"].as_str() else { return found };
        cursor = Some(next.to_owned());
        between();
    }
}

/// The ids of what is there, of what is not deleted.
fn there(desk: &Simulator) -> BTreeSet<String> {
    let kept = (1..=desk.desk().count()).filter(|number| !desk.desk().was_deleted(*number));
    kept.map(|number| desk.ticket_id(number)).collect()
}

fn set(items: &[Value]) -> BTreeSet<String> {
    items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn everything_that_is_not_deleted_is_found_once_and_in_order() {
    let desk = unlimited();
    let found = all(&desk, 0, || {});
    assert!(found.is_sorted_by_key(|item| item["updated_at"].as_i64().unwrap()));
    assert_eq!(set(&found), there(&desk));
    assert_eq!(found.len(), there(&desk).len());
    assert!((found.len() as u64) < desk.desk().count());
}

#[test]
fn what_changes_while_it_is_read_comes_at_the_end() {
    let desk = unlimited();
    let found = all(&desk, 0, || _ = desk.change(20));
    assert_eq!(set(&found), there(&desk).intersection(&set(&found)).cloned().collect());
    assert!(there(&desk).is_subset(&set(&found)));
}

#[test]
fn a_date_is_strictly_later() {
    let desk = unlimited();
    let first = page(&desk, 0, 1, None)["conversations"][0]["updated_at"].as_i64().unwrap();
    let at =
        |after| page(&desk, after, 1, None)["conversations"][0]["updated_at"].as_i64().unwrap();
    assert_eq!(at(first - 1), first);
    assert!(at(first) > first);
    for operator in [">=", "<=", "!="] {
        let query = json!({ "field": "updated_at", "operator": operator, "value": first });
        let refused = post(&desk, "/conversations/search", &json!({ "query": query }));
        assert_eq!(refused.status, 400, "{operator}");
    }
}

#[test]
fn a_page_has_twenty_and_never_more_than_a_hundred_and_fifty() {
    let desk = unlimited();
    assert_eq!(ids(&read(&get(&desk, "/conversations"))).len(), 20);
    assert_eq!(ids(&read(&get(&desk, "/conversations?per_page=150"))).len(), 150);
    for refused in ["per_page=151", "per_page=0", "per_page=x", "starting_after=nonsense"] {
        assert_eq!(get(&desk, &format!("/conversations?{refused}")).status, 400, "{refused}");
    }
    let page = page(&desk, 0, 150, None);
    let total = page["total_count"].as_u64().unwrap();
    assert_eq!(page["pages"]["total_pages"], total.div_ceil(150));
}

#[test]
fn a_list_goes_from_the_newest_to_the_oldest() {
    let desk = unlimited();
    let (mut seen, mut address) = (Vec::new(), "/conversations?per_page=150".to_owned());
    loop {
        let page = read(&get(&desk, &address));
        seen.extend(page["conversations"].as_array().unwrap().iter().cloned());
        let Some(next) = page["pages"]["next"]["starting_after"].as_str() else { break };
        address = format!("/conversations?per_page=150&starting_after={next}");
    }
    assert!(seen.is_sorted_by_key(|item| std::cmp::Reverse(item["updated_at"].as_i64().unwrap())));
    assert_eq!(set(&seen), there(&desk));
}

#[test]
fn windows_of_the_creation_share_nothing_and_leave_nothing_out() {
    let desk = unlimited();
    let (starts, ends) = (desk.desk().model().starts(), desk.desk().clock().now() + 1);
    let mut found = Vec::new();
    for from in (starts..ends).step_by(20 * 86_400) {
        let until = (from + 20 * 86_400).min(ends);
        let mut cursor = None;
        loop {
            let body = json!({
                "query": { "operator": "AND", "value": [
                    { "field": "created_at", "operator": ">", "value": from - 1 },
                    { "field": "created_at", "operator": "<", "value": until },
                ] },
                "pagination": { "per_page": 100, "starting_after": cursor },
                "sort": { "field": "created_at", "order": "ascending" },
            });
            let page = read(&post(&desk, "/conversations/search", &body));
            found.extend(ids(&page));
            let Some(next) = page["pages"]["next"]["starting_after"].as_str() else { break };
            cursor = Some(next.to_owned());
        }
    }
    assert_eq!(found.len(), there(&desk).len());
    assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), there(&desk));
}

#[test]
fn other_filters_find_what_they_say() {
    let desk = unlimited();
    let find = |filters: Value| {
        let body = json!({ "query": { "operator": "AND", "value": filters }, "pagination": { "per_page": 150 } });
        read(&post(&desk, "/conversations/search", &body))
    };
    let open = find(json!([{ "field": "state", "operator": "=", "value": "open" }]));
    assert!(open["conversations"].as_array().unwrap().iter().all(|it| it["state"] == "open"));
    let closed = find(json!([{ "field": "open", "operator": "=", "value": false }]));
    let snoozed = find(json!([{ "field": "state", "operator": "=", "value": "snoozed" }]));
    let counts = [&open, &closed, &snoozed].map(|page| page["total_count"].as_u64().unwrap());
    assert_eq!(counts.iter().sum::<u64>(), there(&desk).len() as u64);
    assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
}
