//! Hooks: who is let in, and that what was told is there once.

mod shadows;

use std::borrow::Cow;
use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::inbox::write_all;
use super::{
    HookPatch, Inbox, Kept, MacSettings, MadeHook, NewHook, NewVendorHook, Receive, create,
    create_for, delete, door, get, is_left, settle, told, update, waiting,
};
use crate::accounts::clients::{self, NewApiClient};
use crate::connections::sync::Trouble;
use crate::connections::{
    self, ConnectionId, Credentials, Headers, MacAlgorithm, MacEncoding, MacProof, NewConnection,
    Proof, Refused, Stamp, Vendor,
};
use crate::kernel::jobs::{Job, Outcome};
use crate::kernel::{Actor, Caller, Result, Scope, Secret, TenantId};
use crate::testing::TestApp;

const SECRET: &[u8] = b"plumbline-test-secret";
const BODY: &[u8] = "{\"id\":1,\"text\":\"café\"}".as_bytes();

#[derive(Clone, Default)]
struct Sent(HashMap<String, String>);

impl Headers for Sent {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

impl Sent {
    fn with(mut self, name: &str, value: &str) -> Self {
        self.0.insert(name.to_owned(), value.to_owned());
        self
    }
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn mac(
    header: &'static str,
    algorithm: MacAlgorithm,
    encoding: MacEncoding,
    prefix: &'static str,
    stamp: Option<(&'static str, &'static str)>,
) -> Proof {
    let stamp = stamp.map(|(header, between)| Stamp { header: Cow::Borrowed(header), between });
    let (header, prefix) = (Cow::Borrowed(header), Cow::Borrowed(prefix));
    Proof::Mac(MacProof { header, algorithm, encoding, prefix, stamp, delivery: None })
}

/// What vendors sign, each with the value that their documentation leads to.
fn vectors() -> Vec<(Proof, Sent)> {
    use MacAlgorithm::{Sha1, Sha256};
    use MacEncoding::{Base64, Hex};
    let signed = |name: &str, value: &str| Sent::default().with(name, value);
    let zendesk = Vendor::Zendesk.descriptor().hook.clone();
    let hex = "2cf156886673d0c55c0151ce45999dc03f39e5ac6b3f8857bb34cff373b16839";
    let stamped = "283dfddfc01ec78d4c2d4a6274cd27192a32eb4f8badac8550486c10d2a54dd7";
    vec![
        (
            zendesk,
            signed("x-zendesk-webhook-signature", "I/W9yYKPo+rgID1fKXuBFl8k2z5gvtWmNLHVK5embME=")
                .with("x-zendesk-webhook-signature-timestamp", "2026-01-01T10:00:00Z"),
        ),
        (
            mac("x-front-signature", Sha256, Base64, "", Some(("x-front-request-timestamp", ":"))),
            signed("x-front-signature", "RomGywxcKCwaRkGv8T1gHBYmx4taH9+TJkUwVhoyIFQ=")
                .with("x-front-request-timestamp", "1767261600000"),
        ),
        (
            mac("x-front-signature", Sha1, Base64, "", None),
            signed("x-front-signature", "ohHix9zNm009vjQ0CLmXuz5rJyI="),
        ),
        (
            mac("x-hub-signature", Sha1, Hex, "sha1=", None),
            signed("x-hub-signature", "sha1=a211e2c7dccd9b4d3dbe343408b997bb3e6b2722"),
        ),
        (
            mac("x-hub-signature", Sha256, Hex, "sha256=", None),
            signed("x-hub-signature", &format!("sha256={hex}")),
        ),
        (mac("x-hook-signature", Sha256, Hex, "", None), signed("x-hook-signature", hex)),
        (
            mac(
                "x-chatwoot-signature",
                Sha256,
                Hex,
                "sha256=",
                Some(("x-chatwoot-timestamp", ".")),
            ),
            signed("x-chatwoot-signature", &format!("sha256={stamped}"))
                .with("x-chatwoot-timestamp", "1767261600"),
        ),
    ]
}

#[test]
fn what_a_vendor_signs_is_let_in_and_nothing_else() {
    let now = at("2026-01-01T10:00:30Z");
    for (proof, sent) in vectors() {
        let header = proof.header().to_owned();
        let verify = |sent: &Sent, body: &[u8]| proof.verify(SECRET, sent, body, now);
        let name = verify(&sent, BODY).unwrap_or_else(|why| panic!("{header}: {why}"));
        assert!(name.is_some());
        assert_eq!(verify(&sent, BODY), Ok(name), "it is known by the same when it comes again");
        // Another body, by one byte, one more or one less.
        let other = [BODY, b" "].concat();
        assert_eq!(verify(&sent, &other), Err(Refused::Signature), "{header}");
        assert_eq!(verify(&sent, &BODY[1..]), Err(Refused::Signature));
        assert_eq!(verify(&sent, b""), Err(Refused::Signature));
        // Another secret.
        let wrong = proof.verify(b"plumbline-test-secreT", &sent, BODY, now);
        assert_eq!(wrong, Err(Refused::Signature));
        // Another code: cut, longer, empty, in capitals, behind another word, or none.
        let right = sent.get(&header).unwrap().to_owned();
        let bare = right.split_once("sha").map_or(right.clone(), |_| right[5..].to_owned());
        for wrong in [
            right[..right.len() - 1].to_owned(),
            format!("{right}0"),
            String::new(),
            right.to_uppercase(),
            format!("md5={bare}"),
            format!(" {right}"),
            format!("{right},{right}"),
        ] {
            let sent = sent.clone().with(&header, &wrong);
            assert_eq!(verify(&sent, BODY), Err(Refused::Signature), "{header}: {wrong}");
        }
        let mut without = sent.clone();
        without.0.remove(&header);
        assert_eq!(verify(&without, BODY), Err(Refused::Missing(header.clone())));
        // What was overheard is worth nothing later, and a time that was not signed is worth nothing ever.
        let Proof::Mac(MacProof { stamp: Some(Stamp { header: stamp, .. }), .. }) = &proof else {
            continue;
        };
        for late in [TimeDelta::minutes(6), TimeDelta::minutes(-6)] {
            assert_eq!(proof.verify(SECRET, &sent, BODY, now + late), Err(Refused::Stale));
        }
        for other in ["2026-01-01T10:00:01Z", "1767261601", "", "now", "99999999999999999999"] {
            let sent = sent.clone().with(stamp, other);
            assert_eq!(verify(&sent, BODY), Err(Refused::Signature), "{other}");
        }
        let mut without = sent.clone();
        without.0.remove(&**stamp);
        assert_eq!(verify(&without, BODY), Err(Refused::Missing(stamp.to_string())));
    }
}

#[test]
fn a_token_is_compared_as_it_is_and_names_nothing() {
    let proof = Proof::Token { header: "x-plumbline-token" };
    let verify = |text: &str| {
        proof.verify(
            SECRET,
            &Sent::default().with("x-plumbline-token", text),
            BODY,
            at("2026-01-01T10:00:00Z"),
        )
    };
    assert_eq!(verify("plumbline-test-secret"), Ok(None));
    for wrong in ["", "plumbline-test-secre", "plumbline-test-secret ", "Plumbline-test-secret"] {
        assert_eq!(verify(wrong), Err(Refused::Signature), "{wrong}");
    }
    let none = proof.verify(SECRET, &Sent::default(), BODY, at("2026-01-01T10:00:00Z"));
    assert_eq!(none, Err(Refused::Missing("x-plumbline-token".to_owned())));
}

#[test]
fn standard_webhooks_are_let_in_by_any_of_their_signatures() {
    let key = [7u8; 24];
    let secret = format!("whsec_{}", STANDARD.encode(key));
    let now = at("2026-01-01T10:00:00Z");
    let stamp = now.timestamp().to_string();
    let sign = |id: &str, body: &[u8]| {
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        mac.update(&[id.as_bytes(), b".", stamp.as_bytes(), b".", body].concat());
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    };
    let sent = |signature: &str| {
        let sent = Sent::default().with("webhook-id", "msg_1").with("webhook-timestamp", &stamp);
        sent.with("webhook-signature", signature)
    };
    let verify = |sent: &Sent| Proof::Standard.verify(secret.as_bytes(), sent, BODY, now);
    let right = sign("msg_1", BODY);
    assert!(verify(&sent(&right)).is_ok());
    assert!(verify(&sent(&format!("v1a,abc v1,AAAA {right}"))).is_ok(), "keys are being changed");
    for wrong in ["", "v1,", "v1,AAAA", &right[3..], &right.replace("v1,", "v2,")] {
        assert_eq!(verify(&sent(wrong)), Err(Refused::Signature), "{wrong}");
    }
    let renamed = sent(&right).with("webhook-id", "msg_2");
    assert_eq!(verify(&renamed), Err(Refused::Signature), "its name is signed, too");
    let late =
        Proof::Standard.verify(secret.as_bytes(), &sent(&right), BODY, now + TimeDelta::minutes(6));
    assert_eq!(late, Err(Refused::Stale));
}

/// A tenant with a helpdesk.
struct Desk {
    test: TestApp,
    acme: Caller,
    connection: ConnectionId,
}

impl Desk {
    async fn new() -> Self {
        let test = TestApp::new().await;
        let acme = test.tenant("acme").await;
        let new = NewConnection {
            name: "Desk".to_owned(),
            vendor: Vendor::Zendesk,
            base_url: "https://acme.zendesk.test".to_owned(),
            credentials: Credentials::new([("email", "a@acme.test"), ("api_token", "t0ken")]),
            cadence_seconds: None,
            sync_from: None,
            field_mapping: None,
        };
        let made = test.app.write(&acme, async |scope| connections::create(scope, new).await);
        let connection = made.await.unwrap().id;
        Self { test, acme, connection }
    }

    /// A hook of the helpdesk.
    async fn made(&self, secret: Option<&str>) -> Result<MadeHook> {
        let new = NewVendorHook { secret: secret.map(Secret::new) };
        let make = async |scope: &Scope| create_for(scope, self.connection, new).await;
        self.test.app.write(&self.acme, make).await
    }
}

#[tokio::test]
async fn what_was_told_is_kept_once_and_worked_off_in_order() {
    let desk = Desk::new().await;
    let app = &desk.test.app;
    let made = desk.made(None).await.unwrap();
    let (hook, system) = (made.hook.id, Caller::system(desk.acme.tenant));
    assert_eq!(made.hook.header, "x-zendesk-webhook-signature");
    assert!(made.secret.is_some());
    let inbox = Inbox::start(app);
    let kept = |name: Option<u8>, body: &str| Kept {
        tenant: desk.acme.tenant,
        hook,
        name: name.map(|name| [name; 16]),
        body: body.as_bytes().to_vec(),
    };
    for (name, body) in [(Some(1), "one"), (Some(2), "two"), (Some(1), "one"), (None, "same")] {
        inbox.keep(kept(name, body)).await.unwrap();
    }
    inbox.keep(kept(None, "same")).await.unwrap();
    let read = async || app.read(&system, async |scope| waiting(scope, hook, 10).await).await;
    let found = read().await.unwrap();
    let bodies: Vec<_> = found.iter().map(|it| String::from_utf8_lossy(&it.body)).collect();
    assert_eq!(bodies, ["one", "two", "same", "same"]);
    let of = app.read(&system, async |scope| told(scope, hook).await).await.unwrap();
    assert_eq!(of, Some(desk.connection));
    let trouble = Trouble { code: "helpdesk_answer_unreadable", text: "no".to_owned() };
    app.write(&system, async |scope| {
        settle(scope, hook, &[found[0].id], None).await?;
        settle(scope, hook, &[found[1].id], Some(&trouble)).await
    })
    .await
    .unwrap();
    assert_eq!(read().await.unwrap().len(), 2);
    let shown = app.read(&desk.acme, async |scope| get(scope, hook).await).await.unwrap();
    assert_eq!((shown.waiting, shown.trouble.as_deref()), (2, Some("no")));
    // It comes again, and there is nothing to do.
    inbox.keep(kept(Some(1), "one")).await.unwrap();
    assert_eq!(read().await.unwrap().len(), 2);
    // A hook that is gone refuses its own and no other's.
    let source = NewHook { source: "chat".to_owned(), ..NewHook::default() };
    let other = app.write(&desk.acme, async |scope| create(scope, source).await).await.unwrap();
    app.write(&desk.acme, async |scope| delete(scope, hook).await).await.unwrap();
    let theirs = Kept { hook: other.hook.id, ..kept(None, "theirs") };
    let (gone, fine) = tokio::join!(inbox.keep(kept(Some(3), "late")), inbox.keep(theirs));
    assert!(gone.is_err() && fine.is_ok(), "{gone:?} {fine:?}");
}

/// Whoever is about to end waits for what is just being written, and finds it: nothing lies there until something else arrives.
#[tokio::test]
async fn what_is_kept_at_the_last_moment_is_worked_off_too() {
    let desk = Desk::new().await;
    let app = &desk.test.app;
    let hook = desk.made(None).await.unwrap().hook.id;
    let kept = |body: &str| {
        [Kept { tenant: desk.acme.tenant, hook, name: None, body: body.as_bytes().to_vec() }]
    };
    let claim = async || app.claim(TenantId::NONE, &[Receive::KIND]).await.unwrap();
    let keep = async |kept: &[Kept]| {
        app.system(async |scope| write_all(app, scope, kept).await).await.unwrap()
    };
    assert!(keep(&kept("one")).await, "nobody is at it");
    assert!(!keep(&kept("two")).await, "somebody is about to be");
    let job = claim().await.unwrap();
    assert!(!keep(&kept("three")).await, "somebody is at it");
    let all = async |scope: &Scope| {
        let waiting: Vec<_> = waiting(scope, hook, 10).await?.iter().map(|it| it.id).collect();
        settle(scope, hook, &waiting, None).await
    };
    app.write_for(&job, all).await.unwrap();
    let (written, is_written) = tokio::sync::oneshot::channel();
    let slow = app.system(async |scope| {
        write_all(app, scope, &kept("four")).await?;
        written.send(()).unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        Ok(())
    });
    let end = async || app.end_for(&job, async |scope| is_left(scope, hook).await).await.unwrap();
    let ending = async {
        is_written.await.unwrap();
        end().await
    };
    let (slow, has_ended) = tokio::join!(slow, ending);
    slow.unwrap();
    assert!(!has_ended, "there is one more");
    app.write_for(&job, all).await.unwrap();
    assert!(end().await);
    assert!(app.finish(&job, &Outcome::Ended, None).await.unwrap());
    assert!(claim().await.is_none());
    assert!(keep(&kept("five")).await, "nobody is at it any more");
    // One that waits because it failed is asked at once.
    let job = claim().await.unwrap();
    let later = Outcome::Snooze(std::time::Duration::from_secs(60));
    app.finish(&job, &later, None).await.unwrap();
    assert!(claim().await.is_none());
    assert!(keep(&kept("six")).await);
    assert!(claim().await.is_some());
}

#[tokio::test]
async fn a_hook_opens_with_its_secret_until_it_is_removed() {
    let desk = Desk::new().await;
    let app = &desk.test.app;
    for wrong in ["short", "with a blank in it", "ümlaute-sind-keine"] {
        assert_eq!(desk.made(Some(wrong)).await.unwrap_err().code(), "invalid", "{wrong}");
    }
    let settings = |header: &str| MacSettings {
        header: header.to_owned(),
        algorithm: MacAlgorithm::Sha256,
        encoding: MacEncoding::Hex,
        prefix: None,
        timestamp_header: None,
    };
    let own = async |source: &str, header: &str| {
        let signature = Some(settings(header));
        let new = NewHook { source: source.to_owned(), signature, secret: None };
        app.write(&desk.acme, async |scope| create(scope, new).await).await
    };
    assert_eq!(own("chat", "X Signature").await.unwrap_err().code(), "invalid");
    assert_eq!(own("", "X-Signature").await.unwrap_err().code(), "invalid");
    assert_eq!(own("Desk", "X-Signature").await.unwrap_err().code(), "connection_name_taken");
    let chat = own("chat", "X-Signature").await.unwrap().hook;
    assert_eq!((&*chat.scheme, &*chat.header), ("hmac", "x-signature"));
    let import = app.write(&desk.acme, async |scope| {
        create_for(scope, chat.connection_id, NewVendorHook::default()).await
    });
    assert_eq!(import.await.unwrap_err().code(), "connection_is_import");
    let made = desk.made(Some("plumbline-test-secret")).await.unwrap();
    assert_eq!(made.secret, None);
    let id = made.hook.id;
    let (proof, sent) = vectors().swap_remove(0);
    assert_eq!(proof.header(), made.hook.header);
    let then = at("2026-01-01T10:00:00Z");
    let opens = async || {
        let door = door(app, id).await.unwrap();
        door.map(|door| door.verify(&sent, BODY, then).is_ok())
    };
    assert_eq!(opens().await, Some(true));
    let patch = HookPatch { secret: Some(Secret::new("another-test-secret")) };
    app.write(&desk.acme, async |scope| update(scope, id, patch).await).await.unwrap();
    app.clock().advance(TimeDelta::seconds(3));
    assert_eq!(opens().await, Some(false));
    app.write(&desk.acme, async |scope| delete(scope, id).await).await.unwrap();
    app.clock().advance(TimeDelta::seconds(3));
    assert_eq!(opens().await, None);
}

#[tokio::test]
async fn nobody_but_the_service_works_off_what_was_told() {
    let desk = Desk::new().await;
    let hook = desk.made(None).await.unwrap().hook.id;
    let new = NewApiClient {
        name: "all".to_owned(),
        scopes: vec!["connections.admin".to_owned(), "tickets.write".to_owned()],
    };
    let made = async |scope: &Scope| clients::create(scope, new).await;
    let client = desk.test.app.write(&desk.acme, made).await.unwrap().client.id;
    let client = Caller { actor: Actor::Client(client), ..desk.acme.clone() };
    let refused = desk.test.app.write(&client, async |scope: &Scope| {
        Ok([
            told(scope, hook).await.map(drop),
            waiting(scope, hook, 10).await.map(drop),
            is_left(scope, hook).await.map(drop),
            settle(scope, hook, &[], None).await,
        ])
    });
    for told in refused.await.unwrap() {
        assert_eq!(told.unwrap_err().code(), "operator_only");
    }
}

#[tokio::test]
async fn the_door_of_a_connection_that_is_revoked_is_shut() {
    let desk = Desk::new().await;
    let (app, hook) = (&desk.test.app, desk.made(None).await.unwrap().hook.id);
    assert!(door(app, hook).await.unwrap().is_some());
    let revoke = async |scope: &Scope| connections::revoke(scope, desk.connection).await;
    app.write(&desk.acme, revoke).await.unwrap();
    app.clock().advance(TimeDelta::seconds(3));
    assert!(door(app, hook).await.unwrap().is_none());
}
