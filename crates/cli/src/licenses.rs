//! `pyoxidizer licenses`

pub mod args;
mod source;
mod text;

use std::io::{self, Write};
use std::time::{SystemTime, UNIX_EPOCH};

use args::{Format, Licenses};
use pyox_licenses::{Bill, Denied, Deny, Subject, cyclonedx_document, spdx_document};
use serde_json::Value;
use source::Listed;

use crate::speech::{finish, stdout, tell};
use crate::style::Style;
use crate::text::printable;

/// The status if something is denied.
const DENIED: u8 = 1;

pub fn run(args: &Licenses, verbose: bool, quiet: bool, style: Style) -> anyhow::Result<u8> {
    let deny = args.deny.iter().map(|text| Deny::parse(text)).collect::<Result<Vec<_>, _>>()?;
    let Listed { name, bill } = source::listed(args, verbose, quiet, style)?;
    let subject = Subject::new(name, created(), ("pyoxidizer", env!("CARGO_PKG_VERSION")));
    let mut out = stdout();
    let printed = match args.format {
        Format::Text if args.texts => text::print_notices(&bill, &mut out),
        Format::Text => text::print(&bill, &mut out),
        Format::Json => json(&bill.to_json(), &mut out),
        Format::Spdx => json(&spdx_document(&bill, &subject), &mut out),
        Format::Cyclonedx => json(&cyclonedx_document(&bill, &subject), &mut out),
    };
    finish(out, printed)?;
    Ok(report(&bill, &deny, style))
}

fn json(document: &Value, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, document)?;
    writeln!(out)
}

/// Now, or what [SOURCE_DATE_EPOCH](https://reproducible-builds.org/specs/source-date-epoch/) says.
fn created() -> u64 {
    let stated = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|text| text.parse().ok());
    stated.unwrap_or_else(|| SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()))
}

/// Names what is denied.
fn report(bill: &Bill, deny: &[Deny], style: Style) -> u8 {
    let denied = bill.denied(deny);
    for Denied { component, by, .. } in &denied {
        let version = component.version.as_deref().map(|version| format!(" {version}")).unwrap_or_default();
        let name = printable(format!("{}{version}", component.name));
        let license = printable(component.expression().unwrap_or("of unknown licence"));
        tell!("{} {name}: {license} (denied: {})", style.error("denied:"), by.join(", "));
    }
    if denied.is_empty() { 0 } else { DENIED }
}
