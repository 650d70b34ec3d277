//! Names that are replaced where they stand.

use starlark_syntax::syntax::ast::{Argument, AstArgument, AstExpr, AstLiteral, AstString, BinOp, Expr};

use crate::additions::is_moved;
use crate::removed::{DISTRIBUTION, EXECUTABLE, GLOBALS};
use crate::rewriting::Rewriting;
use crate::scope::Scope;

/// Methods of distributions that gave resources of one type.
const BY_TYPE: [(&str, &str); 4] = [
    ("extension_modules", "PythonExtensionModule"),
    ("package_resources", "PythonPackageResource"),
    ("resources_data", "PythonPackageResource"),
    ("source_modules", "PythonModuleSource"),
];
/// Names of types in comparisons with `type()`.
const TYPES: [(&str, &str); 3] = [
    ("PythonSourceModule", "PythonModuleSource"),
    ("PythonResourceData", "PythonPackageResource"),
    ("PythonEmbeddedData", "PythonEmbeddedResources"),
];
/// Parameters that are settings now.
const PARAMETERS: [(&str, &[&str], &str); 3] = [
    (
        "to_python_executable",
        &[
            "extension_module_filter",
            "preferred_extension_module_variants",
            "include_sources",
            "include_resources",
            "include_test",
        ],
        "the attributes of a PythonPackagingPolicy, as packaging_policy",
    ),
    ("add_python_resource", &ADDITIONS, "the attributes add_... of the resource"),
    ("add_python_resources", &ADDITIONS, "the attributes add_... of each resource"),
];
const ADDITIONS: [&str; 3] = ["add_source_module", "add_bytecode_module", "optimize_level"];

impl Rewriting<'_> {
    /// A call of a method.
    pub(crate) fn method(
        &mut self,
        call: &AstExpr,
        receiver: &AstExpr,
        method: &AstString,
        arguments: &[AstArgument],
        scope: &Scope,
    ) {
        let name = method.node.as_str();
        let has_one = matches!(arguments, [one] if matches!(one.node, Argument::Positional(_)));
        if let Some((_, type_name)) = BY_TYPE.iter().find(|(old, _)| *old == name) {
            if !arguments.is_empty() || self.source(receiver.span).contains("resource") {
                return self.leave_removed(DISTRIBUTION, name, method.span);
            }
            self.replace(call.span.begin(), call.span.begin(), "[resource for resource in ");
            self.replace(method.span.begin(), method.span.end(), "python_resources");
            self.replace(call.span.end(), call.span.end(), format!(" if type(resource) == \"{type_name}\"]"));
        } else if DISTRIBUTION.iter().any(|removed| removed.name == name) {
            // Programs have these methods.
            match scope.executable() {
                _ if !scope.is_distribution(receiver) => {}
                Some(executable) => self.replace(receiver.span.begin(), receiver.span.end(), executable),
                None => self.leave_removed(DISTRIBUTION, name, method.span),
            }
        } else if name == "to_embedded_data" {
            self.replace(method.span.begin(), method.span.end(), "to_embedded_resources");
        } else if EXECUTABLE.iter().any(|removed| removed.name == name) {
            if has_one && !name.ends_with("_bytecode") && !is_moved(name) {
                self.replace(method.span.begin(), method.span.end(), "add_python_resource");
            } else {
                self.leave_removed(EXECUTABLE, name, method.span);
            }
        }
        for (_, parameters, replacement) in PARAMETERS.iter().filter(|(of, ..)| *of == name) {
            for argument in arguments {
                match &argument.node {
                    Argument::Named(parameter, _) if parameters.contains(&&*parameter.node) => {
                        self.leave(format!("{name}({} = ...)", parameter.node), replacement, parameter.span);
                    }
                    _ => {}
                }
            }
        }
    }

    /// A call of a global function.
    pub(crate) fn function(&mut self, name: &str, arguments: &[AstArgument]) {
        if !["default_python_distribution", "PythonDistribution"].contains(&name) {
            return;
        }
        for (position, argument) in arguments.iter().enumerate() {
            let value = match &argument.node {
                Argument::Named(parameter, value) if parameter.node == "flavor" => value,
                Argument::Positional(value) if position == 0 && name == "default_python_distribution" => value,
                _ => continue,
            };
            self.rename_text(value, &[("windows_embeddable", "standalone")]);
        }
    }

    /// A comparison, perhaps of the name of a type.
    pub(crate) fn comparison(&mut self, one: &AstExpr, operator: BinOp, other: &AstExpr) {
        if !matches!(operator, BinOp::Equal | BinOp::NotEqual | BinOp::In | BinOp::NotIn) {
            return;
        }
        let names = match (is_type(one), is_type(other)) {
            (true, _) => other,
            (_, true) => one,
            _ => return,
        };
        match &names.node {
            Expr::Tuple(items) | Expr::List(items) => items.iter().for_each(|item| self.rename_type(item)),
            _ => self.rename_type(names),
        }
    }

    fn rename_type(&mut self, name: &AstExpr) {
        self.rename_text(name, &TYPES);
        if text(name) == Some("PythonBytecodeModule") {
            self.leave_removed(GLOBALS, "PythonBytecodeModule", name.span);
        }
    }

    /// Replaces what is between the quotes of a text that is one of these.
    fn rename_text(&mut self, expression: &AstExpr, names: &[(&str, &str)]) {
        let found = names.iter().find(|(old, _)| text(expression) == Some(old));
        let Some((old, new)) = found else { return };
        let source = self.source(expression.span);
        let renamed = source.replacen(old, new, 1);
        if renamed != source {
            self.replace(expression.span.begin(), expression.span.end(), renamed);
        }
    }
}

/// The text that an expression is, if it is one literally.
pub(crate) fn text(expression: &AstExpr) -> Option<&str> {
    match &expression.node {
        Expr::Literal(AstLiteral::String(text)) => Some(&text.node),
        _ => None,
    }
}

/// Whether an expression is a call of `type()`.
fn is_type(expression: &AstExpr) -> bool {
    let Expr::Call(callee, _) = &expression.node else { return false };
    matches!(&callee.node, Expr::Identifier(name) if name.ident == "type")
}
