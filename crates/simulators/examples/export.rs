//! Writes the history of a made-up desk, to look at it or to try an import with it:
//!
//!     cargo run --release -p simulators --example export -- FOLDER [TICKETS [SEED]]
//!
//! `history.csv` and `map.toml` are for `plumbline import tickets`; `desk.json` has the people, teams and queues to set up, and
//! `truth.json` the KPIs that should come out.

use std::error::Error;
use std::fs::{self, File};
use std::io::BufWriter;
use std::path::PathBuf;

use serde_json::json;
use simulators::export;
use simulators::model::{Model, Queue, Settings, Team};
use simulators::truth::Truth;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("name a folder to write into")?);
    let mut settings = Settings::default();
    if let Some(tickets) = arguments.next() {
        settings.tickets = tickets.parse()?;
    }
    if let Some(seed) = arguments.next() {
        settings.seed = seed.parse()?;
    }
    let model = Model::new(settings)?;
    fs::create_dir_all(&folder)?;
    let until = model.ends();
    export::write(&model, until, BufWriter::new(File::create(folder.join("history.csv"))?))?;
    fs::write(folder.join("map.toml"), export::MAPPING)?;
    serde_json::to_writer(File::create(folder.join("desk.json"))?, &desk(&model))?;
    let figures: Vec<_> = Truth::of(&model, until)
        .figures()
        .map(|(metric, month, of, figure)| {
            json!({"metric": metric, "month": month, "of": of, "figure": figure})
        })
        .collect();
    serde_json::to_writer(BufWriter::new(File::create(folder.join("truth.json"))?), &figures)?;
    Ok(())
}

fn desk(model: &Model) -> serde_json::Value {
    let desk = model.desk();
    let team = |team: Team| {
        let parent = team.parent().map(Team::name);
        json!({"id": team, "name": team.name(), "parent": parent, "lead": desk.lead(team).email})
    };
    let queue = |queue: Queue| json!({"name": queue.name(), "team": queue.team()});
    json!({
        "from": model.settings().from,
        "until": model.settings().until(),
        "desk": desk,
        "teams": Team::ALL.map(team),
        "queues": Queue::ALL.map(queue),
    })
}
