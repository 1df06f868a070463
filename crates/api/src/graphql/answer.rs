//! The form an answer must have: its keys in the order of the document, and null as far up as the schema says where a field failed.
//! The library gives keys as their fields are done, and leaves out one that failed.

use std::collections::HashSet;
use std::mem;

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{
    BaseType, ExecutableDocument, OperationDefinition, Selection, SelectionSet, Type,
};
use async_graphql::{Name, PathSegment, Response, Value};

use super::shape::Shape;

/// The keys that an object may have, in their order.
#[derive(Default)]
pub(super) struct Form(IndexMap<Name, Part>);

struct Part {
    /// What the field gives; none where the schema does not say.
    ty: Option<Type>,
    below: Form,
}

/// There is nothing here that may be null: what is above is null.
struct Gone;

/// A way from the root of an answer.
type Path = Vec<Step>;

#[derive(PartialEq, Eq, Hash, Clone)]
enum Step {
    Key(String),
    At(usize),
}

impl From<&PathSegment> for Step {
    fn from(segment: &PathSegment) -> Self {
        match segment {
            PathSegment::Field(key) => Self::Key(key.clone()),
            PathSegment::Index(index) => Self::At(*index),
        }
    }
}

/// Where fields failed.
struct Failed {
    at: HashSet<Path>,
    /// The objects of those fields.
    within: HashSet<Path>,
}

impl Form {
    /// Of what an operation asks for. The document has been found to spread to few fields.
    pub(super) fn of(
        shape: &Shape,
        document: &ExecutableDocument,
        operation: &OperationDefinition,
    ) -> Self {
        let root = Shape::root(operation.ty);
        Reader { shape, document }.form(&[(&operation.selection_set.node, Some(root))])
    }

    /// Gives an answer its form.
    pub(super) fn complete(&self, response: &mut Response) {
        let at: HashSet<Path> = response
            .errors
            .iter()
            .map(|error| error.path.iter().map(Step::from).collect())
            .collect();
        let within = at.iter().filter(|path| !path.is_empty());
        let within = within.map(|path| path[..path.len() - 1].to_vec()).collect();
        let failed = Failed { at, within };
        let data = mem::take(&mut response.data);
        // A document that was refused has no data at all.
        if matches!(data, Value::Null) && !failed.within.contains(&Path::new()) {
            return;
        }
        response.data = self.value(data, &mut Path::new(), &failed).unwrap_or(Value::Null);
    }

    /// A value of whatever lies in no list.
    fn value(&self, value: Value, path: &mut Path, failed: &Failed) -> Result<Value, Gone> {
        match value {
            Value::Object(object) => self.object(object, path, failed),
            // So the library gives an object of which every field failed.
            Value::Null if failed.within.contains(path) => {
                self.object(IndexMap::new(), path, failed)
            }
            other => Ok(other),
        }
    }

    fn object(
        &self,
        mut object: IndexMap<Name, Value>,
        path: &mut Path,
        failed: &Failed,
    ) -> Result<Value, Gone> {
        if self.0.is_empty() {
            return Ok(Value::Object(object));
        }
        let mut ordered = IndexMap::with_capacity(object.len());
        for (key, part) in &self.0 {
            path.push(Step::Key(key.to_string()));
            let value = match object.swap_remove(key) {
                Some(value) => Some(part.typed(value, part.ty.as_ref(), path, failed)),
                None if failed.at.contains(path) => Some(or_null(Err(Gone), part.ty.as_ref())),
                // Another type's, or skipped.
                None => None,
            };
            path.pop();
            if let Some(value) = value {
                ordered.insert(key.clone(), value?);
            }
        }
        ordered.extend(object);
        Ok(Value::Object(ordered))
    }
}

impl Part {
    /// A value of a type, or null in its place where that may be.
    fn typed(
        &self,
        value: Value,
        ty: Option<&Type>,
        path: &mut Path,
        failed: &Failed,
    ) -> Result<Value, Gone> {
        let value = match value {
            Value::List(values) => self.list(values, ty, path, failed),
            value => match self.below.value(value, path, failed) {
                Ok(Value::Null) if ty.is_some_and(|ty| !ty.nullable) => Err(Gone),
                value => value,
            },
        };
        or_null(value, ty)
    }

    fn list(
        &self,
        values: Vec<Value>,
        ty: Option<&Type>,
        path: &mut Path,
        failed: &Failed,
    ) -> Result<Value, Gone> {
        if self.below.0.is_empty() {
            return Ok(Value::List(values));
        }
        let inner = ty.and_then(|ty| match &ty.base {
            BaseType::List(inner) => Some(&**inner),
            BaseType::Named(_) => None,
        });
        let values = values.into_iter().enumerate().map(|(index, value)| {
            path.push(Step::At(index));
            let value = self.typed(value, inner, path, failed);
            path.pop();
            value
        });
        Ok(Value::List(values.collect::<Result<_, Gone>>()?))
    }
}

fn or_null(value: Result<Value, Gone>, ty: Option<&Type>) -> Result<Value, Gone> {
    match value {
        Err(Gone) if ty.is_none_or(|ty| ty.nullable) => Ok(Value::Null),
        value => value,
    }
}

type Sets<'a> = [(&'a SelectionSet, Option<&'a str>)];

struct Reader<'a> {
    shape: &'a Shape,
    document: &'a ExecutableDocument,
}

/// What was found of a key: its type, and every selection below it with the type it is made on.
type Found<'a> = IndexMap<&'a Name, (Option<&'a Type>, Vec<(&'a SelectionSet, Option<&'a str>)>)>;

impl<'a> Reader<'a> {
    fn form(&self, sets: &Sets<'a>) -> Form {
        let mut found = Found::new();
        for (set, of) in sets {
            self.collect(set, *of, &mut found);
        }
        let parts = found.into_iter().map(|(key, (ty, below))| {
            (key.clone(), Part { ty: ty.cloned(), below: self.form(&below) })
        });
        Form(parts.collect())
    }

    fn collect(&self, set: &'a SelectionSet, of: Option<&'a str>, found: &mut Found<'a>) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    let field = &field.node;
                    let known = self.shape.field(of, &field.name.node);
                    let (ty, below) = found.entry(&field.response_key().node).or_default();
                    *ty = ty.or(known.map(|known| &known.ty));
                    if !field.selection_set.node.items.is_empty() {
                        let leads_to = known.map(|known| known.leads_to.as_str());
                        below.push((&field.selection_set.node, leads_to));
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let fragment = self.document.fragments.get(&spread.node.fragment_name.node);
                    if let Some(fragment) = fragment {
                        let on = fragment.node.type_condition.node.on.node.as_str();
                        self.collect(&fragment.node.selection_set.node, Some(on), found);
                    }
                }
                Selection::InlineFragment(fragment) => {
                    let on = fragment.node.type_condition.as_ref();
                    let on = on.map(|condition| condition.node.on.node.as_str());
                    self.collect(&fragment.node.selection_set.node, on.or(of), found);
                }
            }
        }
    }
}
