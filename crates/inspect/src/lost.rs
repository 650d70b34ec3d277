//! What a conversion leaves out.

use pyox_legacy_resources::{Loss, LossKind};

/// Something that version 3 cannot hold.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lost {
    /// Of which kind it is.
    pub kind: LossKind,
    /// What it is, for people: kind, key and entry of a field, for example.
    pub what: String,
}

impl From<&Loss<'_>> for Lost {
    fn from(loss: &Loss<'_>) -> Self {
        Self { kind: loss.kind(), what: loss.to_string() }
    }
}

/// Each on a line of its own.
pub(crate) fn listed(losses: &[Lost]) -> String {
    losses.iter().map(|lost| format!("\n  {}", lost.what)).collect()
}
