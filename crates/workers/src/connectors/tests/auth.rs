//! Every way to sign in to every vendor.

use std::time::Duration;

use chrono::TimeDelta;
use domain::connections::sync::{self, Renewal};
use domain::connections::{
    self, AuthMethod, ConnectionPatch, ConnectionState, Credentials, RunState, Scheme, Vendor,
};
use domain::kernel::jobs::Outcome;
use domain::kernel::{Caller, Scope};
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use serde_json::Value;
use simulators::Kind;
use simulators::server::Faults;
use tokio::join;
use tokio::time::{sleep, timeout};

use super::conformance::stub;
use super::{World, settings};
use crate::connectors::contract::VendorError;
use crate::context::Context;
use crate::egress::{Egress, Request};

/// Every way to sign in to every vendor.
pub(super) fn ways() -> impl Iterator<Item = (Kind, &'static AuthMethod)> {
    Kind::ALL.iter().flat_map(|kind| {
        let vendor = Vendor::from_word(kind.word()).unwrap();
        vendor.descriptor().auth_methods.iter().map(|method| (*kind, method))
    })
}

fn expires(method: &AuthMethod) -> bool {
    matches!(method.scheme, Scheme::OAuth(_))
}

fn way(kind: Kind, name: &str) -> &'static AuthMethod {
    ways().find(|(of, method)| *of == kind && method.name == name).unwrap().1
}

/// What asks a vendor who one is.
const ME: &str = "/api/v2/users/me.json";

impl World {
    /// What is kept of the vendor's, where tokens expire and there is one.
    pub(super) async fn access_token(&self) -> Option<String> {
        let begin = async |scope: &Scope| sync::begin_renewal(scope, self.id, None).await;
        let caller = Caller::system(self.acme.tenant);
        match self.app().write(&caller, begin).await.unwrap() {
            Renewal::Done(token) => Some(token.token.expose().to_owned()),
            Renewal::Ours(_) | Renewal::Busy => None,
        }
    }

    /// Gives other credentials for some.
    async fn give(&self, fields: &[(&'static str, String)]) {
        let fields = fields.iter().map(|(name, text)| (*name, text.as_str()));
        let credentials = Some(Credentials::new(fields));
        let patch = ConnectionPatch { credentials, ..ConnectionPatch::default() };
        let change = async |scope: &Scope| connections::update(scope, self.id, patch).await;
        self.app().write(&self.acme, change).await.unwrap();
        self.work().await;
    }

    /// Asks for an access token, and dies when the answer is there. It gives the refresh token that nobody kept.
    async fn die_asking(&self) -> String {
        let begin = async |scope: &Scope| sync::begin_renewal(scope, self.id, None).await;
        let begun = self.app().write(&Caller::system(self.acme.tenant), begin).await.unwrap();
        let Renewal::Ours(credentials) = begun else { panic!("{begun:?}") };
        let Scheme::OAuth(oauth) = self.account().await.scheme else { panic!("no tokens") };
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", oauth.grant.word());
        for name in ["client_id", "client_secret", "refresh_token"] {
            form.append_pair(name, credentials.get(name).unwrap());
        }
        let written = HeaderValue::from_static("application/x-www-form-urlencoded");
        let address = format!("{}{}", self.desk.base_url(), oauth.path);
        let request = Request::post(address, form.finish()).header(CONTENT_TYPE, written);
        let answer = self.context.egress.send(request).await.unwrap().body().await.unwrap();
        let answer: Value = serde_json::from_slice(&answer).unwrap();
        answer["refresh_token"].as_str().unwrap().to_owned()
    }

    fn pass(&self, time: TimeDelta) {
        self.app().clock().advance(time);
        self.desk.desk().clock().advance(time.num_seconds());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_way_signs_in_renews_what_expires_and_ends_where_it_is_revoked() {
    for (kind, method) in ways() {
        let world = World::by(method, kind, settings(20), Faults::default()).await;
        let who = format!("{kind:?} by {}", method.name);
        world.work().await;
        assert_eq!(world.connection().await.state, ConnectionState::Active, "{who}");
        let first = if expires(method) { world.access_token().await } else { None };
        assert_eq!(first.is_some(), expires(method), "{who}");
        for _ in 0..4 {
            world.later().await;
            world.assert_quiet().await;
        }
        assert!(!expires(method) || world.access_token().await != first, "{who}");
        world.desk.revoke();
        world.later().await;
        assert_eq!(world.connection().await.state, ConnectionState::Error, "{who}");
        let health = world.health().await;
        assert!(health.contains("helpdesk_sign_in_failed"), "{who}: {health}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_taken_back_before_its_time_is_renewed() {
    for (kind, method) in ways().filter(|(_, method)| expires(method)) {
        let world = World::by(method, kind, settings(60), "revoked-token=1".parse().unwrap()).await;
        world.work().await;
        world.desk.change(60);
        world.later().await;
        let run = world.runs().await.pop().unwrap();
        assert_eq!(run.state, RunState::Succeeded, "{kind:?} by {}: {run:?}", method.name);
        world.next_day().await;
        world.assert_true().await;
    }
}

/// A refresh token of Zendesk works once.
#[tokio::test(flavor = "multi_thread")]
async fn two_who_ask_at_once_spend_a_refresh_token_once() {
    let method = way(Kind::Zendesk, "refresh_token");
    let world = World::by(method, Kind::Zendesk, settings(10), Faults::default()).await;
    let mut let_in = 0;
    for _ in 0..20 {
        let (one, other) = (world.http().await, world.http().await);
        let (one, other) = join!(one.get::<Value>(ME), other.get::<Value>(ME));
        for answer in [one, other] {
            match answer {
                Ok(_) => let_in += 1,
                // The other one is at it.
                Err(VendorError::Limited(wait)) => assert_eq!(wait, Duration::from_secs(1)),
                Err(error) => panic!("{error:?}"),
            }
        }
        world.pass(TimeDelta::minutes(31));
    }
    assert!(let_in >= 20, "{let_in}");
}

/// The same, dropped as by whoever gives up.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_gives_up_does_not_lose_a_refresh_token() {
    let method = way(Kind::Zendesk, "refresh_token");
    let world = World::by(method, Kind::Zendesk, settings(10), Faults::default()).await;
    for turn in 0..60 {
        let http = world.http().await;
        drop(timeout(Duration::from_micros(100 * turn), http.get::<Value>(ME)).await);
        world.pass(TimeDelta::minutes(31));
    }
    let mut answer = world.http().await.get::<Value>(ME).await;
    for _ in 0..1_000 {
        let Err(VendorError::Limited(_)) = answer else { break };
        sleep(Duration::from_millis(10)).await;
        answer = world.http().await.get::<Value>(ME).await;
    }
    answer.unwrap();
}

/// What a vendor has given away works once with Zendesk, and stays with ServiceNow.
#[tokio::test(flavor = "multi_thread")]
async fn who_dies_before_a_refresh_token_is_kept_loses_it_where_it_works_once() {
    for (kind, is_lost) in [(Kind::Zendesk, true), (Kind::Servicenow, false)] {
        let method = way(kind, "refresh_token");
        let world = World::by(method, kind, settings(20), Faults::default()).await;
        world.work().await;
        world.pass(TimeDelta::minutes(31));
        let unkept = world.die_asking().await;
        world.desk.change(20);
        // Nobody asks as long as whoever died may be at it.
        let job = world.claimed().await;
        let outcome = world.take_turn(&job).await.unwrap();
        assert_eq!(outcome, Outcome::Snooze(Duration::from_secs(1)), "{kind:?}");
        world.app().finish(&job, &outcome, None).await.unwrap();
        world.later().await;
        if is_lost {
            assert_eq!(world.connection().await.state, ConnectionState::Error, "{kind:?}");
            assert!(world.health().await.contains("invalid_grant"), "{kind:?}");
            // The tenant gives another one.
            world.give(&[("refresh_token", unkept)]).await;
        }
        assert_eq!(world.connection().await.state, ConnectionState::Active, "{kind:?}");
        world.later().await;
        world.next_day().await;
        world.assert_true().await;
    }
}

/// Of nobody, and not the one that the desk knows.
const ANOTHER_KEY: &str = include_str!("../http/test_key.pem");
/// A second longer than an assertion is good.
const LATE: TimeDelta = TimeDelta::seconds(301);

#[tokio::test(flavor = "multi_thread")]
async fn an_assertion_by_another_key_or_too_late_is_refused_and_told_to_the_tenant() {
    let method = way(Kind::Servicenow, "jwt_bearer");
    for skew in [0, LATE.num_seconds()] {
        let faults = Faults { skew, ..Faults::default() };
        let world = World::by(method, Kind::Servicenow, settings(20), faults).await;
        if skew == 0 {
            world.give(&[("private_key", ANOTHER_KEY.to_owned())]).await;
        } else {
            world.work().await;
        }
        assert_eq!(world.connection().await.state, ConnectionState::Error, "{skew}");
        let health = world.health().await;
        for word in ["helpdesk_sign_in_failed", "invalid_grant"] {
            assert!(health.contains(word), "{skew}: {health}");
        }
        assert!(!health.contains("BEGIN"), "{health}");
        if skew == 0 {
            world.give(&[("private_key", world.desk.credential("private_key"))]).await;
        } else {
            world.app().clock().advance(LATE);
            let check = async |scope: &Scope| connections::check(scope, world.id).await;
            world.app().write(&world.acme, check).await.unwrap();
            world.work().await;
        }
        let health = world.health().await;
        assert_eq!(world.connection().await.state, ConnectionState::Active, "{skew}: {health}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_assertion_may_be_signed_with_a_key_that_both_sides_have() {
    let method = way(Kind::Servicenow, "jwt_bearer");
    let world = World::by(method, Kind::Servicenow, settings(20), Faults::default()).await;
    let key = world.desk.credential("shared_key");
    world.give(&[("key_id", world.desk.credential("shared_key_id")), ("private_key", key)]).await;
    assert_eq!(world.connection().await.state, ConnectionState::Active);
    // What the other one is known by does not let it in.
    world.give(&[("key_id", world.desk.credential("key_id"))]).await;
    assert_eq!(world.connection().await.state, ConnectionState::Error);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_token_endpoint_answers_does_what_it_should() {
    let answers = [
        (
            "400 Bad\r\ncontent-length: 25\r\n\r\n{\"error\":\"invalid_grant\"}",
            "helpdesk_sign_in_failed",
        ),
        (
            "401 No\r\ncontent-length: 26\r\n\r\n{\"error\":\"invalid_client\"}",
            "helpdesk_sign_in_failed",
        ),
        ("403 No\r\ncontent-length: 0\r\n\r\n", "helpdesk_sign_in_failed"),
        (
            "302 Found\r\nlocation: http://localhost/\r\ncontent-length: 0\r\n\r\n",
            "helpdesk_refused",
        ),
        ("200 OK\r\ncontent-length: 2\r\n\r\n{}", "helpdesk_answer_unreadable"),
        ("429 Wait\r\nretry-after: 7\r\ncontent-length: 0\r\n\r\n", "helpdesk_limit_reached"),
        ("503 Error\r\ncontent-length: 0\r\n\r\n", "helpdesk_unavailable"),
        ("500 Error\r\ncontent-length: 0\r\n\r\n", "helpdesk_unavailable"),
    ];
    let ways: Vec<_> = ways().filter(|(_, method)| expires(method)).collect();
    for (kind, method) in ways {
        let world = World::by(method, kind, settings(10), Faults::default()).await;
        for (answer, code) in answers {
            let address = stub(format!("HTTP/1.1 {answer}").leak());
            let egress = Egress::new(vec![address.parse().unwrap()]).unwrap();
            let context = Context { egress, ..world.context.clone() };
            let http = world.http_at(&context, &format!("http://{address}")).await;
            let error = http.get::<Value>(ME).await.err().unwrap();
            assert_eq!(error.code(), code, "{kind:?} by {} after {answer:?}", method.name);
            let words = ["invalid_grant", "invalid_client"];
            for word in words.into_iter().filter(|word| answer.contains(word)) {
                assert!(error.to_string().contains(word), "{error}");
            }
        }
        // Nobody is held up by what went wrong before.
        world.work().await;
        assert_eq!(world.connection().await.state, ConnectionState::Active);
    }
}
