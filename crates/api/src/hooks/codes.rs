//! The codes of failures about hooks.

use crate::codes::{Codes, code};

pub(crate) const CODES: Codes = Codes {
    failures: &[
        code(
            "hook_header_missing",
            401,
            "A delivery has to prove whose it is, and the header for it is not there, or there twice.",
            "Have it sent: the hook's `header` names it.",
        ),
        code(
            "hook_signature_wrong",
            401,
            "The delivery is not signed with the secret of this hook.",
            "Give the hook the secret that the sender signs with. The code is of the bytes of the body as they were sent.",
        ),
        code(
            "hook_signature_stale",
            401,
            "The delivery was signed more than five minutes from now.",
            "Set the sender's clock, and sign when sending.",
        ),
    ],
    fields: &[
        ("not_a_header", "It is not the name of a header."),
        ("not_a_secret", "It is too short, too long, or no printable ASCII, to be a secret."),
    ],
};
