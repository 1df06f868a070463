//! What happens at the same moment.

use tokio::join;

use super::{day, person, team};
use crate::kernel::patch::MaybeUndefined;
use crate::kernel::{Caller, Error, TeamId};
use crate::teams::leads::{self, NewTeamLead};
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
