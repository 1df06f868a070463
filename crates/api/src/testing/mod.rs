//! The whole API in process, without sockets, over a database of its own.

mod audited;
mod matrix;
mod world;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::LazyLock;

use actix_web::http::{Method, StatusCode, header::HeaderMap};
use actix_web::middleware::from_fn;
use actix_web::{App, test};
use domain::accounts::users::{self, NewRoleGrant, NewUser};
use domain::accounts::{self, Role, Secret, TokenRequest};
use domain::kernel::{Caller, PersonId};
use domain::tenants::PublicUrls;
use domain::testing::TestApp;
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use serde_json::{Value, json};

use crate::app::Api;
use crate::http::{Allowances, Limits, Network};
use crate::{Graph, http, routes};

const URL: &str = "http://plumbline.test";
/// Without and with suggestions.
static GRAPHS: LazyLock<[Graph; 2]> = LazyLock::new(|| [false, true].map(Graph::new));

const PASSWORD: &str = "correct horse battery staple";

/// The API over an empty database.
pub(crate) struct TestApi {
    pub(crate) test: TestApp,
    urls: PublicUrls,
    /// Whether GraphiQL and introspection are on.
    pub(crate) explorable: bool,
    limits: Limits,
    proxies: Vec<Network>,
    door: RefCell<Option<Door>>,
}

/// A tenant with an owner who has signed in.
pub(crate) struct Tenant {
    pub(crate) slug: String,
    pub(crate) system: Caller,
    pub(crate) owner: String,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

/// What came back, with its body as it came.
type Sent = (StatusCode, HeaderMap, String);

/// The routes, ready to take requests.
#[derive(Clone)]
struct Door {
    is_explorable: bool,
    take: Rc<dyn Fn(test::TestRequest) -> LocalBoxFuture<'static, Sent>>,
}

impl Answer {
    /// A header's text, empty where there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

impl TestApi {
    pub(crate) async fn new() -> Self {
        Self::within(Allowances {
            tenant_requests: Allowances::MOST,
            token_requests: Allowances::MOST,
            tenant_at_once: Allowances::MOST,
            tenant_query_cost: Allowances::MOST,
            address_requests: Allowances::MOST,
            account_sign_ins: Allowances::MOST,
            address_sign_ins: Allowances::MOST,
            tenant_sign_ins: Allowances::MOST,
            address_connections: Allowances::MOST,
        })
        .await
    }

    /// With limits that somebody meets.
    pub(crate) async fn within(allowances: Allowances) -> Self {
        let test = TestApp::new().await;
        let limits = Limits::local(allowances, test.app.clock());
        let urls = PublicUrls::new(URL, &[]);
        Self { test, urls, explorable: true, limits, proxies: Vec::new(), door: RefCell::default() }
    }

    /// The same, with other limits or behind proxies.
    pub(crate) fn with(self, limits: Limits, proxies: &[&str]) -> Self {
        let proxies = proxies.iter().map(|network| network.parse().expect("a network"));
        Self { limits, proxies: proxies.collect(), door: RefCell::default(), ..self }
    }

    /// What is served.
    pub(crate) fn served(&self) -> Api {
        Api::new(self.test.app.clone(), self.urls.clone())
            .graphiql(self.explorable)
            .introspection(self.explorable)
            .within(self.limits.clone())
            .behind(self.proxies.clone())
    }

    /// Where its tenants issue tokens.
    pub(crate) fn urls(&self) -> PublicUrls {
        self.urls.clone()
    }

    /// Makes a tenant and signs its owner in.
    pub(crate) async fn tenant(&self, slug: &str) -> Tenant {
        let system = self.test.tenant(slug).await;
        let mut tenant = Tenant { slug: slug.to_owned(), system, owner: String::new() };
        tenant.owner = self.user(&tenant, Role::Owner, None).await;
        tenant
    }

    /// Makes a user with a role, and returns an access token of theirs.
    pub(crate) async fn user(
        &self,
        tenant: &Tenant,
        role: Role,
        person_id: Option<PersonId>,
    ) -> String {
        let email = format!(
            "{}@{}.test",
            serde_json::to_value(role).unwrap().as_str().unwrap(),
            tenant.slug
        );
        let new =
            NewUser { email: email.clone(), person_id, password: Some(Secret::new(PASSWORD)) };
        let user = users::create(&self.test.app, &tenant.system, new).await.unwrap();
        let grant = NewRoleGrant { role, valid_from: None, valid_to: None };
        self.test
            .app
            .write(&tenant.system, async |scope| users::grant_role(scope, user.id, grant).await)
            .await
            .unwrap();
        let request = TokenRequest {
            grant_type: Some("password".to_owned()),
            username: Some(email),
            password: Some(Secret::new(PASSWORD)),
            ..Default::default()
        };
        let answer =
            accounts::token(&self.test.app, &self.urls, &tenant.slug, request).await.unwrap();
        answer.access_token.expose().to_owned()
    }

    /// Sends a request.
    pub(crate) async fn send(&self, request: test::TestRequest) -> Answer {
        let (status, headers, text) = self.sent(request).await;
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Answer { status, headers, body }
    }

    /// Sends a request; the answer's body as it came. The routes are made for the first one, and again where what they know has changed.
    pub(crate) async fn sent(&self, request: test::TestRequest) -> Sent {
        let made = self.door.borrow().clone().filter(|door| door.is_explorable == self.explorable);
        let door = match made {
            Some(door) => door,
            None => self.open().await,
        };
        *self.door.borrow_mut() = Some(door.clone());
        (door.take)(request).await
    }

    async fn open(&self) -> Door {
        let api = self.served();
        let graph = GRAPHS[usize::from(self.explorable)].clone();
        let app = App::new()
            .wrap(from_fn(http::once))
            .wrap(from_fn(http::bounds))
            .wrap(from_fn(http::trace))
            .wrap(from_fn(http::head))
            .configure(|config| routes(config, &api, &graph));
        let service = Rc::new(test::init_service(app).await);
        let take = move |request: test::TestRequest| {
            let service = Rc::clone(&service);
            async move {
                let response = test::call_service(&*service, request.to_request()).await;
                let (status, headers) = (response.status(), response.headers().clone());
                let body = test::read_body(response).await;
                (status, headers, String::from_utf8_lossy(&body).into_owned())
            }
            .boxed_local()
        };
        Door { is_explorable: self.explorable, take: Rc::new(take) }
    }

    /// Sends JSON with a token.
    pub(crate) async fn call(
        &self,
        token: &str,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Answer {
        let mut request = test::TestRequest::with_uri(path)
            .method(method)
            .insert_header(("Authorization", format!("Bearer {token}")));
        if let Some(body) = body {
            request = request.set_json(body);
        }
        self.send(request).await
    }

    pub(crate) async fn get(&self, token: &str, path: &str) -> Answer {
        self.call(token, Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, token: &str, path: &str, body: Value) -> Answer {
        self.call(token, Method::POST, path, Some(body)).await
    }

    /// Runs a GraphQL document.
    pub(crate) async fn graphql(&self, token: &str, query: &str, variables: Value) -> Value {
        let answer =
            self.post(token, "/graphql", json!({ "query": query, "variables": variables })).await;
        assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
        answer.body
    }
}
