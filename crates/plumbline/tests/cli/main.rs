//! The program as its users meet it.

// Only what says that it is a test may unwrap.
#[cfg(test)]
mod backup;
#[cfg(test)]
mod bench;
#[cfg(test)]
mod canaries;
#[cfg(test)]
mod client;
#[cfg(test)]
mod configuration;
#[cfg(test)]
mod demo;
#[cfg(test)]
mod doctor;
#[cfg(test)]
mod folder;
#[cfg(test)]
mod import;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod kills;
#[cfg(test)]
mod load;
#[cfg(test)]
mod outages;
#[cfg(test)]
mod places;
#[cfg(test)]
mod privacy;
#[cfg(test)]
mod proxy;
#[cfg(test)]
mod repeats;
#[cfg(test)]
mod server;
#[cfg(test)]
mod shared;
#[cfg(test)]
mod simulate;
#[cfg(test)]
mod suspend;
#[cfg(test)]
mod sync;
#[cfg(test)]
mod telemetry;

use bench::Bench;

#[test]
fn a_command_that_is_none_is_a_usage_error() {
    let bench = Bench::new();
    for args in [&["tenat"][..], &["tenant", "list", "--colour"], &[]] {
        let ended = bench.run(args);
        assert_eq!((ended.exit, ended.out.as_str()), (2, ""));
        assert!(ended.err.contains("Usage: plumbline"), "{}", ended.err);
    }
    let ended = bench.run(["tenant", "list", "--database-url", "mysql://somewhere"]);
    assert_eq!(ended.exit, 2);
    assert!(ended.err.contains("it must begin with postgres://"), "{}", ended.err);
}

#[test]
fn a_tenant_is_made_once() {
    let bench = Bench::new();
    let created = bench::Ended::from(bench.create_tenant("acme").output().unwrap()).json();
    assert_eq!(created["slug"], "acme");
    assert_eq!(created["admin"]["email"], "a@acme.test");
    let again = bench::Ended::from(bench.create_tenant("acme").output().unwrap());
    again.failed(1, &["{\"error\":{\"code\":\"slug_taken\"", "`acme`"]);
    let list = bench.run(["tenant", "list", "--json"]).json();
    assert_eq!(list.as_array().unwrap().len(), 1);
    let keys = bench.run(["tenant", "rotate-keys", "acme", "--json"]).json();
    assert_eq!(keys["keys"].as_array().unwrap().len(), 3);
    bench
        .run(["tenant", "rotate-keys", "other"])
        .failed(1, &["error: there is no tenant `other`", "tenant list"]);
}

#[test]
fn a_tenant_without_an_administrator_does_not_come_to_be() {
    let bench = Bench::new();
    let args = ["tenant", "create", "acme", "--name", "Acme", "--admin-email", "nobody"];
    let ended = bench.run(args.into_iter().chain(["--admin-password-file", "password"]));
    ended.failed(1, &["error: email: "]);
    let ended = bench.run(args.into_iter().chain(["--admin-password-file", "nothing"]));
    ended.failed(1, &["error: the password cannot be read from nothing"]);
    assert_eq!(bench.run(["tenant", "list", "--json"]).json(), serde_json::json!([]));
}

#[test]
fn contracts_are_compared_with_what_is_committed() {
    let bench = Bench::new();
    let check = ["contracts", "--check", "--dir", "contracts"];
    bench.run(check).failed(1, &["plumbline.json cannot be read"]);
    assert_eq!(bench.run(["contracts", "--dir", "contracts"]).exit, 0);
    assert_eq!(bench.run(check).exit, 0);
    let sdl = std::fs::read_to_string(bench.path("contracts/schema.graphql")).unwrap();
    bench.file("contracts/schema.graphql", &format!("scalar Other\n{sdl}"));
    bench.run(check).failed(1, &["schema.graphql is not what the code says, from line 1 on"]);
}
