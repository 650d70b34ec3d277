//! Statements that become several: the place of resources, and attributes of the interpreter.

use pyox_interpreter_config::InterpreterConfig;
use starlark_syntax::codemap::Pos;
use starlark_syntax::syntax::ast::{
    Argument, AssignP, AssignTarget, AstArgument, AstExpr, AstNoPayload, AstStmt, Expr,
};

use crate::calls::text;
use crate::rewriting::{Rewriting, at};
use crate::scope::Scope;

/// Methods whose name says where resources are.
const PREFIXES: [&str; 2] = ["add_in_memory_", "add_filesystem_relative_"];
/// What constructed the configuration of an interpreter.
const CONSTRUCTORS: [&str; 2] = ["PythonInterpreterConfig", "EmbeddedPythonConfig"];
/// The attribute that is no setting of its own.
const BACKEND: &str = "allocator_backend";
/// The variable of loops that are written.
const VARIABLE: &str = "resource";

/// Whether a method said where resources are.
pub(crate) fn is_moved(method: &str) -> bool {
    PREFIXES.iter().any(|prefix| method.starts_with(prefix))
}

impl Rewriting<'_> {
    /// `exe.add_in_memory_...(RESOURCE)` and the like, as a statement of its own. Returns whether it was rewritten.
    pub(crate) fn addition(&mut self, statement: &AstStmt, expression: &AstExpr, scope: &Scope) -> bool {
        let Expr::Call(callee, arguments) = &expression.node else { return false };
        let Expr::Dot(receiver, method) = &callee.node else { return false };
        let (Some(indentation), Expr::Identifier(receiver)) = (self.indentation(statement), &receiver.node) else {
            return false;
        };
        if !is_moved(&method.node) || method.node.ends_with("_bytecode") {
            return false;
        }
        let Some((location, added)) = self.moved(&method.node, &arguments.args) else { return false };
        let (begin, end) = (statement.span.begin(), statement.span.end());
        if self.has_comment(begin, added.span.begin()) || self.has_comment(added.span.end(), end) {
            return false;
        }
        let receiver = &receiver.node.ident;
        if method.node.ends_with("_resources") {
            // A loop would change a variable of this name.
            if self.text.contains(&format!("{VARIABLE} =")) {
                return false;
            }
            let (open, close) = parentheses(self.source(added.span));
            let inner = format!("{indentation}    ");
            self.replace(begin, added.span.begin(), format!("for {VARIABLE} in {open}"));
            let rest = format!(
                "{close}:\n{inner}{VARIABLE}.add_location = {location}\n{inner}{receiver}.add_python_resource({VARIABLE})"
            );
            self.replace(added.span.end(), end, rest);
            self.expression(added, scope);
            return true;
        }
        // It is named twice.
        let Expr::Identifier(name) = &added.node else { return false };
        let name = &name.node.ident;
        let lines = format!("{name}.add_location = {location}\n{indentation}{receiver}.add_python_resource({name})");
        self.replace(begin, end, lines);
        true
    }

    /// The location that such a call means, and what it adds.
    fn moved<'a>(&self, method: &str, arguments: &'a [AstArgument]) -> Option<(String, &'a AstExpr)> {
        let positional: Vec<&AstExpr> = arguments.iter().filter_map(positional).collect();
        match positional.as_slice() {
            _ if positional.len() != arguments.len() => None,
            [added] if method.starts_with(PREFIXES[0]) => Some(("\"in-memory\"".to_owned(), added)),
            [prefix, added] if method.starts_with(PREFIXES[1]) => match text(prefix) {
                Some(prefix) => Some((format!("{:?}", format!("filesystem-relative:{prefix}")), added)),
                None if matches!(prefix.node, Expr::Identifier(_)) => {
                    Some((format!("\"filesystem-relative:\" + {}", self.source(prefix.span)), added))
                }
                None => None,
            },
            _ => None,
        }
    }

    /// `NAME = PythonInterpreterConfig(ATTRIBUTE = VALUE, ...)`. Returns whether it was rewritten.
    pub(crate) fn constructor(&mut self, statement: &AstStmt, assign: &AssignP<AstNoPayload>, scope: &Scope) -> bool {
        let Expr::Call(callee, arguments) = &assign.rhs.node else { return false };
        let (Expr::Identifier(function), AssignTarget::Identifier(name)) = (&callee.node, &assign.lhs.node) else {
            return false;
        };
        let (Some(indentation), Some(distribution)) = (self.indentation(statement), scope.distribution()) else {
            return false;
        };
        let is_known =
            |argument: &AstArgument| matches!(&argument.node, Argument::Named(name, _) if is_attribute(name));
        if !CONSTRUCTORS.contains(&&*function.ident) || !arguments.args.iter().all(is_known) {
            return false;
        }
        let values: Vec<(&str, &AstExpr)> = arguments.args.iter().filter_map(named).collect();
        let begins: Vec<Pos> =
            std::iter::once(statement.span.begin()).chain(values.iter().map(|(_, value)| value.span.end())).collect();
        let ends: Vec<Pos> = values.iter().map(|(_, value)| value.span.begin()).chain([statement.span.end()]).collect();
        if begins.iter().zip(&ends).any(|(begin, end)| self.has_comment(*begin, *end)) {
            return false;
        }
        let name = &name.node.ident;
        let mut pending = format!("{name} = {distribution}.make_python_interpreter_config()");
        for ((attribute, value), begin) in values.iter().zip(&begins) {
            let (open, close) = parentheses(&self.text[at(value.span.begin())..at(value.span.end())]);
            pending += &format!("\n{indentation}{name}.{attribute} = {open}");
            self.replace(*begin, value.span.begin(), std::mem::replace(&mut pending, close.to_owned()));
            self.expression(value, scope);
        }
        self.replace(begins[values.len()], statement.span.end(), pending);
        true
    }
}

/// What makes several lines one expression.
fn parentheses(source: &str) -> (&'static str, &'static str) {
    if source.contains('\n') { ("(", ")") } else { ("", "") }
}

fn is_attribute(name: &str) -> bool {
    name == BACKEND || InterpreterConfig::SETTINGS.iter().any(|known| known.name == name)
}

fn positional(argument: &AstArgument) -> Option<&AstExpr> {
    match &argument.node {
        Argument::Positional(value) => Some(value),
        _ => None,
    }
}

fn named(argument: &AstArgument) -> Option<(&str, &AstExpr)> {
    match &argument.node {
        Argument::Named(name, value) => Some((&name.node, value)),
        _ => None,
    }
}
