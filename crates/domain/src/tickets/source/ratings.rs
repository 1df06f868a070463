//! What customers thought of answers, as a source tells it.

use chrono::DateTime;

use super::types::SourceRating;
use crate::connections::ConnectionId;
use crate::kernel::bulk::{Cells, Insert};
use crate::kernel::{Result, Scope};
use crate::tickets::RatingId;

const ON_KNOWN: &str = "ON CONFLICT (tenant_id, connection_id, external_id) DO UPDATE SET ticket = excluded.ticket, score = excluded.score, \
        best = excluded.best, comment = excluded.comment, rated_at = excluded.rated_at \
        WHERE (ratings.ticket, ratings.score, ratings.best, ratings.rated_at, coalesce(ratings.comment, '')) \
        <> (excluded.ticket, excluded.score, excluded.best, excluded.rated_at, coalesce(excluded.comment, ''))";

/// Writes ratings, each known once, and gives how many are not as they were. One that is not newer than what is there changes it all the
/// same: a source has one rating of an id, and tells what it is now.
pub(super) async fn write(
    scope: &Scope,
    connection: ConnectionId,
    ratings: &[SourceRating],
) -> Result<u64> {
    let each = || ratings.iter();
    let text = |value: &String| Some(value.clone());
    Insert::into("ratings")
        .column("id", Cells::Uuid(each().map(|_| Some(scope.new_id::<RatingId>().0)).collect()))
        .column("connection_id", Cells::Uuid(each().map(|_| Some(connection.0)).collect()))
        .column("external_id", Cells::Text(each().map(|it| text(&it.id)).collect()))
        .column("ticket", Cells::Text(each().map(|it| text(&it.ticket)).collect()))
        .column("score", Cells::Int(each().map(|it| it.score).collect()))
        .column("best", Cells::Int(each().map(|it| it.best).collect()))
        .column("comment", Cells::Text(each().map(|it| it.comment.clone()).collect()))
        .column(
            "rated_at",
            Cells::Time(each().map(|it| DateTime::from_timestamp_micros(it.at)).collect()),
        )
        .run(scope, ON_KNOWN)
        .await
}
