//! Every way to sign in to every vendor.

use std::time::Duration;

use chrono::TimeDelta;
use domain::connections::sync::{self, Renewal};
use domain::connections::{AuthMethod, ConnectionState, RunState, Scheme, Vendor};
use domain::kernel::{Caller, Scope};
use serde_json::Value;
use simulators::Kind;
use simulators::server::Faults;
use tokio::join;
use tokio::time::{sleep, timeout};

use super::conformance::stub;
use super::{World, settings};
use crate::connectors::contract::VendorError;
use crate::context::Context;
use crate::egress::Egress;

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
            let context = Context { app: world.app().clone(), egress };
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
