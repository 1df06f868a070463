//! Tickets by time.

use super::*;

#[tokio::test]
async fn tickets_are_listed_by_when_they_were_made() {
    let test = TestApp::new().await;
    let acme = test.tenant("acme").await;
    // Two of the same moment, and none in the order of their ids.
    let hours = [7, 3, 9, 3, 8];
    let line = |(n, hour): (usize, &u32)| format!("{n},2024-05-01T0{hour}:00:00.5Z,created\n");
    let log: String = hours.iter().enumerate().map(line).collect();
    import(&test.app, &acme, &format!("ticket,time,kind\n{log}")).await;
    for sort in [TicketSort::CreatedAt, TicketSort::CreatedAtDesc] {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let filter = TicketFilter { sort: Some(sort), ..Default::default() };
            let args = PageArgs { limit: Some(2), after };
            let page = test.app.read(&acme, async |scope| list(scope, &filter, &args).await).await;
            let page = page.unwrap();
            seen.extend(page.items.into_iter().map(|ticket| ticket.external_id));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        if sort == TicketSort::CreatedAtDesc {
            seen.reverse();
        }
        assert_eq!(seen, ["1", "3", "0", "4", "2"]);
    }
}
