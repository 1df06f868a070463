//! Pages that are not as they should be.

use serde_json::{Value, json};

use super::Hits;
use super::faults::Injector;
use crate::model::{Chance, Subject};

/// One item in so many comes twice.
const TWICE: u64 = 10;

/// A page with its lists disturbed, where it is to be; `words` are the fields with words of a list.
pub(super) fn disturb(body: Vec<u8>, hits: &Hits, injector: &Injector, words: &[&str]) -> Vec<u8> {
    let Hits { duplicated_items, reordered_items, unknown_field, unknown_value, .. } = *hits;
    if !(duplicated_items || reordered_items || unknown_field || unknown_value) {
        return body;
    }
    let Ok(mut page) = serde_json::from_slice::<Value>(&body) else { return body };
    let mut chance = injector.chance(Subject::Fault, hits.number << 32);
    // Some vendors' pages are their list and nothing else.
    let lists: Vec<_> = match &mut page {
        Value::Array(list) => vec![list],
        Value::Object(page) => page.values_mut().filter_map(Value::as_array_mut).collect(),
        _ => return body,
    };
    for list in lists {
        if duplicated_items {
            let again = list.clone().into_iter().filter(|_| chance.below(TWICE) == 0);
            let again: Vec<Value> = again.chain(list.first().cloned()).collect();
            list.extend(again);
        }
        if reordered_items {
            shuffle(list, &mut chance);
        }
        for item in list.iter_mut().filter_map(Value::as_object_mut) {
            if unknown_field {
                item.insert("simulated_unknown".to_owned(), json!({ "since": [2031, "soon"] }));
            }
            let known = item.iter_mut().filter(|(name, it)| {
                unknown_value && words.contains(&name.as_str()) && it.is_string()
            });
            known.for_each(|(_, value)| *value = json!("simulated_unknown"));
        }
    }
    serde_json::to_vec(&page).unwrap_or(body)
}

fn shuffle(list: &mut [Value], chance: &mut Chance) {
    for place in (1..list.len()).rev() {
        list.swap(place, chance.below(place as u64 + 1) as usize);
    }
}
