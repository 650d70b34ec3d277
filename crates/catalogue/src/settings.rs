//! How the network is used.

use std::time::Duration;

/// Names a URL below which archives are, as `RELEASE/NAME`, instead of where the catalogue says.
pub const MIRROR_VARIABLE: &str = "PYOXIDIZER_DISTRIBUTION_MIRROR";

/// If not empty, the network is not used.
pub const OFFLINE_VARIABLE: &str = "PYOXIDIZER_OFFLINE";

/// How the network is used. Proxies are those of `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`; certificates
/// those of `SSL_CERT_FILE` and `SSL_CERT_DIR`, else those of the operating system, else Mozilla's.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// Where archives are, as `RELEASE/NAME`, instead of where the catalogue says.
    pub mirror: Option<String>,
    /// Nothing is downloaded.
    pub offline: bool,
    /// For how long a connection may take to be made, or to deliver anything.
    pub patience: Duration,
    /// After how many attempts in a row that brought nothing it is an error.
    pub attempts: u32,
    /// The same while nothing has arrived at all: fewer for who has something else to go on with.
    pub first_attempts: u32,
    /// The pause after the first of them; each further one is twice as long.
    pub pause: Duration,
    /// How many bytes an archive may have.
    pub limit: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            mirror: None,
            offline: false,
            patience: Duration::from_secs(30),
            attempts: 4,
            first_attempts: 4,
            pause: Duration::from_millis(500),
            limit: 2 << 30,
        }
    }
}

impl Settings {
    /// With what [`MIRROR_VARIABLE`] and [`OFFLINE_VARIABLE`] say.
    pub fn from_environment() -> Self {
        let value = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        Self { mirror: value(MIRROR_VARIABLE), offline: value(OFFLINE_VARIABLE).is_some(), ..Self::default() }
    }
}
