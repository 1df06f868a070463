//! The demo: what it says of itself, and whether its numbers are those of the desk that it makes up.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener};
use std::thread::sleep;
use std::time::Duration;

use chrono::{Datelike, NaiveDate};
use serde_json::Value;
use simulators::live::LiveDesk;
use simulators::model::{Model, Settings};
use simulators::truth::{Figure, Metric, Of};
use simulators::{Kind, Options, Simulator};

use crate::bench::{Bench, Server};
use crate::client::{Answer, request, send};

const TICKETS: u64 = 600;

struct Demo {
    server: Server,
    /// What it printed.
    words: String,
}

/// A demo that was told of a smaller desk by one that did not get far.
fn demo(bench: &Bench) -> Demo {
    let file = bench.data().join("demo.json");
    if !file.exists() {
        fs::create_dir(bench.data()).unwrap();
        let state = r#"{"seed":1,"from":"2025-01-01","tickets":600,"agents":24,"live_per_second":0.0,"built":false}"#;
        fs::write(&file, state).unwrap();
    }
    let printed = bench.path("printed");
    let mut command = bench.command(["demo", "--listen", "127.0.0.1:0", "--data-dir"]);
    command.arg(bench.data()).env("PLUMBLINE_LOG", "info");
    command.stdout(File::create(&printed).unwrap());
    let server = Server::start(command);
    // It prints once it is ready.
    loop {
        let words = fs::read_to_string(&printed).unwrap();
        if words.ends_with("\n\n") {
            return Demo { server, words };
        }
        sleep(Duration::from_millis(20));
    }
}

impl Demo {
    fn token(&self, name: &str) -> &str {
        let line = format!("export {name}=");
        self.words.lines().find_map(|it| it.strip_prefix(&line)).unwrap()
    }

    fn ask(&self, token: &str, path: &str) -> Value {
        let head = format!("Authorization: Bearer {}\r\n", self.token(token));
        let asked = request("GET", path, &head, "");
        let answer = send(self.server.api.unwrap(), asked.as_bytes()).unwrap();
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    /// Runs a line that somebody pastes into a shell.
    fn paste(&self, line: &str) -> Answer {
        let (mut address, mut head, mut body) = (String::new(), String::new(), String::new());
        let mut words = self.shell(line).into_iter().skip(1);
        while let Some(word) = words.next() {
            match word.as_str() {
                "-s" => {}
                "-H" => head += &format!("{}\r\n", words.next().unwrap()),
                "-d" => body = words.next().unwrap(),
                _ => address = word,
            }
        }
        let rest = address.strip_prefix("http://").unwrap();
        let (host, path) = rest.split_at(rest.find('/').unwrap());
        let method = if body.is_empty() { "GET" } else { "POST" };
        let host: SocketAddr = host.parse().unwrap();
        send(host, request(method, path, &head, &body).as_bytes()).unwrap()
    }

    /// The words of a line, as a shell takes them apart.
    fn shell(&self, line: &str) -> Vec<String> {
        let (mut words, mut quote) = (vec![String::new()], None);
        for sign in line.chars() {
            match (sign, quote) {
                ('"' | '\'', None) => quote = Some(sign),
                (_, Some(open)) if sign == open => quote = None,
                (' ', None) => words.push(String::new()),
                _ => words.last_mut().unwrap().push(sign),
            }
        }
        let filled = words.into_iter().map(|mut word| {
            for name in ["MANAGER", "AGENT", "CLIENT"] {
                word = word.replace(&format!("${name}"), self.token(name));
            }
            word
        });
        filled.collect()
    }
}

const METRICS: [(Metric, &str); 7] = [
    (Metric::TicketsCreated, "tickets_created"),
    (Metric::TicketsSolved, "tickets_solved"),
    (Metric::FirstResponseTime, "first_response_time"),
    (Metric::FullResolutionTime, "full_resolution_time"),
    (Metric::ReopenedTickets, "reopened_tickets"),
    (Metric::EscalatedTickets, "escalated_tickets"),
    (Metric::Backlog, "backlog"),
];

/// Whose a figure is, in the words of the API: a group, and its value.
fn words_of(model: &Model, of: Of) -> Option<(&'static str, Value)> {
    let agents = &model.desk().agents;
    Some(match of {
        Of::Desk => ("", Value::Null),
        Of::Agent(agent) => {
            ("agent", agent.map(|agent| agents[usize::from(agent)].person.name.clone()).into())
        }
        Of::Team(team) => ("team", team.map(|team| team.name()).into()),
        Of::Channel(channel) => ("channel", serde_json::to_value(channel).unwrap()),
        // A team with all below it is asked for by a filter, not by a group.
        Of::Branch(_) => return None,
    })
}

#[test]
fn its_numbers_are_those_of_the_desk() {
    let bench = Bench::new();
    let demo = demo(&bench);
    let model = Model::new(Settings { tickets: TICKETS, ..Settings::default() }).unwrap();
    // As far as the helpdesk knows it.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let desk = LiveDesk::standing(Model::new(model.settings().clone()).unwrap());
    let truth =
        Simulator::start(Kind::Zendesk, listener, desk, &Options::default()).unwrap().truth();
    let mut figures = BTreeMap::<_, BTreeMap<_, Figure>>::new();
    let of_year = truth.figures().filter(|(_, month, ..)| month.year() == 2025);
    for (metric, month, of, figure) in of_year {
        if let Some((group, value)) = words_of(&model, of) {
            let group = figures.entry((metric, group)).or_default();
            group.insert((month, value.to_string()), figure);
        }
    }
    let mut compared = 0;
    for ((metric, group), figures) in figures {
        let word = METRICS.iter().find(|(it, _)| *it == metric).unwrap().1;
        let group_by = if group.is_empty() { String::new() } else { format!("&group_by={group}") };
        let path = format!("/v1/kpis/{word}?from=2025-01-01&to=2026-01-01&grain=month{group_by}");
        let answer = demo.ask("MANAGER", &path);
        let rows = answer["rows"].as_array().unwrap().iter().filter(|row| row["n"] != 0);
        let rows: Vec<_> = rows.collect();
        for row in &rows {
            let month: NaiveDate = row["bucket"].as_str().unwrap().parse().unwrap();
            let whose = match group {
                "agent" | "team" => row[group]["name"].clone(),
                "channel" => row[group].clone(),
                _ => Value::Null,
            };
            let figure = figures.get(&(month, whose.to_string()));
            let figure = figure.unwrap_or_else(|| panic!("{word} by {group}: {row}"));
            assert_eq!(row["n"], figure.n, "{word} by {group}: {row}");
            if row["p50"].is_number() {
                let times = [&row["p50"], &row["p90"], &row["max"]];
                assert_eq!(times, [figure.p50, figure.p90, figure.max], "{word}: {row}");
                let mean = figure.sum as f64 / figure.n as f64;
                assert!((row["mean"].as_f64().unwrap() - mean).abs() < 1e-6, "{word}: {row}");
            }
            compared += 1;
        }
        assert_eq!(rows.len(), figures.len(), "{word} by {group}: rows are missing");
    }
    assert!(compared > 1_000, "{compared}");
}

#[test]
fn what_it_says_to_paste_works_and_a_second_start_goes_on() {
    let bench = Bench::new();
    let first = demo(&bench);
    let lines: Vec<_> = first.words.lines().filter(|line| line.starts_with("curl ")).collect();
    let answers: Vec<_> = lines.iter().map(|line| first.paste(line)).collect();
    let [graph, kpi, tickets, users] = answers.as_slice() else { panic!("{lines:?}") };
    let graph = graph.json();
    assert_eq!(graph["errors"], Value::Null);
    assert_eq!(graph["data"]["teams"]["edges"].as_array().unwrap().len(), 3);
    assert!(graph["data"]["kpi"]["rows"][0]["n"].as_u64().unwrap() > 0, "{graph}");
    let solved = |kpi: &Value| -> u64 {
        kpi["rows"].as_array().unwrap().iter().map(|row| row["n"].as_u64().unwrap()).sum()
    };
    let before = solved(&kpi.json());
    assert!((500..=TICKETS).contains(&before), "{before}");
    assert_eq!(tickets.json()["items"].as_array().unwrap().len(), 5);
    assert_eq!((users.status, &users.json()["code"]), (403, &"forbidden".into()));
    assert_eq!(first.server.stop(), Some(0));

    let second = demo(&bench);
    let path = "/v1/kpis/full_resolution_time?from=2025-01-01&to=2026-01-01&grain=month";
    assert_eq!(solved(&second.ask("CLIENT", path)), before);
    assert_eq!(second.ask("MANAGER", "/v1/teams")["items"].as_array().unwrap().len(), 3);
}

#[test]
fn a_folder_of_somebody_elses_is_left_alone() {
    let bench = Bench::new();
    fs::create_dir(bench.data()).unwrap();
    let precious = bench.file("data/precious", "words");
    for more in [&[][..], &["--fresh"]] {
        let mut command = bench.command(["demo", "--listen", "127.0.0.1:0", "--data-dir"]);
        let ended = command.arg(bench.data()).args(more).output().unwrap();
        assert_eq!(ended.status.code(), Some(1));
        let said = String::from_utf8(ended.stderr).unwrap();
        assert!(said.contains("not empty and no demo has made it"), "{said}");
        assert_eq!(fs::read_to_string(&precious).unwrap(), "words");
    }
}
