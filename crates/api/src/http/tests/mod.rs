//! What holds for every address: how a request is refused that nobody could answer.

mod idempotency;

use actix_web::http::{Method, StatusCode};
use actix_web::test::TestRequest;
use serde_json::{Value, json};

use crate::testing::{Answer, Tenant, TestApi};

async fn send(
    api: &TestApi,
    tenant: &Tenant,
    method: Method,
    path: &str,
    media_type: &str,
    body: impl Into<actix_web::web::Bytes>,
) -> Answer {
    let request = TestRequest::with_uri(path)
        .method(method)
        .insert_header(("Authorization", format!("Bearer {}", tenant.owner)))
        .insert_header(("Content-Type", media_type));
    api.send(request.set_payload(body)).await
}

fn is_problem(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status.as_u16(), status, "{:?}", answer.body);
    assert_eq!(answer.header("content-type"), "application/problem+json", "{:?}", answer.body);
    assert_eq!(answer.body["code"], code, "{:?}", answer.body);
    assert_eq!(answer.body["status"], status);
    assert!(!answer.body["request_id"].as_str().unwrap().is_empty());
}

#[actix_web::test]
async fn a_body_that_is_too_large_or_of_another_kind_is_refused_as_such() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    let large = format!("{{\"name\":\"{}\"}}", "x".repeat(1 << 20));
    let mapping = "/v1/import_mappings/desk";
    let (post, put) = (Method::POST, Method::PUT);
    let json = "application/json";
    let too_large = send(&api, &acme, post.clone(), "/v1/teams", json, large.clone()).await;
    is_problem(&too_large, 413, "body_too_large");
    is_problem(&send(&api, &acme, put.clone(), mapping, "", large).await, 413, "body_too_large");
    let plain = send(&api, &acme, post.clone(), "/v1/teams", "text/plain", "{}").await;
    is_problem(&plain, 415, "content_type");
    let pdf = send(&api, &acme, put.clone(), mapping, "application/pdf", "%PDF").await;
    is_problem(&pdf, 415, "content_type");
    let latin = send(&api, &acme, put, mapping, "application/toml", vec![b'a', 0xe9]).await;
    is_problem(&latin, 400, "body_unreadable");
    assert!(latin.body["detail"].as_str().unwrap().contains("byte 1"), "{:?}", latin.body);
    let cut = send(&api, &acme, post, "/v1/teams", json, "{\"name\":").await;
    is_problem(&cut, 400, "body_unreadable");
}

#[actix_web::test]
async fn an_address_says_what_it_takes() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    let team = api.made(&acme, "/v1/teams", json!({ "name": "North" })).await;
    let cases = [
        (Method::PUT, "/v1/teams".to_owned(), "GET, HEAD, POST"),
        (Method::POST, format!("/v1/teams/{team}"), "GET, HEAD, PATCH"),
        (Method::GET, format!("/v1/teams/{team}/closure"), "DELETE, POST"),
        (Method::GET, "/t/acme/oauth/token".to_owned(), "POST"),
        (Method::PUT, "/graphql".to_owned(), "GET, HEAD, POST"),
    ];
    for (method, path, allow) in cases {
        let answer = api.call(&acme.owner, method, &path, None).await;
        is_problem(&answer, 405, "method_not_allowed");
        assert_eq!(answer.header("allow"), allow, "{path}");
    }
    is_problem(&api.get(&acme.owner, "/v1/nothing").await, 404, "not_found");
}

#[actix_web::test]
async fn head_tells_what_get_would() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    for (path, status) in [("/v1/teams", 200), ("/v1/teams/7", 400), ("/v1/nothing", 404)] {
        let get = api.get(&acme.owner, path).await;
        let head = api.call(&acme.owner, Method::HEAD, path, None).await;
        assert_eq!((get.status.as_u16(), head.status), (status, get.status), "{path}");
        assert_eq!(head.header("content-type"), get.header("content-type"), "{path}");
        assert_eq!(head.body, Value::String(String::new()), "{path}");
    }
    let nowhere = api.call(&acme.owner, Method::HEAD, "/t/acme/oauth/token", None).await;
    assert_eq!(nowhere.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[actix_web::test]
async fn a_failure_names_the_parameter_or_the_field() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    let parameters = [
        ("/v1/teams?limit=abc", "limit", "whole number"),
        ("/v1/teams?limit=", "limit", "whole number"),
        ("/v1/teams?limit=1&limit=2", "limit", "duplicate"),
        ("/v1/teams?state=lost", "state", "active"),
        ("/v1/teams?parent_id=person_1", "parent_id", "team_"),
        ("/v1/tickets?created_from=2026-01-07", "created_from", "2026-01-31T09:00:00Z"),
        ("/v1/kpis/backlog?at=2026-01-07", "at", "2026-01-31T09:00:00Z"),
        ("/v1/kpis/tickets_created?from=x&to=2026-01-01", "from", "2026-01-31"),
        ("/v1/kpis/backlog?group_by=agent,moon", "group_by", "moon"),
        ("/v1/kpis/nothing", "metric", "backlog"),
        ("/v1/teams/7", "id", "team_"),
        ("/v1/teams?limit=0", "limit", "between 1 and 200"),
        ("/v1/kpis/tickets_created?from=2026-01-01", "to", "missing"),
    ];
    for (path, parameter, message) in parameters {
        let answer = api.get(&acme.owner, path).await;
        assert!(answer.status.is_client_error(), "{path}");
        let field = &answer.body["fields"][0];
        assert_eq!(field["parameter"], parameter, "{path}: {:?}", answer.body);
        assert_eq!(field["pointer"], Value::Null);
        assert!(field["message"].as_str().unwrap().contains(message), "{path}: {field}");
        assert!(!answer.body["detail"].as_str().unwrap().contains("deserialize"), "{path}");
    }
    let team = api.made(&acme, "/v1/teams", json!({ "name": "North" })).await;
    let team = format!("/v1/teams/{team}");
    let (post, patch) = (Method::POST, Method::PATCH);
    let bodies = [
        (&post, "/v1/teams", json!({ "name": 1 }), "/name", "wrong_type", 400),
        (&post, "/v1/teams", json!({}), "/name", "required", 400),
        (&post, "/v1/teams", json!({ "name": "N", "colour": 1 }), "/colour", "unknown_field", 400),
        (&post, "/v1/memberships", json!({ "person_id": "x" }), "/person_id", "unreadable", 400),
        (
            &post,
            "/v1/people",
            json!({ "name": "A", "hire_date": "May" }),
            "/hire_date",
            "unreadable",
            400,
        ),
        (
            &post,
            "/v1/api_clients",
            json!({ "name": "A", "scopes": [1] }),
            "/scopes/0",
            "wrong_type",
            400,
        ),
        (&post, "/v1/teams", json!({ "name": "" }), "/name", "length", 422),
        (&patch, &team, json!({ "name": null }), "/name", "not_nullable", 422),
        (&patch, &team, json!({ "parent_id": "x" }), "/parent_id", "unreadable", 400),
    ];
    for (method, path, body, pointer, code, status) in bodies {
        let answer = api.call(&acme.owner, method.clone(), path, Some(body)).await;
        let field = &answer.body["fields"][0];
        assert_eq!(
            (answer.status.as_u16(), field["pointer"].as_str(), field["code"].as_str()),
            (status, Some(pointer), Some(code)),
            "{path}: {:?}",
            answer.body
        );
        assert_eq!(field["parameter"], Value::Null);
    }
}

#[actix_web::test]
async fn graphql_refuses_in_its_own_shape() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    let large = json!({ "query": "x".repeat(1 << 18) }).to_string();
    let too_large = send(&api, &acme, Method::POST, "/graphql", "application/json", large).await;
    let nothing = api.get(&acme.owner, "/graphql").await;
    let unknown =
        api.get(&acme.owner, "/graphql?query=%7Bme%7Bid%7D%7D&extensions=x&query=x").await;
    let cases = [
        (too_large, 413, "body_too_large"),
        (nothing, 400, "query_unreadable"),
        (unknown, 400, "query_unreadable"),
    ];
    for (answer, status, code) in cases {
        assert_eq!(answer.status.as_u16(), status, "{:?}", answer.body);
        assert!(answer.header("content-type").starts_with("application/json"));
        assert_eq!(answer.body["errors"][0]["extensions"]["code"], code, "{:?}", answer.body);
        assert!(answer.body["errors"][0]["extensions"]["requestId"].as_str().is_some());
    }
    let mutation = "/graphql?query=mutation%7BcreateTeam(input:%7Bname:%22X%22%7D)%7Bid%7D%7D";
    assert_eq!(api.get(&acme.owner, mutation).await.header("allow"), "POST");
}

#[actix_web::test]
async fn the_token_endpoint_refuses_in_the_shape_of_oauth() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    let form = "application/x-www-form-urlencoded";
    let doubled = "grant_type=password&grant_type=password&username=a&password=b";
    let large = format!("grant_type={}", "x".repeat(1 << 15));
    for (media_type, body) in
        [("application/json", "{}"), (form, doubled), (form, large.as_str()), ("", "")]
    {
        let path = "/t/acme/oauth/token";
        let answer = TestRequest::post().uri(path).insert_header(("Content-Type", media_type));
        let answer = api.send(answer.set_payload(body.to_owned())).await;
        assert_eq!(
            (answer.status.as_u16(), answer.body["error"].as_str()),
            (400, Some("invalid_request")),
            "{:?}",
            answer.body
        );
        assert!(answer.body["error_description"].as_str().is_some_and(|text| !text.is_empty()));
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    drop(acme);
}

#[actix_web::test]
async fn a_list_says_where_it_goes_on_and_comes_as_csv() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    for name in ["=1+1", "North", "South"] {
        api.made(&acme, "/v1/teams", json!({ "name": name })).await;
    }
    let mut path = "/v1/teams?limit=2&state=active".to_owned();
    let mut seen = Vec::new();
    loop {
        let page = api.get(&acme.owner, &path).await;
        let items = page.body["items"].as_array().unwrap();
        seen.extend(items.iter().map(|team| team["name"].as_str().unwrap().to_owned()));
        let link = page.header("link");
        assert_eq!(link.is_empty(), page.body["next"].is_null());
        let Some(next) =
            link.strip_prefix('<').and_then(|link| link.strip_suffix(">; rel=\"next\""))
        else {
            break;
        };
        assert!(next.contains("state=active"), "{next}");
        path = next.to_owned();
    }
    assert_eq!(seen, ["=1+1", "North", "South"]);
    let request = TestRequest::get()
        .uri("/v1/teams?limit=2")
        .insert_header(("Authorization", format!("Bearer {}", acme.owner)))
        .insert_header(("Accept", "text/csv, */*;q=0.1"));
    let table = api.send(request).await;
    assert!(
        table.header("content-type").starts_with("text/csv"),
        "{}",
        table.header("content-type")
    );
    assert!(table.header("link").ends_with("rel=\"next\""));
    let lines: Vec<_> = table.body.as_str().unwrap().lines().collect();
    assert!(lines[0].starts_with("id,parent_id,name,kind,state,"), "{}", lines[0]);
    assert!(lines[1].contains(",'=1+1,") && lines[2].contains(",North,"), "{lines:?}");
    assert_eq!(lines.len(), 3);
}

#[actix_web::test]
async fn every_list_comes_as_csv() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    api.fill(&acme).await;
    let document = crate::document();
    let mut lists = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        if item["get"]["responses"]["200"]["content"]["text/csv"].is_null() {
            continue;
        }
        let mut address = path.clone();
        if path.contains("{id}") {
            let owner = path.split("/{id}").next().unwrap();
            address = path.replace("{id}", &api.ids(&acme, owner).await[0]);
        }
        let address = address.replace("{metric}", "first_response_time");
        let address = match address.contains("/kpis/") {
            true => format!("{address}?from=2026-05-01&to=2026-06-01&zone=UTC&group_by=agent"),
            false => address,
        };
        let request = TestRequest::get()
            .uri(&address)
            .insert_header(("Authorization", format!("Bearer {}", acme.owner)))
            .insert_header(("Accept", "text/csv"));
        let table = api.send(request).await;
        assert_eq!(table.status, StatusCode::OK, "{address}: {:?}", table.body);
        let text = table.body.as_str().unwrap_or_else(|| panic!("{address}: {:?}", table.body));
        assert!(text.lines().count() > 1, "{address}: {text}");
        let header = text.lines().next().unwrap();
        assert!(header.contains(',') && !header.contains('{'), "{address}: {header}");
        lists += 1;
    }
    assert!(lists >= 15, "{lists} lists");
}

#[actix_web::test]
async fn who_changes_what_they_did_not_see_is_told() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    let team = api.made(&acme, "/v1/teams", json!({ "name": "North" })).await;
    let path = format!("/v1/teams/{team}");
    let seen = api.get(&acme.owner, &path).await;
    assert_eq!(seen.header("etag"), "\"1\"");
    let change = async |tag: &str, name: &str| {
        let request = TestRequest::patch()
            .uri(&path)
            .insert_header(("Authorization", format!("Bearer {}", acme.owner)))
            .insert_header(("If-Match", tag));
        api.send(request.set_json(json!({ "name": name }))).await
    };
    let changed = change("\"1\"", "West").await;
    assert_eq!((changed.status, changed.header("etag")), (StatusCode::OK, "\"2\""));
    is_problem(&change("\"1\"", "East").await, 412, "stale_version");
    is_problem(&change("nonsense", "East").await, 400, "if_match_unreadable");
    assert_eq!(change("*", "East").await.status, StatusCode::OK);
    let again = TestRequest::get()
        .uri(&path)
        .insert_header(("Authorization", format!("Bearer {}", acme.owner)))
        .insert_header(("If-None-Match", "\"3\""));
    let again = api.send(again).await;
    assert_eq!((again.status, &again.body), (StatusCode::NOT_MODIFIED, &json!("")));
    let made = api.post(&acme.owner, "/v1/teams", json!({ "name": "New" })).await;
    assert_eq!(made.header("etag"), "\"1\"");
}

#[actix_web::test]
async fn every_patch_knows_its_version_and_what_is_never_null() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    api.fill(&acme).await;
    let document = crate::document();
    let patches = document["paths"].as_object().unwrap().iter();
    let mut seen = 0;
    for (path, patch) in patches.filter_map(|(path, item)| Some((path, item.get("patch")?))) {
        let address = match path.strip_suffix("/{id}") {
            Some(list) => format!("{list}/{}", api.ids(&acme, list).await[0]),
            None => path.clone(),
        };
        let change = async |tag: &str, body: Value| {
            let request = TestRequest::patch()
                .uri(&address)
                .insert_header(("Authorization", format!("Bearer {}", acme.owner)))
                .insert_header(("If-Match", tag));
            api.send(request.set_json(body)).await
        };
        let before = api.get(&acme.owner, &address).await;
        let nothing = change(before.header("etag"), json!({})).await;
        assert_eq!((nothing.status, &nothing.body), (StatusCode::OK, &before.body), "{path}");
        is_problem(&change("\"99\"", json!({})).await, 412, "stale_version");
        let body = patch.pointer("/requestBody/content/application~1json/schema/$ref").unwrap();
        let schema = document.pointer(body.as_str().unwrap().trim_start_matches('#')).unwrap();
        for (key, property) in schema["properties"].as_object().unwrap() {
            if !property.to_string().contains("\"null\"") {
                let answer = change("*", json!({ key: null })).await;
                assert_eq!(answer.body["fields"][0]["code"], "not_nullable", "{path} {key}");
                assert_eq!(answer.body["fields"][0]["pointer"], format!("/{key}"), "{path}");
            }
        }
        seen += 1;
    }
    assert!(seen >= 7, "{seen}");
}

#[actix_web::test]
async fn what_is_made_is_found_where_its_location_says() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    api.fill(&acme).await;
    let person = api.ids(&acme, "/v1/people").await[0].clone();
    let user = api.ids(&acme, "/v1/users").await[1].clone();
    let source = api.ids(&acme, "/v1/connections").await[0].clone();
    let team = api.ids(&acme, "/v1/teams").await[0].clone();
    let days = json!({ "person_id": person, "team_id": team, "valid_from": "2027-01-01" });
    let new = [
        ("/v1/teams".to_owned(), json!({ "name": "New" })),
        ("/v1/people".to_owned(), json!({ "name": "Ann" })),
        ("/v1/users".to_owned(), json!({ "email": "new@acme.test" })),
        (format!("/v1/users/{user}/roles"), json!({ "role": "viewer" })),
        (
            format!("/v1/people/{person}/identities"),
            json!({ "connection_id": source, "external_id": "new" }),
        ),
        ("/v1/memberships".to_owned(), days.clone()),
        ("/v1/team_leads".to_owned(), days),
    ];
    for (path, new) in new {
        let made = api.post(&acme.owner, &path, new).await;
        assert_eq!(made.status, StatusCode::CREATED, "{path}: {:?}", made.body);
        let found = api.get(&acme.owner, made.header("location")).await;
        assert_eq!(found.body, made.body, "{path}");
    }
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut encoder, text).unwrap();
    encoder.finish().unwrap()
}

#[actix_web::test]
async fn a_compressed_body_is_as_large_as_what_it_becomes() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    let post = async |path: &str, encoding: &str, kind: &str, body: Vec<u8>| {
        let request = TestRequest::post()
            .uri(path)
            .insert_header(("Authorization", format!("Bearer {}", acme.owner)))
            .insert_header(("Content-Type", kind))
            .insert_header(("Content-Encoding", encoding));
        api.send(request.set_payload(body)).await
    };
    let json = "application/json";
    let made = post("/v1/teams", "gzip", json, gzip(b"{\"name\": \"North\"}")).await;
    assert_eq!((made.status, &made.body["name"]), (StatusCode::CREATED, &json!("North")));
    // A hundred megabytes in a hundred kilobytes.
    let bomb = gzip(&vec![b' '; 100 << 20]);
    assert!(bomb.len() < 1 << 18, "{}", bomb.len());
    is_problem(&post("/v1/teams", "gzip", json, bomb.clone()).await, 413, "body_too_large");
    let graphql = post("/graphql", "gzip", json, bomb.clone()).await;
    assert_eq!(graphql.status.as_u16(), 413, "{:?}", graphql.body);
    let form = "application/x-www-form-urlencoded";
    let token = post("/t/acme/oauth/token", "gzip", form, bomb.clone()).await;
    assert_eq!(token.body["error"], "invalid_request", "{:?}", token.body);
    let import = post("/v1/tickets/import", "gzip", "text/csv", bomb).await;
    is_problem(&import, 415, "content_type");
    let cut = gzip(&vec![b'x'; 5_000]);
    let cut = post("/v1/teams", "gzip", json, cut[..cut.len() - 12].to_vec()).await;
    is_problem(&cut, 400, "body_unreadable");
    for encoding in ["br", "zstd", "gzip, gzip", "x"] {
        let unknown = post("/v1/teams", encoding, json, b"{}".to_vec()).await;
        is_problem(&unknown, 415, "content_type");
    }
}

#[actix_web::test]
async fn a_head_that_is_too_large_is_not_read() {
    let api = TestApi::new().await;
    let acme = api.tenant("acme").await;
    let ask = async |path: &str, name: &str, length: usize| {
        let request = TestRequest::get()
            .uri(path)
            .insert_header(("Authorization", format!("Bearer {}", acme.owner)))
            .insert_header((name, "x".repeat(length)));
        api.send(request).await
    };
    assert_eq!(ask("/v1/teams", "X-Long", 10_000).await.status, StatusCode::OK);
    is_problem(&ask("/v1/teams", "X-Long", 17_000).await, 431, "head_too_large");
    is_problem(&ask("/v1/teams", "Cookie", 17_000).await, 431, "head_too_large");
    let long = format!("/v1/teams?after={}", "x".repeat(17_000));
    is_problem(&ask(&long, "X-Long", 1).await, 431, "head_too_large");
    let page = ask("/v1/teams?limit=201", "X-Long", 1).await;
    assert_eq!(
        (page.status.as_u16(), &page.body["fields"][0]["parameter"]),
        (422, &json!("limit"))
    );
}
