//! A call of an operation: what is sent, and what names a thing in it.

use actix_web::test::TestRequest;
use serde_json::{Value, json};

use super::contract::{Names, Operation, Place, Slot};
use super::world::{Known, World};
use crate::testing::Answer;

/// Fields that know which texts there are, so that a text of our own will not do.
const CHOSEN: &[&str] = &["locale", "password", "time_zone", "text"];

/// An operation with values in its places.
#[derive(Clone, Debug)]
pub(super) struct Call {
    /// Which places, with what stands in them.
    pub(super) filled: Vec<(Slot, String)>,
    /// What else is in the query.
    pub(super) more: Vec<(String, String)>,
    /// How the body is made.
    pub(super) body: Variant,
}

/// Which of the fields of a body are sent, and what makes its texts another call's no more.
#[derive(Clone, Copy, Debug)]
pub(super) struct Variant {
    pub(super) is_full: bool,
    pub(super) number: usize,
}

impl Call {
    /// The same with another value in one place, or in each.
    pub(super) fn with(&self, mut value: impl FnMut(usize, &Slot) -> Option<String>) -> Self {
        let mut call = self.clone();
        for (place, (slot, filled)) in call.filled.iter_mut().enumerate() {
            if let Some(value) = value(place, slot) {
                *filled = value;
            }
        }
        call
    }

    pub(super) fn sent(&self) -> Vec<String> {
        self.filled.iter().map(|it| it.1.clone()).collect()
    }

    /// Sends it. The request has a name of its own, so that answers are the same to the letter, and draw no id.
    pub(super) async fn send(&self, world: &World, of: &Operation, token: Option<&str>) -> Answer {
        let mut path = of.path.clone();
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in of.given.iter().chain(&self.more) {
            if name.starts_with('{') {
                path = path.replace(name, value);
            } else {
                query.append_pair(name, value);
            }
        }
        for (slot, value) in &self.filled {
            match &slot.place {
                Place::Path(name) => path = path.replace(&format!("{{{name}}}"), &encoded(value)),
                Place::Query(name) => _ = query.append_pair(name, value),
                Place::Body(_) => {}
            }
        }
        let uri = format!("{path}?{}", query.finish());
        let mut request = TestRequest::with_uri(&uri)
            .method(of.method.clone())
            .insert_header(("X-Request-Id", "matrix"));
        if let Some(token) = token {
            request = request.insert_header(("Authorization", format!("Bearer {token}")));
        }
        if let Some(body) = &of.body {
            request = request.insert_header(("Content-Type", body.media.as_str()));
            let payload = match &body.example {
                Value::String(text) => text.clone(),
                example => self.json(of, example).to_string(),
            };
            request = request.set_payload(payload);
        }
        world.api.send(request).await
    }

    fn json(&self, of: &Operation, example: &Value) -> Value {
        let mut json = example.clone();
        let (body, Variant { is_full, number }) = (of.body.as_ref().expect("a body"), self.body);
        let fields = json.as_object_mut().expect("an object");
        if !is_full {
            fields.retain(|name, _| body.required.contains(name));
        }
        for (name, value) in fields {
            let filled = |(slot, _): &&(Slot, String)| matches!(&slot.place, Place::Body(it) if it[1..] == *name);
            if let Some((_, filled)) = self.filled.iter().find(filled) {
                *value = json!(filled);
            } else if number > 0 && body.free.contains(name) && !CHOSEN.contains(&name.as_str()) {
                *value = json!(format!("{number}{}", value.as_str().unwrap_or_default()));
            }
        }
        json
    }
}

/// What may stand in a place: the ids that are known, or the texts of a list.
pub(super) async fn candidates(world: &World, known: &Known, slot: &Slot) -> Vec<String> {
    match &slot.names {
        Names::Id(prefix) => known.of(prefix).to_vec(),
        Names::Text { list, property } => {
            let list = world.api.get(&world.here.owner, list).await.body;
            let items = list.get("items").unwrap_or(&list).as_array().cloned().unwrap_or_default();
            items.iter().filter_map(|it| it[property].as_str().map(str::to_owned)).collect()
        }
    }
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}
