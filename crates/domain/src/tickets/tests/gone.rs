//! What a sweep did not find, and what is there again.

use super::*;
use crate::tickets::source::{self, References, SourceRow, SourceTicket, Unit};

async fn tell(app: &App, caller: &Caller, ticket: &Ticket, row: SourceRow) {
    let write = async |scope: &crate::kernel::Scope| {
        let mut unit = Unit::default();
        unit.add(SourceTicket::of_rows(ticket.external_id.clone(), vec![row.clone()]));
        let known = References::default();
        source::write(scope, ticket.connection_id, &known, &unit, nothing_follows).await
    };
    app.write(caller, write).await.unwrap();
}

#[tokio::test]
async fn a_ticket_that_is_gone_is_deleted_until_it_is_told_again() {
    let test = TestApp::new().await;
    let (app, caller) = (&test.app, test.tenant("acme").await);
    import(app, &caller, LOG).await;
    let ticket = one(app, &caller, "1").await;
    let now = app.clock().now();
    let gone = SourceRow::gone("1".to_owned(), now);
    tell(app, &caller, &ticket, gone.clone()).await;
    assert_eq!(one(app, &caller, "1").await.deleted_at, Some(now));
    // To be missed twice changes nothing.
    tell(app, &caller, &ticket, gone).await;
    assert_eq!(one(app, &caller, "1").await.deleted_at, Some(now));
    import(app, &caller, LOG).await;
    assert_eq!(one(app, &caller, "1").await.deleted_at, None);
}
