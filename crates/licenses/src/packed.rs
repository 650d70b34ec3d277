//! Components of packed resources.

use pyox_packed_resources::{Blob, Encoding, EntryFlags, Field, FieldKind, SectionKind};

use crate::Error;
use crate::bill::Bill;
use crate::component::Component;
use crate::distribution::Distribution;

/// The section of a program's resources that has its [`Bill`], as [`Bill::encode`] writes it. A program never reads it.
pub const SECTION: SectionKind = SectionKind::Other(21);

/// The bill that a program has; `None` if it has none.
///
/// # Errors
///
/// Those of [`Bill::decode`], and [`Error::Resources`] if the section is damaged.
pub fn packed_bill(resources: &Blob<'_>) -> Result<Option<Bill>, Error> {
    resources.section(SECTION)?.map(Bill::decode).transpose()
}

/// The distributions in packed resources, by their metadata, with the parts that they list. `read` gives a value as it
/// is once decoded.
///
/// # Errors
///
/// Those of `read`, and damage of the resources.
pub fn packed_distributions<'a, E: From<pyox_packed_resources::Error>>(
    resources: &Blob<'a>,
    read: &mut dyn FnMut(&Field<'a>) -> Result<Vec<u8>, E>,
) -> Result<Vec<Component>, E> {
    let mut components = Vec::new();
    for entry in resources.entries() {
        let entry = entry?;
        if !entry.is(EntryFlags::DISTRIBUTION) {
            continue;
        }
        let (mut metadata, mut files) = (String::new(), Vec::new());
        for field in entry.fields_of(FieldKind::DistributionResource) {
            let field = field?;
            let name = field.key();
            // What is in a file beside the program is not here.
            if field.encoding()? == Encoding::File {
                continue;
            }
            if matches!(name, "METADATA" | "PKG-INFO") {
                metadata = String::from_utf8_lossy(&read(&field)?).into_owned();
            } else if Distribution::is_of_interest(name) {
                files.push((name.to_owned(), read(&field)?));
            }
        }
        if !metadata.is_empty() {
            components.extend(Distribution::new(&metadata, files).components());
        }
    }
    Ok(components)
}
