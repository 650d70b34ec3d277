//! Components of packed resources.

use pyox_packed_resources::{Blob, Decoder, Encoding, EntryFlags, FieldKind, SectionKind};

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

/// The distributions in packed resources, by their metadata, with the parts that they list.
///
/// # Errors
///
/// [`Error::Resources`]
pub fn packed_distributions(resources: &Blob<'_>) -> Result<Vec<Component>, Error> {
    let mut components = Vec::new();
    let decoder = Decoder::new();
    for entry in resources.entries() {
        let entry = entry?;
        if !entry.is(EntryFlags::DISTRIBUTION) {
            continue;
        }
        let (mut metadata, mut files) = (String::new(), Vec::new());
        for field in entry.fields() {
            let field = field?;
            let key = field.key();
            let is_metadata = matches!(key, "METADATA" | "PKG-INFO");
            let is_asked = field.kind() == FieldKind::DistributionResource
                && (is_metadata || Distribution::is_of_interest(key))
                && field.encoding()? != Encoding::File;
            if !is_asked {
                continue;
            }
            let content = decoder.read(&field)?;
            match is_metadata {
                true => metadata = String::from_utf8_lossy(&content).into_owned(),
                false => files.push((key.to_owned(), content.to_vec())),
            }
        }
        if !metadata.is_empty() {
            components.extend(Distribution::new(&metadata, files).components());
        }
    }
    Ok(components)
}
