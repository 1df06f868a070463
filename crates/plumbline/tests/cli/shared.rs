//! A data folder that a server works in, and commands beside it.

use std::fmt::Write;

use crate::bench::{Bench, Ended, Server};
use crate::client::Client;
use crate::load::{HEALTHY_WITHIN, Load};
use crate::proxy::until;

const TICKETS: u32 = 1_500;

#[test]
fn commands_beside_a_busy_server_are_in_nobodys_way() {
    let bench = Bench::new();
    Ended::from(bench.create_tenant("acme").output().unwrap()).json();
    let server = Server::start(bench.command(["serve", "--listen", "127.0.0.1:0"]));
    let client = Client::of(&server);
    let (load, threads) = Load::begin(&client);
    for (month, tenant) in (2..).zip(["one", "two", "three"]) {
        bench.file("rows.csv", &rows(month));
        let import = ["import", "tickets", "--tenant", "acme", "--json", "rows.csv"];
        assert_eq!(bench.run(import).json()["changed"], TICKETS);
        // The answer of a month that nobody else imports into.
        let path =
            format!("/v1/kpis/tickets_created?from=2026-0{month}-01&to=2026-0{}-01", month + 1);
        let counted = || client.get(&path)["rows"][0]["n"] == TICKETS;
        let after = until("the server tells of it", HEALTHY_WITHIN, counted);
        println!("{TICKETS} tickets of a command are in the server's answer after {after:?}");
        Ended::from(bench.create_tenant(tenant).output().unwrap()).json();
        bench.run(["tenant", "rotate-keys", "acme", "--json"]).json();
        bench.run(["tenant", "list", "--json"]).json();
    }
    load.end(threads);
    let refusals = load.refusals.lock().unwrap();
    assert!(refusals.is_empty(), "{refusals:?}");
    load.nothing_is_missing(&client);
    let log = server.log();
    assert!(!log.contains("locked") && !log.contains("panicked"), "{log}");
    assert_eq!(server.stop(), Some(0));
}

fn rows(month: u32) -> String {
    let mut rows = "ticket,time,kind\n".to_owned();
    for ticket in 0..TICKETS {
        let day = ticket % 28 + 1;
        writeln!(rows, "{},2026-{month:02}-{day:02}T09:00:00Z,created", month * 1_000_000 + ticket)
            .unwrap();
    }
    rows
}
