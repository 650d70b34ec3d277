//! What libraries look for on the machine that they run on, and what may go along instead: descriptions of terminals,
//! and certificates of authorities.

use std::collections::BTreeSet;
use std::env::{home_dir, split_paths, var_os};
use std::path::PathBuf;

use pyox_interpreter_config::Resolution;
use pyox_interpreter_config::directories::TERMINFO_OF_SYSTEMS;
use pyox_layers::{Layer, LayerKind};
use pyox_linker::Progress;
use pyox_packed_resources::Location;
use pyox_pip::PipRequest;
use pyox_scanner::DataFiles;

use crate::error::Error;
use crate::resolving::Resolving;

/// Where descriptions of terminals are in the program, below its prefix: as in an installation of ncurses.
const TERMINFO: &str = "share/terminfo";

/// The project that has certificates of authorities, those of Mozilla. Its version is their date.
const CERTIFICATES_PROJECT: &str = "certifi";

/// The file with all of them, below the directory of its packages.
const CERTIFICATES: &str = "certifi/cacert.pem";

/// Descriptions of terminals on this machine, compiled, at their places in the program.
///
/// # Errors
///
/// [`Error::NoTerminal`]
pub(crate) fn terminals(names: &[String]) -> Result<DataFiles, Error> {
    find(names, &databases())
}

fn find(names: &[String], databases: &[PathBuf]) -> Result<DataFiles, Error> {
    let mut found = DataFiles::new();
    for name in names.iter().collect::<BTreeSet<_>>() {
        let places = places(name);
        let mut tried = databases.iter().flat_map(|database| places.iter().map(move |place| (database, place)));
        let Some((database, place)) = tried.find(|(database, place)| database.join(place).is_file()) else {
            return Err(Error::NoTerminal { name: name.clone(), databases: databases.to_vec() });
        };
        found = found.add(database.join(place), format!("{TERMINFO}/{place}"));
    }
    Ok(found)
}

/// The directories where ncurses looks, first to last.
fn databases() -> Vec<PathBuf> {
    let variable = |name| var_os(name).filter(|value| !value.is_empty());
    let mut databases: Vec<PathBuf> = variable("TERMINFO").map(PathBuf::from).into_iter().collect();
    databases.extend(home_dir().map(|home| home.join(".terminfo")));
    databases.extend(variable("TERMINFO_DIRS").iter().flat_map(split_paths));
    databases.extend(TERMINFO_OF_SYSTEMS.map(PathBuf::from));
    databases.retain(|database| database.is_dir());
    databases
}

/// Where a description may be in a database: in a directory of its first letter, or of the number of that where file
/// systems do not tell small letters from large ones. None for what is no name.
fn places(name: &str) -> Vec<String> {
    match name.chars().next() {
        Some(first) if first.is_ascii_alphanumeric() && !name.contains(['/', '\0']) => {
            vec![format!("{first}/{name}"), format!("{:x}/{name}", u32::from(first))]
        }
        _ => Vec::new(),
    }
}

impl Resolving<'_, '_> {
    /// Packs descriptions of terminals, and says where their database is.
    pub(crate) fn add_terminals(
        &mut self,
        found: &DataFiles,
        progress: &mut dyn Progress,
    ) -> Result<Resolution, Error> {
        let kind = LayerKind::Terminals;
        self.own.insert(self.layers.len());
        self.add(kind, found, progress)?;
        Ok(Resolution::Packed(format!("{}/{TERMINFO}", self.directory(kind))))
    }

    /// Where certificates are. Where nothing else brings certifi, pip installs it.
    pub(crate) fn add_certificates(
        &mut self,
        request: PipRequest,
        progress: &mut dyn Progress,
    ) -> Result<Resolution, Error> {
        if self.certificates().is_none() {
            // Nothing of it is linked into the program.
            let built = std::mem::take(&mut self.built);
            self.install(&request.requirements([CERTIFICATES_PROJECT]), progress)?;
            self.built = built;
        }
        self.certificates().ok_or(Error::NoCertificates)
    }

    fn certificates(&self) -> Option<Resolution> {
        let find =
            |layer: &Layer| layer.rows().iter().find(|row| row.path == CERTIFICATES).map(|row| row.location.clone());
        let (layer, location) = self.layers.iter().find_map(|layer| Some((layer, find(layer)?)))?;
        Some(match location {
            Location::FilesystemRelative(directory) => {
                Resolution::Static(format!("$ORIGIN/{directory}/{CERTIFICATES}"))
            }
            _ => Resolution::Packed(format!("{}/{CERTIFICATES}", self.directory(layer.kind()))),
        })
    }

    fn directory(&self, kind: LayerKind) -> String {
        kind.directory(self.builder.python().target().minor().1)
    }
}

#[cfg(test)]
mod tests {
    use pyox_scanner::ResourceSource as _;

    use super::*;

    #[test]
    fn terminals_are_found_in_either_form_and_the_first_database_wins() -> Result<(), Box<dyn std::error::Error>> {
        let directory = tempfile::tempdir()?;
        let databases = ["one", "two"].map(|name| directory.path().join(name));
        for place in ["one/x/xterm", "two/x/xterm", "two/73/screen"] {
            let file = directory.path().join(place);
            std::fs::create_dir_all(file.parent().ok_or("no parent")?)?;
            std::fs::write(file, place)?;
        }
        let names = ["screen", "xterm", "xterm"].map(str::to_owned);
        let mut found = Vec::new();
        for file in find(&names, &databases)?.scan()?.resources {
            found.push((file.resource.relative_path(), String::from_utf8(file.resource.data().read()?.into_owned())?));
        }
        let expected = [("share/terminfo/73/screen", "two/73/screen"), ("share/terminfo/x/xterm", "one/x/xterm")];
        assert_eq!(found, expected.map(|(place, content)| (place.to_owned(), content.to_owned())));
        for name in ["vt100", "", "../x/xterm", ".", "x/xterm"] {
            let refused = find(&[name.to_owned()], &databases);
            assert!(matches!(refused, Err(Error::NoTerminal { .. })), "{name}");
        }
        Ok(())
    }
}
