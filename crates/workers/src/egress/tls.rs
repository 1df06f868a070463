//! Whom a certificate must come from.

use std::sync::Arc;

use rustls::crypto::ring;
use rustls::{ClientConfig, Error, RootCertStore};

/// Those whom Mozilla trusts. They are built in, so that an image without any is enough.
pub(super) fn public() -> RootCertStore {
    RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() }
}

/// And those whom this machine trusts: what the operator allows may have a certificate of the operator's own.
pub(super) fn public_and_own() -> RootCertStore {
    let mut roots = public();
    let found = rustls_native_certs::load_native_certs();
    for error in &found.errors {
        tracing::warn!(%error, "a certificate authority of this machine cannot be read");
    }
    roots.add_parsable_certificates(found.certs);
    roots
}

/// Names its provider, so that no other part of the process has to have chosen one.
pub(super) fn trusting(roots: RootCertStore) -> Result<ClientConfig, Error> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config.with_safe_default_protocol_versions()?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}
