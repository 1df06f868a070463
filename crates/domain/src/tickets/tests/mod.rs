//! Imports against a real database.

mod gone;
mod histories;
mod organisations;
mod reach;
mod shadows;
mod sla_targets;
mod sorting;

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::follow::nothing_follows;
use super::import::{Intake, IntakeOptions, Mapping, Progress, Rejects, SortedTickets, write};
use super::*;
use crate::kernel::{App, Caller, PageArgs, Result};
use crate::people;
use crate::testing::TestApp;

fn sorted(mapping: &Mapping, file: &str) -> SortedTickets {
    let options = IntakeOptions { temp_dir: std::env::temp_dir(), rejects: Rejects::default() };
    let mut intake = Intake::new(Arc::new(mapping.clone()), options);
    intake.feed(file.as_bytes()).unwrap();
    intake.finish().unwrap()
}

async fn import_with(
    app: &App,
    caller: &Caller,
    mapping: &Mapping,
    file: &str,
) -> Result<ImportReport> {
    write(app, caller, &mapping.source, sorted(mapping, file), nothing_follows, |_: Progress| ())
        .await
}

async fn import(app: &App, caller: &Caller, file: &str) -> ImportReport {
    import_with(app, caller, &Mapping::default(), file).await.unwrap()
}

async fn all(app: &App, caller: &Caller) -> Vec<Ticket> {
    let page = app.read(caller, async |scope| {
        list(scope, &TicketFilter::default(), &PageArgs::default()).await
    });
    page.await.unwrap().items
}

async fn one(app: &App, caller: &Caller, external_id: &str) -> Ticket {
    all(app, caller).await.into_iter().find(|ticket| ticket.external_id == external_id).unwrap()
}

async fn told(app: &App, caller: &Caller, ticket: TicketId) -> Vec<TicketEvent> {
    app.read(caller, async |scope| events(scope, ticket).await).await.unwrap()
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

const LOG: &str = "\
ticket,time,kind,actor,actor_email,assignee,queue,priority,tags,channel,customer,customer_name
2,2024-05-01T10:00:00Z,created,,,,Billing,high,a,email,c1,Carla
1,2024-05-01T09:00:00Z,created,,,,,,,web,c2,
2,2024-05-01T10:30:00Z,message:public,ann,Ann@Desk.test,ann,,,b,,,
1,2024-05-01T09:10:00Z,status:solved,bob,,,,,,,,
2,2024-05-02T10:00:00Z,status:solved,ann,,,Sales,,,,,
2,2024-05-03T10:00:00Z,status:open,,,,,,,,,
";

#[tokio::test]
async fn an_import_makes_tickets_people_queues_and_customers() {
    let test = TestApp::new().await;
    let (app, caller) = (&test.app, test.tenant("acme").await);
    let report = import(app, &caller, LOG).await;
    assert_eq!(
        report,
        ImportReport {
            accepted: 6,
            changed: 2,
            rejected: 0,
            tickets: 2,
            events: 6,
            rejects: vec![]
        }
    );
    let ticket = one(app, &caller, "2").await;
    assert_eq!((ticket.status, ticket.channel), (StatusCategory::Open, Channel::Email));
    assert_eq!(ticket.created_at, at("2024-05-01T10:00:00Z"));
    assert_eq!(
        (ticket.first_solved_at, ticket.last_solved_at),
        (Some(at("2024-05-02T10:00:00Z")), Some(at("2024-05-02T10:00:00Z")))
    );
    assert_eq!((ticket.priority.as_deref(), ticket.tags.join(" ").as_str()), (Some("high"), "a b"));
    let (person, customers, queues) = app
        .read(&caller, async |scope| {
            let person = people::get(scope, ticket.assignee_id.unwrap()).await?;
            Ok((
                person,
                customers(scope, &[ticket.customer_id.unwrap()]).await?,
                queues(scope).await?,
            ))
        })
        .await
        .unwrap();
    assert_eq!(
        (person.name.as_str(), person.work_email.as_deref()),
        ("ann", Some("ann@desk.test"))
    );
    assert_eq!(customers[0].name, "Carla");
    assert_eq!(
        queues.iter().map(|queue| queue.name.as_str()).collect::<Vec<_>>(),
        ["Billing", "Sales"]
    );
    assert_eq!(ticket.queue_id, Some(queues[1].id));
    let events = told(app, &caller, ticket.id).await;
    assert_eq!(events.len(), 4);
    assert_eq!(events[1].effects[0], "message:public");
    assert_eq!(events[1].actor_id, Some(person.id));
    assert_eq!(events[3].actor_kind, ActorKind::System);
}

#[tokio::test]
async fn the_same_file_twice_changes_nothing() {
    let test = TestApp::new().await;
    let (app, caller) = (&test.app, test.tenant("acme").await);
    import(app, &caller, LOG).await;
    let before = all(app, &caller).await;
    let again = import(app, &caller, LOG).await;
    assert_eq!((again.accepted, again.changed, again.tickets), (6, 0, 2));
    assert_eq!(all(app, &caller).await, before);
    let mut lines: Vec<&str> = LOG.lines().collect();
    lines[1..].reverse();
    let scattered = import(app, &caller, &lines.join("\n")).await;
    assert_eq!(scattered.changed, 0, "no two events of these tickets are at one instant");
}

#[tokio::test]
async fn more_of_a_history_adds_to_it_and_a_corrected_mapping_corrects_it() {
    let test = TestApp::new().await;
    let (app, caller) = (&test.app, test.tenant("acme").await);
    let file = "ticket,time,kind\n1,2024-05-01T09:00:00Z,Note\n1,2024-05-01T10:00:00Z,Done\n";
    let wrong = Mapping::parse("source = \"x\"\n[effects]\nDone = \"status:closed\"").unwrap();
    let right = Mapping::parse("source = \"x\"\n[effects]\nDone = \"status:solved\"").unwrap();
    import_with(app, &caller, &wrong, file).await.unwrap();
    assert_eq!(one(app, &caller, "1").await.status, StatusCategory::Closed);
    let report = import_with(app, &caller, &right, file).await.unwrap();
    assert_eq!(report.changed, 1);
    let ticket = one(app, &caller, "1").await;
    assert_eq!((ticket.status, ticket.version), (StatusCategory::Solved, 2));
    let longer = format!("{file}1,2024-05-01T08:00:00Z,Note\n1,2024-05-02T10:00:00Z,Note\n");
    import_with(app, &caller, &right, &longer).await.unwrap();
    let ticket = one(app, &caller, "1").await;
    assert_eq!(ticket.created_at, at("2024-05-01T08:00:00Z"));
    assert_eq!(told(app, &caller, ticket.id).await.len(), 4);
}

#[tokio::test]
async fn ties_of_time_keep_the_order_of_the_file() {
    let test = TestApp::new().await;
    let (app, caller) = (&test.app, test.tenant("acme").await);
    let moment = "2024-05-01T09:00:00Z";
    let words = [
        "created",
        "status:solved",
        "status:open",
        "status:closed",
        "status:pending",
        "status:solved",
        "status:on_hold",
    ];
    let mut file = "ticket,time,kind\n".to_owned();
    for word in words {
        file.push_str(&format!("1,{moment},{word}\n"));
    }
    for _ in 0..2 {
        import(app, &caller, &file).await;
        let ticket = one(app, &caller, "1").await;
        let events = told(app, &caller, ticket.id).await;
        assert_eq!(events.iter().map(|event| event.effects[0].as_str()).collect::<Vec<_>>(), words);
        assert_eq!(ticket.status, StatusCategory::OnHold);
    }
}

#[tokio::test]
async fn a_newer_ticket_row_replaces_the_older_one_and_never_the_other_way_round() {
    let test = TestApp::new().await;
    let (app, caller) = (&test.app, test.tenant("acme").await);
    let header = "ticket,created,updated,solved,solved_by,status,spam,deleted,merged_into,assignee,priority\n";
    let row = |rest: &str| format!("{header}1,2024-05-01T09:00:00Z,{rest}\n");
    let solved = row("2024-05-02T10:00:00Z,2024-05-02T10:00:00Z,ann,solved,,,,ann,low");
    import(app, &caller, &solved).await;
    assert_eq!(one(app, &caller, "1").await.status, StatusCategory::Solved);
    let hidden = row("2024-05-03T10:00:00Z,,,open,yes,yes,7,bob,high");
    assert_eq!(import(app, &caller, &hidden).await.changed, 1);
    let ticket = one(app, &caller, "1").await;
    assert_eq!(
        (ticket.status, ticket.priority.as_deref(), ticket.last_solved_at),
        (StatusCategory::Open, Some("high"), None)
    );
    assert!(ticket.spam_at.is_some() && ticket.deleted_at.is_some() && ticket.merged_at.is_some());
    assert_eq!(ticket.merged_into, None, "the target is not there yet");
    assert_eq!(import(app, &caller, &solved).await.changed, 0, "an older version");
    let back = row("2024-05-04T10:00:00Z,2024-05-02T10:00:00Z,ann,solved,no,,,ann,low");
    assert_eq!(import(app, &caller, &back).await.changed, 1);
    let ticket = one(app, &caller, "1").await;
    assert_eq!((ticket.spam_at, ticket.deleted_at, ticket.merged_at), (None, None, None));
    assert_eq!(told(app, &caller, ticket.id).await.len(), 2);
    assert_eq!(import(app, &caller, &back).await.changed, 0);
}

#[tokio::test]
async fn merges_deletions_and_spam_of_events_are_taken_back_by_a_restore() {
    let test = TestApp::new().await;
    let (app, caller) = (&test.app, test.tenant("acme").await);
    let gone = "ticket,time,kind,merged_into\n5,2024-05-01T09:00:00Z,created,\n5,2024-05-01T10:00:00Z,merged,12\n5,2024-05-01T11:00:00Z,deleted,\n5,2024-05-01T12:00:00Z,spam,\n12,2024-05-01T09:00:00Z,created,\n";
    import(app, &caller, gone).await;
    let ticket = one(app, &caller, "5").await;
    assert_eq!(
        ticket.merged_into,
        Some(one(app, &caller, "12").await.id),
        "the target came later in the file"
    );
    assert!(ticket.deleted_at.is_some() && ticket.spam_at.is_some() && ticket.merged_at.is_some());
    let events = told(app, &caller, ticket.id).await;
    assert_eq!(events[1].effects, [format!("merged:{}", ticket.merged_into.unwrap())]);
    let back = format!("{gone}5,2024-05-01T13:00:00Z,restored,\n");
    import(app, &caller, &back).await;
    let ticket = one(app, &caller, "5").await;
    assert_eq!(
        (ticket.deleted_at, ticket.spam_at, ticket.merged_at, ticket.merged_into),
        (None, None, None, None)
    );
}

#[tokio::test]
async fn agents_are_known_by_identity_then_by_address_and_bots_are_nobody() {
    let test = TestApp::new().await;
    let (app, caller) = (&test.app, test.tenant("acme").await);
    let eve = people::NewPerson {
        name: "Eve".to_owned(),
        work_email: Some("eve@desk.test".to_owned()),
        ..new_person()
    };
    let eve = app.write(&caller, async |scope| people::create(scope, eve).await).await.unwrap();
    let mapping = Mapping::parse("source = \"x\"\nbots = \"robbie\"\nnothing = \"-\"").unwrap();
    let file = "ticket,time,kind,actor,actor_email,assignee\n\
        1,2024-05-01T09:00:00Z,message,e-17,EVE@desk.test,\n\
        1,2024-05-01T10:00:00Z,message,robbie,,robbie\n\
        1,2024-05-01T11:00:00Z,message,,,zoe\n\
        1,2024-05-01T12:00:00Z,message,e-17,,-\n\
        1,2024-05-01T13:00:00Z,message,e-18,eve@desk.test,\n";
    import_with(app, &caller, &mapping, file).await.unwrap();
    let ticket = one(app, &caller, "1").await;
    let events = told(app, &caller, ticket.id).await;
    let actors: Vec<_> = events.iter().map(|event| event.actor_id == Some(eve.id)).collect();
    assert_eq!(actors, [true, false, false, true, true]);
    assert_eq!((events[1].actor_kind, events[1].actor_id), (ActorKind::Bot, None));
    assert_eq!(events[1].effects[1], "assignee:none");
    assert!(events[2].effects[1].starts_with("assignee:person_"));
    assert_eq!(ticket.assignee_id, None);
    let page = app.read(&caller, async |scope| {
        people::list(scope, &Default::default(), &PageArgs::default()).await
    });
    let names: Vec<_> = page.await.unwrap().items.into_iter().map(|person| person.name).collect();
    assert_eq!(names, ["Eve", "zoe"]);
}

fn new_person() -> people::NewPerson {
    serde_json::from_value(serde_json::json!({ "name": "" })).unwrap()
}

#[tokio::test]
async fn sources_keep_their_own_ids_and_tenants_see_nothing_of_each_other() {
    let test = TestApp::new().await;
    let (app, acme, other) = (&test.app, test.tenant("acme").await, test.tenant("other").await);
    let second = Mapping::parse("source = \"second\"").unwrap();
    import(app, &acme, LOG).await;
    import_with(app, &acme, &second, LOG).await.unwrap();
    assert_eq!(all(app, &acme).await.len(), 4);
    assert_eq!(all(app, &other).await, []);
    import(app, &other, LOG).await;
    let ids: Vec<TicketId> = all(app, &other).await.iter().map(|ticket| ticket.id).collect();
    let seen = app.read(&acme, async |scope| many(scope, &ids).await).await.unwrap();
    assert_eq!(seen, []);
    let refused = app.read(&acme, async |scope| get(scope, ids[0]).await).await.unwrap_err();
    assert_eq!(refused.code(), "not_found");
}

/// Enough for several units, rows scattered: of every ticket one row in each round.
fn long_log(tickets: usize) -> String {
    let mut file = "ticket,time,kind,actor,queue,customer\n".to_owned();
    for (hour, kind) in (0..).zip(["created", "message:public", "status:pending", "status:solved"])
    {
        for ticket in 0..tickets {
            let (agent, queue, minute) = (ticket % 7, ticket % 3, ticket % 60);
            file.push_str(&format!(
                "{ticket},2024-05-01T{hour:02}:{minute:02}:00Z,{kind},agent {agent},q{queue},c{}\n",
                ticket % 211
            ));
        }
    }
    file
}

#[tokio::test]
async fn an_import_that_was_cut_off_is_finished_by_running_it_again() {
    use std::sync::atomic::{AtomicU32, Ordering};
    static UNITS: AtomicU32 = AtomicU32::new(0);
    fn fails_at_the_second(
        _: &crate::kernel::Scope,
        _: Vec<TicketChange>,
    ) -> futures_util::future::BoxFuture<'_, Result<()>> {
        Box::pin(async {
            if UNITS.fetch_add(1, Ordering::SeqCst) == 1 {
                return Err(crate::kernel::Error::internal("the power went"));
            }
            Ok(())
        })
    }
    let test = TestApp::new().await;
    let (app, caller) = (&test.app, test.tenant("acme").await);
    let (mapping, file) = (Mapping::default(), long_log(3_000));
    let cut = write(
        app,
        &caller,
        "import",
        sorted(&mapping, &file),
        fails_at_the_second,
        |_: Progress| (),
    )
    .await;
    assert_eq!(cut.unwrap_err().code(), "internal");
    let report = import(app, &caller, &file).await;
    assert_eq!((report.accepted, report.tickets), (12_000, 3_000));
    assert!(report.changed > 0 && report.changed < 3_000, "{report:?}");
    assert_eq!(import(app, &caller, &file).await.changed, 0);
    let tickets = all(app, &caller).await;
    let ids: Vec<String> = (0..50).map(|id| id.to_string()).collect();
    assert!(
        tickets.iter().map(|ticket| &ticket.external_id).eq(&ids),
        "ids come in the order of the source's"
    );
}

#[tokio::test]
async fn imports_of_the_same_tickets_at_once_neither_wait_for_ever_nor_double_anything() {
    let test = TestApp::new().await;
    let (app, caller) = (&test.app, test.tenant("acme").await);
    let file = long_log(2_000);
    let (one, two, three) = tokio::join!(
        import(app, &caller, &file),
        import(app, &caller, &file),
        import(app, &caller, &file)
    );
    assert_eq!(one.changed + two.changed + three.changed, 2_000);
    assert_eq!(import(app, &caller, &file).await.changed, 0);
}

#[tokio::test]
async fn mappings_are_kept_under_their_names() {
    let test = TestApp::new().await;
    let (app, caller) = (&test.app, test.tenant("acme").await);
    let put = async |name: &str, text: &str| {
        app.write(&caller, async |scope| put_mapping(scope, name, text).await).await
    };
    let first = put("desk", "source = \"a\"").await.unwrap();
    let second = put("desk", "source = \"b\"").await.unwrap();
    assert_eq!((first.id, second.version), (second.id, 2));
    let wrong = put("desk", "source = \"b\"\ncolour = 1").await.unwrap_err();
    assert!(wrong.message().contains("unknown field `colour`"), "{wrong}");
    assert_eq!(put("a b", "source = \"b\"").await.unwrap_err().code(), "invalid");
    let mapping = import::mapping_of(app, &caller, Some("desk")).await.unwrap();
    assert_eq!(mapping.source, "b");
    assert_eq!(app.read(&caller, async |scope| mappings(scope).await).await.unwrap().len(), 1);
    app.write(&caller, async |scope| delete_mapping(scope, "desk").await).await.unwrap();
    assert_eq!(
        import::mapping_of(app, &caller, Some("desk")).await.unwrap_err().code(),
        "not_found"
    );
}
