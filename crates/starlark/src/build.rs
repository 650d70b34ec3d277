//! What `build` makes of the values that targets return.

use std::fs;
use std::path::{Path, PathBuf};

use pyox_build::Artifacts;
use pyox_packaging::{LayerKind, Report, Request};
use pyox_packed_resources::Resource;
use starlark::values::{UnpackValue as _, Value};

use crate::context::Context;
use crate::directory;
use crate::executable::Executable;
use crate::fault::Fault;
use crate::manifest::{Content, Manifest};
use crate::options::Event;
use crate::values::embedded::EmbeddedResources;
use crate::values::executable::PythonExecutable;
use crate::values::installer::Installer;
use crate::values::manifest::FileManifest;

/// A target that was built.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Built {
    /// Its name.
    pub target: String,
    /// The type of its value, such as `PythonExecutable`.
    pub type_name: String,
    /// What was written: a file or a directory. Nothing for values that nothing is made of.
    pub path: Option<PathBuf>,
    /// The program that running the target starts, if there is one.
    pub program: Option<PathBuf>,
}

/// Builds the value of a target.
pub(crate) fn build(context: &Context<'_>, target: &str, value: Value<'_>) -> Result<Built, Fault> {
    let directory = context.build_path().join(target);
    let (path, program) = if let Some(executable) = <&PythonExecutable>::unpack_value_opt(value) {
        let executable = executable.data();
        let path = directory.join(&executable.name);
        fs::create_dir_all(&directory).map_err(Fault::io("create", &directory))?;
        let report = pack(context, &executable, &path)?;
        context.tell(&Event::Packed { report: &report, path: &path });
        (Some(path.clone()), Some(path))
    } else if let Some(manifest) = <&FileManifest>::unpack_value_opt(value) {
        let manifest = manifest.data();
        write(context, &manifest, &directory)?;
        let program = manifest.runnable().map(|path| directory.join(path));
        (Some(directory), program)
    } else if let Some(EmbeddedResources(executable)) = <&EmbeddedResources>::unpack_value_opt(value) {
        let directory = context.options.artifacts.clone().unwrap_or(directory);
        let path = directory.join(Artifacts::PACKED_RESOURCES);
        with_request(context, executable, &path, |request| {
            // The program goes on when Python has ended, unless something else is said.
            request.interpreter.fast_exit &= executable.config.assigns("fast_exit");
            context.with_progress(|progress| Ok(pyox_build::make(request, &directory, progress)?))
        })?;
        let files = fs::read_dir(&directory).map_err(Fault::io("read", &directory))?.count();
        context.tell(&Event::Installed { path: &directory, files });
        (Some(path), None)
    } else if let Some(installer) = <&Installer>::unpack_value_opt(value) {
        return Err(installer.fault());
    } else {
        (None, None)
    };
    Ok(Built { target: target.to_owned(), type_name: value.get_type().to_owned(), path, program })
}

/// `FileManifest.install()`.
pub(crate) fn install(context: &Context<'_>, manifest: &Manifest, path: &str, replace: bool) -> Result<(), Fault> {
    let root = context.build_root();
    let directory: PathBuf =
        root.join(path).components().filter(|part| *part != std::path::Component::CurDir).collect();
    let is_below = directory.starts_with(&root) && directory != root;
    let has_parent = directory.components().any(|part| part == std::path::Component::ParentDir);
    if has_parent {
        return Err(Fault::Outside { path: path.into() });
    }
    if !replace {
        return add(context, manifest, &directory);
    }
    // Elsewhere, only what this writes may be replaced.
    if !is_below {
        let files = manifest.files();
        directory::check(&directory, &|path| path.to_str().is_some_and(|path| files.contains_key(path)))?;
    }
    write(context, manifest, &directory)
}

/// Writes a manifest in place of a directory.
fn write(context: &Context<'_>, manifest: &Manifest, directory: &Path) -> Result<(), Fault> {
    directory::replace(directory, |aside| {
        manifest.write(aside, |executable, path| {
            let report = pack(context, executable, path)?;
            let place = directory.join(path.strip_prefix(aside).unwrap_or(path));
            context.tell(&Event::Packed { report: &report, path: &place });
            Ok(())
        })
    })?;
    context.tell(&Event::Installed { path: directory, files: manifest.files().len() });
    Ok(())
}

/// Writes a manifest into a directory, of which all else stays.
fn add(context: &Context<'_>, manifest: &Manifest, directory: &Path) -> Result<(), Fault> {
    manifest.write(directory, |executable, path| {
        let report = pack(context, executable, path)?;
        context.tell(&Event::Packed { report: &report, path });
        Ok(())
    })?;
    context.tell(&Event::Installed { path: directory, files: manifest.files().len() });
    Ok(())
}

/// Writes a program, and what belongs beside it.
fn pack(context: &Context<'_>, executable: &Executable, path: &Path) -> Result<Report, Fault> {
    let mut beside = Manifest::default();
    let report = with_request(context, executable, path, |request| {
        context.with_progress(|progress| {
            let report = pyox_packaging::pack(request, progress)?;
            if let Some(name) = &executable.licenses_filename {
                let notices = pyox_packaging::components(request, progress)?.notices();
                beside.add(name, Content::Data { data: notices.into(), executable: false })?;
            }
            Ok(report)
        })
    })?;
    for (place, found) in executable.files_beside() {
        let (data, executable) = (found.resource.data().clone(), found.executable);
        beside.add(&place, Content::Data { data, executable })?;
    }
    let directory = path.parent().unwrap_or(Path::new("."));
    beside.write(directory, |_, _| Ok(()))?;
    Ok(report)
}

fn with_request<T>(
    context: &Context<'_>,
    executable: &Executable,
    path: &Path,
    work: impl FnOnce(&mut Request<'_>) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let options = context.options;
    let Executable { distribution, policy, config, .. } = executable;
    if config.ignores_search_paths() {
        let text = "module_search_paths is set, and filesystem_importer = False: nothing looks there";
        context.tell(&Event::Note { text, position: None });
    }
    let (interpreter, entry) = config.packed()?;
    let chosen = distribution.chosen(policy)?;
    let left_out = distribution.left_out(policy)?;
    let mut request = Request::new(distribution.toolchain(&chosen)?, options.launchers, options.cache);
    let decide = |candidate: &pyox_packaging::Candidate<'_>, decision: &mut pyox_packaging::Decision| {
        executable.decide(candidate, decision);
        let is_stdlib = matches!(candidate.layer, LayerKind::StandardLibrary);
        match &candidate.found.resource {
            Resource::ExtensionModule(module) if is_stdlib && left_out.contains(&module.name) => {
                decision.include = false
            }
            _ => {}
        }
        Ok(())
    };
    request.decide = Some(&decide);
    request.policy = policy.packaging();
    request.interpreter = interpreter;
    request.inputs.given = executable.given();
    request.inputs.entry = entry;
    request.inputs.refresh = options.refresh;
    request.output = Some(path.to_owned());
    work(&mut request)
}
