//! Pages of lists, by number alone: what changes its place between two pages is told twice or not at all.

use serde::Serialize;
use serde_json::json;

use super::service::{Asked, Outcome, Problem, Service};
use crate::iso::Iso;
use crate::server::{Answer, Request};

const MOST: usize = 100;
const USUAL: usize = 30;

/// Which page of what size.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) page: usize,
    pub(super) size: usize,
}

impl Place {
    /// What a request asks for.
    pub(super) fn of(request: &Request) -> Result<Self, Problem> {
        let number = |name: &str, usual: usize, most: usize| match request.parameter(name) {
            None => Ok(usual),
            Some(text) => {
                text.parse().ok().filter(|number| (1..=most).contains(number)).ok_or_else(|| {
                    Problem::invalid(name, "It should be a positive number in range")
                })
            }
        };
        let page = number("page", 1, usize::MAX)?;
        Ok(Self { page, size: number("per_page", USUAL, MOST)? })
    }

    /// How many items come before the page.
    pub(super) const fn begins(self) -> usize {
        (self.page - 1).saturating_mul(self.size)
    }

    /// How many items there are up to the end of the page, and one more if there is another page.
    pub(super) const fn reaches(self) -> usize {
        self.begins().saturating_add(self.size + 1)
    }
}

/// A page of a list whose keys are told up to what the page [reaches](Place::reaches), or all.
pub(super) fn list<K: Copy, T: Serialize>(
    service: &Service,
    asked: &Asked<'_>,
    place: Place,
    keys: &[K],
    show: impl Fn(K) -> Option<T>,
) -> Outcome {
    let rest = keys.get(place.begins()..).unwrap_or_default();
    let items: Vec<T> = rest.iter().take(place.size).filter_map(|key| show(*key)).collect();
    let answer = Answer::sized(200, items.len() * 1_200 + 64, &items);
    Ok(if rest.len() > place.size { linked(service, asked, place, answer) } else { answer })
}

/// With where the next page is.
fn linked(service: &Service, asked: &Asked<'_>, place: Place, answer: Answer) -> Answer {
    let page = if asked.hits.duplicated_page { place.page } else { place.page + 1 };
    let mut query = form_urlencoded::Serializer::new(String::new());
    let others = asked.request.query.iter().filter(|(name, _)| name != "page");
    query.extend_pairs(others).append_pair("page", &page.to_string());
    let (base, path) = (&service.base, &asked.request.path);
    answer.with("Link", format!("<{base}{path}?{}>; rel=\"next\"", query.finish()))
}

/// An instant that a parameter names, in Unix seconds.
pub(super) fn time(request: &Request, name: &str) -> Result<Option<i64>, Problem> {
    let Some(text) = request.parameter(name) else { return Ok(None) };
    let whole = chrono::DateTime::parse_from_rfc3339(text).map(|time| time.timestamp());
    let day = || {
        let day: chrono::NaiveDate = text.parse().ok()?;
        Some(day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp())
    };
    let time = whole.ok().or_else(day);
    time.map(Some).ok_or_else(|| Problem::invalid(name, "It should be a date of ISO 8601"))
}

/// One thing by its number.
pub(super) fn one(item: Option<impl Serialize>) -> Outcome {
    Ok(Answer::json(200, &item.ok_or_else(Problem::not_found)?))
}

/// When everything was set up that is there before the first ticket.
pub(super) fn set_up(service: &Service) -> serde_json::Value {
    json!(Iso(service.desk.model().starts() - 86_400))
}
