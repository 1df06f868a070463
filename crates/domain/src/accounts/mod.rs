//! Accounts.

mod access;

pub(crate) use access::load;
#[derive(Clone)]
pub struct PublicUrls;
pub async fn authenticate(
    _: &crate::kernel::App,
    _: &PublicUrls,
    _: &str,
    _: Option<String>,
) -> crate::kernel::Result<crate::kernel::Caller> {
    unimplemented!()
}
