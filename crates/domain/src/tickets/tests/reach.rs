//! Who sees which tickets.

use super::*;
use crate::kernel::{Access, Actor, Ids, MasterKey, Permission, Reach, TeamId, UserId};
use crate::teams;

/// User 1 is Ann herself, user 2 leads every team there is, user 3 has no role.
fn access(scope: &crate::kernel::Scope) -> futures_util::future::BoxFuture<'_, Result<Access>> {
    Box::pin(async move {
        let reach = match scope.actor() {
            Actor::User(UserId(id)) if id.as_u128() == 1 => Reach::Own,
            Actor::User(UserId(id)) if id.as_u128() == 2 => Reach::Teams,
            Actor::User(_) | Actor::Client(_) | Actor::System => return Ok(Access::default()),
        };
        let mut access =
            Access { permissions: [(Permission::TicketsRead, reach)].into(), ..Access::default() };
        let people = scope.find::<people::entity::Entity>().all(scope.tx()).await?;
        let ann = people.iter().find(|person| person.name == "ann").map(|person| person.id);
        if reach == Reach::Own {
            access.person = ann;
        } else {
            access.teams = scope
                .find::<teams::entity::Entity>()
                .all(scope.tx())
                .await?
                .iter()
                .map(|team| team.id)
                .collect();
        }
        Ok(access)
    })
}

#[tokio::test]
async fn a_caller_sees_the_tickets_of_people_and_queues_within_reach() {
    let test = TestApp::new().await;
    let caller = test.tenant("acme").await;
    let file = "ticket,time,kind,assignee,queue\n1,2024-05-01T09:00:00Z,created,ann,\n2,2024-05-01T09:00:00Z,created,bob,Sales\n3,2024-05-01T09:00:00Z,created,,Billing\n";
    import(&test.app, &caller, file).await;
    let app = App::new(
        test.app.database().clone(),
        test.app.clock().clone(),
        Ids::seeded(9),
        MasterKey::new([7; 32]),
        access,
    );
    let as_user = |user: u128| Caller {
        actor: Actor::User(UserId(uuid::Uuid::from_u128(user))),
        ..caller.clone()
    };
    let seen = async |user: u128| {
        let tickets = all(&app, &as_user(user)).await.into_iter();
        tickets.map(|ticket| ticket.external_id).collect::<Vec<_>>()
    };
    assert_eq!(seen(1).await, ["1"]);
    assert_eq!(seen(2).await, Vec::<String>::new());
    let north = serde_json::from_value(serde_json::json!({ "name": "North" })).unwrap();
    let today = crate::testing::start().date_naive();
    let link = async |team: Option<TeamId>, from| {
        let linked = async |scope: &crate::kernel::Scope| {
            let queues = queues(scope).await?;
            let sales = queues.iter().find(|queue| queue.name == "Sales").unwrap();
            let new = NewQueueTeam { team_id: team, valid_from: from };
            link_queue(scope, sales.id, new).await
        };
        test.app.write(&caller, linked).await.unwrap()
    };
    let north =
        test.app.write(&caller, async |scope| teams::create(scope, north).await).await.unwrap();
    link(Some(north.id), today).await;
    // Longer than what somebody may do is believed without looking again.
    app.clock().advance(chrono::TimeDelta::seconds(3));
    assert_eq!(seen(2).await, ["2"]);
    let links = link(None, today.succ_opt().unwrap()).await;
    assert_eq!(links.len(), 1);
    assert_eq!(seen(2).await, ["2"], "until tomorrow");
    assert_eq!(link(None, today).await, []);
    assert_eq!(seen(2).await, Vec::<String>::new());
    let refused = app
        .read(&as_user(3), async |scope| {
            list(scope, &TicketFilter::default(), &PageArgs::default()).await
        })
        .await;
    assert_eq!(refused.unwrap_err().code(), "forbidden");
    let refused = import::mapping_of(&app, &as_user(1), None).await;
    assert_eq!(refused.unwrap_err().code(), "forbidden");
}
