//! Handlers.

use actix_web::get;
use domain::kernel::{Page, PageArgs};
use domain::kpis::{
    self, KpiAnswer, KpiQuery, KpiSeries, KpiTicket, KpiTicketFilter, Metric, MetricDefinition,
};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::Api;
use crate::caller::Caller;
use crate::http::{Asked, Json, List, Path, Problems, Result};

pub(crate) fn routes(config: &mut ServiceConfig) {
    config.service(definitions).service(answer).service(series).service(tickets);
}

/// List the metrics: what each counts, when, for whom, and what it leaves out.
#[utoipa::path(tag = "kpis", operation_id = "metrics.list", responses((status = OK, body = Vec<MetricDefinition>), Problems))]
#[get("/metrics")]
async fn definitions(_caller: Caller) -> List<Vec<MetricDefinition>> {
    List(Metric::ALL.iter().map(|metric| kpis::definition(*metric)).collect())
}

/// Ask for a number.
#[utoipa::path(tag = "kpis", operation_id = "kpis.get", params(("metric" = Metric, Path), KpiQuery), responses((status = OK, body = KpiAnswer), Problems))]
#[get("/kpis/{metric}")]
async fn answer(
    api: Api,
    caller: Caller,
    metric: Path<Metric>,
    asked: Asked<KpiQuery>,
) -> Result<List<KpiAnswer>> {
    Ok(List(api.read(&caller, async |scope| kpis::answer(scope, *metric, &asked.0).await).await?))
}

/// Ask for a number as columns, for charts: the buckets once, and for each group a value for every bucket.
#[utoipa::path(tag = "kpis", operation_id = "kpis.series", params(("metric" = Metric, Path), KpiQuery), responses((status = OK, body = KpiSeries), Problems))]
#[get("/kpis/{metric}/series")]
async fn series(
    api: Api,
    caller: Caller,
    metric: Path<Metric>,
    asked: Asked<KpiQuery>,
) -> Result<Json<KpiSeries>> {
    let number =
        api.read(&caller, async |scope| kpis::answer(scope, *metric, &asked.0).await).await?;
    Ok(Json((&number).into()))
}

/// List the tickets behind a number, and those kept out of it with the reason.
#[utoipa::path(tag = "kpis", operation_id = "kpis.tickets", params(("metric" = Metric, Path), KpiQuery, KpiTicketFilter, PageArgs), responses((status = OK, body = Page<KpiTicket>), Problems))]
#[get("/kpis/{metric}/tickets")]
async fn tickets(
    api: Api,
    caller: Caller,
    metric: Path<Metric>,
    asked: Asked<KpiQuery, KpiTicketFilter, PageArgs>,
) -> Result<List<Page<KpiTicket>>> {
    let Asked(query, filter, page) = asked;
    Ok(List(
        api.read(&caller, async |scope| {
            kpis::explain(scope, *metric, &query, &filter, &page).await
        })
        .await?,
    ))
}
