//! The connection.

use std::io::{self, Read};

use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, BodyReader};

use crate::error::{Error, TransferError};
use crate::settings::Settings;

/// Asks servers.
pub(crate) struct Client {
    agent: Agent,
}

/// What a server sends.
pub(crate) struct Answer {
    /// Which byte of the file is the first one that it sends.
    pub(crate) from: u64,
    /// How long the whole file is, if it says so.
    pub(crate) announced: Option<u64>,
    body: BodyReader<'static>,
}

impl Client {
    /// With `https_only`, it does not follow anyone to where there is no encryption.
    pub(crate) fn new(settings: &Settings, https_only: bool) -> Result<Self, Error> {
        let patience = Some(settings.patience);
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .https_only(https_only)
            .user_agent(concat!("pyoxidizer/", env!("CARGO_PKG_VERSION")))
            // The digest is that of the file as it is.
            .accept_encoding("identity")
            .timeout_connect(patience)
            .timeout_recv_response(patience)
            .timeout_per_read(patience)
            .tls_config(TlsConfig::builder().root_certs(roots()?).build());
        Ok(Self { agent: config.build().into() })
    }

    /// Asks for a file from a byte on. The answer may begin with the first byte all the same.
    pub(crate) fn get(&self, url: &str, from: u64) -> Result<Answer, TransferError> {
        let mut request = self.agent.get(url);
        if from > 0 {
            request = request.header("Range", format!("bytes={from}-"));
        }
        let response = request.call().map_err(|error| connection(&error))?;
        let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
        let length = header("content-length").and_then(|length| length.parse::<u64>().ok());
        let (from, announced) = match response.status().as_u16() {
            200 => (0, length),
            206 => header("content-range").and_then(range).ok_or(TransferError::Status { status: 206 })?,
            status => return Err(TransferError::Status { status }),
        };
        Ok(Answer { from, announced, body: response.into_body().into_reader() })
    }
}

impl Answer {
    /// Zero bytes are the end.
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> Result<usize, TransferError> {
        self.body.read(buffer).map_err(|error| TransferError::Connection {
            message: format!("the connection broke off: {error}"),
            transient: error.kind() != io::ErrorKind::InvalidData,
        })
    }
}

/// The first byte and the length of the whole, of `bytes FIRST-LAST/(LENGTH|*)`.
fn range(text: &str) -> Option<(u64, Option<u64>)> {
    let (range, length) = text.strip_prefix("bytes ")?.split_once('/')?;
    Some((range.split_once('-')?.0.parse().ok()?, length.parse().ok()))
}

fn connection(error: &ureq::Error) -> TransferError {
    use ureq::Error;
    let transient = matches!(
        error,
        Error::Io(_) | Error::Timeout(_) | Error::HostNotFound | Error::ConnectionFailed | Error::Protocol(_)
    );
    TransferError::Connection { message: error.to_string(), transient }
}

/// Those that were named, else those of the operating system, else those that are compiled in.
fn roots() -> Result<RootCerts, Error> {
    let found = rustls_native_certs::load_native_certs();
    let is_named = ["SSL_CERT_FILE", "SSL_CERT_DIR"].iter().any(|name| std::env::var_os(name).is_some());
    if found.certs.is_empty() && is_named {
        let message = found.errors.first().map_or_else(|| "there are none".to_owned(), ToString::to_string);
        return Err(Error::Certificates { message });
    }
    if found.certs.is_empty() {
        return Ok(RootCerts::WebPki);
    }
    let certificates: Vec<_> = found.certs.iter().map(|der| Certificate::from_der(der).to_owned()).collect();
    Ok(RootCerts::new_with_certs(&certificates))
}

/// A URL without what it has of a user and a password, for people.
pub(crate) fn shown(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    match authority.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}://{host}{path}"),
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read() {
        assert_eq!(range("bytes 5-9/10"), Some((5, Some(10))));
        assert_eq!(range("bytes 5-9/*"), Some((5, None)));
        for text in ["", "bytes */10", "bytes 5/10", "items 5-9/10", "bytes -9/10"] {
            assert_eq!(range(text), None, "{text}");
        }
    }

    #[test]
    fn passwords_are_not_shown() {
        assert_eq!(shown("https://user:word@host/a@b"), "https://host/a@b");
        assert_eq!(shown("https://host/a@b"), "https://host/a@b");
        assert_eq!(shown("https://a@b@host"), "https://host");
    }
}
