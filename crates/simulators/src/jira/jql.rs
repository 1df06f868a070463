//! As much of the query language as clients of a service desk need: conditions that all hold, and an order.

use super::service::{Problem, Service};
use super::state::State;
use super::tokens::{Token, tokens, wrong};
use crate::model::Ticket;

/// What is looked for.
#[derive(Debug)]
pub(super) struct Query {
    clauses: Vec<Clause>,
    pub(super) order: Order,
}

/// In which order it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Updated {
        falls: bool,
    },
    /// That of keys too.
    Created {
        falls: bool,
    },
}

#[derive(Debug)]
enum Clause {
    /// A time, and whether it may be this one, an earlier one, a later one.
    Time {
        field: Time,
        at: i64,
        same: bool,
        before: bool,
        after: bool,
    },
    Is {
        field: String,
        values: Vec<String>,
        is_not: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Time {
    Created,
    Updated,
    Resolved,
}

struct Parser<'s> {
    service: &'s Service,
    tokens: std::iter::Peekable<std::vec::IntoIter<Token>>,
}

impl Query {
    pub(super) fn read(service: &Service, text: &str) -> Result<Self, Problem> {
        let tokens = tokens(text)?.into_iter().peekable();
        let mut parser = Parser { service, tokens };
        let mut clauses = Vec::new();
        if !parser.is_next("order") && parser.tokens.peek().is_some() {
            clauses.push(parser.clause()?);
            while parser.takes("and") {
                clauses.push(parser.clause()?);
            }
        }
        let order = parser.order()?;
        if clauses.is_empty() {
            return Err(Problem::invalid(
                "Unbounded JQL queries are not allowed here. Please add a search restriction to your query.",
            ));
        }
        Ok(Self { clauses, order })
    }

    /// The first instant that a time may be.
    pub(super) fn updated_from(&self) -> i64 {
        self.from(Time::Updated)
    }

    pub(super) fn created_from(&self) -> i64 {
        self.from(Time::Created)
    }

    fn from(&self, wanted: Time) -> i64 {
        let bound = |clause: &Clause| match clause {
            Clause::Time { field, at, before: false, .. } if *field == wanted => Some(*at),
            _ => None,
        };
        self.clauses.iter().filter_map(bound).max().unwrap_or(i64::MIN / 2)
    }

    pub(super) fn fits(&self, service: &Service, ticket: &Ticket) -> bool {
        let state = State::of(ticket);
        self.clauses.iter().all(|clause| clause.fits(service, ticket, &state))
    }
}

impl Parser<'_> {
    fn word(&mut self) -> Result<String, Problem> {
        match self.tokens.next() {
            Some(Token::Word(word)) => Ok(word),
            Some(Token::Sign(sign)) => Err(wrong(&format!("Expecting a value but got '{sign}'."))),
            None => Err(wrong("Expecting a value but got the end of the query.")),
        }
    }

    fn is_next(&mut self, wanted: &str) -> bool {
        matches!(self.tokens.peek(), Some(Token::Word(word)) if word.eq_ignore_ascii_case(wanted))
    }

    fn takes(&mut self, wanted: &str) -> bool {
        let is_next = self.is_next(wanted);
        if is_next {
            self.tokens.next();
        }
        is_next
    }

    fn takes_sign(&mut self, wanted: &str) -> bool {
        self.tokens.next_if(|token| matches!(token, Token::Sign(sign) if *sign == wanted)).is_some()
    }

    fn clause(&mut self) -> Result<Clause, Problem> {
        let field = self.word()?.to_lowercase();
        let sign = self.tokens.next_if(|it| matches!(it, Token::Sign(_)));
        let time = match field.as_str() {
            "created" | "createddate" => Some(Time::Created),
            "updated" | "updateddate" => Some(Time::Updated),
            "resolved" | "resolutiondate" => Some(Time::Resolved),
            _ => None,
        };
        if let Some(time) = time {
            return self.time(time, &field, sign);
        }
        let is_not = sign == Some(Token::Sign("!=")) || self.takes("not");
        let values = match sign {
            Some(Token::Sign("=" | "!=")) => vec![self.word()?],
            Some(_) => return Err(wrong(&format!("The operator does not suit '{field}'."))),
            None if self.takes("in") => self.list()?,
            None if self.takes("is") => {
                let is_not = self.takes("not");
                self.word()?;
                return Ok(Clause::Is { field, values: vec![String::new()], is_not });
            }
            None => return Err(wrong(&format!("Expecting operator after '{field}'."))),
        };
        let clause = Clause::Is { field, values, is_not };
        clause.check()?;
        Ok(clause)
    }

    fn list(&mut self) -> Result<Vec<String>, Problem> {
        if !self.takes_sign("(") {
            return Err(wrong("Expecting '(' before a list."));
        }
        let mut values = vec![self.word()?];
        while self.takes_sign(",") {
            values.push(self.word()?);
        }
        if self.takes_sign(")") { Ok(values) } else { Err(wrong("Expecting ')' after a list.")) }
    }

    fn time(&mut self, field: Time, name: &str, sign: Option<Token>) -> Result<Clause, Problem> {
        let (same, before, after) = match sign {
            Some(Token::Sign("=")) => (true, false, false),
            Some(Token::Sign(">=")) => (true, false, true),
            Some(Token::Sign(">")) => (false, false, true),
            Some(Token::Sign("<=")) => (true, true, false),
            Some(Token::Sign("<")) => (false, true, false),
            _ => return Err(wrong(&format!("The operator does not suit '{name}'."))),
        };
        let text = self.word()?;
        let at = self.instant(&text).ok_or_else(|| {
            Problem::invalid(&format!(
                "Date value '{text}' for field '{name}' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'."
            ))
        })?;
        Ok(Clause::Time { field, at, same, before, after })
    }

    /// A date of the caller's zone, or how long ago.
    fn instant(&self, text: &str) -> Option<i64> {
        if let Some(ago) = text.strip_prefix('-') {
            let (number, unit) = ago.split_at(ago.len().checked_sub(1)?);
            let seconds = match unit {
                "m" => 60,
                "h" => 3_600,
                "d" => 86_400,
                "w" => 604_800,
                _ => return None,
            };
            return Some(self.service.desk.clock().now() - number.parse::<i64>().ok()? * seconds);
        }
        self.service.zone.read(text)
    }

    fn order(&mut self) -> Result<Order, Problem> {
        if self.tokens.peek().is_none() {
            return Ok(Order::Created { falls: true });
        }
        if !self.takes("order") || !self.takes("by") {
            return Err(wrong("Expecting 'AND' or 'ORDER BY'; this stand-in knows no 'OR'."));
        }
        let mut first = None;
        let mut fields = 0;
        loop {
            let field = self.word()?.to_lowercase();
            let falls = self.takes("desc") || (!self.takes("asc") && !field.contains("key"));
            let order = match field.as_str() {
                "updated" | "updateddate" => Order::Updated { falls },
                "created" | "createddate" | "key" | "issuekey" | "id" => Order::Created { falls },
                _ => return Err(wrong(&format!("This stand-in cannot order by '{field}'."))),
            };
            first.get_or_insert(order);
            fields += 1;
            if !self.takes_sign(",") {
                break;
            }
        }
        if self.tokens.peek().is_some() || fields > 7 {
            return Err(wrong("Expecting at most 7 fields after 'ORDER BY' and nothing else."));
        }
        first.ok_or_else(|| wrong("Expecting a field after 'ORDER BY'."))
    }
}

impl Clause {
    fn check(&self) -> Result<(), Problem> {
        const KNOWN: [&str; 14] = [
            "project",
            "projecttype",
            "id",
            "key",
            "issuekey",
            "issue",
            "status",
            "statuscategory",
            "resolution",
            "assignee",
            "reporter",
            "labels",
            "component",
            "priority",
        ];
        match self {
            Self::Is { field, .. } if !KNOWN.contains(&field.as_str()) => {
                Err(Problem::invalid(&format!(
                    "Field '{field}' does not exist or you do not have permission to view it."
                )))
            }
            _ => Ok(()),
        }
    }

    fn fits(&self, service: &Service, ticket: &Ticket, state: &State) -> bool {
        match self {
            Self::Time { field, at, same, before, after } => {
                let is = match field {
                    Time::Created => Some(ticket.created_at),
                    Time::Updated => Some(service.updated(ticket)),
                    Time::Resolved => state.resolved_at,
                };
                is.is_some_and(|is| {
                    (*same && is == *at) || (*before && is < *at) || (*after && is > *at)
                })
            }
            Self::Is { field, values, is_not } => {
                let mut known = state.named(field, ticket);
                if known.is_empty() {
                    known.push(String::new());
                }
                let is = |value: &String| {
                    let value = if value.eq_ignore_ascii_case("empty") { "" } else { value };
                    known.iter().any(|known| known.eq_ignore_ascii_case(value))
                };
                values.iter().any(is) != *is_not
            }
        }
    }
}
