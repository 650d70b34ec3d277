//! Parameters of `to_python_executable()` that became attributes of a packaging policy.

use std::fmt::Write as _;
use std::ops::Range;

use starlark_syntax::syntax::ast::{Argument, AssignP, AstExpr, AstLiteral, AstNoPayload, AstStmt, Expr};

use crate::rewriting::{Rewriting, at};

/// Parameters, and the attributes that they are now.
const ATTRIBUTES: [(&str, &str); 4] = [
    ("extension_module_filter", "extension_module_filter"),
    ("include_sources", "include_distribution_sources"),
    ("include_resources", "include_distribution_resources"),
    ("include_test", "include_test"),
];
/// The variable that is made.
const VARIABLE: &str = "policy";

impl Rewriting<'_> {
    /// `NAME = DIST.to_python_executable(..., include_test = False)`: a policy is made before it.
    pub(crate) fn executable(&mut self, statement: &AstStmt, assign: &AssignP<AstNoPayload>) {
        let Expr::Call(callee, arguments) = &assign.rhs.node else { return };
        let Expr::Dot(receiver, method) = &callee.node else { return };
        let (Some(indentation), Expr::Identifier(distribution)) = (self.indentation(statement), &receiver.node) else {
            return;
        };
        let named = arguments.args.iter().filter_map(|argument| match &argument.node {
            Argument::Named(name, value) => Some((argument.span, name.node.as_str(), value)),
            _ => None,
        });
        let named: Vec<_> = named.collect();
        let is_given = named.iter().any(|(_, name, _)| *name == "packaging_policy");
        // There may be a variable of this name, and a policy that is given.
        if method.node != "to_python_executable" || is_given || self.text.contains(VARIABLE) {
            return;
        }
        let mut before = format!("{VARIABLE} = {}.make_python_packaging_policy()\n{indentation}", distribution.ident);
        let mut edits: Vec<(Range<usize>, String)> = Vec::new();
        for (span, name, value) in named {
            let Some((_, attribute)) = ATTRIBUTES.iter().find(|(old, _)| *old == name) else { continue };
            if !is_plain(value) {
                return;
            }
            let _ = write!(before, "{VARIABLE}.{attribute} = {}\n{indentation}", self.source(value.span));
            let range = at(span.begin())..at(span.end());
            edits.push(match edits.is_empty() {
                true => {
                    let equals = if self.text[range.clone()].contains(" = ") { " = " } else { "=" };
                    (range, format!("packaging_policy{equals}{VARIABLE}"))
                }
                false => (self.with_comma(range), String::new()),
            });
        }
        if edits.is_empty() {
            return;
        }
        self.replace(statement.span.begin(), statement.span.begin(), before);
        self.moved.extend(ATTRIBUTES.map(|(name, _)| (assign.rhs.span, name)));
        edits.into_iter().for_each(|(range, text)| self.replace_range(range, text));
    }

    /// An argument with the comma after it, and its line if there is nothing else in it.
    fn with_comma(&self, argument: Range<usize>) -> Range<usize> {
        let skip =
            |from: usize| from + self.text[from..].len() - self.text[from..].trim_start_matches([' ', '\t']).len();
        let mut end = skip(argument.end);
        if !self.text[end..].starts_with(',') {
            return argument;
        }
        end = skip(end + 1);
        let line = self.text[..argument.start].rfind('\n').map_or(0, |end| end + 1);
        let is_alone = self.text[line..argument.start].trim().is_empty();
        if is_alone && self.text[end..].starts_with('\n') { line..end + 1 } else { argument.start..end }
    }
}

/// Whether an expression is the same wherever it stands.
fn is_plain(value: &AstExpr) -> bool {
    matches!(&value.node, Expr::Identifier(_) | Expr::Literal(AstLiteral::String(_)))
}
