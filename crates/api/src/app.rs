//! What handlers are given.

use std::future::{Ready, ready};
use std::ops::Deref;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use domain::hooks::Inbox;
use domain::kernel::{App, Error, Ids};

use domain::tenants::PublicUrls;

use crate::http::{Allowances, Failure, Limits, Network, Proxies};

/// How long a client may keep us waiting.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For the head of a request.
    pub head: Duration,
    /// For its body, beside what a body of its length may take.
    pub body: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { head: Duration::from_secs(10), body: Duration::from_secs(30) }
    }
}

/// The application as handlers see it.
#[derive(Clone)]
pub struct Api {
    app: App,
    ids: Ids,
    urls: PublicUrls,
    graphiql: bool,
    introspection: bool,
    patience: Patience,
    origins: Vec<String>,
    limits: Limits,
    proxies: Arc<Proxies>,
    inbox: Arc<OnceLock<Inbox>>,
}

impl Api {
    /// Over the application, whose tenants issue tokens under these addresses.
    #[must_use]
    pub fn new(app: App, urls: PublicUrls) -> Self {
        let patience = Patience::default();
        let (ids, origins) = (Ids::random(), Vec::new());
        let limits = Limits::local(Allowances::default(), app.clock());
        let (proxies, inbox) = (Arc::default(), Arc::default());
        Self {
            app,
            ids,
            urls,
            graphiql: true,
            introspection: true,
            patience,
            origins,
            limits,
            proxies,
            inbox,
        }
    }

    /// With or without the explorer at `/graphiql`.
    #[must_use]
    pub fn graphiql(self, graphiql: bool) -> Self {
        Self { graphiql, ..self }
    }

    /// With or without answers about the GraphQL schema itself.
    #[must_use]
    pub fn introspection(self, introspection: bool) -> Self {
        Self { introspection, ..self }
    }

    /// With so much patience for clients.
    #[must_use]
    pub fn patient(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }

    /// Asked by pages of these origins too, like `https://desk.example.com`.
    #[must_use]
    pub fn for_origins(self, origins: Vec<String>) -> Self {
        Self { origins, ..self }
    }

    /// Within these limits.
    #[must_use]
    pub fn within(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Behind proxies in these networks, whose word is taken for where a request comes from.
    #[must_use]
    pub fn behind(self, proxies: Vec<Network>) -> Self {
        Self { proxies: Arc::new(Proxies::new(proxies)), ..self }
    }

    /// What hooks are told goes there. Who brings the first begins to write.
    pub(crate) fn inbox(&self) -> &Inbox {
        self.inbox.get_or_init(|| Inbox::start(&self.app))
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    pub(crate) fn proxies(&self) -> &Proxies {
        &self.proxies
    }

    pub(crate) fn origins(&self) -> &[String] {
        &self.origins
    }

    pub(crate) fn patience(&self) -> Patience {
        self.patience
    }

    pub(crate) fn has_graphiql(&self) -> bool {
        self.graphiql
    }

    pub(crate) fn has_introspection(&self) -> bool {
        self.introspection
    }

    /// The addresses under which tenants issue tokens.
    pub(crate) fn urls(&self) -> &PublicUrls {
        &self.urls
    }

    pub(crate) fn new_request_id(&self) -> String {
        self.ids.next(self.app.clock().now()).simple().to_string()
    }
}

impl Deref for Api {
    type Target = App;

    fn deref(&self) -> &App {
        &self.app
    }
}

impl FromRequest for Api {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let api = request.app_data::<Self>().cloned();
        ready(
            api.ok_or_else(|| {
                Error::internal("the server was started without an application").into()
            }),
        )
    }
}
