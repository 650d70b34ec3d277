//! What a configuration file can say, from the tables and functions that evaluate it.

use pyox_packaging::InterpreterConfig;
use starlark::docs::{DocItem, DocMember, DocString, DocType};
use starlark::environment::GlobalsBuilder;
use starlark::values::StarlarkValue;

use crate::attribute::Attribute;
use crate::values::distribution::PythonDistribution;
use crate::values::executable::PythonExecutable;
use crate::values::manifest::FileManifest;
use crate::values::policy::PackagingPolicy;
use crate::values::{content, resource};
use crate::{addition, config, executable, functions, policy};

/// A function, method or attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Member {
    /// Its name.
    pub name: String,
    /// What it is or does.
    pub documentation: String,
    /// Which of these it is.
    pub kind: MemberKind,
}

/// What a member is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum MemberKind {
    /// A function or method with its parameters, each with its default value if it may be left out.
    Function(Vec<(String, Option<String>)>),
    /// An attribute with the values that it takes; `None` if it cannot be assigned.
    Attribute(Option<String>),
}

/// A type with its members, sorted by their names.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Type {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub documentation: &'static str,
    /// What values of it have.
    pub members: Vec<Member>,
}

/// The global functions, sorted by their names.
pub fn reference_functions() -> Vec<Member> {
    let mut builder = GlobalsBuilder::new();
    functions::own(&mut builder);
    let documentation = builder.build().documentation();
    sorted(documentation.members.into_iter().filter_map(|(name, item)| match item {
        DocItem::Member(member) => function(name, &member),
        _ => None,
    }))
}

/// The types.
pub fn reference_types() -> Vec<Type> {
    let type_of = |name, documentation, members: Vec<Member>| Type { name, documentation, members: sorted(members) };
    let resource = |name, documentation, facts: &[Attribute<crate::resource::Item>]| {
        let members = attributes(facts).into_iter().chain(attributes(addition::ATTRIBUTES)).collect();
        type_of(name, documentation, members)
    };
    vec![
        resource("File", "A file of any kind, with its path.", resource::File::FACTS),
        type_of("FileContent", "The content of a file, and its name.", attributes(content::ATTRIBUTES)),
        type_of(
            "FileManifest",
            "Files with their paths: what `build` writes into a directory.",
            methods::<FileManifest>(),
        ),
        type_of("PythonDistribution", "A Python that programs are made with and for.", methods::<PythonDistribution>()),
        type_of(
            "PythonEmbeddedResources",
            "The resources of a program alone. `build` writes them into the file `packed-resources`.",
            Vec::new(),
        ),
        type_of(
            "PythonExecutable",
            "A program. `build` writes it, and `run` starts it.",
            [methods::<PythonExecutable>(), attributes(executable::ATTRIBUTES)].concat(),
        ),
        resource("PythonExtensionModule", "An extension module.", resource::ExtensionModule::FACTS),
        type_of(
            config::TYPE,
            "How the interpreter of a program behaves. What is `None` follows from `config_profile`.",
            settings(),
        ),
        resource("PythonModuleSource", "The source text of a module.", resource::ModuleSource::FACTS),
        resource(
            "PythonPackageDistributionResource",
            "A file of the metadata of an installed distribution.",
            resource::PackageDistributionResource::FACTS,
        ),
        resource("PythonPackageResource", "A data file of a package.", resource::PackageResource::FACTS),
        type_of(
            "PythonPackagingPolicy",
            "Which resources go into a program, and where they are when it runs.",
            [methods::<PackagingPolicy>(), attributes(policy::ATTRIBUTES)].concat(),
        ),
    ]
}

fn sorted(members: impl IntoIterator<Item = Member>) -> Vec<Member> {
    let mut members: Vec<Member> = members.into_iter().collect();
    members.sort_by(|one, other| one.name.cmp(&other.name));
    members
}

fn text(docs: Option<&DocString>) -> String {
    let Some(DocString { summary, details, .. }) = docs else { return String::new() };
    let words = summary.split_whitespace().chain(details.iter().flat_map(|details| details.split_whitespace()));
    words.collect::<Vec<_>>().join(" ")
}

fn function(name: String, member: &DocMember) -> Option<Member> {
    let DocMember::Function(function) = member else { return None };
    let parameters = function.params.regular_params();
    let parameters = parameters.map(|parameter| (parameter.name.clone(), parameter.default_value.clone())).collect();
    Some(Member { name, documentation: text(function.docs.as_ref()), kind: MemberKind::Function(parameters) })
}

fn methods<T: StarlarkValue<'static>>() -> Vec<Member> {
    let members = DocType::from_starlark_value::<T>().members.into_iter();
    members.filter_map(|(name, member)| function(name, &member)).collect()
}

fn attributes<T>(table: &[Attribute<T>]) -> Vec<Member> {
    let member = |attribute: &Attribute<T>| Member {
        name: attribute.name.to_owned(),
        documentation: attribute.documentation.split_whitespace().collect::<Vec<_>>().join(" "),
        kind: MemberKind::Attribute(attribute.set.map(|_| attribute.expected.to_owned())),
    };
    table.iter().map(member).collect()
}

fn settings() -> Vec<Member> {
    let documentation = |name: &str| {
        let setting = InterpreterConfig::SETTINGS.iter().find(|setting| setting.name == name);
        let words = setting.map_or(config::BACKEND_DOCUMENTATION, |setting| setting.documentation);
        words.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let member = |name: &'static str| Member {
        name: name.to_owned(),
        documentation: documentation(name),
        kind: MemberKind::Attribute(Some(config::expected(name))),
    };
    config::names().map(member).collect()
}
