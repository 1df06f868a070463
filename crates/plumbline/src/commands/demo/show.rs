//! What a demo says of itself: where it is, who can come in, and what to ask.

use std::io::{Write, stdout};

use domain::accounts::{self, Secret, TokenRequest};
use domain::kernel::{App, Result};
use domain::tenants::PublicUrls;

use super::build::{Built, OWNER, PASSWORD, SLUG};
use super::state::State;

/// The whole text, with tokens in it.
pub(super) async fn words(
    app: &App,
    urls: &PublicUrls,
    state: &State,
    built: Built,
) -> Result<String> {
    let Built { manager, agent, client, .. } = built;
    let signed_in = |email: &str| TokenRequest {
        grant_type: Some("password".to_owned()),
        username: Some(email.to_owned()),
        password: Some(Secret::new(PASSWORD)),
        ..TokenRequest::default()
    };
    let program = TokenRequest {
        grant_type: Some("client_credentials".to_owned()),
        client_id: Some(client.client.id.to_string()),
        client_secret: Some(Secret::new(client.client_secret.expose())),
        ..TokenRequest::default()
    };
    let mut tokens = Vec::new();
    for request in [signed_in(&manager), signed_in(&agent), program] {
        let answer = accounts::token(app, urls, SLUG, request).await?;
        tokens.push(answer.access_token.expose().to_owned());
    }
    let url = urls.current();
    let (from, to) = state.year();
    Ok(format!(
        r#"
The demo is at {url}: the tenant `{SLUG}`, {tickets} tickets of a year, as made up as its people. They were read from a Zendesk that does not
exist either and runs beside it; tickets come in there all the time, and what happens to them moves the numbers here.

Who can sign in (the password of each is `{PASSWORD}`):
  {OWNER}  owner
  {manager}  manager, leads everybody
  {agent}  agent

Tokens for a month, and four things to ask. Paste them into a shell:

export MANAGER={}
export AGENT={}
export CLIENT={}

# The teams, and how fast each first answer came, month by month (GraphQL, as the manager):
curl -s {url}/graphql -H "Authorization: Bearer $MANAGER" -H 'Content-Type: application/json' -d '{{"query": "{{ teams {{ edges {{ node {{ id name }} }} }} kpi(metric: FIRST_RESPONSE_TIME, from: \"{from}\", to: \"{to}\", grain: MONTH, groupBy: [TEAM]) {{ rows {{ bucket team {{ name }} n p50 p90 }} }} }}"}}'

# How long tickets take until they are solved (REST, as a program):
curl -s "{url}/v1/kpis/full_resolution_time?from={from}&to={to}&grain=month" -H "Authorization: Bearer $CLIENT"

# The tickets behind such a number, and why others are not in it:
curl -s "{url}/v1/kpis/first_response_time/tickets?from={from}&to={to}&limit=5" -H "Authorization: Bearer $CLIENT"

# What an agent may not see: who has an account here.
curl -s {url}/v1/users -H "Authorization: Bearer $AGENT"
"#,
        tokens[0],
        tokens[1],
        tokens[2],
        tickets = state.tickets(),
    ))
}

/// Tells it on stdout. Nobody listening there is no reason to stop.
pub(super) fn print(words: &str) {
    writeln!(stdout(), "{words}").ok();
}
