//! Handlers.

use actix_web::get;
use domain::kernel::{Page, PageArgs};
use domain::kpis::{
    self, KpiAnswer, KpiQuery, KpiTicket, KpiTicketFilter, Metric, MetricDefinition,
};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::Api;
use crate::caller::Caller;
use crate::http::{Asked, Json, Path, Problems, Result};

pub(crate) fn routes(config: &mut ServiceConfig) {
    config.service(definitions).service(answer).service(tickets);
}

/// List the metrics: what each counts, when, for whom, and what it leaves out.
#[utoipa::path(tag = "kpis", operation_id = "metrics.list", responses((status = OK, body = Vec<MetricDefinition>), Problems))]
#[get("/metrics")]
async fn definitions(_caller: Caller) -> Json<Vec<MetricDefinition>> {
    Json(Metric::ALL.iter().map(|metric| kpis::definition(*metric)).collect())
}

/// Ask for a number.
#[utoipa::path(tag = "kpis", operation_id = "kpis.get", params(KpiQuery), responses((status = OK, body = KpiAnswer), Problems))]
#[get("/kpis/{metric}")]
async fn answer(
    api: Api,
    caller: Caller,
    metric: Path<Metric>,
    asked: Asked<KpiQuery>,
) -> Result<Json<KpiAnswer>> {
    Ok(Json(api.read(&caller, async |scope| kpis::answer(scope, *metric, &asked.0).await).await?))
}

/// List the tickets behind a number, and those kept out of it with the reason.
#[utoipa::path(tag = "kpis", operation_id = "kpis.tickets", params(KpiQuery, KpiTicketFilter, PageArgs), responses((status = OK, body = Page<KpiTicket>), Problems))]
#[get("/kpis/{metric}/tickets")]
async fn tickets(
    api: Api,
    caller: Caller,
    metric: Path<Metric>,
    asked: Asked<KpiQuery, KpiTicketFilter, PageArgs>,
) -> Result<Json<Page<KpiTicket>>> {
    let Asked(query, filter, page) = asked;
    Ok(Json(
        api.read(&caller, async |scope| {
            kpis::explain(scope, *metric, &query, &filter, &page).await
        })
        .await?,
    ))
}
