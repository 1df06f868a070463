//! What happens at the same moment.

use sea_orm::ConnectionTrait;
use serde_json::Value as Json;
use tokio::join;

use super::{day, lead, person, team};
use crate::kernel::patch::MaybeUndefined;
use crate::kernel::{Caller, Error, TeamId, dialect};
use crate::teams::leads::{self, NewTeamLead, TeamLeadPatch};
use crate::teams::memberships::{self, NewMembership};
use crate::teams::{self, TeamPatch};
use crate::testing::TestApp;

/// How often each race is run: often enough that both orders come up.
const RACES: usize = 50;

#[tokio::test]
async fn a_member_and_a_lead_of_one_team_do_not_wait_for_each_other() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    for race in 0..RACES {
        let team_id = team(&test, &acme, &format!("Team {race}"), None).await.id;
        let person_id = person(&test, &acme, "Ada").await;
        let valid_from = day("2026-01-01");
        let member =
            NewMembership { person_id, team_id, is_primary: true, valid_from, valid_to: None };
        let lead = NewTeamLead { team_id, person_id, valid_from, valid_to: None };
        let (member, lead) = join!(
            test.app.write(&acme, async |scope| memberships::create(scope, member).await),
            test.app.write(&acme, async |scope| leads::create(scope, lead).await),
        );
        member.unwrap();
        lead.unwrap();
    }
}

async fn hang(
    test: &TestApp,
    caller: &Caller,
    team: TeamId,
    below: TeamId,
) -> Result<teams::Team, Error> {
    let patch = TeamPatch { parent_id: MaybeUndefined::Value(below), ..Default::default() };
    test.app.write(caller, async |scope| teams::update(scope, team, patch).await).await
}

#[tokio::test]
async fn of_two_teams_hung_below_each_other_one_is_refused() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    for race in 0..RACES {
        let one = team(&test, &acme, &format!("One {race}"), None).await.id;
        let two = team(&test, &acme, &format!("Two {race}"), None).await.id;
        let (first, second) = join!(hang(&test, &acme, one, two), hang(&test, &acme, two, one));
        let refused = match (first, second) {
            (Ok(_), Err(error)) | (Err(error), Ok(_)) => error,
            both => panic!("one of two is refused, not {both:?}"),
        };
        assert_eq!(refused.fields()[0].code, "team_cycle");
    }
}

/// What the log says of a kind of event, in order.
async fn told(test: &TestApp, caller: &Caller, kind: &str) -> Vec<Json> {
    let sql = "SELECT p.payload FROM events e JOIN event_payloads p ON p.tenant_id = e.tenant_id AND p.sequence = e.sequence \
               WHERE e.tenant_id = $1 AND e.kind = $2 ORDER BY e.sequence";
    let rows = test.app.read(caller, async |scope| {
        let values = [scope.tenant().0.into(), kind.into()];
        Ok(scope.tx().query_all_raw(dialect::statement(scope.backend(), sql, values)).await?)
    });
    let text = |row: sea_orm::QueryResult| row.try_get::<String>("", "payload").unwrap();
    rows.await.unwrap().into_iter().map(|row| serde_json::from_str(&text(row)).unwrap()).collect()
}

#[tokio::test]
async fn what_is_removed_twice_is_gone_the_second_time() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    for race in 0..20 {
        let north = team(&test, &acme, &format!("North {race}"), None).await.id;
        let ada = person(&test, &acme, "Ada").await;
        let held = lead(&test, &acme, ada, north, "2026-01-01").await.unwrap().id;
        let remove = async || test.app.write(&acme, async |s| leads::remove(s, held).await).await;
        let (first, second) = join!(remove(), remove());
        let gone = first.and(second).unwrap_err();
        assert_eq!(gone.code(), "not_found");
        assert_eq!(told(&test, &acme, "team_lead.removed").await.len(), race + 1);
    }
}

#[tokio::test]
async fn each_change_tells_what_the_one_before_it_made() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    let north = team(&test, &acme, "North", None).await.id;
    let ada = person(&test, &acme, "Ada").await;
    let held = lead(&test, &acme, ada, north, "2026-01-01").await.unwrap().id;
    let until = async |end: u32| {
        let valid_to = MaybeUndefined::Value(day(&format!("2027-01-{end:02}")));
        let patch = TeamLeadPatch { valid_to, ..Default::default() };
        test.app.write(&acme, async |scope| leads::update(scope, held, patch).await).await.unwrap()
    };
    for end in 1..15 {
        join!(until(end), until(end + 15));
    }
    let told = told(&test, &acme, "team_lead.updated").await;
    assert!(told.windows(2).all(|pair| pair[0]["after"] == pair[1]["before"]), "{told:#?}");
    assert_eq!(told.len(), 28);
}

#[tokio::test]
async fn the_log_does_not_keep_what_the_one_who_asked_may_do() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    team(&test, &acme, "North", None).await;
    let told = told(&test, &acme, "team.created").await;
    assert_eq!(told[0]["after"]["name"], "North");
    assert_eq!(told[0]["after"].get("allowed_actions"), None);
}
