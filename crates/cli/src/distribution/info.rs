//! `pyoxidizer python-distribution-info`

use std::io::{self, Write};

use pyox_standalone::{ExtensionInfo, Link, PythonJson};

use super::args::Info;
use super::described;
use crate::speech::{finish, stdout};
use crate::style::Style;
use crate::text::printable;

pub fn run(args: &Info, quiet: bool, style: Style) -> anyhow::Result<u8> {
    let json = described(&args.named, quiet, style)?;
    let mut out = stdout();
    let printed = match args.json {
        true => json.to_json().map_err(io::Error::other).and_then(|text| out.write_all(&text)),
        false => print(&json, &mut out),
    };
    finish(out, printed)?;
    Ok(0)
}

fn print(json: &PythonJson, out: &mut dyn Write) -> io::Result<()> {
    let title = |out: &mut dyn Write, text: &str| writeln!(out, "{text}\n{}\n", "=".repeat(text.len()));
    title(out, "High-Level Metadata")?;
    let abi = json.python_abi_tag.as_deref().unwrap_or("none");
    for (name, value) in [
        ("Target triple", json.target_triple.as_str()),
        ("Tag", &json.python_tag),
        ("ABI tag", abi),
        ("Platform tag", &json.python_platform_tag),
        ("Version", &json.python_version),
    ] {
        writeln!(out, "{:<15}{}", format!("{name}:"), printable(value))?;
    }
    writeln!(out)?;
    title(out, "Extension Modules")?;
    for (name, variants) in &json.build_info.extensions {
        let heading = printable(name);
        writeln!(out, "{heading}\n{}\n", "-".repeat(heading.len()))?;
        for variant in variants {
            self::variant(variant, out)?;
        }
    }
    Ok(())
}

fn variant(variant: &ExtensionInfo, out: &mut dyn Write) -> io::Result<()> {
    let heading = printable(&variant.variant);
    writeln!(out, "{heading}\n{}\n", "^".repeat(heading.len()))?;
    writeln!(out, "Required: {}", variant.required)?;
    writeln!(out, "Built-in Default: {}", variant.in_core)?;
    if let Some(licenses) = &variant.licenses {
        writeln!(out, "Licenses: {}", printable(licenses.join(", ")))?;
    } else if variant.license_public_domain == Some(true) {
        writeln!(out, "Licenses: public domain")?;
    }
    let links: Vec<String> = variant.links.iter().map(link).collect();
    if !links.is_empty() {
        writeln!(out, "Links: {}", links.join(", "))?;
    }
    writeln!(out)
}

fn link(link: &Link) -> String {
    match link.kind() {
        "library" => printable(&link.name),
        kind => format!("{} ({kind})", printable(&link.name)),
    }
}
