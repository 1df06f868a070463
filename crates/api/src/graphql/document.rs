//! From what was sent to a document that may run.

use async_graphql::Request;
use async_graphql::parser::types::{ExecutableDocument, OperationDefinition, OperationType};
use domain::kernel::{Result, TenantId};

use super::answer::Form;
use super::{Graph, bounds, persisted};

const PERSISTED: &str = "persistedQuery";

/// What a document does when it runs.
pub(super) struct Document {
    /// It does more than read.
    pub(super) writes: bool,
    /// What it may cost.
    pub(super) cost: usize,
    /// Of its answer; a document whose operation is not clear has none, and is refused.
    pub(super) form: Form,
    /// To be kept under this hash when it was found to be valid, and its text.
    new: Option<(String, String)>,
}

impl Graph {
    /// Finds and reads the document of a request, and puts it there.
    ///
    /// # Errors
    /// `query_too_expensive`, `graphql_invalid`, `persisted_query_unreadable`, `persisted_query_not_found`.
    pub(super) fn understand(&self, tenant: TenantId, request: &mut Request) -> Result<Document> {
        let parts = &*self.0;
        let new = match persisted::hash_of(request.extensions.get(PERSISTED))? {
            Some(known) if request.query.is_empty() => {
                request.query = parts.persisted.get(tenant, &known)?.as_ref().to_owned();
                None
            }
            Some(new) => {
                persisted::matches(&request.query, &new)?;
                Some((new, request.query.clone()))
            }
            None => None,
        };
        let parsed = bounds::parse(&request.query)?;
        let cost = bounds::cost(&parts.shape, &parsed, &request.variables)?;
        let operation = chosen(&parsed, request.operation_name.as_deref());
        let document = Document {
            writes: operation.is_none_or(|operation| operation.ty != OperationType::Query),
            cost,
            form: operation
                .map(|operation| Form::of(&parts.shape, &parsed, operation))
                .unwrap_or_default(),
            new,
        };
        request.set_parsed_query(parsed);
        Ok(document)
    }

    /// Keeps a valid document for who will ask for it by its hash.
    pub(super) fn keep(&self, tenant: TenantId, document: Document) {
        if let Some((hash, text)) = document.new {
            self.0.persisted.keep(tenant, hash, &text);
        }
    }
}

/// The operation that would run.
fn chosen<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Option<&'a OperationDefinition> {
    let mut operations = document.operations.iter();
    let found = match name {
        Some(name) => operations.find(|(its, _)| its.is_some_and(|its| its == name)),
        None => operations.next().filter(|_| operations.next().is_none()),
    };
    found.map(|(_, operation)| &operation.node)
}
