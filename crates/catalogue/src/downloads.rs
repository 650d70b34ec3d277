//! Getting archives.

use std::path::{Path, PathBuf};

use pyox_build_cache::{Cache, file_digest};

use crate::archive::Archive;
use crate::catalogue::Catalogue;
use crate::error::{Error, TransferError};
use crate::http::{Client, shown};
use crate::part::{Part, Place};
use crate::settings::Settings;

/// How many bytes a catalogue may have.
const CATALOGUE_LIMIT: u64 = 16 << 20;

/// Is told what happens.
pub trait Progress {
    /// Another process downloads the same archive, and is waited for.
    fn wait(&mut self, _name: &str) {}
    /// A server sends an archive, of which `have` bytes are there already, of `total` if it says so.
    fn begin(&mut self, _name: &str, _have: u64, _total: Option<u64>) {}
    /// So many bytes are there now.
    fn advance(&mut self, _have: u64) {}
    /// An attempt failed, and there will be another one.
    fn retry(&mut self, _error: &TransferError) {}
}

/// Reports no progress.
pub struct Silent;

impl Progress for Silent {}

/// Archives that were downloaded, and those that can be.
pub struct Downloads {
    directory: PathBuf,
    settings: Settings,
}

impl Downloads {
    /// Archives are kept in `archives/SHA256/NAME` of the cache.
    pub fn new(cache: &Cache, settings: Settings) -> Self {
        Self { directory: cache.directory("archives"), settings }
    }

    /// An archive that is there already; its content is compared with the digest.
    pub fn kept(&self, archive: &Archive) -> Option<PathBuf> {
        self.kept_file(&self.wanted(archive))
    }

    /// The path of an archive, which is downloaded unless it is there. Its content has the digest. What arrived before
    /// a connection broke off is kept, for the next time; of anything that is wrong, nothing is. What another process
    /// downloads at the same time is waited for.
    ///
    /// # Errors
    ///
    /// Each of [`Error`] but those of requests and catalogues.
    pub fn archive(&self, archive: &Archive, progress: &mut dyn Progress) -> Result<PathBuf, Error> {
        self.get(&self.wanted(archive), progress)
    }

    /// The path of a file at any URL, as an [`archive`](Self::archive); no mirror is asked for it. The SHA-256 is 64
    /// hexadecimal digits.
    ///
    /// # Errors
    ///
    /// The same, and [`Error::File`].
    pub fn file(&self, url: &str, sha256: &str, progress: &mut dyn Progress) -> Result<PathBuf, Error> {
        let wrong = || Error::File { url: shown(url), sha256: sha256.to_owned() };
        self.get(&Wanted::new(url, sha256).ok_or_else(wrong)?, progress)
    }

    fn kept_file(&self, wanted: &Wanted) -> Option<PathBuf> {
        let path = self.place(wanted).join(&wanted.name);
        file_digest(&path).is_ok_and(|found| found == wanted.sha256).then_some(path)
    }

    fn get(&self, wanted: &Wanted, progress: &mut dyn Progress) -> Result<PathBuf, Error> {
        if let Some(path) = self.kept_file(wanted) {
            return Ok(path);
        }
        if self.settings.offline {
            return Err(Error::Offline { url: shown(&wanted.url) });
        }
        let directory = self.place(wanted);
        let place = Place::lock(&directory, || progress.wait(&wanted.name));
        let place = place.map_err(Error::io("write into", &directory))?;
        if let Some(path) = self.kept_file(wanted) {
            return Ok(path);
        }
        let write = || Error::io("write into", &directory);
        let mut part = match place.part() {
            Ok(part) => part,
            Err(error) => {
                place.remove();
                return Err(write()(error));
            }
        };
        let transferred = Transfer { downloads: self, wanted }.run(&mut part, progress);
        let path = directory.join(&wanted.name);
        let length = part.length();
        let completed = transferred.and_then(|()| part.complete(&path).map_err(write()));
        match completed {
            Ok(()) => Ok(path),
            // To be continued.
            Err(error @ Error::Transfer { .. }) if length > 0 => Err(error),
            Err(error) => {
                place.remove();
                Err(error)
            }
        }
    }

    /// A catalogue from a file, or from a URL. That has to be protected by TLS, unless it is of this machine.
    ///
    /// # Errors
    ///
    /// Those of [`Catalogue::parse`] and [`archive`](Self::archive), and [`Error::Insecure`].
    pub fn catalogue(&self, origin: &str) -> Result<Catalogue, Error> {
        if !origin.contains("://") {
            let text = std::fs::read_to_string(origin).map_err(Error::io("read", origin))?;
            return Catalogue::parse(&text, origin);
        }
        let url = shown(origin);
        let is_secure = origin.starts_with("https://");
        if !is_secure && !is_of_this_machine(origin) {
            return Err(Error::Insecure { url });
        }
        if self.settings.offline {
            return Err(Error::Offline { url });
        }
        let client = Client::new(&self.settings, is_secure)?;
        let failed = |source| Error::Transfer { url: url.clone(), source };
        let mut answer = client.get(origin, 0).map_err(failed)?;
        let (mut text, mut buffer) = (Vec::new(), vec![0; 1 << 16]);
        loop {
            match answer.read(&mut buffer).map_err(failed)? {
                0 => break,
                count => text.extend_from_slice(&buffer[..count]),
            }
            if text.len() as u64 > CATALOGUE_LIMIT {
                return Err(Error::TooLong { url, limit: CATALOGUE_LIMIT });
            }
        }
        let text = String::from_utf8(text)
            .map_err(|error| Error::Catalogue { origin: url.clone(), message: error.to_string() })?;
        Catalogue::parse(&text, &url)
    }

    fn place(&self, wanted: &Wanted) -> PathBuf {
        self.directory.join(&wanted.sha256)
    }

    fn wanted(&self, archive: &Archive) -> Wanted {
        let name = archive.name().to_owned();
        let url = match &self.settings.mirror {
            Some(mirror) => {
                let name = name.replace('+', "%2B");
                format!("{}/{}/{name}", mirror.trim_end_matches('/'), archive.release())
            }
            None => archive.url().to_owned(),
        };
        Wanted { name, url, sha256: archive.sha256().to_owned() }
    }
}

/// A file, where it comes from, and what it has to be.
struct Wanted {
    name: String,
    url: String,
    sha256: String,
}

impl Wanted {
    /// Of any URL, if that names a file and the digest is one.
    fn new(url: &str, sha256: &str) -> Option<Self> {
        let path = url.split(['?', '#']).next()?.split_once("://")?.1;
        let name = path.rsplit_once('/')?.1.replace("%2B", "+").replace("%2b", "+");
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.+".contains(&byte);
        let is_name = !name.is_empty() && !name.starts_with('.') && name.bytes().all(is_plain);
        let is_digest = sha256.len() == 64 && sha256.bytes().all(|byte| byte.is_ascii_hexdigit());
        (is_name && is_digest).then(|| Self { name, url: url.to_owned(), sha256: sha256.to_ascii_lowercase() })
    }
}

/// Whether a URL of plain HTTP leads to the loopback interface.
fn is_of_this_machine(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("http://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    ["127.0.0.1", "localhost", "[::1]"]
        .iter()
        .any(|name| host.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(':')))
}

/// One archive on its way.
struct Transfer<'a> {
    downloads: &'a Downloads,
    wanted: &'a Wanted,
}

impl Transfer<'_> {
    /// Until the digest is right, whatever the server says of the length.
    fn run(&self, part: &mut Part, progress: &mut dyn Progress) -> Result<(), Error> {
        let settings = &self.downloads.settings;
        let client = Client::new(settings, false)?;
        let (mut failures, mut most, mut restarted) = (0, part.length(), false);
        // Of several answers: they may be of different files.
        let mut pieced = part.length() > 0;
        loop {
            let outcome = self.attempt(&client, part, progress);
            if part.length() > 0 && part.sha256() == self.wanted.sha256 {
                return Ok(());
            }
            match outcome {
                Ok(()) if pieced && !restarted => {
                    (pieced, restarted) = (false, true);
                    self.clear(part)?;
                }
                Ok(()) => {
                    return Err(Error::Digest {
                        url: shown(&self.wanted.url),
                        expected: self.wanted.sha256.clone(),
                        actual: part.sha256(),
                    });
                }
                // There is nothing after what has arrived.
                Err(Error::Transfer { source: TransferError::Status { status: 206 | 416 }, .. })
                    if pieced && !restarted =>
                {
                    (pieced, restarted) = (false, true);
                    self.clear(part)?;
                }
                Err(Error::Transfer { url, source }) if source.is_transient() => {
                    failures = if part.length() > most { 1 } else { failures + 1 };
                    most = most.max(part.length());
                    pieced = true;
                    let attempts = if most == 0 { settings.first_attempts } else { settings.attempts };
                    if failures >= attempts {
                        return Err(Error::Transfer { url, source });
                    }
                    progress.retry(&source);
                    std::thread::sleep(settings.pause * 2_u32.saturating_pow(failures.saturating_sub(1)));
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn attempt(&self, client: &Client, part: &mut Part, progress: &mut dyn Progress) -> Result<(), Error> {
        let failed = |source| Error::Transfer { url: shown(&self.wanted.url), source };
        let limit = self.downloads.settings.limit;
        let mut answer = client.get(&self.wanted.url, part.length()).map_err(failed)?;
        if answer.from != part.length() {
            self.clear(part)?;
        }
        if answer.from != part.length() {
            return Err(failed(TransferError::Status { status: 206 }));
        }
        progress.begin(&self.wanted.name, part.length(), answer.announced);
        let mut buffer = vec![0; 1 << 16];
        loop {
            let count = answer.read(&mut buffer).map_err(failed)?;
            if count == 0 {
                break;
            }
            if part.length() + count as u64 > limit {
                return Err(Error::TooLong { url: shown(&self.wanted.url), limit });
            }
            part.append(&buffer[..count]).map_err(Error::io("write into", self.directory()))?;
            progress.advance(part.length());
        }
        match answer.announced {
            Some(all) if part.length() < all => {
                Err(failed(TransferError::Incomplete { received: part.length(), announced: Some(all) }))
            }
            _ => Ok(()),
        }
    }

    fn clear(&self, part: &mut Part) -> Result<(), Error> {
        part.clear().map_err(Error::io("write into", self.directory()))
    }

    fn directory(&self) -> &Path {
        &self.downloads.directory
    }
}
