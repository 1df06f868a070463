//! What the database says of an actor, in one statement each, and two for whoever leads a team.

use chrono::NaiveDate;
use sea_orm::{ConnectionTrait, QueryResult, Value};

use crate::kernel::{ApiClientId, PersonId, Result, Scope, UserId};

/// A user with the tenant's state, one row for each role valid now.
const USER: &str = "SELECT u.state, u.person_id, t.state AS tenant_state, t.time_zone, g.role \
    FROM users u JOIN tenants t ON t.id = u.tenant_id \
    LEFT JOIN role_grants g ON g.tenant_id = u.tenant_id AND g.user_id = u.id \
        AND g.valid_from <= $3 AND (g.valid_to IS NULL OR g.valid_to > $3) \
    WHERE u.tenant_id = $1 AND u.id = $2";

const CLIENT: &str = "SELECT c.state, c.scopes, t.state AS tenant_state \
    FROM api_clients c JOIN tenants t ON t.id = c.tenant_id \
    WHERE c.tenant_id = $1 AND c.id = $2";

/// The teams a person leads today and all below them, each with who is in it today. `UNION` ends also where a tree had become a circle.
const LED: &str = "WITH RECURSIVE led(id) AS ( \
        SELECT l.team_id FROM team_leads l \
        WHERE l.tenant_id = $1 AND l.person_id = $2 AND l.valid_from <= $3 AND (l.valid_to IS NULL OR l.valid_to > $3) \
        UNION SELECT t.id FROM teams t JOIN led ON t.parent_id = led.id WHERE t.tenant_id = $1) \
    SELECT led.id AS team_id, m.person_id FROM led \
    LEFT JOIN team_memberships m ON m.tenant_id = $1 AND m.team_id = led.id \
        AND m.valid_from <= $3 AND (m.valid_to IS NULL OR m.valid_to > $3)";

pub(super) async fn user(scope: &Scope, user: UserId) -> Result<Vec<QueryResult>> {
    query(scope, USER, vec![user.0.into(), scope.now().into()]).await
}

pub(super) async fn client(scope: &Scope, client: ApiClientId) -> Result<Vec<QueryResult>> {
    query(scope, CLIENT, vec![client.0.into()]).await
}

pub(super) async fn led(
    scope: &Scope,
    person: PersonId,
    today: NaiveDate,
) -> Result<Vec<QueryResult>> {
    query(scope, LED, vec![person.0.into(), today.into()]).await
}

async fn query(scope: &Scope, sql: &str, values: Vec<Value>) -> Result<Vec<QueryResult>> {
    Ok(scope.tx().query_all_raw(scope.sql(sql, values)).await?)
}
