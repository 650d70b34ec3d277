//! Whether a wheel is for a Python.

use pyox_distribution::PythonInfo;

/// Whether a compatibility tag, `python-abi-platform`, is one of those that this Python takes
/// ([specification](https://packaging.python.org/specifications/platform-compatibility-tags/)).
pub(crate) fn fits(tag: &str, info: &PythonInfo) -> bool {
    let mut parts = tag.splitn(3, '-');
    let mut part = || parts.next().unwrap_or_default();
    let (python, abi, platform) = (part(), part(), part());
    let minor = |prefix: &str| python.strip_prefix(prefix).and_then(|text| text.parse::<u8>().ok());
    let (major, own) = (info.major, info.minor);
    let is_older_or_equal = |found: Option<u8>| found.is_some_and(|found| found <= own);
    let for_python = match abi {
        "none" | "abi3" => {
            python == format!("py{major}")
                || is_older_or_equal(minor(&format!("py{major}")))
                || is_older_or_equal(minor(&format!("cp{major}")))
        }
        _ => minor(&format!("cp{major}")) == Some(own),
    };
    let on_platform = match info.platform.split_once('-') {
        _ if platform == "any" => true,
        Some((system, machine)) => platform.contains(system) && platform.ends_with(&machine.replace(['-', '.'], "_")),
        None => platform == info.platform,
    };
    for_python && on_platform
}
