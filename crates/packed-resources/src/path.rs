//! Paths that stay where they are put.

/// Whether a path out of packed resources may be followed or written below a directory: relative, with `/` between its
/// parts, none of which is empty, `.` or `..`, and without a backslash, a drive or NUL.
///
/// ```
/// use pyox_packed_resources::is_plain_path;
///
/// assert!(is_plain_path("pkg/data/a.txt"));
/// for path in ["", "/etc/passwd", "a/../../b", "./a", "a//b", "a\\b", "C:/a", "a\0"] {
///     assert!(!is_plain_path(path), "{path:?}");
/// }
/// ```
pub fn is_plain_path(path: &str) -> bool {
    let is_drive =
        |part: &str| part.len() > 1 && part.as_bytes()[1] == b':' && part.as_bytes()[0].is_ascii_alphabetic();
    !path.contains(['\\', '\0']) && path.split('/').all(|part| !matches!(part, "" | "." | "..") && !is_drive(part))
}
