//! Downloads from a server that does everything wrong.

mod server;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use pyox_build_cache::{Cache, file_digest};
use pyox_catalogue::{Archive, Catalogue, Downloads, Error, Progress, Settings, Silent, TransferError};
use server::{Answer, Server};
use tempfile::TempDir;

const NAME: &str = "cpython-3.13.15+20260814-x86_64-unknown-linux-gnu-install_only.tar.gz";

/// A file that is no multiple of any buffer, and in no two places the same.
fn file() -> Vec<u8> {
    (0..150_001_u32).flat_map(u32::to_le_bytes).collect()
}

fn settings() -> Settings {
    let mut settings = Settings::default();
    settings.patience = Duration::from_secs(1);
    settings.pause = Duration::from_millis(5);
    settings
}

/// A cache and a catalogue that says where [`file`] is.
struct Place {
    directory: TempDir,
}

impl Place {
    fn new() -> Self {
        Self { directory: tempfile::tempdir().expect("a directory") }
    }

    fn cache(&self) -> PathBuf {
        self.directory.path().join("cache")
    }

    fn archive(&self, server: &Server) -> Archive {
        let path = self.directory.path().join("file");
        fs::write(&path, file()).expect("written");
        let sha256 = file_digest(&path).expect("a digest");
        let text = format!(
            r#"{{"format":1,"releases":[{{"base":"{}/20260814","archives":{{"{NAME}":"{sha256}"}}}}]}}"#,
            server.url()
        );
        Catalogue::parse(&text, "here").expect("a catalogue").archives()[0].clone()
    }

    fn get_with(&self, server: &Server, settings: Settings) -> Result<PathBuf, Error> {
        Downloads::new(&Cache::at(self.cache()), settings).archive(&self.archive(server), &mut Silent)
    }

    fn get(&self, server: &Server) -> Result<PathBuf, Error> {
        self.get_with(server, settings())
    }

    /// Everything in the cache that is a file.
    fn files(&self) -> Vec<PathBuf> {
        fn walk(directory: &Path, found: &mut Vec<PathBuf>) {
            for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
                if entry.path().is_dir() { walk(&entry.path(), found) } else { found.push(entry.path()) }
            }
        }
        let mut found = Vec::new();
        walk(&self.cache(), &mut found);
        found
    }

    /// The file is there, and nothing else.
    #[track_caller]
    fn has(&self, got: Result<PathBuf, Error>) {
        let path = got.expect("downloaded");
        assert!(fs::read(&path).expect("read") == file());
        assert_eq!(path.file_name().expect("a name"), NAME);
        assert_eq!(self.files(), [path]);
    }
}

fn ranges(server: &Server) -> Vec<Option<String>> {
    server.requests().into_iter().map(|request| request.range).collect()
}

#[test]
fn a_file_arrives_once() {
    let (place, server) = (Place::new(), Server::new([Answer::File(file())]));
    place.has(place.get(&server));
    place.has(place.get(&server));
    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].line, format!("GET /20260814/{} HTTP/1.1", NAME.replace('+', "%2B")));
}

#[test]
fn what_broke_off_goes_on() {
    let (place, server) = (Place::new(), Server::new([Answer::BreakOff(file(), 100_000), Answer::File(file())]));
    place.has(place.get(&server));
    assert_eq!(ranges(&server), [None, Some("bytes=100000-".to_owned())]);
}

#[test]
fn what_broke_off_goes_on_in_the_next_process() {
    let (place, server) = (Place::new(), Server::new([Answer::BreakOff(file(), 100_000), Answer::Status(404)]));
    assert!(matches!(place.get(&server), Err(Error::Transfer { source: TransferError::Status { status: 404 }, .. })));
    assert_eq!(place.files().len(), 1);
    let second = Server::new([Answer::File(file())]);
    place.has(place.get(&second));
    assert_eq!(ranges(&second), [Some("bytes=100000-".to_owned())]);
}

#[test]
fn a_server_without_ranges_begins_again() {
    let (place, server) = (Place::new(), Server::new([Answer::BreakOff(file(), 100_000), Answer::Whole(file())]));
    place.has(place.get(&server));
}

#[test]
fn a_server_that_always_breaks_off_is_left() {
    let (place, server) = (Place::new(), Server::new([Answer::BreakOff(file(), 100_000)]));
    assert!(matches!(place.get(&server), Err(Error::Transfer { .. })));
    assert_eq!(server.requests().len() as u32, settings().attempts);
}

#[test]
fn who_can_do_without_waits_only_for_what_has_begun() {
    let mut settings = settings();
    settings.first_attempts = 1;
    let (place, server) = (Place::new(), Server::new([Answer::Status(503), Answer::File(file())]));
    assert!(matches!(place.get_with(&server, settings.clone()), Err(Error::Transfer { .. })));
    assert_eq!(server.requests().len(), 1);
    let server = Server::new([Answer::BreakOff(file(), 100_000), Answer::Status(503), Answer::File(file())]);
    place.has(place.get_with(&server, settings));
}

#[test]
fn a_server_that_stalls_is_left_and_asked_again() {
    let (place, server) = (Place::new(), Server::new([Answer::Stall(file(), 100_000), Answer::File(file())]));
    let start = Instant::now();
    place.has(place.get(&server));
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn redirects_are_followed_with_the_range() {
    let (place, storage) = (Place::new(), Server::new([Answer::BreakOff(file(), 5_000), Answer::File(file())]));
    let server = Server::new([Answer::Redirect(format!("{}/elsewhere", storage.url()))]);
    place.has(place.get(&server));
    assert_eq!(ranges(&storage), [None, Some("bytes=5000-".to_owned())]);
    let ring = Server::new([Answer::Redirect("/again".to_owned())]);
    let place = Place::new();
    assert!(matches!(place.get(&ring), Err(Error::Transfer { .. })));
    assert_eq!(place.files(), [""; 0].map(PathBuf::from));
}

#[test]
fn lengths_may_be_lies() {
    let length = file().len();
    // The digest says that all is there.
    let (place, server) = (Place::new(), Server::new([Answer::Length(file(), length + 1_000)]));
    place.has(place.get(&server));
    let (place, server) = (Place::new(), Server::new([Answer::NoLength(file())]));
    place.has(place.get(&server));
    let (place, server) = (Place::new(), Server::new([Answer::Length(file(), length - 1)]));
    assert!(matches!(place.get(&server), Err(Error::Digest { .. })));
    assert_eq!(place.files(), [""; 0].map(PathBuf::from));
}

#[test]
fn nothing_stays_of_a_wrong_file() {
    let mut wrong = file();
    wrong[77] ^= 1;
    let (place, server) = (Place::new(), Server::new([Answer::File(wrong.clone())]));
    let Err(Error::Digest { expected, actual, .. }) = place.get(&server) else { panic!("taken") };
    assert_ne!(expected, actual);
    assert_eq!(fs::read_dir(place.cache().join("archives")).expect("a directory").count(), 0);
    assert_eq!(server.requests().len(), 1);
    // Two halves of different files: once more from the beginning.
    let server = Server::new([Answer::BreakOff(wrong, 100_000), Answer::File(file())]);
    place.has(place.get(&server));
    assert_eq!(ranges(&server), [None, Some("bytes=100000-".to_owned()), None]);
}

#[test]
fn a_damaged_file_is_replaced() {
    let (place, server) = (Place::new(), Server::new([Answer::File(file())]));
    let path = place.get(&server).expect("downloaded");
    fs::write(&path, "damaged").expect("written");
    place.has(place.get(&server));
    // What had arrived of another file, and more than there is.
    fs::remove_file(&path).expect("removed");
    fs::write(path.with_file_name(".part"), vec![7; 700_000]).expect("written");
    place.has(place.get(&server));
}

#[test]
fn endless_files_are_refused() {
    let (place, server) = (Place::new(), Server::new([Answer::NoLength(file())]));
    let mut settings = settings();
    settings.limit = 100_000;
    assert!(matches!(place.get_with(&server, settings), Err(Error::TooLong { limit: 100_000, .. })));
    assert_eq!(place.files(), [""; 0].map(PathBuf::from));
}

#[test]
fn what_is_not_there_is_said_at_once() {
    let (place, server) = (Place::new(), Server::new([Answer::Status(404)]));
    assert!(matches!(place.get(&server), Err(Error::Transfer { source: TransferError::Status { status: 404 }, .. })));
    assert_eq!(server.requests().len(), 1);
    assert_eq!(place.files(), [""; 0].map(PathBuf::from));
}

#[test]
fn a_server_that_is_busy_is_asked_again() {
    let (place, server) = (Place::new(), Server::new([Answer::Status(503), Answer::Status(503), Answer::File(file())]));
    place.has(place.get(&server));
    let (place, server) = (Place::new(), Server::new([Answer::Status(503)]));
    assert!(matches!(place.get(&server), Err(Error::Transfer { source: TransferError::Status { status: 503 }, .. })));
    assert_eq!(server.requests().len() as u32, settings().attempts);
}

#[test]
fn a_mirror_is_asked_instead_and_passwords_are_not_said() {
    let (place, mirror) = (Place::new(), Server::new([Answer::File(file())]));
    let mut settings = settings();
    settings.mirror = Some(format!("{}/mirror/", mirror.url()));
    place.has(place.get_with(&Server::new([Answer::Status(404)]), settings.clone()));
    assert!(mirror.requests()[0].line.starts_with("GET /mirror/20260814/cpython-"));
    let missing = Server::new([Answer::Status(404)]);
    settings.mirror = Some(missing.url().replace("http://", "http://user:secret@"));
    let error = Place::new().get_with(&missing, settings).expect_err("not there");
    assert!(!format!("{error:?}").contains("secret"), "{error:?}");
}

#[test]
fn nothing_is_asked_offline() {
    let (place, server) = (Place::new(), Server::new([Answer::File(file())]));
    let mut offline = settings();
    offline.offline = true;
    assert!(matches!(place.get_with(&server, offline.clone()), Err(Error::Offline { .. })));
    assert!(server.requests().is_empty() && !place.cache().exists());
    place.has(place.get(&server));
    place.has(place.get_with(&server, offline));
}

#[test]
fn two_at_a_time_download_once() {
    struct Waiting<'a>(&'a AtomicUsize);
    impl Progress for Waiting<'_> {
        fn wait(&mut self, _name: &str) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
    let (place, server) = (Place::new(), Server::new([Answer::Stall(file(), 5), Answer::File(file())]));
    let (archive, waited) = (place.archive(&server), AtomicUsize::new(0));
    let get = || {
        let downloads = Downloads::new(&Cache::at(place.cache()), settings());
        place.has(downloads.archive(&archive, &mut Waiting(&waited)));
    };
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(get);
        }
    });
    assert_eq!((server.requests().len(), waited.load(Ordering::Relaxed)), (2, 3));
}

#[test]
fn one_waits_for_another_that_fails_and_then_tries_itself() {
    let mut wrong = file();
    wrong[0] ^= 1;
    let (place, server) = (Place::new(), Server::new([Answer::File(wrong), Answer::File(file())]));
    let archive = place.archive(&server);
    let get = || Downloads::new(&Cache::at(place.cache()), settings()).archive(&archive, &mut Silent);
    let outcomes = std::thread::scope(|scope| [scope.spawn(get), scope.spawn(get)].map(|thread| thread.join()));
    let good = outcomes.into_iter().filter(|outcome| matches!(outcome, Ok(Ok(_)))).count();
    assert_eq!(good, 1);
    place.has(place.get(&server));
}

#[test]
fn a_catalogue_from_the_network_is_protected() {
    let text = r#"{"format":1,"releases":[]}"#;
    let server = Server::new([Answer::File(text.into())]);
    let downloads = Downloads::new(&Cache::at("nowhere"), settings());
    assert_eq!(downloads.catalogue(&server.url()).expect("a catalogue").archives(), []);
    for url in
        ["http://192.0.2.1/catalogue", "http://localhost.example/", "ftp://localhost/", "http://localhost@192.0.2.1/"]
    {
        assert!(matches!(downloads.catalogue(url), Err(Error::Insecure { .. })), "{url}");
    }
    assert!(matches!(downloads.catalogue("missing.json"), Err(Error::Io { .. })));
}

#[cfg(target_os = "linux")]
mod mounted {
    use super::*;

    /// Runs one test of these again, as a process that may mount, and says whether it is that process.
    fn in_namespace(name: &str, script: &str) -> bool {
        const INSIDE: &str = "PYOX_TEST_MOUNTED";
        if std::env::var_os(INSIDE).is_some() {
            return true;
        }
        let this = std::env::current_exe().expect("this test");
        let directory = tempfile::tempdir().expect("a directory");
        let mut unshare = std::process::Command::new("unshare");
        let script = format!("set -e; cd \"$1\"; {script}; exec \"$2\" --exact mounted::{name}");
        unshare.args(["--user", "--map-root-user", "--mount", "sh", "-c", &script, "sh"]);
        let output = unshare.arg(directory.path()).arg(this).env(INSIDE, directory.path()).output().expect("unshare");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"), "it did not run");
        false
    }

    fn place() -> PathBuf {
        PathBuf::from(std::env::var_os("PYOX_TEST_MOUNTED").expect("inside"))
    }

    fn get(place: &Place, server: &Server, cache: &Path) -> Result<PathBuf, Error> {
        Downloads::new(&Cache::at(cache), settings()).archive(&place.archive(server), &mut Silent)
    }

    #[test]
    fn a_full_disk_is_said_and_left_empty() {
        if in_namespace("a_full_disk_is_said_and_left_empty", "mount -t tmpfs -o size=256k none .") {
            let (here, cache) = (Place::new(), place());
            // The directory itself is below the mount.
            let cache = cache.canonicalize().expect("a path");
            let server = Server::new([Answer::File(file())]);
            let Err(Error::Io { source, .. }) = get(&here, &server, &cache) else { panic!("written") };
            assert_eq!(source.kind(), std::io::ErrorKind::StorageFull);
            assert_eq!(fs::read_dir(cache.join("archives")).expect("a directory").count(), 0);
        }
    }

    #[test]
    fn a_cache_that_cannot_be_written_is_read() {
        let script = "mkdir cache; mount -t tmpfs none cache";
        if in_namespace("a_cache_that_cannot_be_written_is_read", script) {
            let (here, cache) = (Place::new(), place().join("cache"));
            let remount = |options: &str| {
                let status = std::process::Command::new("mount").args(["-o", options]).arg(&cache).status();
                assert!(status.expect("mount").success());
            };
            let server = Server::new([Answer::File(file())]);
            remount("remount,ro");
            let Err(Error::Io { source, .. }) = get(&here, &server, &cache) else { panic!("written") };
            assert_eq!(source.kind(), std::io::ErrorKind::ReadOnlyFilesystem);
            remount("remount,rw");
            let path = get(&here, &server, &cache).expect("downloaded");
            remount("remount,ro");
            assert_eq!(get(&here, &server, &cache).expect("kept"), path);
            assert_eq!(server.requests().len(), 1);
        }
    }
}

#[test]
fn a_file_of_any_name_is_had_by_its_digest() {
    let place = Place::new();
    let server = Server::new([Answer::File(file())]);
    let archive = place.archive(&server);
    let url = format!("{}/some/python%2Bmine.tar.zst?token=1", server.url());
    let get =
        |url: &str, sha256: &str| Downloads::new(&Cache::at(place.cache()), settings()).file(url, sha256, &mut Silent);
    let path = get(&url, &archive.sha256().to_uppercase()).expect("downloaded");
    assert_eq!(path.file_name().expect("a name"), "python+mine.tar.zst");
    assert!(fs::read(&path).expect("read") == file());
    assert!(matches!(get(&url, &"0".repeat(64)), Err(Error::Digest { .. })));
    assert_eq!(place.files(), [path]);
    for (url, sha256) in [(&*url, "0"), ("https://host", archive.sha256()), ("https://host/..", archive.sha256())] {
        assert!(matches!(get(url, sha256), Err(Error::File { .. })), "{url} {sha256}");
    }
}
