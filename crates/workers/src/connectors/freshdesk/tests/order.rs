//! In which order two reads are stored is chance: a page is on its way while a webhook has the same ticket read.

use domain::connections::{self, ConnectionId, Credentials, FieldMapping, NewConnection, Vendor};
use domain::kernel::{Caller, PageArgs, Scope};
use domain::kpis;
use domain::testing::TestApp;
use domain::tickets::source::{self, References, SourceRow};
use domain::tickets::{self, StatusCategory, TicketFilter};
use serde_json::{Value, from_value, json};

use super::super::super::contract::Item;
use super::super::super::store::units;
use super::super::ticket::Ticket;
use super::super::wire::{Conversation, Statuses};

/// How one ticket stood, read after read: resolved, opened again, resolved by somebody else but thrown away, and taken back.
fn reads() -> [Value; 4] {
    let read = |minute: u32, status: u8, responder: u8, stats: Value| {
        json!({
            "status": status, "responder_id": responder, "group_id": 3, "priority": 1, "source": 1,
            "created_at": "2026-01-01T10:00:00Z",
            "updated_at": format!("2026-01-01T10:{minute}:00Z"), "stats": stats,
        })
    };
    let (resolved, reopened) = ("2026-01-01T10:10:00Z", "2026-01-01T10:20:00Z");
    let again = "2026-01-01T10:40:00Z";
    let mut reads = [
        read(10, 4, 7, json!({ "status_updated_at": resolved, "resolved_at": resolved })),
        read(20, 2, 7, json!({ "status_updated_at": reopened, "reopened_at": reopened })),
        read(
            50,
            4,
            8,
            json!({ "status_updated_at": again, "reopened_at": reopened, "resolved_at": again }),
        ),
        read(
            55,
            4,
            8,
            json!({ "status_updated_at": again, "reopened_at": reopened, "resolved_at": again }),
        ),
    ];
    reads[2]["deleted"] = json!(true);
    reads
}

/// Every order of so many.
fn orders(count: usize) -> Vec<Vec<usize>> {
    let Some(last) = count.checked_sub(1) else { return vec![Vec::new()] };
    let put = |order: Vec<usize>| {
        (0..=order.len()).map(move |place| {
            let mut longer = order.clone();
            longer.insert(place, last);
            longer
        })
    };
    orders(last).into_iter().flat_map(put).collect()
}

async fn store(test: &TestApp, acme: &Caller, id: ConnectionId, rows: Vec<SourceRow>) {
    let items = rows.into_iter().map(|row| Item::Ticket(Box::new(row))).collect();
    for unit in units(items, &FieldMapping::default(), 100) {
        let write = async |scope: &Scope| {
            source::write(scope, id, &References::default(), &unit, kpis::follow).await
        };
        test.app.write(acme, write).await.unwrap();
    }
}

/// All that is known of a ticket here.
async fn known(test: &TestApp, acme: &Caller, ticket: &str) -> String {
    let filter = TicketFilter { external_id: Some(ticket.to_owned()), ..TicketFilter::default() };
    let read = async |scope: &Scope| {
        let page = tickets::list(scope, &filter, &PageArgs::default()).await?;
        let ticket = page.items.into_iter().next().unwrap();
        let mut events = tickets::events(scope, ticket.id).await?;
        events.sort_by_key(|event| (event.at, event.kind.clone()));
        Ok((ticket, events))
    };
    let (ticket, events) = test.app.read(acme, read).await.unwrap();
    assert_eq!(ticket.status, StatusCategory::Solved);
    assert_eq!((ticket.deleted_at, ticket.spam_at), (None, None));
    let solved = [ticket.first_solved_at, ticket.last_solved_at].map(|at| at.unwrap().to_rfc3339());
    assert_eq!(solved, ["2026-01-01T10:10:00+00:00", "2026-01-01T10:40:00+00:00"]);
    format!("{:?} {:?} {events:?}", ticket.assignee_id, ticket.queue_id)
}

#[tokio::test]
async fn whichever_read_is_stored_first_the_same_is_known() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    let new = NewConnection {
        name: "Desk".to_owned(),
        vendor: Vendor::Freshdesk,
        base_url: "https://acme.freshdesk.com".to_owned(),
        credentials: Credentials::new([("api_key", "a key")]),
        cadence_seconds: None,
        sync_from: None,
        field_mapping: None,
    };
    let made = test.app.write(&acme, async |scope| connections::create(scope, new).await);
    let id = made.await.unwrap().id;
    let mut all = Vec::new();
    for (number, order) in (1_000..).zip(orders(4)) {
        for place in order {
            let mut read = reads()[place].clone();
            read["id"] = json!(number);
            let ticket: Ticket = from_value(read).unwrap();
            store(&test, &acme, id, ticket.rows(&Statuses::new()).into()).await;
            let said = json!({
                "id": number, "user_id": 7, "created_at": "2026-01-01T10:05:00Z", "body_text": "Hello",
            });
            let said: Conversation = from_value(said).unwrap();
            store(&test, &acme, id, vec![said.row(number)]).await;
        }
        all.push(known(&test, &acme, &number.to_string()).await);
    }
    assert_eq!(all.len(), 24);
    let odd = all.iter().position(|it| *it != all[0]);
    assert_eq!(odd, None, "{}\n{}", all[0], odd.map_or("", |place| &all[place]));
}
