//! Tcl and Tk: their libraries, and the scripts that these read.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use pyox_distribution::Tcl;
use pyox_packed_resources::{FileData, PartsDigest, Resource, SharedLibrary};
use pyox_scanner::{Found, ResourceSource, Scan};

use crate::error::Error;

/// The files of Tcl and Tk, by their paths below the prefix.
pub(crate) struct TclFiles {
    files: BTreeMap<String, (PathBuf, Vec<u8>)>,
    /// The names of those that are libraries, by the same paths.
    libraries: BTreeMap<String, String>,
}

impl TclFiles {
    /// Reads them: the scripts, messages and encodings that programs may ask for. Examples and what is for compilers
    /// stay out.
    pub(crate) fn read(tcl: &Tcl) -> Result<Self, Error> {
        let mut found = Self { files: BTreeMap::new(), libraries: BTreeMap::new() };
        let version = &tcl.version;
        let library = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        for path in [&tcl.tcl_library, &tcl.tk_library] {
            let name = library(path);
            let place = place(&name);
            found.add(place.clone(), path)?;
            found.libraries.insert(place, name);
        }
        found.add_directory(&place(&format!("tcl{version}")), &tcl.tcl_scripts)?;
        found.add_directory(&place(&format!("tk{version}")), &tcl.tk_scripts)?;
        // Where Tcl looks for them beside its scripts, wherever a distribution has them.
        for (of, directory) in &tcl.tcl_modules {
            let major = of.split('.').next().unwrap_or_default();
            found.files.retain(|_, (path, _)| !path.starts_with(directory));
            found.add_directory(&place(&format!("tcl{major}/{of}")), directory)?;
        }
        // As Tk installs it: that of a distribution names the directory of its library.
        let index = format!(
            "if {{[catch {{package present Tcl {version}}}]}} return\n\
             package ifneeded Tk {} [list load [file normalize [file join $dir .. {}]] Tk]\n",
            tcl.tk_patch_level,
            library(&tcl.tk_library)
        );
        let place = place(&format!("tk{version}/pkgIndex.tcl"));
        found.files.insert(place, (tcl.tk_library.clone(), index.into_bytes()));
        Ok(found)
    }

    fn add(&mut self, place: String, path: &Path) -> Result<(), Error> {
        let content = fs::read(path).map_err(Error::io("read", path))?;
        self.files.insert(place, (path.to_owned(), content));
        Ok(())
    }

    fn add_directory(&mut self, place: &str, path: &Path) -> Result<(), Error> {
        for entry in fs::read_dir(path).map_err(Error::io("read", path))? {
            let entry = entry.map_err(Error::io("read", path))?;
            let path = entry.path();
            // Tcl would not find a file whose name is not text.
            let Ok(name) = entry.file_name().into_string() else { continue };
            if !is_wanted(&name) {
                continue;
            }
            let place = format!("{place}/{name}");
            match path.is_dir() {
                true => self.add_directory(&place, &path)?,
                false => self.add(place, &path)?,
            }
        }
        Ok(())
    }

    /// A key that differs where a file does.
    pub(crate) fn identity(&self) -> String {
        let mut digest = PartsDigest::default();
        for (place, (path, content)) in &self.files {
            digest.push(place);
            digest.push(path.as_os_str().as_encoded_bytes());
            digest.push(content);
        }
        digest.hex()
    }
}

/// Where something is that is in the directory `lib` of the prefix.
fn place(name: &str) -> String {
    format!("lib/{name}")
}

/// Whether a file or directory among the scripts is of use when a program runs.
fn is_wanted(name: &str) -> bool {
    let is_for_compilers = [".c", ".h", ".a", ".sh"].iter().any(|suffix| name.ends_with(suffix));
    name != "demos" && !is_for_compilers
}

impl ResourceSource for TclFiles {
    fn scan(&self) -> Result<Scan, pyox_scanner::Error> {
        let mut scan = Scan::default();
        for (place, (path, content)) in &self.files {
            let resource = match self.libraries.get(place) {
                Some(name) => Resource::SharedLibrary(SharedLibrary {
                    name: name.clone(),
                    relative_path: Some(place.clone()),
                    library: content.clone().into(),
                }),
                None => {
                    let data = content.clone().into();
                    Resource::File(FileData { path: place.clone(), data, executable: false })
                }
            };
            scan.resources.push(Found::new(resource, path));
        }
        Ok(scan)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_programs_may_read_goes_along() {
        let directory = tempfile::tempdir().unwrap();
        let write = |path: &str, content: &str| {
            let path = directory.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, content).unwrap();
            path
        };
        let (tcl_library, tk_library) = (write("libtcl8.6.so", "tcl"), write("libtk8.6.so", "tk"));
        for path in [
            "tcl/init.tcl",
            "tcl/msgs/de.msg",
            "tcl/tclAppInit.c",
            "tcl/tcl8/msgcat.tm",
            "tk/tk.tcl",
            "tk/demos/widget",
            "tk/pkgIndex.tcl",
        ] {
            write(path, path);
        }
        let (tcl_scripts, tk_scripts) = (directory.path().join("tcl"), directory.path().join("tk"));
        let tcl = serde_json::json!({
            "version": "8.6", "tk_patch_level": "8.6.13", "tcl_library": tcl_library, "tk_library": tk_library,
            "tcl_scripts": tcl_scripts, "tk_scripts": tk_scripts,
            "tcl_modules": [["8.6", tcl_scripts.join("tcl8")]],
        });
        let tcl: Tcl = serde_json::from_value(tcl).unwrap();
        let files = TclFiles::read(&tcl).unwrap();
        let scan = files.scan().unwrap();
        let paths: Vec<String> = scan.resources.iter().map(|found| found.resource.relative_path()).collect();
        assert_eq!(
            paths,
            [
                "lib/libtcl8.6.so",
                "lib/libtk8.6.so",
                "lib/tcl8.6/init.tcl",
                "lib/tcl8.6/msgs/de.msg",
                "lib/tcl8/8.6/msgcat.tm",
                "lib/tk8.6/pkgIndex.tcl",
                "lib/tk8.6/tk.tcl",
            ]
        );
        let index = String::from_utf8(files.files["lib/tk8.6/pkgIndex.tcl"].1.clone()).unwrap();
        assert!(index.contains("package ifneeded Tk 8.6.13 [list load"), "{index}");
        let before = files.identity();
        write("tcl/msgs/de.msg", "changed");
        assert_ne!(TclFiles::read(&tcl).unwrap().identity(), before);
    }
}
