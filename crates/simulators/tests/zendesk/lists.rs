//! Ordinary lists, by both kinds of pages.

use std::collections::BTreeSet;

use serde_json::Value;
use simulators::model::Act;
use simulators::server::Faults;

use crate::client::{Client, TICKETS, ids, zendesk};

/// All items of a list, following its own links.
fn follow(client: &Client, url: &str, name: &str) -> Vec<Value> {
    let (mut items, mut next) = (Vec::new(), Some(url.to_owned()));
    while let Some(url) = next {
        let page = client.json(&url);
        items.extend(page[name].as_array().unwrap().iter().cloned());
        let has_more = page.get("meta").is_none_or(|meta| meta["has_more"] == true);
        let link = page.get("links").map_or(&page["next_page"], |links| &links["next"]);
        next = link.as_str().filter(|_| has_more).map(str::to_owned);
    }
    items
}

#[test]
fn both_kinds_of_pages_give_everything_once() {
    let zendesk = zendesk(Faults::default());
    let client = Client::of(&zendesk);
    let model = zendesk.desk().model();
    let away = zendesk.desk().removed().len() as u64;
    let expected = [
        ("tickets", TICKETS - away),
        ("users", 13 + model.customers()),
        ("organizations", model.organisations()),
        ("groups", 5),
        ("satisfaction_ratings", zendesk.desk().ratings(0).len() as u64),
    ];
    for (name, count) in expected {
        for query in ["", "?page[size]=100", "?per_page=30&page=1", "?page%5Bsize%5D=17"] {
            let items = follow(&client, &format!("/api/v2/{name}.json{query}"), name);
            let unique: BTreeSet<u64> = ids(&items).into_iter().collect();
            assert_eq!((items.len() as u64, unique.len() as u64), (count, count), "{name}{query}");
        }
        let counted = client.json(&format!("/api/v2/{name}/count"));
        assert_eq!(counted["count"]["value"], count, "{name}");
    }
    let memberships =
        follow(&client, "/api/v2/group_memberships?page[size]=7", "group_memberships");
    let agents = ids(&follow(&client, "/api/v2/users?role=agent", "users"));
    let members: BTreeSet<u64> =
        memberships.iter().map(|it| it["user_id"].as_u64().unwrap()).collect();
    assert_eq!(members, agents.into_iter().collect());
}

#[test]
fn a_cursor_goes_on_where_its_last_item_is_gone() {
    let zendesk = zendesk(Faults::default());
    let client = Client::of(&zendesk);
    let listed: Vec<u64> = ids(&follow(&client, "/api/v2/tickets?page[size]=100", "tickets"));
    let changed = zendesk.change(4_000);
    let removed = zendesk.desk().removed();
    let gone = changed
        .iter()
        .map(|it| it.ticket)
        .find(|it| removed.contains_key(it) && listed.contains(it));
    let place = listed.iter().position(|it| Some(*it) == gone).unwrap();
    use base64::Engine;
    let cursor =
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(format!("k:{}", listed[place]));
    let page = client.json(&format!("/api/v2/tickets?page[size]=1&page[after]={cursor}"));
    assert_eq!(page["tickets"][0]["id"], listed[place + 1]);
    assert_eq!(client.get("/api/v2/tickets?page[after]=nonsense").status, 400);
    assert_eq!(client.get("/api/v2/tickets?page[size]=101").status, 400);
    assert_eq!(client.get("/api/v2/users?page=101").status, 400);
}

#[test]
fn one_ticket_is_shown_from_all_sides() {
    let zendesk = zendesk(Faults::default());
    let client = Client::of(&zendesk);
    let merged = zendesk.desk().tickets().find_map(|ticket| {
        ticket.events.iter().find_map(|event| match event.act {
            Act::Merged { into } => Some((ticket.number, into)),
            _ => None,
        })
    });
    let (number, into) = merged.unwrap();
    let ticket = &client.json(&format!("/api/v2/tickets/{number}.json"))["ticket"];
    assert_eq!(
        (&ticket["status"], &ticket["fields"]),
        (&Value::from("closed"), &ticket["custom_fields"])
    );
    let audits =
        follow(&client, &format!("/api/v2/tickets/{number}/audits?page[size]=1"), "audits");
    let merge = audits.iter().find(|audit| audit["via"]["source"]["rel"] == "merge").unwrap();
    assert_eq!(merge["via"]["source"]["to"]["ticket_id"], into);
    let comments = follow(&client, &format!("/api/v2/tickets/{number}/comments"), "comments");
    let last = comments.last().unwrap();
    assert!(
        last["public"] == false && last["body"].as_str().unwrap().contains(&format!("#{into}"))
    );
    let metrics = &client.json(&format!("/api/v2/tickets/{number}/metrics.json"))["ticket_metric"];
    assert_eq!(metrics["ticket_id"], number);
    let many =
        client.json(&format!("/api/v2/tickets/show_many.json?ids={number},{into},999999999"));
    assert_eq!(ids(many["tickets"].as_array().unwrap()), [number, into]);
    let (away, removal) = zendesk.desk().removed().pop_last().unwrap();
    for path in ["", "/audits", "/comments", "/metrics"] {
        assert_eq!(client.get(&format!("/api/v2/tickets/{away}{path}")).status, 404);
    }
    let deleted = follow(&client, "/api/v2/deleted_tickets?page[size]=5", "deleted_tickets");
    let told = deleted.iter().find(|it| it["id"] == away).unwrap();
    assert!(told["deleted_at"].as_str().unwrap().ends_with('Z') && removal.at > 0);
    let metrics = follow(&client, "/api/v2/ticket_metrics?page[size]=90", "ticket_metrics");
    assert!(metrics.is_sorted_by(|one, next| one["id"].as_u64() > next["id"].as_u64()));
    assert_eq!(client.get("/api/v2/nothing.json").json()["error"], "InvalidEndpoint");
    assert_eq!(client.get("/api/v2/tickets/99999999").json()["error"], "RecordNotFound");
}

#[test]
fn ratings_are_filtered_by_score_and_time() {
    let zendesk = zendesk(Faults::default());
    let client = Client::of(&zendesk);
    let rated = |query: &str| {
        let url = format!("/api/v2/satisfaction_ratings?page[size]=100&{query}");
        follow(&client, &url, "satisfaction_ratings")
    };
    let (all, good, bad) = (rated("score=received"), rated("score=good"), rated("score=bad"));
    assert!(!bad.is_empty() && all.len() == good.len() + bad.len());
    let said = rated("score=bad_with_comment");
    assert!(said.len() < bad.len() && said.iter().all(|it| it["comment"].is_string()));
    let middle = zendesk.desk().ratings(0)[all.len() / 2].at;
    let later = rated(&format!("start_time={middle}"));
    assert_eq!(later.len(), zendesk.desk().ratings(middle).len());
    let one = client.json(&format!("/api/v2/satisfaction_ratings/{}", bad[0]["id"]));
    assert_eq!(one["satisfaction_rating"], bad[0]);
}
