//! Agents of a source become people.

use std::collections::HashMap;

use uuid::Uuid;

use super::entity::Model;
use super::erased;
use super::types::{Introduced, Newcomer};
use crate::connections::ConnectionId;
use crate::kernel::bulk::{Cells, Insert, Keys, Lookup};
use crate::kernel::{PersonId, Result, Scope};
use crate::people::PersonState;
use crate::people::entity as person;

/// The longest a person's name may be.
const LONGEST_NAME: usize = 200;

/// Finds or makes the people that a source names: by external identity, else by work e-mail, else whoever was erased and is nobody in
/// particular any more, else a new one. The newcomers come in
/// the order of their ids, so that two imports at once never wait for each other crosswise. It checks no permission and records no
/// event: the import that calls it does.
///
/// # Errors
/// Transient where another import introduces the same people at the same moment; those of the database.
pub async fn introduce(
    scope: &Scope,
    connection: ConnectionId,
    mut newcomers: Vec<Newcomer>,
) -> Result<Introduced> {
    let mut people = known(scope, connection, &newcomers).await?;
    newcomers.retain(|newcomer| !people.contains_key(&newcomer.external_id));
    let mut by_email = by_email(scope, &newcomers).await?;
    let erased = erased::among(scope, connection, &newcomers).await?;
    let (mut made, mut identities) = (Vec::new(), Vec::with_capacity(newcomers.len()));
    for newcomer in newcomers {
        let email = newcomer.work_email.clone();
        let found = email.as_ref().and_then(|email| by_email.get(email).copied());
        if let (None, Some(nobody)) = (found, erased.get(&newcomer.external_id)) {
            people.insert(newcomer.external_id, *nobody);
            continue;
        }
        let person = found.unwrap_or_else(|| scope.new_id());
        by_email.extend(email.map(|email| (email, person)));
        identities.push((newcomer.external_id.clone(), person));
        if found.is_none() {
            made.push((person, newcomer));
        }
    }
    let count = made.len();
    insert_people(scope, made).await?;
    insert_identities(scope, connection, &identities).await?;
    people.extend(identities);
    Ok(Introduced { people, made: count })
}

async fn known(
    scope: &Scope,
    connection: ConnectionId,
    newcomers: &[Newcomer],
) -> Result<HashMap<String, PersonId>> {
    let ids = newcomers.iter().map(|newcomer| newcomer.external_id.clone()).collect();
    let lookup = Lookup::of("external_identities").with("connection_id", connection.0);
    let rows: Vec<Model> = lookup.by(scope, "external_id", Keys::Text(ids)).await?;
    Ok(rows.into_iter().map(|row| (row.external_id, row.person_id)).collect())
}

async fn by_email(scope: &Scope, newcomers: &[Newcomer]) -> Result<HashMap<String, PersonId>> {
    let emails = newcomers.iter().filter_map(|newcomer| newcomer.work_email.clone()).collect();
    let rows: Vec<person::Model> =
        Lookup::of("people").by(scope, "work_email", Keys::Text(emails)).await?;
    let by_email = |row: person::Model| Some((row.work_email?, row.id));
    Ok(rows.into_iter().filter_map(by_email).collect())
}

async fn insert_people(scope: &Scope, people: Vec<(PersonId, Newcomer)>) -> Result<()> {
    let now = vec![Some(scope.now()); people.len()];
    let state = sea_orm::ActiveEnum::to_value(&PersonState::Active);
    let name = |newcomer: &Newcomer| Some(newcomer.name.chars().take(LONGEST_NAME).collect());
    let ids = people.iter().map(|(id, _)| Some(id.0)).collect();
    let names = people.iter().map(|(_, newcomer)| name(newcomer)).collect();
    let states = vec![Some(state); people.len()];
    let versions = vec![Some(1); people.len()];
    let emails = people.into_iter().map(|(_, newcomer)| newcomer.work_email).collect();
    let rows = Insert::into("people")
        .column("id", Cells::Uuid(ids))
        .column("name", Cells::Text(names))
        .column("work_email", Cells::Text(emails))
        .column("state", Cells::Text(states))
        .column("state_since", Cells::Time(now.clone()))
        .column("created_at", Cells::Time(now.clone()))
        .column("updated_at", Cells::Time(now))
        .column("version", Cells::Long(versions));
    rows.run_unless_taken(scope).await
}

async fn insert_identities(
    scope: &Scope,
    connection: ConnectionId,
    identities: &[(String, PersonId)],
) -> Result<()> {
    let count = identities.len();
    let now = vec![Some(scope.now()); count];
    let ids = identities.iter().map(|_| Some(scope.new_id::<Uuid>()));
    let people = identities.iter().map(|(_, person)| Some(person.0));
    let external = identities.iter().map(|(id, _)| Some(id.clone()));
    let rows = Insert::into("external_identities")
        .column("id", Cells::Uuid(ids.collect()))
        .column("person_id", Cells::Uuid(people.collect()))
        .column("connection_id", Cells::Uuid(vec![Some(connection.0); count]))
        .column("external_id", Cells::Text(external.collect()))
        .column("created_at", Cells::Time(now.clone()))
        .column("updated_at", Cells::Time(now))
        .column("version", Cells::Long(vec![Some(1); count]));
    rows.run_unless_taken(scope).await
}
