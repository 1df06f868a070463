//! The codes of failures about people and their identities.

use crate::codes::{Codes, OTHER_VALUE, SEE_ACTIONS, code};

pub(crate) const CODES: Codes = Codes {
    failures: &[
        code("employee_no_taken", 409, "Another person has this employee number.", OTHER_VALUE),
        code(
            "identity_taken",
            409,
            "This external identity belongs to another person.",
            "Take it from the other person first.",
        ),
        code(
            "person_active",
            409,
            "The person is active, and what was asked for needs another state.",
            SEE_ACTIONS,
        ),
        code(
            "person_erased",
            409,
            "The person has been erased, and is nobody in particular any more.",
            "Make a new person, if it is somebody who came back.",
        ),
        code(
            "person_invited",
            409,
            "The person has not started yet, and what was asked for needs another state.",
            SEE_ACTIONS,
        ),
        code(
            "person_offboarded",
            409,
            "The person has left, and what was asked for needs another state.",
            SEE_ACTIONS,
        ),
        code(
            "person_on_leave",
            409,
            "The person is on leave, and what was asked for needs another state.",
            SEE_ACTIONS,
        ),
        code("work_email_taken", 409, "Another person has this work e-mail.", OTHER_VALUE),
    ],
    fields: &[],
};
