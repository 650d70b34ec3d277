//! `pyoxidizer python-distribution-licenses`

use std::io::{self, Write};

use pyox_standalone::{ExtensionInfo, PythonJson};
use serde_json::{Value, json};

use super::args::Licenses;
use super::described;
use crate::speech::{finish, stdout};
use crate::style::Style;
use crate::text::printable;

pub fn run(args: &Licenses, quiet: bool, style: Style) -> anyhow::Result<u8> {
    let json = described(&args.named, quiet, style)?;
    let mut out = stdout();
    let printed = match args.json {
        true => serde_json::to_writer_pretty(&mut out, &document(&json))
            .map_err(io::Error::from)
            .and_then(|()| writeln!(out)),
        false => print(&json, &mut out),
    };
    finish(out, printed)?;
    Ok(0)
}

/// The variants that are linked with something, or have a licence of their own.
fn linked(json: &PythonJson) -> impl Iterator<Item = (&String, &ExtensionInfo)> {
    let all = json.build_info.extensions.iter();
    let all = all.flat_map(|(name, variants)| variants.iter().map(move |variant| (name, variant)));
    let is_licensed = |one: &ExtensionInfo| one.licenses.is_some() || one.license_public_domain.is_some();
    all.filter(move |(_, variant)| !variant.links.is_empty() || is_licensed(variant))
}

fn document(json: &PythonJson) -> Value {
    let extensions = linked(json).map(|(name, variant)| {
        let links = variant.links.iter().map(|link| json!({ "name": link.name, "kind": link.kind() }));
        json!({
            "name": name,
            "variant": variant.variant,
            "links": links.collect::<Vec<_>>(),
            "licenses": variant.licenses,
            "public_domain": variant.license_public_domain,
        })
    });
    json!({ "python": json.python_version, "licenses": json.licenses, "extensions": extensions.collect::<Vec<_>>() })
}

fn print(json: &PythonJson, out: &mut dyn Write) -> io::Result<()> {
    let title = format!("Python {}", printable(&json.python_version));
    writeln!(out, "{title}\n{}\n", "=".repeat(title.len()))?;
    licenses(json.licenses.as_deref(), None, out)?;
    for (name, variant) in linked(json) {
        let several = json.build_info.extensions.get(name).is_some_and(|all| all.len() > 1);
        let title = if several { format!("{name} ({})", variant.variant) } else { name.clone() };
        let title = printable(title);
        writeln!(out, "\n{title}\n{}\n", "-".repeat(title.len()))?;
        for link in &variant.links {
            writeln!(out, "Dependency: {}\nLink Type: {}\n", printable(&link.name), link.kind())?;
        }
        licenses(variant.licenses.as_deref(), variant.license_public_domain, out)?;
    }
    Ok(())
}

fn licenses(names: Option<&[String]>, public_domain: Option<bool>, out: &mut dyn Write) -> io::Result<()> {
    match (names, public_domain) {
        (Some(names), _) if !names.is_empty() => {
            writeln!(out, "Licenses: {}", printable(names.join(", ")))?;
            for name in names {
                writeln!(out, "License Info: https://spdx.org/licenses/{}.html", printable(name))?;
            }
            Ok(())
        }
        (_, Some(true)) => writeln!(out, "Licenses: Public Domain"),
        _ => writeln!(out, "Licenses: UNKNOWN"),
    }
}
