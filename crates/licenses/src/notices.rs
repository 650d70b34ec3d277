//! The texts of licences, to go along with a program.

use std::fmt::Write;

use crate::bill::Bill;
use crate::component::Component;

impl Bill {
    /// Every component with its licence, and every text once with the components that have it, as plain text: what can
    /// be put beside a program.
    ///
    /// ```
    /// use pyox_licenses::{Bill, Distribution};
    ///
    /// let text = ("LICENSE".to_owned(), b"Do as you like.".to_vec());
    /// let demo = Distribution::new("Name: demo\nVersion: 1.0\nLicense-Expression: MIT\n", vec![text]);
    /// let bill: Bill = demo.components().into_iter().collect();
    /// assert!(bill.notices().starts_with("demo 1.0: MIT\n"));
    /// assert!(bill.notices().ends_with("\nDo as you like.\n"));
    /// ```
    #[must_use]
    pub fn notices(&self) -> String {
        let mut document = String::new();
        let mut texts: Vec<(&str, Vec<String>)> = Vec::new();
        for component in self.components() {
            let name = name(component);
            let _ = writeln!(document, "{name}: {}", component.expression().unwrap_or("unknown licence"));
            for text in &component.texts {
                let from = format!("{name} ({})", text.name);
                let content = text.content.trim_end();
                match texts.iter_mut().find(|(known, _)| *known == content) {
                    Some((_, names)) => names.push(from),
                    None => texts.push((content, vec![from])),
                }
            }
        }
        let (thick, thin) = ("=".repeat(80), "-".repeat(80));
        for (content, names) in texts {
            let _ = writeln!(document, "\n{thick}\n{}\n{thin}\n\n{content}", names.join("\n"));
        }
        document
    }
}

fn name(component: &Component) -> String {
    let version = component.version.as_deref().map(|version| format!(" {version}")).unwrap_or_default();
    let whole = component.part_of.as_deref().map(|whole| format!(" (in {whole})")).unwrap_or_default();
    format!("{}{version}{whole}", component.name)
}
