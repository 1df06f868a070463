//! How much a document may ask for. Everything is found in one pass, each fragment looked at once however often it is spread, before the
//! schema sees the document: its own validation walks what fragments spread to, which a few hundred letters can make endless.

use std::collections::HashMap;

use async_graphql::parser::parse_query;
use async_graphql::parser::types::{ExecutableDocument, Field, Selection, SelectionSet};
use async_graphql::{Name, Value, Variables};
use domain::kernel::page::{DEFAULT_LIMIT, MAX_LIMIT};
use domain::kernel::{Error, Result};

use super::shape::{self, Shape};
use super::tokens;

const TOKENS: usize = 5_000;
/// Of brackets in brackets; what a selection may have is less.
const NESTING: usize = 40;
const DEPTH: usize = 16;
/// Fields, with what fragments spread to.
const FIELDS: usize = 2_000;
const ALIASES: usize = 100;
const ROOTS: usize = 40;
const DIRECTIVES: usize = 50;
/// Each one is told, with names that it may have meant.
const UNKNOWN: usize = 50;
/// Lists of the schema's own types in one another: each has as many again.
const SCHEMA_LISTS: usize = 3;
/// What one document may cost: about as many things as it may give.
const COST: usize = 20_000;

/// What a question of its own to the database costs, beside the things it gives.
const QUESTION: usize = 10;
/// How many things a list is taken to have that nobody said the length of.
const LIST: usize = 10;

/// Reads a document.
///
/// # Errors
/// `query_too_expensive`, or `graphql_invalid` with the place.
pub(super) fn parse(text: &str) -> Result<ExecutableDocument> {
    let tokens = tokens::count(text);
    within(&[("tokens", tokens.count, TOKENS), ("nesting", tokens.nesting, NESTING)])?;
    parse_query(text).map_err(|error| {
        let place = error.positions().next();
        let place = place.map(|place| format!(" at line {}, column {}", place.line, place.column));
        // What the parser says quotes the line, which may be the whole document.
        let text = error.to_string();
        let reason =
            text.rsplit("= ").next().unwrap_or_default().lines().next().unwrap_or_default();
        let reason: String = reason.chars().take(200).collect();
        let place = place.unwrap_or_default();
        Error::malformed("graphql_invalid", format!("the document cannot be read{place}: {reason}"))
    })
}

/// What running a document costs.
///
/// # Errors
/// `query_too_expensive` with the figures, `graphql_invalid` for a fragment that spreads itself.
pub(super) fn cost(
    shape: &Shape,
    document: &ExecutableDocument,
    variables: &Variables,
) -> Result<usize> {
    let mut survey = Survey { shape, document, variables, known: HashMap::new() };
    for name in document.fragments.keys() {
        survey.fragment(name)?;
    }
    let mut most = Measure::default();
    for (_, operation) in document.operations.iter() {
        let operation = &operation.node;
        let set = &operation.selection_set.node;
        let mut measure = survey.set(set, Some(Shape::root(operation.ty)))?;
        measure.directives += operation.directives.len();
        most = most.or(measure);
    }
    within(&[
        ("depth", most.depth, DEPTH),
        ("fields", most.fields, FIELDS),
        ("aliases", most.aliases, ALIASES),
        ("root fields", most.roots, ROOTS),
        ("directives", most.directives, DIRECTIVES),
        ("fields that are not there", most.unknown, UNKNOWN),
        ("lists of the schema's own types in one another", most.schema_lists, SCHEMA_LISTS),
        ("cost", most.cost, COST),
    ])?;
    Ok(most.cost)
}

/// Refuses what is over any of its limits, with the figures.
fn within(figures: &[(&str, usize, usize)]) -> Result<()> {
    let over = figures.iter().filter(|(_, found, most)| found > most);
    let over: Vec<_> =
        over.map(|(what, found, most)| format!("{what} {found} of at most {most}")).collect();
    if over.is_empty() {
        return Ok(());
    }
    let message = format!("this document is too expensive to run: {}", over.join(", "));
    Err(Error::malformed("query_too_expensive", message))
}

/// What a selection asks for.
#[derive(Clone, Copy, Default)]
struct Measure {
    /// Of the selection itself.
    roots: usize,
    fields: usize,
    depth: usize,
    aliases: usize,
    directives: usize,
    unknown: usize,
    schema_lists: usize,
    cost: usize,
}

impl Measure {
    /// Beside another in the same selection.
    fn and(self, other: Self) -> Self {
        Self {
            roots: self.roots.saturating_add(other.roots),
            fields: self.fields.saturating_add(other.fields),
            depth: self.depth.max(other.depth),
            aliases: self.aliases.saturating_add(other.aliases),
            directives: self.directives.saturating_add(other.directives),
            unknown: self.unknown.saturating_add(other.unknown),
            schema_lists: self.schema_lists.max(other.schema_lists),
            cost: self.cost.saturating_add(other.cost),
        }
    }

    /// The larger of each.
    fn or(self, other: Self) -> Self {
        Self {
            roots: self.roots.max(other.roots),
            fields: self.fields.max(other.fields),
            depth: self.depth.max(other.depth),
            aliases: self.aliases.max(other.aliases),
            directives: self.directives.max(other.directives),
            unknown: self.unknown.max(other.unknown),
            schema_lists: self.schema_lists.max(other.schema_lists),
            cost: self.cost.max(other.cost),
        }
    }
}

struct Survey<'a> {
    shape: &'a Shape,
    document: &'a ExecutableDocument,
    variables: &'a Variables,
    /// The fragments that were looked at; nothing yet for one that is being looked at.
    known: HashMap<&'a Name, Option<Measure>>,
}

impl<'a> Survey<'a> {
    fn set(&mut self, set: &'a SelectionSet, of: Option<&'a str>) -> Result<Measure> {
        let mut sum = Measure::default();
        for selection in &set.items {
            let selection = &selection.node;
            let mut measure = match selection {
                Selection::Field(field) => self.field(&field.node, of)?,
                Selection::FragmentSpread(spread) => {
                    self.fragment(&spread.node.fragment_name.node)?
                }
                Selection::InlineFragment(fragment) => {
                    let on = fragment.node.type_condition.as_ref();
                    let on = on.map(|condition| condition.node.on.node.as_str());
                    self.set(&fragment.node.selection_set.node, on.or(of))?
                }
            };
            measure.directives = measure.directives.saturating_add(selection.directives().len());
            sum = sum.and(measure);
        }
        Ok(sum)
    }

    /// A fragment that is not there is the validation's to tell of.
    fn fragment(&mut self, name: &'a Name) -> Result<Measure> {
        match self.known.get(name) {
            Some(Some(measure)) => return Ok(*measure),
            Some(None) => {
                let name: String = name.chars().take(64).collect();
                let message = format!("the fragment `{name}` spreads itself");
                return Err(Error::malformed("graphql_invalid", message));
            }
            None => {}
        }
        let Some((name, fragment)) = self.document.fragments.get_key_value(name) else {
            return Ok(Measure::default());
        };
        self.known.insert(name, None);
        let on = fragment.node.type_condition.node.on.node.as_str();
        let mut measure = self.set(&fragment.node.selection_set.node, Some(on))?;
        measure.directives = measure.directives.saturating_add(fragment.node.directives.len());
        self.known.insert(name, Some(measure));
        Ok(measure)
    }

    fn field(&mut self, field: &'a Field, of: Option<&'a str>) -> Result<Measure> {
        let shape = self.shape;
        let known = shape.field(of, &field.name.node);
        let leads_to = known.map(|known| known.leads_to.as_str());
        let below = self.set(&field.selection_set.node, leads_to)?;
        let unknown = usize::from(shape.lacks(of, &field.name.node));
        let each = below.cost.saturating_add(1);
        let schema_list = usize::from(known.is_none() && is_schema_list(field));
        let (times, asked) = known.map_or((1, 0), |known| {
            (self.times(known, field, of), if known.is_asked { QUESTION } else { 0 })
        });
        Ok(Measure {
            roots: 1,
            fields: below.fields.saturating_add(1),
            depth: below.depth.saturating_add(1),
            aliases: below.aliases.saturating_add(usize::from(field.alias.is_some())),
            directives: below.directives,
            unknown: below.unknown.saturating_add(unknown),
            schema_lists: below.schema_lists.saturating_add(schema_list),
            cost: each.saturating_mul(times).saturating_add(asked),
        })
    }

    /// How many things a field may give.
    fn times(&self, known: &shape::Field, field: &Field, of: Option<&str>) -> usize {
        if known.is_paged {
            let first = self.value(field, "first").and_then(|value| match value {
                Value::Number(number) => number.as_u64(),
                _ => None,
            });
            let first = first.unwrap_or(DEFAULT_LIMIT.into()).clamp(1, MAX_LIMIT.into());
            return usize::try_from(first).unwrap_or(usize::MAX);
        }
        if let Some(argument) = &known.counted_by {
            return match self.value(field, argument) {
                Some(Value::List(values)) => values.len().max(1),
                _ => 1,
            };
        }
        // The edges of a connection are counted by its own `first`; values are no things.
        let counts = known.is_list
            && !field.selection_set.node.items.is_empty()
            && !of.is_some_and(|of| of.ends_with("Connection"));
        if counts { LIST } else { 1 }
    }

    /// What an argument is given, whether it is written there or in a variable.
    fn value(&self, field: &Field, argument: &str) -> Option<Value> {
        let value = field.get_argument(argument)?.node.clone();
        value.into_const_with(|name| self.variable(&name).ok_or(())).ok()
    }

    fn variable(&self, name: &Name) -> Option<Value> {
        if let Some(given) = self.variables.get(name) {
            return Some(given.clone());
        }
        let operations = self.document.operations.iter();
        let mut defined = operations.flat_map(|(_, it)| &it.node.variable_definitions);
        let defined = defined.find(|definition| definition.node.name.node == *name)?;
        defined.node.default_value().cloned()
    }
}

/// Whether it lists types, or what types are made of, of the schema itself.
fn is_schema_list(field: &Field) -> bool {
    matches!(
        field.name.node.as_str(),
        "types" | "fields" | "interfaces" | "possibleTypes" | "inputFields"
    )
}
