//! Addresses that must not be called, and servers on loopback that count whoever calls them all the same.

mod address;
mod answers;
mod refused;
mod server;
mod traces;
mod tricks;

use std::net::IpAddr;
use std::sync::Arc;

use futures_util::FutureExt;

use super::resolve::Lookup;
use super::{Answer, Egress, EgressError, Refusal, Request, address as ranges, tls};

/// A client as it is made for a worker, with this allowed.
fn allowing(allow: &[String]) -> Egress {
    Egress::new(allow.iter().map(|it| it.parse().unwrap()).collect()).unwrap()
}

/// A resolver that says this of every name.
fn lookup(answer: impl Fn(&str) -> Vec<IpAddr> + Send + Sync + 'static) -> Lookup {
    Arc::new(move |name| {
        let found = answer(&name);
        async move { Ok(found) }.boxed()
    })
}

/// A client that hears this of every name.
fn resolving(
    allow: &[String],
    answer: impl Fn(&str) -> Vec<IpAddr> + Send + Sync + 'static,
) -> Egress {
    let allow = allow.iter().map(|it| it.parse().unwrap()).collect();
    Egress::over(allow, lookup(answer), ranges::inside, tls::public()).unwrap()
}

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// What is wrong with an address, of a call that is not made.
async fn refusal(egress: &Egress, url: &str) -> Refusal {
    match egress.send(Request::get(url)).await {
        Err(EgressError::Refused(refusal)) => refusal,
        Err(error) => panic!("{url} was called: {error}"),
        Ok(answer) => panic!("{url} was called and answered {}", answer.status()),
    }
}

async fn body(egress: &Egress, request: Request) -> Result<Vec<u8>, EgressError> {
    egress.send(request).await?.body().await
}

/// The error of a call that must have one.
async fn error(answer: impl Future<Output = Result<Answer, EgressError>>) -> EgressError {
    match answer.await {
        Err(error) => error,
        Ok(answer) => panic!("answered {}", answer.status()),
    }
}
