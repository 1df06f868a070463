//! What vendors tell by themselves.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::connections::{self, ConnectionPatch, ConnectionState, Credentials, Vendor};
use domain::hooks::door;
use domain::kernel::jobs::Outcome;
use domain::kernel::{Scope, TenantId};

use super::super::World;
use super::super::between::Between;
use super::super::hooks::{Ear, Heard};

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_is_heard_where_it_is_the_vendors_and_nowhere_else() {
    for world in World::each(60, "").await {
        world.work().await;
        let ear = Ear::new();
        let hook = world.listen(&ear).await;
        world.desk.change(60);
        world.desk.delivered().await;
        let (door, now) =
            (door(world.app(), hook).await.unwrap().unwrap(), world.app().clock().now());
        let vendor = Vendor::from_word(world.desk.kind().word()).unwrap();
        let header = vendor.descriptor().hook.header();
        let heard = ear.heard();
        assert!(!heard.is_empty(), "{vendor:?}");
        for delivery in &heard {
            assert!(door.verify(delivery, &delivery.body, now).is_ok(), "{vendor:?}");
            let signature = delivery.headers[header].clone();
            for wrong in [String::new(), signature.to_uppercase() + "0", signature[1..].to_owned()]
            {
                let mut forged = delivery.clone();
                forged.headers.insert(header.to_owned(), wrong);
                assert!(door.verify(&forged, &forged.body, now).is_err(), "{vendor:?}");
            }
            let mut bare = delivery.clone();
            bare.headers.remove(header);
            assert!(door.verify(&bare, &bare.body, now).is_err(), "{vendor:?}");
            crate::connectors::of(vendor).hints(&delivery.body).unwrap();
        }
        for nonsense in [&b""[..], b"{", b"[]", b"\xff", b"null", b"{\"id\": {}}"] {
            // It may be unreadable, and may say nothing.
            let hints = crate::connectors::of(vendor).hints(nonsense).unwrap_or_default();
            assert_eq!(hints, Vec::<String>::new(), "{vendor:?}");
        }
        assert!(world.hear(&ear, hook).await > 0);
        let shown = world.hook(hook).await;
        assert_eq!((shown.waiting, shown.trouble), (0, None), "{vendor:?}");
        world.later().await;
        world.next_day().await;
        world.assert_true().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_of_a_helpdesk_that_lets_nobody_in_stops_the_connection() {
    for world in World::each(20, "").await {
        world.work().await;
        let (ear, app) = (Ear::new(), world.app());
        let hook = world.listen(&ear).await;
        world.desk.change(20);
        world.desk.delivered().await;
        world.take_in(&ear, hook).await;
        let secrets = world.desk.credentials();
        let wrong = secrets.iter().map(|(name, text)| match *name {
            "email" | "username" => (*name, text.as_str()),
            _ => (*name, "not-what-opens-it"),
        });
        let credentials = Some(Credentials::new(wrong));
        let patch = ConnectionPatch { credentials, ..ConnectionPatch::default() };
        let change = async |scope: &Scope| connections::update(scope, world.id, patch).await;
        app.write(&world.acme, change).await.unwrap();
        for expected in [Outcome::Snooze(Duration::ZERO), Outcome::Ended] {
            let job = app.claim(TenantId::NONE, &["hooks.receive"]).await.unwrap().unwrap();
            let kind = crate::JOBS.find(&job.kind).unwrap();
            let outcome = kind.run(&world.context, &job).await.unwrap();
            assert_eq!(outcome, expected, "{:?}", world.desk.kind());
            app.finish(&job, &outcome, None).await.unwrap();
            assert_eq!(world.connection().await.state, ConnectionState::Error);
        }
        assert_eq!(world.hook(hook).await.waiting, 0);
    }
}

/// What nobody can read.
const UNREADABLE: &str = "200 OK\r\ncontent-length: 6\r\n\r\n<html>";

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_that_cannot_be_read_costs_what_told_of_it_and_nothing_else() {
    for mut world in World::each(60, "").await {
        world.work().await;
        let between = Between::new(world.desk.address(), UNREADABLE);
        world.by_way_of(&between).await;
        assert_eq!(world.connection().await.state, ConnectionState::Active);
        let (ear, kind) = (Ear::new(), world.desk.kind());
        let hook = world.listen(&ear).await;
        world.desk.change(200);
        world.desk.delivered().await;
        let connector = crate::connectors::of(Vendor::from_word(kind.word()).unwrap());
        let hints = |it: &Heard| connector.hints(&it.body).unwrap();
        let told: BTreeSet<String> = ear.heard().iter().flat_map(hints).collect();
        assert!(told.len() > 12, "{kind:?}: {told:?}");
        // One in the middle that is there.
        let desk = world.desk.desk();
        let there = (1..=desk.count()).filter(|it| desk.removal(*it).is_none());
        let there: BTreeSet<String> = there.map(|it| world.desk.ticket_id(it)).collect();
        let changed: Vec<&String> = told.intersection(&there).collect();
        let ticket = changed[changed.len() / 2].clone();
        between.answers_for(Some(&ticket));
        world.take_in(&ear, hook).await;
        world.work().await;
        let shown = world.hook(hook).await;
        let trouble = format!("{:?}", shown.trouble);
        assert_eq!((shown.waiting, shown.trouble.is_some()), (0, true), "{kind:?}: {trouble}");
        let other = world.otherwise().await;
        let other: Vec<_> = other.intersection(&told).collect();
        assert_eq!(other, [&ticket], "{kind:?}: {trouble}");
        // Where it can be read again, it is read by looking.
        between.answers_for(None);
        world.later().await;
        world.next_day().await;
        world.assert_true().await;
    }
}
