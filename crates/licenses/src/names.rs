//! Names of licences that people write where there should be an expression.

/// What a name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Named {
    /// One licence, as an expression.
    One(&'static str),
    /// One of these, by their identifiers: the text has to tell which.
    OneOf(&'static [&'static str]),
}

use Named::{One, OneOf};

const APACHE: &[&str] = &["Apache-2.0"];
const BSD: &[&str] = &["BSD-2-Clause", "BSD-3-Clause", "0BSD"];

/// Names, in lower case without punctuation, articles, and the words `license` and `version`.
///
/// Where a name leaves open whether later versions are allowed too (`GPLv3`), what it surely grants is that version, as
/// the identifiers without `-only` meant.
const NAMES: &[(&str, Named)] = &[
    ("mit", One("MIT")),
    ("mit mit", One("MIT")),
    ("expat", One("MIT")),
    ("mit no attribution mit 0", One("MIT-0")),
    ("apache 2", One("Apache-2.0")),
    ("apache 2 0", One("Apache-2.0")),
    ("apache v2", One("Apache-2.0")),
    ("apache v2 0", One("Apache-2.0")),
    ("apache2", One("Apache-2.0")),
    ("apache2 0", One("Apache-2.0")),
    ("apache software 2 0", One("Apache-2.0")),
    ("apache software 2", One("Apache-2.0")),
    ("asl 2 0", One("Apache-2.0")),
    ("apache", OneOf(APACHE)),
    ("apache software", OneOf(APACHE)),
    ("bsd", OneOf(BSD)),
    ("bsd style", OneOf(BSD)),
    ("bsd like", OneOf(BSD)),
    ("new bsd", One("BSD-3-Clause")),
    ("modified bsd", One("BSD-3-Clause")),
    ("revised bsd", One("BSD-3-Clause")),
    ("bsd 3", One("BSD-3-Clause")),
    ("bsd 3 clause", One("BSD-3-Clause")),
    ("bsd3", One("BSD-3-Clause")),
    ("3 clause bsd", One("BSD-3-Clause")),
    ("simplified bsd", One("BSD-2-Clause")),
    ("bsd 2 clause", One("BSD-2-Clause")),
    ("2 clause bsd", One("BSD-2-Clause")),
    ("isc", One("ISC")),
    ("iscl", One("ISC")),
    ("isc iscl", One("ISC")),
    ("mozilla public 2 0", One("MPL-2.0")),
    ("mozilla public 2 0 mpl 2 0", One("MPL-2.0")),
    ("mozilla public 1 1 mpl 1 1", One("MPL-1.1")),
    ("mpl 2 0", One("MPL-2.0")),
    ("mplv2 0", One("MPL-2.0")),
    ("psf", One("PSF-2.0")),
    ("psfl", One("PSF-2.0")),
    ("psf 2 0", One("PSF-2.0")),
    ("python software foundation", One("PSF-2.0")),
    ("python software foundation psf", One("PSF-2.0")),
    ("unlicense", One("Unlicense")),
    ("unlicense unlicense", One("Unlicense")),
    ("zlib libpng", One("Zlib")),
    ("zpl 2 1", One("ZPL-2.1")),
    ("zope public", OneOf(&["ZPL-2.1"])),
    ("boost software 1 0 bsl 1 0", One("BSL-1.0")),
    ("cc0 1 0 universal cc0 1 0 public domain dedication", One("CC0-1.0")),
    ("historical permission notice and disclaimer hpnd", One("HPND")),
    ("european union public licence 1 2 eupl 1 2", One("EUPL-1.2")),
    ("universal permissive upl", One("UPL-1.0")),
    ("gplv2", One("GPL-2.0-only")),
    ("gpl v2", One("GPL-2.0-only")),
    ("gnu general public v2 gplv2", One("GPL-2.0-only")),
    ("gnu general public v2 or later gplv2+", One("GPL-2.0-or-later")),
    ("gplv2+", One("GPL-2.0-or-later")),
    ("gplv3", One("GPL-3.0-only")),
    ("gpl v3", One("GPL-3.0-only")),
    ("gpl 3", One("GPL-3.0-only")),
    ("gnu general public v3 gplv3", One("GPL-3.0-only")),
    ("gnu general public v3 or later gplv3+", One("GPL-3.0-or-later")),
    ("gplv3+", One("GPL-3.0-or-later")),
    ("lgplv2+", One("LGPL-2.0-or-later")),
    ("gnu lesser general public v2 or later lgplv2+", One("LGPL-2.0-or-later")),
    ("lgplv3", One("LGPL-3.0-only")),
    ("lgpl v3", One("LGPL-3.0-only")),
    ("lgplv3+", One("LGPL-3.0-or-later")),
    ("gnu lesser general public v3 lgplv3", One("LGPL-3.0-only")),
    ("gnu lesser general public v3 or later lgplv3+", One("LGPL-3.0-or-later")),
    ("gnu affero general public v3", One("AGPL-3.0-only")),
    ("gnu affero general public v3 or later agplv3+", One("AGPL-3.0-or-later")),
];

/// What a name says, if it is well known.
pub(crate) fn named(name: &str) -> Option<Named> {
    let lower = name.to_lowercase();
    let separate = |c: char| !c.is_alphanumeric() && c != '+';
    let is_filler = |word: &&str| matches!(*word, "" | "the" | "license" | "licence" | "version");
    let words: Vec<&str> = lower.split(separate).filter(|word| !is_filler(word)).collect();
    let plain = if words.is_empty() && lower.contains("unlicense") { "unlicense".into() } else { words.join(" ") };
    NAMES.iter().find(|(known, _)| *known == plain).map(|(_, named)| *named)
}

/// What a classifier says: `License :: OSI Approved :: MIT License`.
pub(crate) fn of_classifier(classifier: &str) -> Option<Named> {
    let name = classifier.rsplit("::").next().unwrap_or_default();
    named(name)
}

/// Whether a classifier is about the licence, and names one.
pub(crate) fn is_license(classifier: &str) -> bool {
    let mut parts = classifier.split("::").map(str::trim);
    parts.next() == Some("License") && parts.last().is_some_and(|name| name != "OSI Approved")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (name, expected) in [
            ("MIT License", Some(One("MIT"))),
            ("The MIT License (MIT)", Some(One("MIT"))),
            ("Apache License, Version 2.0", Some(One("Apache-2.0"))),
            ("Apache Software License 2.0", Some(One("Apache-2.0"))),
            ("BSD", Some(OneOf(BSD))),
            ("BSD 3-Clause License", Some(One("BSD-3-Clause"))),
            ("The Unlicense (Unlicense)", Some(One("Unlicense"))),
            ("GPL", None),
            ("Other/Proprietary License", None),
            ("", None),
        ] {
            assert_eq!(named(name), expected, "{name}");
        }
        let classifier = "License :: OSI Approved :: GNU General Public License v3 or later (GPLv3+)";
        assert_eq!(of_classifier(classifier), Some(One("GPL-3.0-or-later")));
        assert!(is_license(classifier) && !is_license("License :: OSI Approved") && !is_license("Topic :: x"));
    }

    #[test]
    fn what_is_named_is_in_the_list_of_spdx() {
        for (name, named) in NAMES {
            let ids = match named {
                One(id) => vec![*id],
                OneOf(ids) => ids.to_vec(),
            };
            let is_today = |id: &&str| spdx::license_id(id).is_some_and(|found| !found.is_deprecated());
            assert!(ids.iter().all(is_today), "{name}");
        }
    }
}
