//! The file says what the model says, in words that the import knows.

use std::collections::{BTreeMap, BTreeSet};

use simulators::export;
use simulators::model::{Act, Channel, Model, Settings, Status};

fn model() -> Model {
    Model::new(Settings { tickets: 3_000, ..Settings::default() }).expect("settings of a desk")
}

type Row = BTreeMap<String, String>;

fn rows(model: &Model) -> Vec<Row> {
    let mut file = Vec::new();
    export::write(model, model.ends(), &mut file).expect("memory to write to");
    csv::Reader::from_reader(file.as_slice()).deserialize().map(|row| row.expect("a row")).collect()
}

#[test]
fn every_event_but_ratings_is_a_row() {
    let model = model();
    let rows = rows(&model);
    let mut rows = rows.iter();
    for ticket in model.tickets(model.ends()) {
        for (number, event) in (1..).zip(&ticket.events) {
            if matches!(event.act, Act::Rated { .. }) {
                continue;
            }
            let row = rows.next().unwrap();
            assert_eq!(row["ticket"], ticket.number.to_string());
            assert_eq!(row["event_id"], format!("{number}"));
            let time: chrono::DateTime<chrono::Utc> = row["time"].parse().unwrap();
            assert_eq!(time.timestamp(), event.at);
            assert_eq!(row["status"], event.status.map_or("", Status::word));
            assert_eq!(row["queue"], event.queue.map_or("", |queue| queue.name()));
            let about = if number == 1 { ticket.channel.word() } else { "" };
            assert_eq!(row["channel"], about);
        }
    }
    assert!(rows.next().is_none());
}

#[test]
fn the_words_are_those_of_the_guide() {
    let rows = rows(&model());
    let used = |column: &str| -> BTreeSet<&str> {
        rows.iter().map(|row| row[column].as_str()).filter(|word| !word.is_empty()).collect()
    };
    let kinds = "assignee:none created deleted escalated merged message:private message:public restored spam";
    assert_eq!(used("kind").into_iter().collect::<Vec<_>>().join(" "), kinds);
    let kinds: Vec<_> = used("actor_kind").into_iter().collect();
    assert_eq!(kinds, ["automation", "bot", "customer", "human", "system"]);
    assert_eq!(used("channel"), Channel::ALL.iter().map(|channel| channel.word()).collect());
    assert_eq!(
        used("initiated_by").into_iter().collect::<Vec<_>>(),
        ["agent", "customer", "system"]
    );
    assert_eq!(used("is_test").into_iter().collect::<Vec<_>>(), ["yes"]);
    assert!(used("assignee_email").iter().all(|address| address.ends_with("@quillmere.example")));
    assert!(rows.iter().all(|row| (row["actor_kind"] == "human") != row["actor_email"].is_empty()));
    assert!(rows.iter().all(|row| row["assignee"].is_empty() == row["assignee_email"].is_empty()));
}

#[test]
fn the_pieces_are_the_file() {
    let model = Model::new(Settings { tickets: 50, days: 7, ..Settings::default() }).unwrap();
    let pieces: Vec<_> = export::pieces(&model, model.ends()).map(Result::unwrap).collect();
    assert_eq!(pieces.len(), 51);
    let mut file = Vec::new();
    export::write(&model, model.ends(), &mut file).unwrap();
    assert_eq!(pieces.concat(), file);
}
