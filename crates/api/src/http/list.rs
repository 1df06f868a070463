//! Lists as they are asked for: JSON or CSV, with the way to the page that follows.

use actix_web::body::BoxBody;
use actix_web::http::header::{ACCEPT, CONTENT_TYPE, LINK, VARY};
use actix_web::{HttpRequest, HttpResponse, Responder};
use domain::kernel::{Error, Page};
use domain::kpis::{KpiAnswer, KpiRow};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Failure, table};

/// The answer to who asks for a list.
pub(crate) struct List<L>(pub(crate) L);

/// Something with rows, of which there may be more.
pub(crate) trait Rows: Serialize {
    /// One of them.
    type Row: Serialize + ToSchema;

    /// Those that are here.
    fn rows(&self) -> &[Self::Row];

    /// The cursor of the page that follows.
    fn next(&self) -> Option<&str> {
        None
    }
}

impl<T: Serialize + ToSchema> Rows for Page<T> {
    type Row = T;

    fn rows(&self) -> &[T] {
        &self.items
    }

    fn next(&self) -> Option<&str> {
        self.next.as_deref()
    }
}

impl<T: Serialize + ToSchema> Rows for Vec<T> {
    type Row = T;

    fn rows(&self) -> &[T] {
        self
    }
}

impl Rows for KpiAnswer {
    type Row = KpiRow;

    fn rows(&self) -> &[KpiRow] {
        &self.rows
    }
}

impl<L: Rows> Responder for List<L> {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let mut answer = HttpResponse::Ok();
        answer.insert_header((VARY, "Accept"));
        if let Some(next) = self.0.next() {
            answer.insert_header((LINK, format!("<{}>; rel=\"next\"", following(request, next))));
        }
        if !wants_csv(request) {
            return answer.json(self.0);
        }
        match table::csv(self.0.rows()) {
            Ok(text) => {
                answer.insert_header((CONTENT_TYPE, "text/csv; charset=utf-8; header=present"));
                answer.body(text)
            }
            Err(error) => {
                let failure = Failure::from(Error::internal(error));
                HttpResponse::from_error(failure)
            }
        }
    }
}

/// Whether CSV is named before JSON and before "anything".
fn wants_csv(request: &HttpRequest) -> bool {
    let accept = request.headers().get_all(ACCEPT).filter_map(|value| value.to_str().ok());
    let mut ranges = accept
        .flat_map(|value| value.split(','))
        .map(|range| range.split(';').next().unwrap_or_default().trim().to_ascii_lowercase());
    ranges.find(|range| matches!(range.as_str(), "text/csv" | "application/json" | "*/*"))
        == Some("text/csv".to_owned())
}

/// The same address with another cursor.
fn following(request: &HttpRequest, next: &str) -> String {
    let given = form_urlencoded::parse(request.query_string().as_bytes());
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(given.filter(|(name, _)| name != "after"));
    query.append_pair("after", next);
    format!("{}?{}", request.path(), query.finish())
}
