//! Ratings that are told again, beside tenants with the same ids and sources with the same tickets.

use super::*;
use crate::tickets::source::{self, References, SourceRating, Unit};

async fn rate(test: &TestApp, caller: &Caller, ticket: &Ticket, score: i32) -> u64 {
    let mut unit = Unit::default();
    unit.rating(SourceRating {
        id: "r1".to_owned(),
        ticket: ticket.external_id.clone(),
        score,
        best: 5,
        comment: None,
        at: i64::from(score),
    });
    let write = async |scope: &crate::kernel::Scope| {
        let known = References::default();
        source::write(scope, ticket.connection_id, &known, &unit, nothing_follows).await
    };
    test.app.write(caller, write).await.unwrap().changed
}

#[tokio::test]
async fn a_rating_is_of_no_other_with_the_same_id() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    import(&test.app, &acme, LOG).await;
    let ticket = one(&test.app, &acme, "1").await;
    assert_eq!(rate(&test, &acme, &ticket, 1).await, 1);
    let shadows = test.shadow(acme.tenant).await;
    let mut before = Vec::new();
    for shadow in &shadows {
        before.push(test.rows(*shadow).await);
    }
    assert_eq!(rate(&test, &acme, &ticket, 1).await, 0);
    assert_eq!(rate(&test, &acme, &ticket, 4).await, 1);
    let read = async |scope: &crate::kernel::Scope| ratings(scope, ticket.id).await;
    let seen = test.app.read(&acme, read).await.unwrap();
    assert_eq!(seen.iter().map(|it| it.score).collect::<Vec<_>>(), [4]);
    for (shadow, before) in shadows.iter().zip(before) {
        assert_eq!(test.rows(*shadow).await, before);
    }
}

#[tokio::test]
async fn a_rating_is_of_no_other_source_with_a_ticket_of_the_same_name() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    let mut tickets = Vec::new();
    for source in ["desk", "chat"] {
        let mapping = Mapping::parse(&format!("source = \"{source}\"")).unwrap();
        import_with(&test.app, &acme, &mapping, LOG).await.unwrap();
        let named = all(&test.app, &acme).await.into_iter().filter(|it| it.external_id == "1");
        let new = named.filter(|it| tickets.iter().all(|known: &Ticket| known.id != it.id));
        tickets.extend(new.collect::<Vec<_>>());
    }
    for (ticket, score) in tickets.iter().zip([2, 5]) {
        assert_eq!(rate(&test, &acme, ticket, score).await, 1);
    }
    let ids: Vec<_> = tickets.iter().map(|ticket| ticket.id).collect();
    for asked in [&ids[..], &ids[..1], &ids[1..]] {
        let read = async |scope: &crate::kernel::Scope| ratings_of(scope, asked).await;
        for (id, ratings) in test.app.read(&acme, read).await.unwrap() {
            let score = if id == ids[0] { 2 } else { 5 };
            assert_eq!(ratings.iter().map(|it| it.score).collect::<Vec<_>>(), [score], "{asked:?}");
        }
    }
}
