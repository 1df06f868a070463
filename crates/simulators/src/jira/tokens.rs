//! The words and signs of a query.

use super::service::Problem;

/// A word, or something in quotes, or a sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Word(String),
    Sign(&'static str),
}

const SIGNS: [&str; 9] = [">=", "<=", "!=", "=", ">", "<", "(", ")", ","];

/// Says that a query cannot be read.
pub(super) fn wrong(what: &str) -> Problem {
    Problem::invalid(&format!("Error in the JQL Query: {what}"))
}

/// The parts of a query.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Problem> {
    let (mut tokens, mut rest) = (Vec::new(), text.trim_start());
    while let Some(first) = rest.chars().next() {
        if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            tokens.push(Token::Sign(sign));
            rest = &rest[sign.len()..];
        } else if first == '"' || first == '\'' {
            let (word, after) = rest[1..]
                .split_once(first)
                .ok_or_else(|| wrong("The quoted string has not been completed."))?;
            tokens.push(Token::Word(word.to_owned()));
            rest = after;
        } else {
            let ends = |it: char| it.is_whitespace() || "<>=!(),\"'".contains(it);
            let end = rest.find(ends).unwrap_or(rest.len());
            if end == 0 {
                return Err(wrong(&format!("The character '{first}' is reserved.")));
            }
            tokens.push(Token::Word(rest[..end].to_owned()));
            rest = &rest[end..];
        }
        rest = rest.trim_start();
    }
    Ok(tokens)
}
