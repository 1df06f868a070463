//! The same settings are the same desk, to the byte.

use sha2::{Digest, Sha256};
use simulators::export;
use simulators::model::{Model, Pace, Settings};

fn model(settings: Settings) -> Model {
    Model::new(settings).expect("settings of a desk")
}

fn small() -> Settings {
    Settings { tickets: 1_500, days: 90, ..Settings::default() }
}

fn file(settings: Settings) -> Vec<u8> {
    let model = model(settings);
    let mut file = Vec::new();
    export::write(&model, model.ends(), &mut file).expect("memory to write to");
    file
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// If this fails, every recorded history of this model is another one: change the hash only together with the model.
#[test]
fn a_small_desk_is_what_it_has_always_been() {
    assert_eq!(
        hash(&file(small())),
        "40f8c8b8a807a2ed056b19f94674d46a1194fbebaf431b495a3ecaca4abedf2d"
    );
}

#[test]
fn the_desk_itself_is_the_same_too() {
    let desk = serde_json::to_vec(model(small()).desk()).unwrap();
    assert_eq!(hash(&desk), "12a4e744dad0b16aab45a44509684e17561372d4f17d8aad4ea8df4f9b34af40");
}

#[test]
fn another_seed_is_another_desk() {
    let other = Settings { seed: 2, ..small() };
    assert_ne!(model(small()).desk().agents, model(other.clone()).desk().agents);
    assert_ne!(hash(&file(small())), hash(&file(other)));
}

#[test]
fn a_ticket_is_the_same_whatever_was_asked_before() {
    let asked = model(small());
    let later = asked.ends() + 300 * 86_400;
    let streamed: Vec<_> = model(small()).tickets(later).take(2_000).collect();
    for number in [1_999, 3, 1_500, 1, 1_501, 777] {
        assert_eq!(asked.ticket(number), streamed[number as usize - 1]);
    }
}

#[test]
fn how_it_goes_on_changes_nothing_of_what_was() {
    let settings = Settings { pace: Pace::PerHour(1_000), ..small() };
    assert_eq!(file(settings), file(small()));
}

#[test]
fn a_later_look_only_adds() {
    let model = model(small());
    let halfway = model.starts() + 45 * 86_400;
    let mut sooner = model.tickets(halfway);
    let mut later = model.tickets(model.ends());
    assert!(sooner.len() > 500 && later.len() == 1_500);
    let both = sooner.by_ref().zip(later.by_ref());
    let mut grown = 0;
    for (before, after) in both {
        assert!(after.events.starts_with(&before.events), "ticket {}", before.number);
        assert!(before.events.iter().all(|event| event.at < halfway));
        grown += usize::from(after.events.len() > before.events.len());
    }
    assert!(grown > 10, "{grown} tickets were open halfway");
}
