//! `plumbline key rotate`: killed, run again, and beside a server that goes on signing.

use std::collections::BTreeSet;
use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use domain::kernel::{App, Caller, Clock, Database, Ids, MasterKey, MasterKeys};
use domain::tenants::{self, NewTenant};
use domain::testing::TestApp;
use tokio::runtime::Runtime;

use crate::bench::{Bench, Ended, MASTER_KEY, Server, mode, on_server};
use crate::client::{request, send};
use crate::kills::kill_after;

/// Each has two signing keys.
const TENANTS: usize = 120;
const KILLS: u32 = 6;

/// A database with a key in a file: the folder's own, or one that is given.
struct Place {
    bench: Bench,
    runtime: Runtime,
    test: TestApp,
}

impl Place {
    fn new() -> Self {
        let runtime = Runtime::new().unwrap();
        let test = runtime.block_on(TestApp::new());
        let place = Self { bench: Bench::new(), runtime, test };
        if place.test.url().is_some() {
            place.write(&[MASTER_KEY]);
        }
        place.known(place.bench.create_tenant("acme")).output().map(Ended::from).unwrap().json();
        place
    }

    fn file(&self) -> PathBuf {
        match self.test.url() {
            Some(_) => self.bench.path("given.key"),
            None => self.bench.data().join("master.key"),
        }
    }

    /// In one step, as whoever replaces a key does it.
    fn write(&self, keys: &[&str]) {
        let new = self.bench.path("new.key");
        let mut options = fs::OpenOptions::new();
        options.create(true).truncate(true).write(true).mode(0o600).open(&new).unwrap();
        fs::write(&new, keys.join("\n") + "\n").unwrap();
        fs::rename(new, self.file()).unwrap();
    }

    fn known(&self, mut command: Command) -> Command {
        if let Some(url) = self.test.url() {
            on_server(&mut command, &url).env_remove("PLUMBLINE_MASTER_KEY");
            command.arg("--master-key-file").arg(self.file());
        }
        command
    }

    fn command(&self, args: &[&str]) -> Command {
        self.known(self.bench.command(args))
    }

    fn run(&self, args: &[&str]) -> Ended {
        self.command(args).output().unwrap().into()
    }

    fn keys(&self) -> Vec<MasterKey> {
        MasterKeys::parse(&fs::read_to_string(self.file()).unwrap()).unwrap().all()
    }

    /// The database with the keys of the file.
    async fn app(&self) -> App {
        let database = match self.test.url() {
            Some(_) => self.test.app.database().clone(),
            None => Database::sqlite(&self.bench.data().join("plumbline.db"), 2).await.unwrap(),
        };
        let keys = MasterKeys::parse(&fs::read_to_string(self.file()).unwrap()).unwrap();
        domain::app(database, Clock::System, Ids::random(), keys)
    }

    /// The names of the keys that something is sealed with. Everything opens.
    fn sealed_with(&self) -> BTreeSet<String> {
        self.runtime.block_on(async {
            let (app, mut names) = (self.app().await, BTreeSet::new());
            for tenant in app.system_read(tenants::list).await.unwrap() {
                let caller = Caller::system(tenant.id);
                assert!(app.read(&caller, tenants::open_keys).await.unwrap() >= 2);
                names.extend(app.sealed_with(&caller).await.unwrap().into_keys());
            }
            names
        })
    }

    fn fill(&self) {
        self.runtime.block_on(async {
            let app = self.app().await;
            for n in 0..TENANTS {
                let new = NewTenant {
                    slug: format!("other-{n}"),
                    name: "Other".to_owned(),
                    time_zone: "UTC".to_owned(),
                    week_start: Default::default(),
                };
                let caller = Caller::system(app.new_id());
                let make = async |scope: &_| tenants::create(scope, new).await;
                app.write(&caller, make).await.unwrap();
            }
        });
    }
}

#[test]
fn a_key_is_replaced_while_a_server_signs_and_the_command_is_killed() {
    let place = Place::new();
    place.fill();
    let old = place.keys().remove(0);
    // One address asks for more tokens than any would.
    let serve = ["serve", "--listen", "127.0.0.1:0", "--address-requests", "100000"];
    let server = Server::start(place.command(&serve));
    let (api, stop) = (server.api.unwrap(), Arc::new(AtomicBool::new(false)));
    let at_work = {
        let stop = Arc::clone(&stop);
        std::thread::spawn(move || use_tokens(api, &stop))
    };
    if place.test.url().is_some() {
        place.write(&[&MasterKey::generate().encode(), &old.encode()]);
    }
    let rotate = ["key", "rotate", "--json"];
    for kill in 1..=KILLS {
        kill_after(Duration::from_millis(120) * kill, place.command(&rotate));
        // Opened one by one, with the keys that are in the file now.
        place.sealed_with();
    }
    let told = place.run(&rotate).json();
    let new = place.keys().remove(0);
    assert!(new != old);
    assert_eq!(told["key"], new.name());
    assert_eq!(place.sealed_with(), BTreeSet::from([new.name()]));
    if place.test.url().is_some() {
        assert_eq!(told["others"][0], old.name());
        place.write(&[&new.encode()]);
    }
    assert!(place.keys() == [new]);
    assert_eq!(mode(&place.file()), 0o600);
    std::thread::sleep(Duration::from_millis(300));
    stop.store(true, Ordering::Relaxed);
    let used = at_work.join().unwrap();
    assert!(used > 5, "{used} tokens");
    assert!(!server.log().contains("internal"), "{}", server.log());
    assert_eq!(server.stop(), Some(0));
    let doctor = place.run(&["doctor", "--json"]);
    assert!(!doctor.out.contains("sealed with the key"), "{}", doctor.out);
}

/// Refreshes a session again and again, and uses each token. Returns how many there were.
fn use_tokens(api: SocketAddr, stop: &AtomicBool) -> usize {
    let ask = |form: &str| {
        let head = "Content-Type: application/x-www-form-urlencoded\r\n";
        let answer = send(api, request("POST", "/t/acme/oauth/token", head, form).as_bytes());
        let answer = answer.expect("an answer");
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    };
    let mut tokens =
        ask("grant_type=password&username=a%40acme.test&password=correct+horse+battery+staple");
    let mut used = 0;
    while !stop.load(Ordering::Relaxed) {
        let head =
            format!("Authorization: Bearer {}\r\n", tokens["access_token"].as_str().unwrap());
        let me = send(api, request("GET", "/v1/me", &head, "").as_bytes()).expect("an answer");
        assert_eq!(me.status, 200, "{me:?}");
        let form = |tokens: &serde_json::Value| {
            let token = tokens["refresh_token"].as_str().unwrap();
            format!("grant_type=refresh_token&refresh_token={token}")
        };
        let next = ask(&form(&tokens));
        // Once more, as if the answer had been lost: it is opened again.
        assert_eq!(ask(&form(&tokens))["refresh_token"], next["refresh_token"]);
        tokens = next;
        used += 1;
    }
    used
}

#[test]
fn doctor_says_what_the_old_key_still_seals() {
    let place = Place::new();
    let (old, new) = (place.keys().remove(0), MasterKey::generate());
    place.write(&[&new.encode(), &old.encode()]);
    let told = place.run(&["doctor", "--json"]).out;
    let words =
        format!("2 secrets still sealed with the key {}, and not with {}", old.name(), new.name());
    assert!(told.contains(&words), "{told}");
    place.run(&["key", "rotate", "--json"]).json();
    place.write(&[&new.encode(), &old.encode()]);
    let told = place.run(&["doctor", "--json"]).out;
    let words = format!("nothing is sealed with the key {} any more", old.name());
    assert!(told.contains(&words), "{told}");
    // A key that nobody has any more: nothing is lost of what can be opened, and it is said.
    place.write(&[&MasterKey::generate().encode(), &old.encode()]);
    assert!(
        place
            .run(&["key", "rotate"])
            .err
            .contains("is not the one that this database was made with")
    );
}

#[test]
fn a_backup_in_the_middle_has_both_keys() {
    let place = Place::new();
    if place.test.url().is_some() {
        return;
    }
    let (old, new) = (place.keys().remove(0), MasterKey::generate());
    place.write(&[&new.encode(), &old.encode()]);
    place.run(&["tenant", "rotate-keys", "acme", "--json"]).json();
    place.run(&["backup", "middle.plumbline", "--json"]).json();
    let restored = ["restore", "middle.plumbline", "--data-dir", "restored", "--json"];
    place.run(&restored).json();
    let kept = fs::read_to_string(place.bench.path("restored/master.key")).unwrap();
    assert_eq!(kept, format!("{}\n{}\n", new.encode(), old.encode()));
    place.run(&["tenant", "rotate-keys", "acme", "--data-dir", "restored", "--json"]).json();
}
