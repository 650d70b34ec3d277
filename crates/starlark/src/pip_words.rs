//! Arguments of pip, as configuration files give them.

use std::path::{Component, Path, PathBuf};

use pyox_pip::PipRequest;

/// Options that have a value, which may be a word of its own.
const WITH_VALUE: [(&str, &str); 12] = [
    ("-c", "--constraint"),
    ("-i", "--index-url"),
    ("-f", "--find-links"),
    ("-C", "--config-settings"),
    ("", "--extra-index-url"),
    ("", "--no-binary"),
    ("", "--only-binary"),
    ("", "--platform"),
    ("", "--trusted-host"),
    ("", "--global-option"),
    ("", "--implementation"),
    ("", "--abi"),
];

/// What is asked of pip by its arguments, whose paths begin in a directory.
pub(crate) fn request(directory: &Path, words: &[String]) -> PipRequest {
    let mut request = PipRequest::default();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut value_of = |short: &str, long: &str| -> Option<String> {
            if word == long || (!short.is_empty() && word == short) {
                return Some(words.next().cloned().unwrap_or_default());
            }
            let joined = word.strip_prefix(long).and_then(|rest| rest.strip_prefix('='));
            joined
                .or_else(|| word.strip_prefix(short).filter(|_| !short.is_empty() && !word.starts_with("--")))
                .map(str::to_owned)
        };
        if let Some(file) = value_of("-r", "--requirement") {
            request.requirement_files.push(directory.join(file));
        } else if let Some(path) = value_of("-e", "--editable") {
            request.requirements.push(located(directory, &path));
        } else if let Some((long, value)) =
            WITH_VALUE.iter().find_map(|(short, long)| value_of(short, long).map(|value| (long, value)))
        {
            let is_path = matches!(*long, "--constraint" | "--find-links") && !value.contains("://");
            let value = if is_path { directory.join(value).display().to_string() } else { value };
            request.arguments.push(format!("{long}={value}"));
        } else if word.starts_with('-') {
            request.arguments.push(word.clone());
        } else {
            request.requirements.push(located(directory, word));
        }
    }
    request
}

/// The endings of files that are requirements without a separator in their path.
const ARCHIVES: [&str; 3] = [".whl", ".tar.gz", ".zip"];

/// A requirement with an absolute path, if it is one.
fn located(directory: &Path, text: &str) -> String {
    let path = text.split(['[', ';']).next().unwrap_or(text).trim_end();
    let is_archive = ARCHIVES.iter().any(|ending| path.ends_with(ending));
    let looks_like_path = path.starts_with('.') || path.contains('/') || is_archive;
    let full: PathBuf = directory.join(path).components().filter(|part| *part != Component::CurDir).collect();
    let is_there = looks_like_path && !path.contains("://") && full.exists();
    if is_there { format!("{}{}", full.display(), &text[path.len()..]) } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_sorted_and_paths_are_those_of_the_configuration() {
        let place = tempfile::tempdir().unwrap();
        std::fs::create_dir(place.path().join("project")).unwrap();
        std::fs::write(place.path().join("a.whl"), "").unwrap();
        let below = |name: &str| format!("{}/{name}", place.path().display());
        let words =
            ["-r", "a.txt", "-rb.txt", "--no-binary", "x", "--no-deps", "./project[all]", "flask>=3", "-c", "c.txt"];
        let request = request(place.path(), &words.map(str::to_owned));
        assert_eq!(request.requirement_files, [place.path().join("a.txt"), place.path().join("b.txt")]);
        assert_eq!(request.requirements, [below("project[all]"), "flask>=3".to_owned()]);
        for (text, path) in [
            (".", place.path().display().to_string()),
            (".[extra]", format!("{}[extra]", place.path().display())),
            (&*below("project"), below("project")),
            ("a.whl", below("a.whl")),
            ("none.whl", "none.whl".to_owned()),
            ("project", "project".to_owned()),
        ] {
            assert_eq!(located(place.path(), text), path);
        }
        let constraint = format!("--constraint={}", below("c.txt"));
        assert_eq!(request.arguments, ["--no-binary=x".to_owned(), "--no-deps".into(), constraint]);
    }
}
