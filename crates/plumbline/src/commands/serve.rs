//! `plumbline serve`, `plumbline api` and `plumbline worker`: processes that stay until they are stopped.

use std::fmt::Display;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use api::{Api, Limits};
use domain::kernel::App;
use domain::tenants::PublicUrls;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};
use workers::egress::{Egress, HostPort};
use workers::{Budgets, Bus, Context, JOBS, Options, Runner};

use crate::config::{ApiArgs, PublicArgs, ServeArgs, ServerArgs, WorkerArgs};
use crate::data::{self, Upgrade};
use crate::ops::{self, Parts};
use crate::output::{Failure, Result};
use crate::telemetry::Metrics;

pub(crate) async fn serve(args: ServeArgs) -> Result<()> {
    let mut process = Process::begin(&args.server, Upgrade::Allowed).await?;
    process
        .start_public_api(&args.public, args.server.redis_url.as_ref().map(|url| url.expose()))?;
    process.start_worker(args.work.jobs, args.work.egress_allow)?;
    process.run(args.server.ops_listen, || ()).await
}

pub(crate) async fn api(args: ApiArgs) -> Result<()> {
    let mut process = Process::begin(&args.server, Upgrade::Refused).await?;
    process
        .start_public_api(&args.public, args.server.redis_url.as_ref().map(|url| url.expose()))?;
    process.run(args.server.ops_listen, || ()).await
}

pub(crate) async fn worker(args: WorkerArgs) -> Result<()> {
    let mut process = Process::begin(&args.server, Upgrade::Refused).await?;
    process.start_worker(args.work.jobs, args.work.egress_allow)?;
    process.run(args.server.ops_listen, || ()).await
}

pub(super) struct Process {
    pub(super) app: App,
    bus: Bus,
    metrics: Metrics,
    stop: watch::Sender<bool>,
    /// What runs until the stop.
    running: JoinSet<Result<()>>,
    /// Of those, what is asked to stop by name.
    server: Option<ServerHandle>,
}

impl Process {
    async fn begin(args: &ServerArgs, upgrade: Upgrade) -> Result<Self> {
        let bus = match &args.redis_url {
            None => Bus::local(),
            Some(url) => Bus::redis(url.expose()).map_err(no_redis)?,
        };
        let app = data::open(&args.store, upgrade, args.connections.map(u32::from)).await?;
        Self::over(app, bus)
    }

    pub(super) fn over(app: App, bus: Bus) -> Result<Self> {
        let metrics = Metrics::begin()?;
        let mut process = Self {
            app: app.waking(bus.waker()),
            bus,
            metrics: metrics.clone(),
            stop: watch::Sender::new(false),
            running: JoinSet::new(),
            server: None,
        };
        let bus = process.bus.clone();
        process.until_stop(async move { bus.publish().await });
        process.until_stop(metrics.keep_small());
        Ok(process)
    }

    fn start_public_api(&mut self, args: &PublicArgs, redis_url: Option<&str>) -> Result<()> {
        let (allowances, clock) = (args.limits.allowances(), self.app.clock());
        let limits = match redis_url {
            None => Limits::local(allowances, clock),
            Some(url) => Limits::redis(allowances, clock, url).map_err(no_redis)?,
        };
        let statements = Duration::from_secs(args.limits.statement_seconds.into());
        let app = self.app.clone().answering_within(statements);
        let listener = ops::bind(args.listen, "--listen")?;
        let address = listener.local_addr().map_err(cannot_serve)?;
        let urls = PublicUrls::new(&args.url_of(address), &args.previous_public_urls);
        let api = Api::new(app, urls)
            .within(limits)
            .behind(args.limits.trusted_proxies.clone())
            .patient(args.limits.patience())
            .graphiql(args.graphiql)
            .introspection(args.introspection)
            .for_origins(args.allowed_origins.clone());
        self.start_api(listener, api, args.threads.into())
    }

    pub(super) fn start_api(
        &mut self,
        listener: TcpListener,
        api: Api,
        threads: usize,
    ) -> Result<()> {
        let address = listener.local_addr().map_err(cannot_serve)?;
        let server = api::serve(listener, api, threads).map_err(cannot_serve)?;
        tracing::info!(%address, "serving REST and GraphQL");
        self.server = Some(server.handle());
        self.running.spawn(async move { server.await.map_err(cannot_serve) });
        Ok(())
    }

    pub(super) fn start_worker(&mut self, jobs: u16, allow: Vec<HostPort>) -> Result<()> {
        let options = Options { at_once: jobs.into(), ..Options::default() };
        let egress = Egress::new(allow);
        let egress = egress.map_err(|error| Failure::new("internal", error.to_string()))?;
        let budgets = Budgets::new(self.bus.clone());
        let context = Context { app: self.app.clone(), egress, budgets };
        let runner = Runner::new(context, JOBS, self.bus.clone(), options);
        let stopped = self.stopped();
        tracing::info!(at_once = options.at_once, "running jobs");
        self.running.spawn(async move {
            runner.run(stopped).await;
            Ok(())
        });
        let bus = self.bus.clone();
        self.until_stop(async move { bus.listen().await });
        Ok(())
    }

    /// Serves the operations port, last, so that whoever hears of readiness finds everything there; then waits for the stop.
    pub(super) async fn run(mut self, ops_listen: SocketAddr, ready: impl FnOnce()) -> Result<()> {
        let mut signals = Signals::new().map_err(cannot_serve)?;
        let stopping = Arc::new(AtomicBool::new(false));
        let parts = Parts {
            app: self.app.clone(),
            bus: self.bus.clone(),
            metrics: self.metrics.clone(),
            stopping: Arc::clone(&stopping),
        };
        let listener = ops::bind(ops_listen, "--ops-listen")?;
        let address = listener.local_addr().map_err(cannot_serve)?;
        let ops = ops::serve(listener, parts).map_err(cannot_serve)?;
        let ops_handle = ops.handle();
        let mut beside = JoinSet::new();
        beside.spawn(ops);
        tracing::info!(%address, "ready; health is told here");
        ready();

        let ended = tokio::select! {
            () = signals.next() => Ok(()),
            Some(ended) = self.running.join_next() => result_of(ended).and(Err(Failure::new("internal", "a part of the process ended by itself"))),
        };
        stopping.store(true, Ordering::Relaxed);
        tracing::info!(
            "stopping: what is under way is finished first; a second signal ends it at once"
        );
        let ended = tokio::select! {
            finished = self.finish() => ended.and(finished),
            () = signals.next() => Err(Failure::new("interrupted", "ended by a second signal, before what was under way was finished")),
        };
        ops_handle.stop(false).await;
        ended
    }

    async fn finish(&mut self) -> Result<()> {
        self.stop.send_replace(true);
        if let Some(server) = &self.server {
            server.stop(true).await;
        }
        let mut outcome = Ok(());
        while let Some(ended) = self.running.join_next().await {
            outcome = outcome.and(result_of(ended));
        }
        self.app.database().close().await;
        outcome
    }

    fn until_stop(&mut self, work: impl Future<Output = ()> + Send + 'static) {
        let stopped = self.stopped();
        self.running.spawn(async move {
            tokio::select! {
                () = stopped => {}
                () = work => {}
            }
            Ok(())
        });
    }

    fn stopped(&self) -> impl Future<Output = ()> + Send + 'static {
        let mut stop = self.stop.subscribe();
        async move {
            // An error would say that the process is gone, which is a stop too.
            stop.wait_for(|stop| *stop).await.ok();
        }
    }
}

fn no_redis(error: impl Display) -> Failure {
    Failure::usage(format!(
        "the Redis URL cannot be used: {error}; it must be like redis://host:6379"
    ))
}

pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    pub(super) fn new() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    pub(super) async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

pub(super) fn cannot_serve(error: std::io::Error) -> Failure {
    Failure::new("serve", format!("the server ended: {error}"))
}

fn result_of(ended: Result<Result<()>, JoinError>) -> Result<()> {
    match ended {
        Ok(result) => result,
        Err(error) => {
            Err(Failure::new("internal", format!("a part of the process failed: {error}")))
        }
    }
}
