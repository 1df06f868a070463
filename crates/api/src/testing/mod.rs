//! The whole API in process, without sockets, over a database of its own.

#[cfg(test)]
mod audited;
mod world;

use actix_web::http::{Method, StatusCode, header::HeaderMap};
use actix_web::middleware::from_fn;
use actix_web::{App, test};
use domain::accounts::users::{self, NewRoleGrant, NewUser};
use domain::accounts::{self, Role, Secret, TokenRequest};
use domain::kernel::{Caller, PersonId};
use domain::tenants::PublicUrls;
use domain::testing::TestApp;
use serde_json::{Value, json};

use crate::app::Api;
use crate::{graphql, http, routes};

const URL: &str = "http://plumbline.test";
const PASSWORD: &str = "correct horse battery staple";

/// The API over an empty database.
pub(crate) struct TestApi {
    pub(crate) test: TestApp,
    urls: PublicUrls,
    /// Whether GraphiQL and introspection are on.
    pub(crate) explorable: bool,
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

impl Answer {
    /// A header's text, empty where there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

impl TestApi {
    pub(crate) async fn new() -> Self {
        let urls = PublicUrls::new(URL, &[]);
        Self { test: TestApp::new().await, urls, explorable: true }
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
        let api = Api::new(self.test.app.clone(), self.urls.clone())
            .graphiql(self.explorable)
            .introspection(self.explorable);
        let graph = graphql::schema();
        let app = App::new()
            .wrap(from_fn(http::trace))
            .wrap(from_fn(http::head))
            .configure(|config| routes(config, &api, &graph));
        let service = test::init_service(app).await;
        let response = test::call_service(&service, request.to_request()).await;
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = test::read_body(response).await;
        let body = serde_json::from_slice(&bytes)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned()));
        Answer { status, headers, body }
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
