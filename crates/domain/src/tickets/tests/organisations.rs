//! Organisations that are called otherwise, beside tenants with the same ids.

use super::*;
use crate::kernel::Scope;
use crate::tickets::source::{
    self, Attributes, References, SourceCustomer, SourceOrganisation, SourceRow, SourceTicket, Unit,
};

fn customer(id: &str, organisation: Option<(&str, &str)>) -> SourceCustomer {
    let (organisation_id, organisation) =
        organisation.map(|(id, name)| (id.to_owned(), name.to_owned())).unzip();
    SourceCustomer { id: id.to_owned(), name: id.to_owned(), organisation, organisation_id }
}

/// A unit with a ticket of this customer.
fn asked_by(ticket: &str, customer: SourceCustomer) -> Unit {
    let gone = SourceRow::gone(ticket.to_owned(), at("2024-05-01T09:00:00Z"));
    let attributes = Attributes { customer: Some(customer), ..Attributes::default() };
    let mut unit = Unit::default();
    unit.add(SourceTicket::of_rows(ticket.to_owned(), vec![SourceRow { attributes, ..gone }]));
    unit
}

fn named(id: &str, name: &str) -> Unit {
    let mut unit = Unit::default();
    unit.organisation(SourceOrganisation { id: id.to_owned(), name: name.to_owned() });
    unit
}

async fn tell(test: &TestApp, caller: &Caller, source: &Ticket, unit: Unit) -> u64 {
    let write = async |scope: &Scope| {
        let known = References::default();
        source::write(scope, source.connection_id, &known, &unit, nothing_follows).await
    };
    test.app.write(caller, write).await.unwrap().changed
}

async fn organisation(test: &TestApp, caller: &Caller, ticket: &str) -> Option<String> {
    let id = one(&test.app, caller, ticket).await.customer_id.unwrap();
    let read = async |scope: &Scope| customers(scope, &[id]).await;
    test.app.read(caller, read).await.unwrap().pop().unwrap().organisation
}

#[tokio::test]
async fn an_organisation_is_of_no_other_with_the_same_id() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    import(&test.app, &acme, LOG).await;
    let ticket = one(&test.app, &acme, "1").await;
    let of = |id: &str, name: &str| customer(id, Some(("o1", name)));
    tell(&test, &acme, &ticket, asked_by("10", of("c10", "Globex"))).await;
    tell(&test, &acme, &ticket, asked_by("11", of("c11", "Globex"))).await;
    tell(&test, &acme, &ticket, asked_by("12", customer("c12", Some(("o2", "Initech"))))).await;
    let shadows = test.shadow(acme.tenant).await;
    let mut before = Vec::new();
    for shadow in &shadows {
        before.push(test.rows(*shadow).await);
    }
    assert_eq!(tell(&test, &acme, &ticket, named("o1", "Globex")).await, 0);
    assert_eq!(tell(&test, &acme, &ticket, named("o3", "Nobody's")).await, 0);
    assert_eq!(tell(&test, &acme, &ticket, named("o1", "Globex Inc")).await, 2);
    assert_eq!(tell(&test, &acme, &ticket, named("o1", "Globex Inc")).await, 0);
    for (ticket, name) in [("10", "Globex Inc"), ("11", "Globex Inc"), ("12", "Initech")] {
        assert_eq!(organisation(&test, &acme, ticket).await.as_deref(), Some(name));
    }
    for (shadow, before) in shadows.iter().zip(before) {
        assert_eq!(test.rows(*shadow).await, before);
    }
}

#[tokio::test]
async fn a_customer_who_goes_to_another_organisation_goes_with_its_name() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    import(&test.app, &acme, LOG).await;
    let ticket = one(&test.app, &acme, "1").await;
    let of = |organisation| asked_by("10", customer("c10", organisation));
    tell(&test, &acme, &ticket, of(Some(("o1", "Globex")))).await;
    tell(&test, &acme, &ticket, of(Some(("o2", "Initech")))).await;
    assert_eq!(tell(&test, &acme, &ticket, named("o1", "Globex Inc")).await, 0);
    // Who says nothing of it changes nothing.
    tell(&test, &acme, &ticket, of(None)).await;
    assert_eq!(organisation(&test, &acme, "10").await.as_deref(), Some("Initech"));
    assert_eq!(tell(&test, &acme, &ticket, named("o2", "Initrode")).await, 1);
    assert_eq!(organisation(&test, &acme, "10").await.as_deref(), Some("Initrode"));
}
