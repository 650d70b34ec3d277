//! `PythonExecutable` (manual 4.13).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use pyox_pip::PipRequest;
use starlark::environment::{Methods, MethodsBuilder, MethodsStatic};
use starlark::eval::Evaluator;
use starlark::starlark_module;
use starlark::values::dict::UnpackDictEntries;
use starlark::values::list::UnpackList;
use starlark::values::none::{NoneOr, NoneType};
use starlark::values::{Heap, StarlarkValue, Value, starlark_value};

use super::content::FileContent;
use super::embedded::EmbeddedResources;
use super::{installer, removed, resource, value_type};
use crate::context::Context;
use crate::executable::{ATTRIBUTES, Executable};
use crate::fault::Fault;
use crate::manifest::Content;
use crate::resource::Search;
use crate::search::{self, emit};
use crate::{attribute, glob};

const TYPE: &str = "PythonExecutable";

value_type! {
    /// A program.
    PythonExecutable(Mutex<Executable>)
}

impl PythonExecutable {
    pub(crate) fn new(executable: Executable) -> Self {
        Self(Mutex::new(executable))
    }

    /// The data as it is now.
    pub(crate) fn data(&self) -> Executable {
        self.with(|executable| executable.clone())
    }

    fn with<T>(&self, change: impl FnOnce(&mut Executable) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn add(&self, value: Value<'_>) -> Result<(), Fault> {
        let item = resource::item(value).ok_or_else(|| Fault::Argument {
            function: "add_python_resource",
            parameter: "resource",
            value: value.get_type().to_owned(),
            expected: resource::TYPES.join(", "),
        })?;
        self.with(|executable| executable.add(item))
    }

    /// The values of a search.
    fn emit<'v>(&self, search: &Arc<Search>, eval: &mut Evaluator<'v, '_, '_>) -> starlark::Result<Vec<Value<'v>>> {
        let policy = self.with(|executable| executable.policy.clone());
        emit(search, &policy, false, eval)
    }

    /// What pip installs.
    fn install<'v>(&self, request: &PipRequest, eval: &mut Evaluator<'v, '_, '_>) -> starlark::Result<Vec<Value<'v>>> {
        let python = self.with(|executable| Arc::clone(&executable.distribution));
        let search = search::pip(Context::of(eval)?, &python, request)?;
        self.emit(&search, eval)
    }
}

impl fmt::Display for PythonExecutable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{TYPE}({:?})", self.with(|executable| executable.name.clone()))
    }
}

#[starlark_value(type = TYPE)]
impl<'v> StarlarkValue<'v> for PythonExecutable {
    fn get_methods() -> Option<&'static Methods> {
        static METHODS: MethodsStatic = MethodsStatic::new("executable", methods);
        Some(METHODS.methods())
    }

    fn get_attr(&self, name: &str, heap: Heap<'v>) -> Option<Value<'v>> {
        let own = self.with(|executable| attribute::get(ATTRIBUTES, executable, name, heap));
        let installer = || installer::of(installer::METHODS, name).map(|installer| heap.alloc(installer));
        let removed = || removed::of(removed::EXECUTABLE, name).map(|removed| heap.alloc(removed));
        own.or_else(installer).or_else(removed)
    }

    fn set_attr(&self, name: &str, value: Value<'v>) -> starlark::Result<()> {
        Ok(self.with(|executable| attribute::set(TYPE, ATTRIBUTES, executable, name, value))?)
    }

    fn dir_attr(&self) -> Vec<String> {
        ATTRIBUTES.iter().map(|attribute| attribute.name.to_owned()).collect()
    }
}

fn variables(entries: NoneOr<UnpackDictEntries<String, String>>) -> BTreeMap<String, String> {
    entries.into_option().map(|entries| entries.entries.into_iter().collect()).unwrap_or_default()
}

#[starlark_module]
fn methods(builder: &mut MethodsBuilder) {
    /// Installs with pip, and gives what was installed. Paths among the arguments begin in the directory of the
    /// configuration file.
    fn pip_install<'v>(
        this: &PythonExecutable,
        args: UnpackList<String>,
        #[starlark(default = NoneOr::None)] extra_envs: NoneOr<UnpackDictEntries<String, String>>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Vec<Value<'v>>> {
        let request = search::request(Context::of(eval)?, &args.items, variables(extra_envs));
        this.install(&request, eval)
    }

    /// Gives what is in wheels that pip downloads: nothing is compiled.
    fn pip_download<'v>(
        this: &PythonExecutable,
        args: UnpackList<String>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Vec<Value<'v>>> {
        let mut request = search::request(Context::of(eval)?, &args.items, BTreeMap::new());
        request.arguments.insert(0, "--only-binary=:all:".to_owned());
        this.install(&request, eval)
    }

    /// Builds the project in a directory, without what it requires, and gives what is in it.
    fn setup_py_install<'v>(
        this: &PythonExecutable,
        package_path: &str,
        #[starlark(default = NoneOr::None)] extra_envs: NoneOr<UnpackDictEntries<String, String>>,
        #[starlark(default = NoneOr::None)] extra_global_arguments: NoneOr<UnpackList<String>>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Vec<Value<'v>>> {
        let path = Context::of(eval)?.path(package_path);
        let global = extra_global_arguments.into_option().map(|list| list.items).unwrap_or_default();
        let global = global.into_iter().map(|word| format!("--config-settings=--global-option={word}"));
        let request = PipRequest::default().projects([path]).arguments(["--no-deps".to_owned()]);
        let request = request.arguments(global).environment(variables(extra_envs));
        this.install(&request, eval)
    }

    /// Gives packages and modules of a directory, by name.
    fn read_package_root<'v>(
        this: &PythonExecutable,
        path: &str,
        packages: UnpackList<String>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Vec<Value<'v>>> {
        let path = Context::of(eval)?.path(path);
        let python = this.with(|executable| Arc::clone(&executable.distribution));
        this.emit(&search::package_root(&python, &path, &packages.items)?, eval)
    }

    /// Gives what is installed in a virtualenv.
    fn read_virtualenv<'v>(
        this: &PythonExecutable,
        path: &str,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Vec<Value<'v>>> {
        let path = Context::of(eval)?.path(path);
        let python = this.with(|executable| Arc::clone(&executable.distribution));
        this.emit(&search::virtualenv(&python, &path)?, eval)
    }

    /// A module with this source text.
    fn make_python_module_source<'v>(
        this: &PythonExecutable,
        name: &str,
        source: &str,
        #[starlark(default = false)] is_package: bool,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        let values = this.emit(&search::module_source(name, source, is_package)?, eval)?;
        let fault = || Fault::Argument {
            function: "make_python_module_source",
            parameter: "name",
            value: format!("{name:?}"),
            expected: "a dotted name".to_owned(),
        };
        Ok(values.into_iter().next().ok_or_else(fault)?)
    }

    /// Adds a resource as its attributes `add_...` say.
    fn add_python_resource<'v>(this: &PythonExecutable, resource: Value<'v>) -> starlark::Result<NoneType> {
        this.add(resource)?;
        Ok(NoneType)
    }

    /// Does the same with each of several resources.
    fn add_python_resources<'v>(
        this: &PythonExecutable,
        resources: Value<'v>,
        heap: Heap<'v>,
    ) -> starlark::Result<NoneType> {
        for resource in resources.iterate(heap)? {
            this.add(resource)?;
        }
        Ok(NoneType)
    }

    /// Takes out all modules and data files of packages that are in the program now and that are not named in files:
    /// one name a line, where empty lines and those that begin with `#` do not count.
    fn filter_from_files<'v>(
        this: &PythonExecutable,
        #[starlark(default = NoneOr::None)] files: NoneOr<UnpackList<String>>,
        #[starlark(default = NoneOr::None)] glob_files: NoneOr<UnpackList<String>>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<NoneType> {
        filter(this, files, glob_files, Context::of(eval)?)?;
        Ok(NoneType)
    }

    /// The name of `filter_from_files` in earlier versions.
    fn filter_resources_from_files<'v>(
        this: &PythonExecutable,
        #[starlark(default = NoneOr::None)] files: NoneOr<UnpackList<String>>,
        #[starlark(default = NoneOr::None)] glob_files: NoneOr<UnpackList<String>>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<NoneType> {
        filter(this, files, glob_files, Context::of(eval)?)?;
        Ok(NoneType)
    }

    /// The resources that the program has, without an interpreter.
    fn to_embedded_resources(this: &PythonExecutable) -> starlark::Result<EmbeddedResources> {
        Ok(EmbeddedResources(Arc::new(this.data())))
    }

    /// The program as the content of a file.
    fn to_file_content(this: &PythonExecutable) -> starlark::Result<FileContent> {
        let executable = this.data();
        let name = executable.name.clone();
        Ok(FileContent::new(&name, Content::Program(Arc::new(executable))))
    }
}

fn filter(
    this: &PythonExecutable,
    files: NoneOr<UnpackList<String>>,
    patterns: NoneOr<UnpackList<String>>,
    context: &Context<'_>,
) -> Result<(), Fault> {
    let given = files.into_option().map(|files| files.items).unwrap_or_default();
    let mut paths: Vec<_> = given.into_iter().map(|file| context.path(file)).collect();
    let patterns = patterns.into_option().map(|patterns| patterns.items).unwrap_or_default();
    for pattern in patterns {
        paths.extend(glob::files(&context.path(pattern))?);
    }
    let mut names = BTreeSet::new();
    for path in paths {
        let bytes = std::fs::read(&path).map_err(Fault::io("read", &path))?;
        let text = String::from_utf8(bytes).map_err(|_| Fault::NotUtf8 { path: path.display().to_string() })?;
        let lines = text.lines().map(str::trim).filter(|line| !(line.is_empty() || line.starts_with('#')));
        names.extend(lines.map(str::to_owned));
    }
    this.with(|executable| executable.filter(&names));
    Ok(())
}
