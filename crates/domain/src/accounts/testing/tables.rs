//! The tables: headers, claims and texts that are each wrong in one thing.

use serde_json::{Value, json};

use super::b64;
use crate::tenants::{LEEWAY, PrivateKey, PublicUrls, TOKEN_LIFETIME};

/// Headers, to be signed with the right key.
pub(super) fn headers() -> Vec<String> {
    [algorithms_and_keys(), other_headers()].concat()
}

/// Claims, to be signed with the right key under a good header.
pub(super) fn claims(good: &Value, urls: &PublicUrls, slug: &str, other: &str) -> Vec<String> {
    let issuers = issuers(good, urls, slug, other);
    [missing_mistyped_or_twice(good), times(good), issuers, names(good, urls)].concat()
}

fn with(claims: &Value, name: &str, value: Value) -> String {
    let mut claims = claims.clone();
    claims[name] = value;
    claims.to_string()
}

fn without(claims: &Value, name: &str) -> String {
    let mut claims = claims.clone();
    claims.as_object_mut().expect("it is there").remove(name);
    claims.to_string()
}

fn deep(levels: usize) -> Value {
    (0..levels).fold(json!(1), |inner, _| json!([inner]))
}

fn algorithms_and_keys() -> Vec<String> {
    let whole = |alg: &str| format!(r#"{{"alg":"{alg}","typ":"at+jwt","kid":"KID"}}"#);
    let algorithms =
        ["none", "None", "NONE", "nOnE", "HS256", "RS256", "ES256", "eddsa", "Ed25519", ""];
    let mut headers: Vec<_> = algorithms.iter().map(|alg| whole(alg)).collect();
    let kid = |kid: &str| format!(r#"{{"alg":"EdDSA","typ":"at+jwt","kid":{kid}}}"#);
    for id in [
        r#""../../dev/null""#,
        r#""' OR 1=1 --""#,
        r#""https://evil.test/jwks.json""#,
        r#""""#,
        "1",
        "null",
        r#"["KID"]"#,
        r#""KID ""#,
        r#""key_00000000000000000000000000""#,
        r#""user_01h455vb4pex5vsknk084sn02q""#,
        &format!("\"{}\"", "k".repeat(3000)),
    ] {
        headers.push(kid(id));
    }
    headers
}

fn other_headers() -> Vec<String> {
    let mut headers = Vec::new();
    for more in [
        r#""jwk":{"kty":"OKP","crv":"Ed25519","x":"AAAA"}"#,
        r#""jku":"https://evil.test/jwks.json""#,
        r#""x5u":"https://evil.test/x5u""#,
        r#""x5c":["AAAA"]"#,
        r#""crit":["exp"]"#,
        r#""b64":false"#,
        r#""zip":"DEF""#,
        r#""cty":"JWT""#,
        r#""kid":"KID""#,
        r#""alg":"EdDSA""#,
    ] {
        headers.push(format!(r#"{{"alg":"EdDSA","typ":"at+jwt","kid":"KID",{more}}}"#));
    }
    for typ in ["JWT", "at+JWT ", "rt+jwt", "id+jwt", "application/at+jwt", ""] {
        headers.push(format!(r#"{{"alg":"EdDSA","typ":"{typ}","kid":"KID"}}"#));
    }
    for header in [
        r#"{"alg":"EdDSA","kid":"KID"}"#,
        r#"{"alg":"EdDSA","typ":"at+jwt"}"#,
        r#"{"typ":"at+jwt","kid":"KID"}"#,
        r#"["EdDSA","at+jwt","KID"]"#,
        r#" {"alg":"EdDSA","typ":"at+jwt","kid":"KID"}"#,
        r#"{"alg":"EdDSA","typ":"at+jwt","kid":"KID"}{}"#,
        "{}",
        "null",
        "",
    ] {
        headers.push(header.to_owned());
    }
    headers
}

fn missing_mistyped_or_twice(good: &Value) -> Vec<String> {
    let mut rows = Vec::new();
    for name in ["iss", "sub", "aud", "iat", "nbf", "exp", "jti"] {
        rows.push(without(good, name));
        for value in [json!(null), json!([good[name]]), json!({}), json!(true)] {
            rows.push(with(good, name, value));
        }
        // The same claim twice, the second time as it was.
        let text = good.to_string();
        rows.push(format!("{},\"{name}\":{}}}", &text[..text.len() - 1], good[name]));
    }
    rows
}

fn times(good: &Value) -> Vec<String> {
    let now = good["iat"].as_i64().expect("it is there");
    let (lifetime, leeway) = (TOKEN_LIFETIME.num_seconds(), LEEWAY.num_seconds());
    let mut rows = Vec::new();
    for name in ["iat", "nbf", "exp"] {
        let time = good[name].as_i64().expect("it is there");
        for value in [
            json!(time.to_string()),
            json!(time as f64 + 0.5),
            json!(-time),
            json!(0),
            json!(i64::MAX),
            json!(i64::MIN),
            json!(u64::MAX),
            json!("never"),
        ] {
            rows.push(with(good, name, value));
        }
        let text = good.to_string();
        let own = format!("\"{name}\":{time}");
        for number in ["1e400", "1.7e9", &format!("{time}.0"), "NaN", "Infinity", "0x7f"] {
            rows.push(text.replace(&own, &format!("\"{name}\":{number}")));
        }
    }
    rows.push(with(good, "exp", json!(now + lifetime + 1)));
    rows.push(with(good, "exp", json!(now + 86_400 * 365)));
    rows.push(with(good, "exp", json!(now)));
    let at = |iat: i64, nbf: i64, exp: i64| {
        let mut claims = good.clone();
        (claims["iat"], claims["nbf"], claims["exp"]) = (json!(iat), json!(nbf), json!(exp));
        claims.to_string()
    };
    let early = now + leeway + 1;
    rows.push(at(early, early, early + lifetime));
    rows.push(at(now, early, now + lifetime));
    let late = now - lifetime - leeway;
    rows.push(at(late, late, late + lifetime));
    rows.push(at(now + 10, now, now + lifetime));
    rows
}

fn issuers(good: &Value, urls: &PublicUrls, slug: &str, other: &str) -> Vec<String> {
    let current = urls.current();
    let own = urls.issuer(slug);
    let other_scheme = match own.strip_prefix("https:") {
        Some(rest) => format!("http:{rest}"),
        None => own.replacen("http:", "https:", 1),
    };
    let issuers = [
        urls.issuer(other),
        urls.issuer("nobody"),
        urls.issuer(&slug.to_uppercase()),
        format!("{own}/"),
        format!("{own}?x"),
        format!("{own}#x"),
        format!("{own} "),
        format!("{current}/t/../t/{slug}"),
        format!("{current}/t/{other}/../{slug}"),
        format!("{current}//t/{slug}"),
        current.to_owned(),
        format!("https://evil.test/t/{slug}"),
        format!("{current}.evil.test/t/{slug}"),
        format!("https://old.test/t/{slug}"),
        other_scheme,
        slug.to_owned(),
        String::new(),
    ];
    issuers.iter().map(|iss| with(good, "iss", json!(iss))).collect()
}

fn names(good: &Value, urls: &PublicUrls) -> Vec<String> {
    let mut rows = Vec::new();
    let slash = format!("{}/", urls.current());
    let both = json!([urls.current(), "https://evil.test"]);
    rows.push(with(good, "aud", both));
    for aud in ["https://evil.test", &slash, "https://old.test", "*", ""] {
        rows.push(with(good, "aud", json!(aud)));
    }
    for sub in [
        "system",
        "owner@acme.test",
        "user_",
        "user_1",
        "tenant_01h455vb4pex5vsknk084sn02q",
        "client_01h455vb4pex5vsknk084sn02q",
        "key_01h455vb4pex5vsknk084sn02q",
        "",
    ] {
        rows.push(with(good, "sub", json!(sub)));
    }
    rows.push(with(good, "scope", json!(["kpis.read"])));
    rows.push(with(good, "tenant", json!("acme")));
    rows.push(with(good, "token_use", json!("id")));
    rows.push(with(good, "jti", json!("")));
    rows.push(with(good, "jti", json!("x".repeat(5000))));
    let values: Vec<_> = good.as_object().expect("it is there").values().collect();
    rows.push(json!(values).to_string());
    rows.push("{}".to_owned());
    rows.push(String::new());
    rows.push("{".repeat(2000));
    rows.push(with(good, "x", deep(400)));
    rows.push(with(good, "scope", deep(400)));
    rows
}

/// What is wrong with the text itself, made from a token that is good.
pub(super) fn mangled(good: &str) -> Vec<String> {
    let parts: Vec<_> = good.split('.').collect();
    let [header, claims, signature] = parts[..] else { panic!("three parts") };
    let mut flipped = signature.to_owned().into_bytes();
    flipped[10] = if flipped[10] == b'A' { b'B' } else { b'A' };
    let stranger = PrivateKey::new(&[9; 32]);
    let forged = stranger.sign(&format!("{header}.{claims}")).expect("it is there");
    vec![
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        "...".to_owned(),
        format!("{header}.{claims}"),
        format!("{header}.{claims}."),
        format!("{good}."),
        format!("{good}.{signature}"),
        format!(" {good}"),
        format!("{good}\n"),
        format!("Bearer {good}"),
        format!("{good}="),
        format!("{header}=.{claims}.{signature}"),
        format!("{header}.{claims}.{}", String::from_utf8(flipped).expect("it is there")),
        format!("{header}.{claims}.{}", b64([0; 64])),
        format!("{header}.{claims}.{}", b64([0; 63])),
        format!("{header}.{claims}.{}", forged),
        format!("{claims}.{header}.{signature}"),
        format!("{header}.{claims}.{signature}{}", "A".repeat(5000)),
        "x".repeat(1_000_000),
        "\u{0}\u{ffff}é".to_owned(),
        json!({"protected": header, "payload": claims, "signature": signature}).to_string(),
    ]
}
