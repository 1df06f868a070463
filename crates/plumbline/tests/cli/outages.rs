//! The database and Redis go away in every way there is, under load, and come back: what was acknowledged is there, what could not be
//! done was refused in time, and nobody has to restart anything.

use std::net::{SocketAddr, ToSocketAddrs};
use std::thread::sleep;
use std::time::{Duration, Instant};

use domain::testing::TestApp;
use serde_json::json;
use tokio::runtime::Runtime;

use crate::bench::{Bench, Ended, Server, on_server};
use crate::client::{Client, get};
use crate::load::{HEALTHY_WITHIN, Load, created};
use crate::proxy::{Proxy, Weather, until};

/// What is promised is 2 seconds; a busy machine is given three times as much.
const REFUSED_WITHIN: Duration = Duration::from_secs(6);
/// How long each outage lasts: longer than anything that waits for its end may wait.
const OUTAGE: Duration = Duration::from_millis(2_500);
const SLOW: Duration = Duration::from_millis(100);

/// A program on a database of its own, on a server behind a proxy.
struct Place {
    bench: Bench,
    // In this order: what is in the way goes before the database.
    proxy: Proxy,
    url: String,
    _test: TestApp,
    _runtime: Runtime,
}

impl Place {
    /// None where the tests have no server.
    fn new() -> Option<Self> {
        let runtime = Runtime::new().unwrap();
        let test = runtime.block_on(TestApp::new());
        let (proxy, url) = before(&test.url()?);
        let place = Self { bench: Bench::new(), proxy, url, _test: test, _runtime: runtime };
        let mut create = place.bench.create_tenant("acme");
        Ended::from(on_server(&mut create, &place.url).output().unwrap()).json();
        Some(place)
    }

    fn start(&self, what: &str) -> Server {
        let mut command = self.bench.command([what, "--listen", "127.0.0.1:0"]);
        on_server(&mut command, &self.url);
        Server::start(command)
    }
}

/// A proxy before the server of an address, and the address through it.
fn before(url: &str) -> (Proxy, String) {
    let (scheme, rest) = url.split_once("://").unwrap();
    let authority = rest.split(['/', '?']).next().unwrap();
    let host = authority.rsplit('@').next().unwrap();
    let server = host.to_socket_addrs().unwrap().next().unwrap();
    let proxy = Proxy::before(server);
    let through = authority.replace(host, &proxy.address.to_string());
    let url = format!("{scheme}://{}", rest.replacen(authority, &through, 1));
    (proxy, url)
}

/// What is said of readiness, and that it is said in time.
fn readiness(ops: SocketAddr) -> (u16, serde_json::Value) {
    let begun = Instant::now();
    let (status, body) = get(ops, "/readyz");
    assert!(begun.elapsed() < REFUSED_WITHIN, "readiness took {:?}", begun.elapsed());
    (status, serde_json::from_str(&body).unwrap())
}

#[test]
fn a_database_that_goes_and_comes_back_costs_nothing_that_was_acknowledged() {
    let Some(place) = Place::new() else { return };
    let server = place.start("serve");
    let client = Client::of(&server);
    let (load, threads) = Load::begin(&client);
    let weathers = [None, Some(Weather::Refused), Some(Weather::Slow(SLOW)), Some(Weather::Hole)];
    for weather in weathers.into_iter().chain([Some(Weather::Hole)]) {
        sleep(Duration::from_millis(500));
        let before = load.refusals.lock().unwrap().len();
        let begun = Instant::now();
        match weather {
            None => place.proxy.cut(),
            Some(weather) => {
                place.proxy.turn(weather);
                let away = !matches!(weather, Weather::Slow(_));
                sleep(OUTAGE);
                let (status, ready) = readiness(server.ops);
                let expected = if away { (503, "down") } else { (200, "up") };
                assert_eq!((status, ready["database"].as_str().unwrap()), expected);
                place.proxy.turn(Weather::Fair);
            }
        }
        let healthy = load.healthy_after(Instant::now());
        until("ready again", HEALTHY_WITHIN, || readiness(server.ops).0 == 200);
        let refusals = &load.refusals.lock().unwrap()[before..];
        let first =
            refusals.iter().map(|it| it.begun.saturating_duration_since(begun) + it.took).min();
        let longest = refusals.iter().map(|it| it.took).max();
        println!(
            "{weather:?}: {} refusals, the first after {first:?}, the longest {longest:?}; healthy after {healthy:?}",
            refusals.len()
        );
        assert!(longest.is_none_or(|longest| longest < REFUSED_WITHIN), "{longest:?}");
    }
    load.end(threads);
    load.nothing_is_missing(&client);
    let log = server.log();
    assert!(!log.contains("panicked"), "{log}");
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn without_redis_everything_goes_on_and_with_it_again_too() {
    #[expect(clippy::disallowed_methods, reason = "the one way a test run says where its Redis is")]
    let Ok(url) = std::env::var("PLUMBLINE_TEST_REDIS_URL") else { return };
    let (proxy, url) = before(&url);
    let bench = Bench::new();
    Ended::from(bench.create_tenant("acme").output().unwrap()).json();
    let args = ["serve", "--listen", "127.0.0.1:0", "--redis-url", &url];
    let mut command = bench.command(args);
    command.env("PLUMBLINE_LOG", "warn,plumbline=info,api=info,workers=debug");
    let server = Server::start(command);
    let client = Client::of(&server);
    let redis = || readiness(server.ops).1["redis"] == "up";
    until("Redis is there", HEALTHY_WITHIN, redis);
    let weathers = [None, Some(Weather::Refused), Some(Weather::Slow(SLOW)), Some(Weather::Hole)];
    for (number, weather) in (1..).zip(weathers) {
        let listened = listens(&server);
        weather.map_or_else(|| proxy.cut(), |weather| proxy.turn(weather));
        let row = format!("ticket,time,kind\n{number},2026-01-05T09:00:00Z,created\n");
        let begun = Instant::now();
        let taken = client.call("POST", "/v1/tickets/import", "text/csv", &row).unwrap();
        assert_eq!(taken.status, 200, "{taken:?}");
        let taken = begun.elapsed();
        let counted = || client.get(&created())["rows"][0]["n"] == number;
        let counted = until("the ticket is counted", HEALTHY_WITHIN, counted);
        if matches!(weather, Some(Weather::Refused | Weather::Hole)) {
            // Whoever listens notices too.
            sleep(OUTAGE);
            let (status, ready) = readiness(server.ops);
            assert_eq!(
                (status, &ready["status"], &ready["redis"]),
                (200, &json!("degraded"), &json!("down"))
            );
        }
        proxy.turn(Weather::Fair);
        let healthy = until("Redis is there again", HEALTHY_WITHIN, redis);
        let broken = !matches!(weather, Some(Weather::Slow(_)));
        let listening = || !broken || listens(&server) > listened;
        let listens_after = until("it listens again", HEALTHY_WITHIN, listening);
        println!(
            "{weather:?}: import in {taken:?}, counted after {counted:?}; healthy after {healthy:?}, listening after {listens_after:?}"
        );
    }
    assert!(!server.log().contains("panicked"), "{}", server.log());
    assert_eq!(server.stop(), Some(0));
}

/// How often it has begun to listen to Redis.
fn listens(server: &Server) -> usize {
    server.log().matches("listening to Redis").count()
}

#[test]
fn a_commit_whose_answer_is_lost_is_not_acknowledged_and_not_done_again() {
    let Some(place) = Place::new() else { return };
    // Without workers, nobody else commits.
    let server = place.start("api");
    let client = Client::of(&server);
    client.get("/v1/teams");
    place.proxy.turn(Weather::LostCommit);
    let made = client.call("POST", "/v1/teams", "application/json", "{\"name\":\"North\"}");
    let made = made.unwrap();
    assert_eq!((made.status, made.json()["code"].as_str()), (503, Some("outcome_unknown")));
    assert!(!made.head.contains("retry-after"), "{made:?}");
    assert_eq!(place.proxy.weather(), Weather::Fair);
    until("it was kept", HEALTHY_WITHIN, || {
        let teams = client.get("/v1/teams");
        teams["items"].as_array().unwrap().iter().filter(|it| it["name"] == "North").count() == 1
    });
    assert_eq!(server.stop(), Some(0));
}
