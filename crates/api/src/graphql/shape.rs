//! What the schema says of its fields, as far as a document's cost and the form of an answer depend on it.

use std::collections::HashMap;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, FieldDefinition, OperationType, Type, TypeKind, TypeSystemDefinition,
};

/// The fields of every object and interface.
pub(super) struct Shape(HashMap<String, HashMap<String, Field>>);

/// One field.
pub(super) struct Field {
    /// What it gives.
    pub(super) ty: Type,
    /// The named type behind lists.
    pub(super) leads_to: String,
    pub(super) is_list: bool,
    /// It takes `first`.
    pub(super) is_paged: bool,
    /// The argument that says by its length how many things are asked for.
    pub(super) counted_by: Option<String>,
    /// It takes arguments: it is a question of its own to the database.
    pub(super) is_asked: bool,
}

impl Shape {
    /// Reads a schema in its own language.
    pub(super) fn of(sdl: &str) -> Self {
        let document = parse_schema(sdl).expect("the schema's own text can be read");
        let types = document.definitions.into_iter().filter_map(|definition| {
            let TypeSystemDefinition::Type(definition) = definition else { return None };
            let definition = definition.node;
            let fields = match definition.kind {
                TypeKind::Object(object) => object.fields,
                TypeKind::Interface(interface) => interface.fields,
                TypeKind::Scalar
                | TypeKind::Union(_)
                | TypeKind::Enum(_)
                | TypeKind::InputObject(_) => return None,
            };
            let fields = fields.into_iter().map(|field| Field::of(field.node)).collect();
            Some((definition.name.node.to_string(), fields))
        });
        Self(types.collect())
    }

    /// A field of a type, if there is one.
    pub(super) fn field(&self, of: Option<&str>, name: &str) -> Option<&Field> {
        self.0.get(of?)?.get(name)
    }

    /// Whether a type has no such field. What every type has, and the schema's own types, are not in the shape.
    pub(super) fn lacks(&self, of: Option<&str>, name: &str) -> bool {
        let fields = of.and_then(|of| self.0.get(of));
        !name.starts_with("__") && fields.is_some_and(|fields| !fields.contains_key(name))
    }

    /// The type whose fields an operation begins with.
    pub(super) fn root(ty: OperationType) -> &'static str {
        match ty {
            OperationType::Query => "Query",
            OperationType::Mutation => "Mutation",
            OperationType::Subscription => "Subscription",
        }
    }
}

impl Field {
    fn of(definition: FieldDefinition) -> (String, Self) {
        let ty = definition.ty.node;
        let arguments = || definition.arguments.iter().map(|argument| &argument.node);
        let is_list = is_list(&ty);
        let ids = arguments().find(|argument| is_list && self::is_list(&argument.ty.node));
        let is_paged = arguments().any(|argument| argument.name.node == "first");
        let field = Self {
            leads_to: named(&ty).to_owned(),
            is_list,
            is_paged,
            counted_by: ids.map(|argument| argument.name.node.to_string()),
            is_asked: !definition.arguments.is_empty(),
            ty,
        };
        (definition.name.node.to_string(), field)
    }
}

fn is_list(ty: &Type) -> bool {
    matches!(ty.base, BaseType::List(_))
}

fn named(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(inner) => named(inner),
    }
}
