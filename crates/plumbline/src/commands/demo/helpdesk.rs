//! The demo's helpdesk: a Zendesk that does not exist, and is really synced.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::time::Duration;

use domain::connections::{
    self, ConnectionFilter, ConnectionId, ConnectionPatch, ConnectionState, Credentials,
    FieldMapping, NewConnection, Vendor,
};
use domain::hooks::{self, HookPatch, NewVendorHook};
use domain::kernel::{App, Caller, PageArgs, Scope, Secret};
use domain::kpis;
use indicatif::ProgressBar;
use simulators::live::{self, LiveDesk};
use simulators::model::Model;
use simulators::{Kind, Options, Simulator};

use crate::commands::import::{bar, blocking, style};
use crate::commands::serve::cannot_serve;
use crate::ops;
use crate::output::{Failure, Result};

/// How often to look how far it is.
const LOOK: Duration = Duration::from_millis(100);
/// How long after a run the next one begins, in seconds: what webhooks tell is there before.
const CADENCE: i32 = 30;

/// Serves the helpdesk on a port of its own, of this machine alone.
pub(super) async fn serve(model: Model, live_per_second: f64) -> Result<Simulator> {
    let listener: TcpListener =
        ops::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), "the helpdesk")?;
    let options = Options { live_per_second, unlimited: true, ..Options::default() };
    blocking(move || {
        let desk = LiveDesk::new(model, live::Clock::System { skew: 0 });
        Simulator::start(Kind::Zendesk, listener, desk, &options).map_err(cannot_serve)
    })
    .await
}

/// Connects it, or says where it is now, and has it tell what happens.
pub(super) async fn connect(
    app: &App,
    caller: &Caller,
    helpdesk: &Simulator,
    ours: SocketAddr,
) -> Result<ConnectionId> {
    let secrets = helpdesk.credentials();
    let credentials = Credentials::new(secrets.iter().map(|(name, text)| (*name, text.as_str())));
    let base_url = helpdesk.base_url().to_owned();
    let filter = ConnectionFilter { vendor: Some(Vendor::Zendesk), ..ConnectionFilter::default() };
    let find = async |scope: &Scope| connections::list(scope, &filter, &PageArgs::default()).await;
    let id = match app.read(caller, find).await?.items.pop() {
        Some(known) => {
            let patch = ConnectionPatch {
                base_url: Some(base_url),
                credentials: Some(credentials),
                ..ConnectionPatch::default()
            };
            let id = known.id;
            app.write(caller, async |scope| connections::update(scope, id, patch).await).await?;
            id
        }
        None => {
            let new = NewConnection {
                name: helpdesk.desk().model().desk().name.to_owned(),
                vendor: Vendor::Zendesk,
                base_url,
                credentials,
                cadence_seconds: Some(CADENCE),
                sync_from: None,
                field_mapping: Some(FieldMapping {
                    escalated_tags: vec!["escalated".to_owned()],
                    test_tags: vec!["test".to_owned()],
                }),
            };
            app.write(caller, async |scope| connections::create(scope, new).await).await?.id
        }
    };
    listen(app, caller, helpdesk, ours, id).await?;
    Ok(id)
}

/// Has the helpdesk tell a hook what happens, signed with a secret of its own.
async fn listen(
    app: &App,
    caller: &Caller,
    helpdesk: &Simulator,
    ours: SocketAddr,
    id: ConnectionId,
) -> Result<()> {
    let known = app.read(caller, hooks::list).await?;
    let hook = match known.into_iter().find(|hook| hook.connection_id == id) {
        Some(hook) => hook,
        None => {
            let new = NewVendorHook::default();
            let make = async |scope: &Scope| hooks::create_for(scope, id, new).await;
            app.write(caller, make).await?.hook
        }
    };
    let reached = if ours.ip().is_unspecified() {
        SocketAddr::from((Ipv4Addr::LOCALHOST, ours.port()))
    } else {
        ours
    };
    let secret = helpdesk.subscribe(&format!("http://{reached}{}", hook.path));
    let patch = HookPatch { secret: Some(Secret::new(secret)) };
    app.write(caller, async |scope| hooks::update(scope, hook.id, patch).await).await?;
    Ok(())
}

/// Waits until everything was read and added up, and shows how far that is.
pub(super) async fn backfill(
    app: &App,
    caller: &Caller,
    id: ConnectionId,
    tickets: u64,
) -> Result<()> {
    let told = bar(tickets, "reading {pos} of {len} tickets");
    let then = ProgressBar::no_length().with_style(style("reading what happened: {pos}", false));
    loop {
        let look = async |scope: &Scope| {
            let streams = connections::streams(scope, id).await?;
            Ok((connections::health(scope, id).await?, streams, kpis::is_pending(scope).await?))
        };
        let (health, streams, is_pending) = app.read(caller, look).await?;
        let items = |name: &str| {
            let stream = streams.iter().find(|stream| stream.name == name);
            stream.map_or(0, |stream| stream.items.unsigned_abs())
        };
        told.set_position(items("tickets").min(tickets));
        let events = items("ticket_events");
        if events > 0 {
            told.finish_and_clear();
            then.set_position(events);
        }
        if health.state == ConnectionState::Error {
            let trouble = health.trouble.unwrap_or_default();
            return Err(Failure::new("demo", format!("the helpdesk cannot be read: {trouble}")));
        }
        if health.synced_at.is_some() && !is_pending {
            then.finish_and_clear();
            return Ok(());
        }
        tokio::time::sleep(LOOK).await;
    }
}
