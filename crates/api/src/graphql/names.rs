//! Chrono's scalars under the names that the world has for them.
//!
//! The library calls a day `NaiveDate`, and has no way to call it otherwise but in the registry itself, which a type is handed as the
//! schema is built.

use std::borrow::Cow;

use async_graphql::parser::types::Field;
use async_graphql::registry::{MetaType, Registry};
use async_graphql::{ContextSelectionSet, OutputType, Positioned, ServerResult, Value};

const DAY: (&str, &str) = ("NaiveDate", "Date");
const DAY_IS: &str = "A day as in ISO 8601: `2026-01-31`.";
const INSTANT: &str = "DateTime";
const INSTANT_IS: &str = "An instant as in RFC 3339, in UTC: `2026-01-31T09:00:00Z`.";

/// No type of the graph: it names others as it is registered.
pub(super) struct Names;

impl OutputType for Names {
    fn type_name() -> Cow<'static, str> {
        DAY.1.into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        if let Some(day) = registry.types.remove(DAY.0) {
            registry.types.insert(DAY.1.to_owned(), day);
        }
        for (key, known) in &mut registry.types {
            rename(key, known);
        }
        Self::qualified_type_name()
    }

    async fn resolve(
        &self,
        _: &ContextSelectionSet<'_>,
        _: &Positioned<Field>,
    ) -> ServerResult<Value> {
        Ok(Value::Null)
    }
}

fn rename(key: &str, known: &mut MetaType) {
    let of_day = |ty: &mut String| *ty = ty.replace(DAY.0, DAY.1);
    match known {
        MetaType::Scalar { name, description, .. } => {
            key.clone_into(name);
            let said = [(DAY.1, DAY_IS), (INSTANT, INSTANT_IS)];
            let said = said.into_iter().find(|(named, _)| *named == key);
            *description = said.map(|(_, text)| text.to_owned()).or_else(|| description.take());
        }
        MetaType::Object { fields, .. } | MetaType::Interface { fields, .. } => {
            for field in fields.values_mut() {
                of_day(&mut field.ty);
                field.args.values_mut().for_each(|argument| of_day(&mut argument.ty));
            }
        }
        MetaType::InputObject { input_fields, .. } => {
            input_fields.values_mut().for_each(|field| of_day(&mut field.ty));
        }
        MetaType::Union { .. } | MetaType::Enum { .. } => {}
    }
}
