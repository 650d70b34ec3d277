//! Any bytes can be opened as a wheel, and any files classified: errors, but no panic, nothing that leads out of the
//! wheel, and no memory beyond the limits.

use std::collections::BTreeSet;
use std::io::{Cursor, Write as _};

use arbitrary::{Arbitrary, Unstructured};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pyox_packed_resources::{Data, Resource};
use pyox_scanner::{
    Candidate, Classifier, Error, ResourceSource as _, Scan, Wheel, WheelLimits, WheelName, files_needed,
};
use sha2::{Digest as _, Sha256};
use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

const NAME: &str = "hello-1.0-py3-none-any.whl";
const DIST_INFO: &str = "hello-1.0.dist-info";
const SUFFIXES: [&str; 3] = [".cpython-311-x86_64-linux-gnu.so", ".abi3.so", ".so"];
/// Most bytes of all files together.
const LIMIT: u64 = 4 << 20;

/// A wheel that is right but for what is asked for; the fuzzer would guess no hash of its own.
#[derive(Arbitrary, Debug)]
struct Built<'a> {
    name: &'a str,
    files: Vec<File<'a>>,
    metadata: &'a str,
    entry_points: &'a str,
    record: &'a str,
    patches: Vec<(u16, u8)>,
}

#[derive(Arbitrary, Debug)]
struct File<'a> {
    path: Path<'a>,
    content: &'a [u8],
    repeat: u8,
    unlisted: bool,
    deflated: bool,
    mode: Option<u16>,
}

/// Paths with the parts that rules are about.
#[derive(Arbitrary, Debug)]
enum Path<'a> {
    Any(&'a str),
    Parts(Vec<Part<'a>>),
}

#[derive(Arbitrary, Debug)]
enum Part<'a> {
    Any(&'a str),
    Known(u8),
}

const KNOWN: [&str; 24] = [
    "/",
    "/",
    "pkg",
    "mod",
    "__init__",
    "__pycache__",
    ".py",
    ".pyc",
    ".pyo",
    ".so",
    ".abi3",
    ".cpython-311-x86_64-linux-gnu",
    ".cp311-win_amd64",
    ".pyd",
    ".libs",
    ".pth",
    ".dist-info",
    ".egg-info",
    "EGG-INFO",
    "RECORD",
    "-1.0",
    ".data",
    "purelib",
    "lib",
];

impl Path<'_> {
    fn text(&self) -> String {
        match self {
            Self::Any(text) => (*text).to_owned(),
            Self::Parts(parts) => parts
                .iter()
                .map(|part| match part {
                    Part::Any(text) => text,
                    Part::Known(number) => KNOWN[usize::from(*number) % KNOWN.len()],
                })
                .collect(),
        }
    }
}

impl Built<'_> {
    /// Paths and contents of all files but `RECORD`.
    fn files(&self) -> Vec<(String, Vec<u8>, &File<'_>)> {
        let content = |file: &File<'_>| file.content.repeat(1 + usize::from(file.repeat));
        self.files.iter().map(|file| (file.path.text(), content(file), file)).collect()
    }

    fn bytes(&self) -> zip::result::ZipResult<Vec<u8>> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let mut record = String::new();
        let mut add = |zip: &mut zip::ZipWriter<_>, path: &str, content: &[u8], options, listed: bool| {
            zip.start_file(path, options)?;
            zip.write_all(content)?;
            if listed {
                let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(content));
                record.push_str(&format!("\"{}\",sha256={hash},{}\n", path.replace('"', "\"\""), content.len()));
            }
            zip::result::ZipResult::Ok(())
        };
        let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        for (path, content, file) in self.files() {
            let method = if file.deflated { CompressionMethod::Deflated } else { CompressionMethod::Stored };
            let options = file.mode.map_or(stored, |mode| stored.unix_permissions(mode.into()));
            add(&mut zip, &path, &content, options.compression_method(method), !file.unlisted)?;
        }
        let metadata = format!("Metadata-Version: 2.1\nName: hello\n{}", self.metadata);
        for (name, text) in
            [("METADATA", &*metadata), ("WHEEL", "Wheel-Version: 1.0\n"), ("entry_points.txt", self.entry_points)]
        {
            add(&mut zip, &format!("{DIST_INFO}/{name}"), text.as_bytes(), stored, true)?;
        }
        record.push_str(self.record);
        zip.start_file(format!("{DIST_INFO}/RECORD"), stored)?;
        zip.write_all(record.as_bytes())?;
        let mut bytes = zip.finish()?.into_inner();
        for &(at, byte) in &self.patches {
            let at = usize::from(at) % bytes.len();
            bytes[at] ^= byte;
        }
        Ok(bytes)
    }
}

/// Tries an input.
pub fn run(bytes: &[u8]) {
    if bytes.starts_with(b"PK") {
        open(bytes);
        return;
    }
    let Ok(built) = Built::arbitrary(&mut Unstructured::new(bytes)) else { return };
    for name in [built.name.to_owned(), format!("hello-1.0-{0}-{0}-{0}.whl", built.name)] {
        assert!(WheelName::parse(&name).map_or(true, |name| (1..200_000).contains(&name.tags.len())));
    }
    if let Ok(bytes) = built.bytes() {
        open(&bytes);
    }
    let candidates: Vec<Candidate> = built
        .files()
        .into_iter()
        .map(|(path, content, file)| {
            Candidate::new(path.clone(), path, Data::from(content)).executable(file.mode.is_some())
        })
        .collect();
    let scan = Classifier::new(SUFFIXES).classify(candidates).expect("has its content in memory");
    check(&scan);
}

fn open(bytes: &[u8]) {
    let mut limits = WheelLimits::default();
    limits.total_size = LIMIT;
    let wheel = match Wheel::from_reader(Cursor::new(bytes.to_vec()), NAME, limits) {
        Ok(wheel) => wheel.extension_suffixes(SUFFIXES),
        Err(error) => return assert!(!matches!(error, Error::Read { .. } if bytes.is_empty())),
    };
    let scan = match wheel.scan() {
        Ok(scan) => scan,
        Err(error) => return assert!(matches!(error, Error::DuplicateMember { .. }), "{error}"),
    };
    assert_eq!(wheel.tags(), ["py3-none-any"]);
    check(&scan);
    let mut total = 0;
    for found in &scan.resources {
        assert!(found.origin.starts_with(NAME));
        let path = found.resource.relative_path();
        let inside = !path.starts_with('/') && path.split('/').all(|part| !matches!(part, "" | "." | ".."));
        assert!(inside && !path.contains(['\\', '\0']), "{path:?}");
        // Bytecode without a header is an error; everything else was checked when the wheel was opened.
        total += found.resource.data().read().map_or(0, |content| content.len() as u64);
    }
    // `RECORD` may grow by quotation marks.
    assert!(total <= 2 * LIMIT);
}

fn check(scan: &Scan) {
    let mut paths = BTreeSet::new();
    for found in &scan.resources {
        // What is in `EGG-INFO` moves to a directory with the project's name, which may be there too.
        if !matches!(found.resource, Resource::DistributionResource(_)) {
            assert!(paths.insert(found.resource.relative_path()), "{:?}", found.resource);
        }
    }
    assert!(scan.module_names().all(|name| !name.is_empty()));
    let _ = files_needed(scan.resources.iter().map(|found| &found.resource));
}
