//! Files: manifests and what is in them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use starlark::environment::GlobalsBuilder;
use starlark::eval::Evaluator;
use starlark::starlark_module;
use starlark::values::Value;
use starlark::values::list::UnpackList;
use starlark::values::none::NoneOr;

use crate::context::Context;
use crate::fault::Fault;
use crate::glob;
use crate::manifest::{Content, Manifest};
use crate::values::content::FileContent as FileContentValue;
use crate::values::manifest::FileManifest as FileManifestValue;

#[starlark_module]
#[allow(non_snake_case, reason = "these are the names of the dialect")]
pub(super) fn functions(builder: &mut GlobalsBuilder) {
    /// An empty manifest.
    fn FileManifest() -> starlark::Result<FileManifestValue> {
        Ok(FileManifestValue::new(Manifest::default()))
    }

    /// A file: that at a path, or one with this content.
    fn FileContent<'v>(
        #[starlark(default = NoneOr::None)] path: NoneOr<&str>,
        #[starlark(default = NoneOr::None)] filename: NoneOr<&str>,
        #[starlark(default = NoneOr::None)] content: NoneOr<&str>,
        #[starlark(default = NoneOr::None)] executable: NoneOr<bool>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<FileContentValue> {
        let context = Context::of(eval)?;
        let (path, name) = (path.into_option(), filename.into_option());
        let wrong = |expected: &str| Fault::Argument {
            function: "FileContent",
            parameter: "content",
            value: "this".to_owned(),
            expected: expected.to_owned(),
        };
        let (own_name, mut file) = match (path, content.into_option()) {
            (Some(path), None) => {
                let full = context.path(path);
                let name = full.file_name().map(|name| name.to_string_lossy().into_owned());
                (name, Content::of_file(&full)?)
            }
            (None, Some(text)) => (None, Content::Data { data: text.into(), executable: false }),
            _ => return Err(wrong("either path or content").into()),
        };
        if let (Content::Data { executable: flag, .. }, Some(executable)) = (&mut file, executable.into_option()) {
            *flag = executable;
        }
        let name = name.map(str::to_owned).or(own_name).ok_or_else(|| wrong("a filename with it"))?;
        Ok(FileContentValue::new(&name, file))
    }

    /// The files that patterns name: those of `include` without those of `exclude`, with their paths from the directory
    /// of the configuration file, from which `strip_prefix` is taken off.
    fn glob<'v>(
        include: Value<'v>,
        #[starlark(default = NoneOr::None)] exclude: NoneOr<UnpackList<String>>,
        #[starlark(default = NoneOr::None)] strip_prefix: NoneOr<&str>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<FileManifestValue> {
        let context = Context::of(eval)?;
        let include = match include.unpack_str() {
            Some(pattern) => vec![pattern.to_owned()],
            None => texts(include)?,
        };
        let exclude = exclude.into_option().map(|exclude| exclude.items).unwrap_or_default();
        let manifest = found(context, &include, &exclude, strip_prefix.into_option())?;
        if manifest.files().is_empty() {
            context.note(&format!("no file matches {}", include.join(", ")), eval);
        }
        Ok(FileManifestValue::new(manifest))
    }
}

fn texts(value: Value<'_>) -> Result<Vec<String>, Fault> {
    match crate::plain::Plain::of(value) {
        Some(crate::plain::Plain::List(items)) => Ok(items),
        _ => Err(Fault::Argument {
            function: "glob",
            parameter: "include",
            value: value.to_repr(),
            expected: "a list of patterns".to_owned(),
        }),
    }
}

fn found(
    context: &Context<'_>,
    include: &[String],
    exclude: &[String],
    prefix: Option<&str>,
) -> Result<Manifest, Fault> {
    let mut excluded: BTreeSet<PathBuf> = BTreeSet::new();
    for pattern in exclude {
        excluded.extend(glob::files(&context.path(pattern))?);
    }
    let mut manifest = Manifest::default();
    for pattern in include {
        let is_absolute = Path::new(pattern).is_absolute();
        for path in glob::files(&context.path(pattern))?.into_iter().filter(|path| !excluded.contains(path)) {
            let below = path.strip_prefix(context.options.directory()).ok().filter(|_| !is_absolute);
            let name = match prefix {
                None => below.unwrap_or(&path),
                Some(prefix) => {
                    let stripped = below.and_then(|below| below.strip_prefix(prefix).ok());
                    let stripped = stripped.or_else(|| path.strip_prefix(context.path(prefix)).ok());
                    stripped.ok_or_else(|| Fault::Prefix { path: path.clone(), prefix: prefix.into() })?
                }
            };
            manifest.add(&name.to_string_lossy(), Content::of_file(&path)?)?;
        }
    }
    Ok(manifest)
}
