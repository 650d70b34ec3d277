//! What an installed distribution says of its licence.
//!
//! The order is that of how exact it is: `License-Expression` ([PEP 639](https://peps.python.org/pep-0639/)), the field
//! `License`, classifiers, and the text of the licence, where it is that of one licence.

use crate::component::{Component, Kind, License, Source, Text};
use crate::names::{self, Named};
use crate::{expression, sbom, texts};

/// Longer texts are no licences.
const LONGEST_TEXT: usize = 4 << 20;

/// The metadata of a distribution.
#[derive(Debug, Clone)]
pub struct Distribution {
    fields: Vec<(String, String)>,
    files: Vec<(String, Vec<u8>)>,
}

impl Distribution {
    /// The text of `METADATA` or `PKG-INFO`, and other files of the metadata directory by their paths in there. Only
    /// those that [`Distribution::is_of_interest`] are looked at.
    #[must_use]
    pub fn new(metadata: &str, files: Vec<(String, Vec<u8>)>) -> Self {
        Self { fields: fields(metadata), files }
    }

    /// Whether a file of the metadata directory is about licences or components: a text, a notice, an SBOM.
    #[must_use]
    pub fn is_of_interest(path: &str) -> bool {
        is_sbom(path) || is_text(path)
    }

    /// The distribution, and the components that its SBOMs list ([PEP 770](https://peps.python.org/pep-0770/)).
    #[must_use]
    pub fn components(&self) -> Vec<Component> {
        let (name, version) = (self.field("name").unwrap_or_default(), self.field("version"));
        let mut whole = Component::new(Kind::Distribution, name, version.map(str::to_owned)).package_url("pypi");
        whole.purl = whole.purl.map(|purl| purl.to_lowercase().replace('_', "-"));
        whole.texts = self.texts();
        whole.license = self.license(&whole.texts);
        if whole.license.is_none() {
            whole.stated = self.stated();
        }
        let mut components = vec![whole];
        let sboms = self.files.iter().filter(|(path, _)| is_sbom(path));
        components.extend(sboms.flat_map(|(_, content)| sbom::components(content, name)));
        components
    }

    fn license(&self, texts: &[Text]) -> Option<License> {
        let found = |expression: &str, source| Some(License { expression: expression.to_owned(), source });
        if let Some(expression) = self.field("license-expression").and_then(expression::parse) {
            return found(&expression, Source::LicenseExpression);
        }
        let stated = self.field("license").filter(|text| !text.eq_ignore_ascii_case("unknown")).unwrap_or_default();
        if let Some(expression) = expression::parse(stated) {
            return found(&expression, Source::LicenseField);
        }
        // Many put the whole text there, with its name in the first line.
        let name = names::named(stated.lines().next().unwrap_or_default());
        if let Some(Named::One(id)) = name {
            return found(id, Source::LicenseField);
        }
        let classifiers: Vec<Option<Named>> = self.classifiers().map(names::of_classifier).collect();
        if let [Some(Named::One(id))] = classifiers[..] {
            return found(id, Source::Classifiers);
        }
        let all = || texts.iter().map(|text| text.content.as_str()).chain([stated]);
        // Several classifiers may be a choice.
        let open = [name].into_iter().chain(classifiers.iter().copied()).filter(|_| classifiers.len() < 2);
        for named in open {
            if let Some(Named::OneOf(ids)) = named
                && let Some(id) = all().find_map(|text| texts::first_of(text, ids))
            {
                return found(id, Source::LicenseFile);
            }
        }
        // A text tells nothing where something else is stated. A field of several lines is a text itself.
        let is_open = classifiers.is_empty() && name.is_none() && (stated.is_empty() || stated.contains('\n'));
        let mut ids: Vec<&str> = all().filter(|text| !text.is_empty()).filter_map(texts::is_text_of).collect();
        ids.dedup();
        match ids[..] {
            [id] if is_open && self.license_texts(texts) <= 1 => found(id, Source::LicenseFile),
            _ => None,
        }
    }

    /// How many of the texts are licences, by their names.
    fn license_texts(&self, texts: &[Text]) -> usize {
        let is_license = |text: &&Text| {
            let name = file_name(&text.name);
            ["LICEN", "COPYING"].iter().any(|start| name.starts_with(start))
        };
        texts.iter().filter(is_license).count()
    }

    /// What there is instead of an expression.
    fn stated(&self) -> Vec<String> {
        let expression = self.field("license-expression");
        let license = self.field("license").and_then(|text| text.lines().next());
        let all = expression.into_iter().chain(license).filter(|text| !text.trim().is_empty());
        all.chain(self.classifiers()).map(|text| text.trim().to_owned()).collect()
    }

    fn texts(&self) -> Vec<Text> {
        let named: Vec<&str> = self.all("license-file").collect();
        let is_named = |path: &str| {
            let path = path.strip_prefix("licenses/").unwrap_or(path);
            named.contains(&path) || named.iter().any(|name| file_name(name) == file_name(path))
        };
        let mut texts: Vec<Text> = Vec::new();
        for (path, content) in self.files.iter().filter(|(path, _)| is_text(path) || is_named(path)) {
            if content.len() <= LONGEST_TEXT && !is_sbom(path) {
                texts.push(Text::new(path.as_str(), String::from_utf8_lossy(content)));
            }
        }
        texts.sort();
        texts
    }

    fn classifiers(&self) -> impl Iterator<Item = &str> {
        self.all("classifier").filter(|classifier| names::is_license(classifier))
    }

    fn all(&self, name: &'static str) -> impl Iterator<Item = &str> {
        self.fields.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    fn field(&self, name: &'static str) -> Option<&str> {
        self.all(name).next().filter(|value| !value.is_empty())
    }
}

fn is_sbom(path: &str) -> bool {
    path.starts_with("sboms/") && path.ends_with(".json")
}

/// By its place (PEP 639) or its name.
fn is_text(path: &str) -> bool {
    let name = file_name(path);
    let is_named = ["LICEN", "COPYING", "NOTICE", "AUTHORS"].iter().any(|start| name.starts_with(start));
    path.starts_with("licenses/") || (!path.contains('/') && is_named)
}

/// In upper case.
fn file_name(path: &str) -> String {
    path.rsplit('/').next().unwrap_or(path).to_uppercase()
}

/// The fields of core metadata, with names in lower case, up to the description.
fn fields(metadata: &str) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in metadata.trim_start_matches('\u{feff}').lines().take_while(|line| !line.is_empty()) {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = fields.last_mut() {
                value.push('\n');
                value.push_str(line.trim().trim_start_matches('|'));
            }
        } else if let Some((name, value)) = line.split_once(':') {
            fields.push((name.trim().to_lowercase(), value.trim().to_owned()));
        }
    }
    fields
}

#[cfg(test)]
#[path = "distribution_tests.rs"]
mod tests;
