//! Each limit as a client meets it.

use actix_web::http::{Method, StatusCode};
use actix_web::test::TestRequest;
use chrono::TimeDelta;
use domain::accounts::Role;
use domain::kernel::{Caller, Clock, ErrorKind, Ids, TenantId};
use serde_json::json;

use super::{Address, Allowances, Attempt, Limits};
use crate::testing::{Answer, TestApi};

const MOST: u32 = Allowances::MOST;
/// Nobody meets these; a test sets the one that it is about.
const WIDE: Allowances = Allowances {
    tenant_requests: MOST,
    token_requests: MOST,
    tenant_at_once: MOST,
    tenant_query_cost: MOST,
    address_requests: MOST,
    account_sign_ins: MOST,
    address_sign_ins: MOST,
    tenant_sign_ins: MOST,
    address_connections: MOST,
};

#[expect(clippy::disallowed_methods, reason = "the one way a test run says where its Redis is")]
fn redis() -> Option<String> {
    std::env::var("PLUMBLINE_TEST_REDIS_URL").ok()
}

#[track_caller]
fn is_limited(answer: &Answer) {
    assert_eq!(answer.status, 429, "{:?}", answer.body);
    assert!(answer.header("retry-after").parse::<u32>().unwrap() >= 1, "{:?}", answer.headers);
    let places = ["/errors/0/extensions/code", "/code", "/error"];
    let code = places.iter().find_map(|place| answer.body.pointer(place));
    let code = code.and_then(|code| code.as_str()).unwrap_or_default();
    assert_eq!(code, "limited", "{:?}", answer.body);
}

#[actix_web::test]
async fn a_tenant_and_each_of_its_tokens_ask_so_often_and_no_more() {
    let api = TestApi::within(Allowances { tenant_requests: 3, token_requests: 1, ..WIDE }).await;
    let (acme, globex) = (api.tenant("acme").await, api.tenant("globex").await);
    let (admin, viewer) =
        (api.user(&acme, Role::Admin, None).await, api.user(&acme, Role::Viewer, None).await);
    let left = |answer: &Answer| {
        let number = |name: &str| answer.header(name).parse::<u32>().unwrap();
        (number("ratelimit-limit"), number("ratelimit-remaining"), number("ratelimit-reset"))
    };
    let first = api.get(&acme.owner, "/v1/teams").await;
    assert_eq!((first.status, left(&first)), (StatusCode::OK, (2, 1, 1)));
    let second = api.get(&acme.owner, "/v1/teams").await;
    assert_eq!((second.status, left(&second)), (StatusCode::OK, (2, 0, 2)));
    // Before the database, on every way in, also where there is no such thing.
    let before = api.test.app.database().statements();
    let document = json!({ "query": "{ me { id } }" });
    for answer in [
        api.get(&acme.owner, "/v1/teams").await,
        api.post(&acme.owner, "/v1/teams", json!({ "name": "North" })).await,
        api.post(&acme.owner, "/graphql", document).await,
        api.get(&acme.owner, "/graphql?query=%7Bme%7Bid%7D%7D").await,
        api.call(&acme.owner, Method::POST, "/v1/tickets/import", None).await,
    ] {
        is_limited(&answer);
        assert_eq!(left(&answer), (2, 0, 1));
    }
    assert_eq!(api.test.app.database().statements(), before);
    // Another token of the same tenant, until the tenant has had enough; another tenant all the while.
    for (token, status) in [(&admin, 200), (&admin, 200), (&viewer, 200), (&viewer, 200)] {
        assert_eq!(api.get(token, "/v1/teams").await.status, status);
    }
    is_limited(&api.get(&viewer, "/v1/teams").await);
    assert_eq!(api.get(&globex.owner, "/v1/teams").await.status, StatusCode::OK);
    api.test.app.clock().advance(TimeDelta::seconds(1));
    let again = api.get(&acme.owner, "/v1/teams").await;
    assert_eq!((again.status, left(&again)), (StatusCode::OK, (2, 0, 2)));
    is_limited(&api.get(&acme.owner, "/v1/teams").await);
}

#[actix_web::test]
async fn a_tenant_has_so_many_requests_under_way_and_no_more() {
    let api = TestApi::within(Allowances { tenant_at_once: 1, ..WIDE }).await;
    let (acme, globex) = (api.tenant("acme").await, api.tenant("globex").await);
    let limits = api.served().limits().clone();
    let held = limits.turn(&acme.system).await.unwrap();
    assert_eq!(api.get(&globex.owner, "/v1/teams").await.status, StatusCode::OK);
    // Four wait for it, and the fifth does not even do that.
    let mut waiting: Vec<_> = (0..4).map(|_| Box::pin(limits.turn(&acme.system))).collect();
    for turn in &mut waiting {
        assert!(futures_util::poll!(turn).is_pending());
    }
    let before = api.test.app.database().statements();
    is_limited(&api.get(&acme.owner, "/v1/teams").await);
    assert_eq!(api.test.app.database().statements(), before);
    drop(waiting);
    // Who waits in vain is told, and who is let in waits no longer than that.
    is_limited(&api.get(&acme.owner, "/v1/teams").await);
    let asked = api.get(&acme.owner, "/v1/teams");
    let (answer, ()) = tokio::join!(asked, async { drop(held) });
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(api.get(&acme.owner, "/v1/teams").await.status, StatusCode::OK);
}

#[actix_web::test]
async fn what_documents_cost_comes_from_one_budget() {
    let api = TestApi::within(Allowances { tenant_query_cost: 100, ..WIDE }).await;
    let (acme, globex) = (api.tenant("acme").await, api.tenant("globex").await);
    let limits = api.served().limits().clone();
    limits.spend(&acme.system, 60).await.unwrap();
    let refused = limits.spend(&acme.system, 60).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Limited);
    limits.spend(&acme.system, 40).await.unwrap();
    // More than there ever is.
    assert!(limits.spend(&globex.system, 101).await.is_err());
    let document = json!({ "query": "{ me { id } }" });
    is_limited(&api.post(&acme.owner, "/graphql", document.clone()).await);
    assert_eq!(api.get(&acme.owner, "/v1/teams").await.status, StatusCode::OK);
    assert_eq!(api.post(&globex.owner, "/graphql", document.clone()).await.status, StatusCode::OK);
    api.test.app.clock().advance(TimeDelta::minutes(1));
    assert_eq!(api.post(&acme.owner, "/graphql", document).await.status, StatusCode::OK);
}

/// Tries a password from an address.
async fn try_in(api: &TestApi, from: &str, said: Option<&str>, name: &str, word: &str) -> Answer {
    let mut request = TestRequest::post()
        .uri("/t/acme/oauth/token")
        .peer_addr(format!("{from}:4000").parse().unwrap())
        .insert_header(("Content-Type", "application/x-www-form-urlencoded"));
    if let Some(said) = said {
        request = request.insert_header(("X-Forwarded-For", said));
    }
    let form = format!("grant_type=password&username={name}&password={word}");
    api.send(request.set_payload(form)).await
}

const RIGHT: &str = "correct%20horse%20battery%20staple";

#[actix_web::test]
async fn an_account_is_tried_ten_times_in_fifteen_minutes() {
    let api = TestApi::within(Allowances { account_sign_ins: 10, ..WIDE }).await;
    let acme = api.tenant("acme").await;
    api.user(&acme, Role::Admin, None).await;
    for name in ["owner@acme.test", "nobody@acme.test"] {
        let mut checked = 0;
        for minute in 0..15 {
            // At once, from everywhere, however the name is written.
            let tries = (0..12).map(async |n| {
                let from = format!("198.51.{minute}.{n}");
                let name = if n % 2 == 0 {
                    name.to_owned()
                } else {
                    format!("%20{}", name.to_uppercase())
                };
                try_in(&api, &from, None, &name, "wrong").await
            });
            for answer in futures_util::future::join_all(tries).await {
                match answer.status.as_u16() {
                    400 => checked += 1,
                    _ => is_limited(&answer),
                }
            }
            api.test.app.clock().advance(TimeDelta::seconds(59));
        }
        assert!((5..=10).contains(&checked), "{name}: {checked}");
    }
    // Nobody else is kept out meanwhile.
    let right = |name: &'static str| try_in(&api, "203.0.113.1", None, name, RIGHT);
    assert_eq!(right("admin@acme.test").await.status, StatusCode::OK);
    api.test.app.clock().advance(TimeDelta::minutes(15));
    assert_eq!(right("owner@acme.test").await.status, StatusCode::OK);
}

#[actix_web::test]
async fn strangers_cannot_lock_somebody_out_where_they_have_been() {
    let api =
        TestApi::within(Allowances { account_sign_ins: 4, tenant_sign_ins: 40, ..WIDE }).await;
    let _acme = api.tenant("acme").await;
    let home = "203.0.113.1";
    let owner = "owner@acme.test";
    assert_eq!(try_in(&api, home, None, owner, RIGHT).await.status, StatusCode::OK);
    for n in 0..60 {
        try_in(&api, &format!("198.51.100.{n}"), None, owner, "wrong").await;
        try_in(&api, &format!("198.51.100.{n}"), None, &format!("{n}@acme.test"), "wrong").await;
    }
    is_limited(&try_in(&api, "192.0.2.1", None, owner, RIGHT).await);
    assert_eq!(try_in(&api, home, None, owner, RIGHT).await.status, StatusCode::OK);
    // Who guesses from there is stopped there all the same.
    assert_eq!(try_in(&api, home, None, owner, "wrong").await.status, StatusCode::BAD_REQUEST);
    is_limited(&try_in(&api, home, None, owner, "wrong").await);
}

#[actix_web::test]
async fn an_address_is_the_connections_and_not_what_a_header_says() {
    let few = Allowances { address_sign_ins: 6, ..WIDE };
    let api = TestApi::within(few.clone()).await;
    let _acme = api.tenant("acme").await;
    let mut checked = 0;
    for n in 0..200 {
        let said = format!("198.51.{}.{}, 192.0.2.{}", n / 250, n % 250, n % 250);
        let name = format!("{n}@acme.test");
        let answer = try_in(&api, "203.0.113.1", Some(&said), &name, "wrong").await;
        checked += u32::from(answer.status == 400);
    }
    assert_eq!(checked, 3, "a header gives no budget");
    assert_eq!(try_in(&api, "203.0.113.2", None, "a@acme.test", "x").await.status, 400);
    // What a trusted proxy says is believed, as far as it knows itself.
    let limits = Limits::local(few, api.test.app.clock());
    let api = api.with(limits, &["203.0.113.0/24"]);
    for n in 0..20 {
        let (said, name) = (format!("198.51.100.{n}"), format!("{n}@acme.test"));
        let answer = try_in(&api, "203.0.113.1", Some(&said), &name, "wrong").await;
        assert_eq!(answer.status, 400);
    }
    let spoofed = async |n: u32| {
        let said = format!("10.9.8.{n}, 198.51.100.77");
        try_in(&api, "203.0.113.1", Some(&said), &format!("{n}@acme.test"), "wrong").await
    };
    for n in 0..3 {
        assert_eq!(spoofed(n).await.status, 400);
    }
    is_limited(&spoofed(3).await);
}

#[actix_web::test]
async fn strangers_without_a_token_are_counted_by_their_address() {
    let api = TestApi::within(Allowances { address_requests: 1, ..WIDE }).await;
    let _acme = api.tenant("acme").await;
    let ask = async |from: &str, n: usize| {
        let paths = ["/t/acme/.well-known/jwks.json", "/t/acme/.well-known/openid-configuration"];
        let request = TestRequest::get().uri(paths[n % 2]);
        api.send(request.peer_addr(format!("{from}:1").parse().unwrap())).await
    };
    for n in 0..2 {
        assert_eq!(ask("192.0.2.1", n).await.status, StatusCode::OK);
    }
    is_limited(&ask("192.0.2.1", 1).await);
    is_limited(&try_in(&api, "192.0.2.1", None, "a@acme.test", "x").await);
    assert_eq!(ask("192.0.2.2", 0).await.status, StatusCode::OK);
    // Who has one address of a network of IPv6 has all of them.
    for n in 0..2 {
        assert_eq!(ask(&format!("[2001:db8::{n}]"), n).await.status, StatusCode::OK);
    }
    is_limited(&ask("[2001:db8::ffff]", 0).await);
}

#[actix_web::test]
async fn processes_have_one_budget_where_there_is_redis() {
    let Some(url) = redis() else { return };
    let few = Allowances { tenant_requests: 2, account_sign_ins: 4, ..WIDE };
    // Nobody has asked for this tenant before: what Redis knows outlives a test.
    let tenant = TenantId(Ids::random().next(Clock::System.now()));
    let (caller, clock) = (Caller::system(tenant), Clock::System);
    let one = || Limits::redis(few.clone(), &clock, &url).unwrap();
    let (here, there) = (one(), one());
    let mut let_in = 0;
    for limits in [&here, &there].into_iter().cycle().take(10) {
        let_in += u32::from(limits.request(&caller).await.1.is_ok());
    }
    // By the server's own clock some more may come in between.
    assert!((4..=7).contains(&let_in), "{let_in}");
    let attempt = Attempt {
        tenant: tenant.to_string(),
        account: "owner@acme.test".to_owned(),
        address: Address::of("192.0.2.1".parse().unwrap()),
    };
    for limits in [&here, &there] {
        limits.sign_in(&attempt).await.unwrap();
    }
    assert!(here.sign_in(&attempt).await.is_err() && there.sign_in(&attempt).await.is_err());
    // Where somebody signed in is known to all.
    here.signed_in(&attempt).await;
    there.sign_in(&attempt).await.unwrap();
    let client = redis::Client::open(url).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let pattern = format!("{{{tenant}}}*");
    let keys: Vec<String> =
        redis::cmd("KEYS").arg(pattern).query_async(&mut connection).await.unwrap();
    assert!(keys.len() >= 4, "{keys:?}");
    for key in keys {
        let lasts: i64 = redis::cmd("PTTL").arg(&key).query_async(&mut connection).await.unwrap();
        // It may be gone already, which is what it is meant to be one day.
        assert_ne!(lasts, -1, "{key} lasts for good");
    }
}

#[actix_web::test]
async fn without_redis_each_process_keeps_its_own_limits() {
    let api = TestApi::new().await;
    let few = Allowances { token_requests: 1, account_sign_ins: 4, ..WIDE };
    // Nobody listens on the discard port of this machine.
    let away = Limits::redis(few, api.test.app.clock(), "redis://127.0.0.1:9/").unwrap();
    let api = api.with(away, &[]);
    let acme = api.tenant("acme").await;
    for status in [200, 200, 429, 429] {
        assert_eq!(api.get(&acme.owner, "/v1/teams").await.status, status);
    }
    for _ in 0..2 {
        let wrong = try_in(&api, "192.0.2.1", None, "owner@acme.test", "wrong").await;
        assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    }
    for _ in 0..3 {
        is_limited(&try_in(&api, "192.0.2.1", None, "owner@acme.test", RIGHT).await);
    }
    assert!(Limits::redis(Allowances::DEFAULT, api.test.app.clock(), "http://nowhere").is_err());
}

#[actix_web::test]
async fn a_pool_that_is_used_up_is_said_and_bad_requests_wait_for_nobody() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    assert_eq!(api.get(&acme.owner, "/v1/teams").await.status, StatusCode::OK);
    let held = api.test.take_connections(&acme.system).await;
    let real = api.get(&acme.owner, "/v1/teams").await;
    assert_eq!((real.status, real.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "1"));
    assert_eq!(real.body["code"], "unavailable");
    // What was known of the tenant is too old by now to let anybody in, and good enough to refuse.
    api.test.app.clock().advance(TimeDelta::seconds(3));
    let forged = format!("{}AAAA", &acme.owner[..acme.owner.len() - 4]);
    let answers = [
        (api.get(&forged, "/v1/teams").await, 401),
        (api.get("nonsense", "/v1/teams").await, 401),
        (api.get(&acme.owner, "/v1/nothing").await, 404),
        (api.call(&acme.owner, Method::PUT, "/v1/teams", None).await, 405),
        (api.get(&acme.owner, "/v1/teams/7").await, 400),
        (api.get(&acme.owner, "/v1/teams?limit=x").await, 400),
        (api.post(&acme.owner, "/v1/teams", json!({ "name": 1 })).await, 400),
        (api.post(&acme.owner, "/v1/teams", json!({ "name": "x".repeat(1 << 21) })).await, 413),
        (api.post(&acme.owner, "/graphql", json!({ "query": 1 })).await, 400),
    ];
    for (answer, status) in answers {
        assert_eq!(answer.status.as_u16(), status, "{:?}", answer.body);
    }
    drop(held);
    assert_eq!(api.get(&acme.owner, "/v1/teams").await.status, StatusCode::OK);
}
