//! The codes of failures about connections.

use crate::codes::{Codes, OTHER_VALUE, SEE_ACTIONS, code};

pub(crate) const CODES: Codes = Codes {
    failures: &[
        code(
            "connection_active",
            409,
            "The connection is read from, and what was asked for needs another state.",
            SEE_ACTIONS,
        ),
        code(
            "connection_error",
            409,
            "The helpdesk does not let us in, and what was asked for needs another state.",
            "Mend it: `trouble` in its health says what is wrong. Then give new credentials, or check it.",
        ),
        code(
            "connection_is_import",
            409,
            "It is the source of an import and no connection to a helpdesk, so there is nothing to change.",
            "Connect the helpdesk, or change the mapping of the import.",
        ),
        code(
            "connection_name_taken",
            409,
            "Another connection has this name. The source of an import is one, too.",
            OTHER_VALUE,
        ),
        code(
            "connection_paused",
            409,
            "The connection is paused, and what was asked for needs another state.",
            SEE_ACTIONS,
        ),
        code(
            "connection_revoked",
            409,
            "The connection was revoked, which is for good.",
            "Make another connection.",
        ),
        code(
            "connection_testing",
            409,
            "The credentials are being tried, and what was asked for needs another state.",
            SEE_ACTIONS,
        ),
        code(
            "helpdesk_taken",
            409,
            "Another connection of yours reads this helpdesk, and its tickets would count twice. The message names it.",
            "Change that connection, or revoke it before you make another one.",
        ),
    ],
    fields: &[("not_an_address", "It is not the address of a helpdesk.")],
};
