//! The codes of failures about tickets, queues and imports.

use crate::codes::{Codes, OTHER_VALUE, code};

pub(crate) const CODES: Codes = Codes {
    failures: &[code("mapping_name_taken", 409, "Another mapping has this name.", OTHER_VALUE)],
    fields: &[("mapping", "The mapping cannot be used; the message says where and why.")],
};
