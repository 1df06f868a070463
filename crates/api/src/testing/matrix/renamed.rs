//! What was made in one world is called otherwise in another, where more was asked before it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::world::prefix;

/// The ids of one world, by those of another.
#[derive(Default)]
pub(super) struct Renamed(BTreeMap<String, String>);

impl Renamed {
    /// Takes the ids of the same answer in both.
    pub(super) fn learn(&mut self, then: &Value, now: &Value) {
        match (then, now) {
            (Value::String(then), Value::String(now)) if prefix(then).is_some() => {
                self.0.insert(then.clone(), now.clone());
            }
            (Value::Array(then), Value::Array(now)) => {
                then.iter().zip(now).for_each(|(then, now)| self.learn(then, now));
            }
            (Value::Object(then), Value::Object(now)) => {
                let both = then.iter().filter_map(|(key, then)| Some((then, now.get(key)?)));
                both.for_each(|(then, now)| self.learn(then, now));
            }
            _ => {}
        }
    }

    /// What is called this there, here.
    pub(super) fn apply(&self, id: &str) -> String {
        self.0.get(id).cloned().unwrap_or_else(|| id.to_owned())
    }
}
