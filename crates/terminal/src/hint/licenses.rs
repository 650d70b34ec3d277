//! Licences.

use pyox_licenses::Error;

pub(super) fn hint(error: &Error) -> Option<String> {
    Some(match error {
        Error::UnknownLicense { .. } => {
            "identifiers are listed at https://spdx.org/licenses/; GPL stands for all versions of it, and NOASSERTION \
             for what is not known"
                .into()
        }
        Error::Bill(_) | Error::TooLong { .. } => "copy the program or make it again".into(),
        _ => return None,
    })
}
