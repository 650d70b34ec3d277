//! Licences that may not be in a program.

use spdx::{AdditionItem, Expression, LicenseItem, LicenseReq, ParseMode};

use crate::bill::Bill;
use crate::component::Component;
use crate::{Error, expression};

/// A licence that may not be in a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deny {
    text: String,
    /// `None` for licences that are not known.
    license: Option<String>,
    exception: Option<String>,
}

/// A component that may not be in a program.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Denied<'b> {
    /// The component.
    pub component: &'b Component,
    /// What denies it, as it was given.
    pub by: Vec<String>,
}

impl Deny {
    /// What is to be denied:
    ///
    /// * an identifier (`GPL-3.0-or-later`), alone or with an exception (`GPL-3.0-or-later WITH GCC-exception-3.1`).
    ///   Alone it does not deny what has an exception;
    /// * the start of identifiers up to a version: `GPL` denies all versions, `GPL-3.0` both `GPL-3.0-only` and
    ///   `GPL-3.0-or-later`;
    /// * `NOASSERTION`: components whose licence is not known.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownLicense`], if no licence is called so.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        let deny = |license, exception| Ok(Self { text: text.to_owned(), license, exception });
        if text == "NOASSERTION" {
            return deny(None, None);
        }
        let unknown = || Error::UnknownLicense { text: text.to_owned() };
        let (license, exception) = match text.split_once(" WITH ") {
            Some((license, exception)) => (license.trim(), Some(exception.trim())),
            None => (text, None),
        };
        if exception.is_some_and(|name| spdx::exception_id(name).is_none()) {
            return Err(unknown());
        }
        let known = spdx::identifiers::LICENSES.iter().any(|known| names(license, known.name));
        if !known && expression::references(license).next() != Some(license) {
            return Err(unknown());
        }
        deny(Some(license.to_owned()), exception.map(str::to_owned))
    }

    fn fits(&self, requirement: &LicenseReq) -> bool {
        let Some(license) = &self.license else { return false };
        let name = match &requirement.license {
            LicenseItem::Spdx { id, or_later: false } => id.name.to_owned(),
            LicenseItem::Spdx { id, or_later: true } => format!("{}+", id.name),
            other => other.to_string(),
        };
        let exception = requirement.addition.as_ref().map(AdditionItem::to_string);
        names(license, name.trim_end_matches('+')) && exception == self.exception
    }
}

/// Whether what is denied is this identifier, or its start up to a version or to what follows that.
fn names(denied: &str, identifier: &str) -> bool {
    let Some(rest) = identifier.get(..denied.len()).filter(|start| start.eq_ignore_ascii_case(denied)) else {
        return false;
    };
    let rest = &identifier[rest.len()..];
    // What is an identifier itself is no start of others: `MIT` is not that of `MIT-0`.
    let is_start = || {
        let is_version = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit());
        spdx::license_id(denied).is_none() && rest.strip_prefix('-').is_some_and(is_version)
    };
    rest.is_empty() || matches!(rest, "-only" | "-or-later") || is_start()
}

impl Bill {
    /// The components that cannot be had without a licence that is denied. Where there is a choice (`MIT OR
    /// GPL-3.0-only`), one allowed licence is enough.
    #[must_use]
    pub fn denied(&self, denied: &[Deny]) -> Vec<Denied<'_>> {
        let denies = |component| {
            let by = denied_by(component, denied);
            (!by.is_empty()).then_some(Denied { component, by })
        };
        self.components().iter().filter_map(denies).collect()
    }
}

fn denied_by(component: &Component, denied: &[Deny]) -> Vec<String> {
    let mode = ParseMode { allow_deprecated: true, allow_unknown: true, ..ParseMode::STRICT };
    let expression = component.expression().and_then(|text| Expression::parse_mode(text, mode).ok());
    let Some(expression) = expression else {
        return denied.iter().filter(|deny| deny.license.is_none()).map(|deny| deny.text.clone()).collect();
    };
    let is_denied = |requirement: &LicenseReq| denied.iter().any(|deny| deny.fits(requirement));
    if expression.evaluate(|requirement| !is_denied(requirement)) {
        return Vec::new();
    }
    let is_there = |deny: &&Deny| expression.requirements().any(|found| deny.fits(&found.req));
    denied.iter().filter(is_there).map(|deny| deny.text.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::component::{Kind, Source};

    #[test]
    fn choices_exceptions_and_versions() {
        for (expression, deny, expected) in [
            ("MIT OR GPL-3.0-only", "GPL", false),
            ("MIT AND GPL-3.0-or-later", "GPL", true),
            ("MIT AND GPL-3.0-or-later", "GPL-3.0", true),
            ("GPL-3.0-or-later", "GPL-3.0-only", false),
            ("GPL-2.0-only", "GPL-3.0", false),
            ("LGPL-3.0-only", "GPL", false),
            ("GPL-3.0-or-later WITH GCC-exception-3.1", "GPL-3.0-or-later", false),
            ("GPL-3.0-or-later WITH GCC-exception-3.1", "GPL-3.0 WITH GCC-exception-3.1", true),
            ("MPL-2.0+", "MPL-2.0", true),
            ("MIT-0", "MIT", false),
            ("BSD-3-Clause", "BSD", true),
            ("LicenseRef-public-domain", "LicenseRef-public-domain", true),
            ("MIT", "NOASSERTION", false),
            ("BSD", "NOASSERTION", true),
            ("BSD", "MIT", false),
        ] {
            let component = Component::new(Kind::Library, "x", None).licensed(expression, Source::Sbom);
            let bill: Bill = [component].into_iter().collect();
            let denied = bill.denied(&[Deny::parse(deny).unwrap(), Deny::parse("Zlib").unwrap()]);
            let by: Vec<_> = denied.iter().map(|denied| denied.by.join(" ")).collect();
            assert_eq!(by, if expected { vec![deny] } else { vec![] }, "{expression}, {deny}");
        }
        for text in ["", "GPLv3", "MIT OR ISC", "G", "GPL WITH none"] {
            assert!(Deny::parse(text).is_err(), "{text}");
        }
    }
}
