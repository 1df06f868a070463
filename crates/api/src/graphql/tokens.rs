//! A look at a document's letters, before anything that takes longer is done with them.

/// What a text holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tokens {
    /// Names, numbers, texts and signs.
    pub(super) count: usize,
    /// How deep its brackets lie in one another.
    pub(super) nesting: usize,
}

/// Counts in one pass. A text that is not GraphQL is counted as well as it goes: the parser says what is wrong with it.
pub(super) fn count(document: &str) -> Tokens {
    let mut rest = document.as_bytes();
    let (mut tokens, mut open) = (Tokens::default(), 0_usize);
    while let Some((&byte, after)) = rest.split_first() {
        rest = match byte {
            b' ' | b'\t' | b'\r' | b'\n' | b',' => {
                rest = after;
                continue;
            }
            b'#' => {
                rest = &after[length(after, |byte| byte != b'\n' && byte != b'\r')..];
                continue;
            }
            b'"' => behind_text(after),
            _ if is_word(byte) => &after[length(after, is_word)..],
            b'{' | b'[' | b'(' => {
                open += 1;
                after
            }
            b'}' | b']' | b')' => {
                open = open.saturating_sub(1);
                after
            }
            _ => after,
        };
        tokens.count += 1;
        tokens.nesting = tokens.nesting.max(open);
    }
    tokens
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'.') || !byte.is_ascii()
}

fn length(bytes: &[u8], is: impl Fn(u8) -> bool) -> usize {
    bytes.iter().position(|byte| !is(*byte)).unwrap_or(bytes.len())
}

/// What follows a text whose first quotation mark has been read.
fn behind_text(rest: &[u8]) -> &[u8] {
    let mark: &[u8] = if rest.starts_with(b"\"\"") { b"\"\"\"" } else { b"\"" };
    let mut rest = &rest[mark.len() - 1..];
    while let Some((&byte, after)) = rest.split_first() {
        if rest.starts_with(mark) {
            return &rest[mark.len()..];
        }
        rest = match byte {
            b'\\' => after.get(1..).unwrap_or_default(),
            // A plain text ends with its line.
            b'\n' if mark.len() == 1 => return after,
            _ => after,
        };
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::{Tokens, count};

    #[test]
    fn words_signs_and_texts_are_counted_and_brackets_measured() {
        for (document, tokens, nesting) in [
            ("", 0, 0),
            ("{ me { id } }", 6, 2),
            ("query Q($n: [Int!] = 3) @x { a: b(c: -1.5e3, d: [[$n]]) ...F }", 34, 4),
            ("# { { {\n{ a }", 3, 1),
            (r#"{ a(b: "{ \" {") }"#, 8, 2),
            ("{ a(b: \"\"\"{ \" \\\"\"\" {\n{\"\"\") }", 8, 2),
            (r#"{ a(b: "") }"#, 8, 2),
            ("{ a(b: \"never ends {\n }", 7, 2),
            ("}}}{", 4, 1),
            ("ä{ö}", 4, 1),
        ] {
            assert_eq!(count(document), Tokens { count: tokens, nesting }, "{document}");
        }
    }
}
