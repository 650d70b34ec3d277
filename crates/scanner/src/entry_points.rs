/// A line of `entry_points.txt`: an object that a distribution offers under a name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct EntryPoint {
    /// The group, for example `console_scripts`.
    pub group: String,
    /// The name, for example that of the command.
    pub name: String,
    /// The object reference, for example `flask.cli:main`, without extras and white space.
    pub value: String,
}

impl EntryPoint {
    /// The module to import.
    pub fn module(&self) -> &str {
        self.value.split(':').next().unwrap_or("")
    }

    /// The dotted path of the object in the module, if there is one.
    pub fn attribute(&self) -> Option<&str> {
        self.value.split_once(':').map(|(_, attribute)| attribute).filter(|attribute| !attribute.is_empty())
    }
}

/// The entry points in the text of an `entry_points.txt`, in order
/// ([entry points specification](https://packaging.python.org/specifications/entry-points/)).
///
/// Lines that are neither a group nor `name = value` are passed over, as `importlib.metadata` does.
///
/// ```
/// let found = pyox_scanner::entry_points("[console_scripts]\nflask = flask.cli:main [dotenv]\n");
/// assert_eq!(found[0].module(), "flask.cli");
/// assert_eq!(found[0].attribute(), Some("main"));
/// ```
pub fn entry_points(text: &str) -> Vec<EntryPoint> {
    let mut found = Vec::new();
    let mut group = None;
    for line in text.lines().map(str::trim) {
        if line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            group = Some(name.trim().to_owned());
        } else if let (Some(group), Some((name, value))) = (&group, line.split_once('=')) {
            let value = object_reference(value);
            if !name.trim().is_empty() && !value.is_empty() {
                found.push(EntryPoint { group: group.clone(), name: name.trim().to_owned(), value });
            }
        }
    }
    found
}

/// An object reference without extras, and without the white space that may be around the colon.
fn object_reference(text: &str) -> String {
    let text = text.split('[').next().unwrap_or("").trim();
    text.split_once(':')
        .map_or(text.to_owned(), |(module, attribute)| format!("{}:{}", module.trim(), attribute.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_comments_and_nonsense() {
        let text =
            "a = b\n[g]\n# no = no\n; no = no\nx=m\ny = m : o.p\n= m\nz =\n\n[console_scripts]\nnonsense\nc = d:e";
        let found = entry_points(text);
        let flat: Vec<_> =
            found.iter().map(|e| (e.group.as_str(), e.name.as_str(), e.module(), e.attribute())).collect();
        assert_eq!(
            flat,
            [("g", "x", "m", None), ("g", "y", "m", Some("o.p")), ("console_scripts", "c", "d", Some("e"))]
        );
    }
}
