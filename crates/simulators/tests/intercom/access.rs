//! Who is let in, and how often.

use serde_json::json;
use simulators::server::Request;

use simulators::Options;

use crate::asked::{get, intercom, post, read, said, signed_in, unlimited};

#[test]
fn nobody_is_let_in_without_the_token_or_told_of_limits() {
    let desk = intercom(&Options::default());
    let asked = Request::get("/me");
    for refused in [asked.clone(), asked.header("authorization", "Bearer nonsense")] {
        let answer = desk.answer(&refused);
        assert_eq!(answer.status, 401);
        let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(body["errors"][0]["code"], "unauthorized");
        assert_eq!(said(&answer, "X-RateLimit-Limit"), None);
    }
    assert_eq!(read(&get(&desk, "/me"))["app"]["type"], "app");
}

#[test]
fn a_version_that_is_none_is_refused() {
    let desk = unlimited();
    let asked = |version: &str| {
        let request = signed_in(&desk, Request::get("/me")).header("intercom-version", version);
        desk.answer(&request)
    };
    assert_eq!(said(&asked("2.14"), "Intercom-Version"), Some("2.14"));
    assert_eq!(asked("9.9").status, 400);
}

#[test]
fn a_window_of_ten_seconds_has_so_many_requests() {
    let desk = intercom(&Options::default());
    for left in (0..167).rev() {
        let answer = get(&desk, "/teams");
        assert_eq!(said(&answer, "X-RateLimit-Remaining"), Some(left.to_string().as_str()));
    }
    let refused = get(&desk, "/teams");
    let now = desk.desk().clock().now();
    assert_eq!(refused.status, 429);
    assert_eq!(said(&refused, "X-RateLimit-Reset"), Some((now + 10).to_string().as_str()));
    assert_eq!(said(&refused, "Retry-After"), None);
    desk.desk().clock().advance(10);
    assert_eq!(get(&desk, "/teams").status, 200);
}

#[test]
fn people_are_where_they_are_looked_for() {
    let desk = unlimited();
    let admins = read(&get(&desk, "/admins"));
    let admins = admins["admins"].as_array().unwrap();
    // The manager, and the program that is nobody.
    assert_eq!(admins.len(), 12 + 2);
    let operators =
        admins.iter().filter(|it| it["email"].as_str().unwrap().starts_with("operator+"));
    assert_eq!(operators.count(), 1);
    for admin in admins {
        let one = read(&get(&desk, &format!("/admins/{}", admin["id"].as_str().unwrap())));
        assert_eq!(&one, admin);
    }
    let teams = read(&get(&desk, "/teams"));
    let team = &teams["teams"][0];
    assert_eq!(&read(&get(&desk, &format!("/teams/{}", team["id"].as_str().unwrap()))), team);
    let list = read(&get(&desk, "/conversations"));
    let contact = list["conversations"][0]["contacts"]["contacts"][0]["id"].as_str().unwrap();
    assert_eq!(read(&get(&desk, &format!("/contacts/{contact}")))["id"], contact);
    for nothing in ["/contacts/6762f0f3", "/admins/1", "/teams/x", "/conversations/1", "/tickets"] {
        assert_eq!(get(&desk, nothing).status, 404, "{nothing}");
    }
    assert_eq!(post(&desk, "/me", &json!({})).status, 404);
}
