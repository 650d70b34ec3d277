//! Rewriting files that were written for earlier versions (manual 13.2).
//!
//! What is understood becomes what there is instead; everything else stays as it is, byte by byte. Names that cannot
//! be rewritten are told with what to use.

mod additions;
mod calls;
mod scope;

use std::ops::Range;

use starlark_syntax::codemap::{Pos, Span};
use starlark_syntax::syntax::ast::{AssignTarget, AstExpr, AstNoPayload, AstStmt, Expr, Stmt};
use starlark_syntax::syntax::uniplate::Visit;
use starlark_syntax::syntax::{AstModule, Dialect};

use crate::error::Error;
use crate::values::removed::{GLOBALS, RemovedName};
use scope::Scope;

/// A configuration file that was rewritten.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Upgraded {
    /// Its text.
    pub text: String,
    /// What is in it still and does not exist any more, in the order of lines.
    pub left: Vec<Left>,
}

/// A name that does not exist any more, where a person has to decide.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Left {
    /// The line of the text as it was, counted from 1.
    pub line: usize,
    /// The name.
    pub name: String,
    /// What there is instead.
    pub replacement: &'static str,
}

/// Rewrites the text of a configuration file; `name` is the file in errors.
///
/// # Errors
///
/// [`Error::Evaluation`], if it cannot be parsed.
pub fn upgrade(name: &str, text: &str) -> Result<Upgraded, Error> {
    let module = AstModule::parse(name, text.to_owned(), &Dialect::Extended)?;
    let mut rewriting = Rewriting { text, module: &module, edits: Vec::new(), left: Vec::new() };
    rewriting.statement(module.statement(), &mut Scope::default());
    let Rewriting { mut edits, mut left, .. } = rewriting;
    edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
    left.sort_by_key(|left| left.line);
    let (mut upgraded, mut done) = (String::with_capacity(text.len()), 0);
    for Edit { range, text: new } in edits {
        upgraded += &text[done..range.start];
        upgraded += &new;
        done = range.end;
    }
    upgraded += &text[done..];
    Ok(Upgraded { text: upgraded, left })
}

/// A piece of the text and what takes its place. Edits do not overlap.
struct Edit {
    range: Range<usize>,
    text: String,
}

struct Rewriting<'t> {
    text: &'t str,
    module: &'t AstModule,
    edits: Vec<Edit>,
    left: Vec<Left>,
}

impl Rewriting<'_> {
    fn statement(&mut self, statement: &AstStmt, scope: &mut Scope) {
        match &statement.node {
            Stmt::Statements(statements) => statements.iter().for_each(|one| self.statement(one, scope)),
            Stmt::Def(def) => {
                let mut inner = scope.of_function(def);
                statement.visit_children(|child| self.child(child, &mut inner));
            }
            Stmt::Expression(expression) if self.addition(statement, expression, scope) => {}
            Stmt::Assign(assign) => {
                if !self.constructor(statement, assign, scope) {
                    statement.visit_children(|child| self.child(child, scope));
                }
                if let AssignTarget::Identifier(name) = &assign.lhs.node {
                    scope.assign(&name.ident, &assign.rhs);
                }
            }
            _ => statement.visit_children(|child| self.child(child, scope)),
        }
    }

    fn child(&mut self, child: Visit<'_, AstNoPayload>, scope: &mut Scope) {
        match child {
            Visit::Stmt(statement) => self.statement(statement, scope),
            Visit::Expr(expression) => self.expression(expression, scope),
        }
    }

    fn expression(&mut self, expression: &AstExpr, scope: &Scope) {
        match &expression.node {
            Expr::Call(callee, arguments) => match &callee.node {
                Expr::Dot(receiver, name) => self.method(expression, receiver, name, &arguments.args, scope),
                Expr::Identifier(name) => self.function(&name.ident, &arguments.args),
                _ => {}
            },
            Expr::Op(one, operator, other) => self.comparison(one, *operator, other),
            Expr::Identifier(name) => self.leave_removed(GLOBALS, &name.ident, expression.span),
            _ => {}
        }
        expression.visit_expr(|child| self.expression(child, scope));
    }

    /// Replaces a piece of the text.
    fn replace(&mut self, from: Pos, to: Pos, text: impl Into<String>) {
        self.edits.push(Edit { range: at(from)..at(to), text: text.into() });
    }

    fn source(&self, span: Span) -> &str {
        &self.text[at(span.begin())..at(span.end())]
    }

    /// Tells that something cannot be rewritten.
    fn leave(&mut self, name: impl Into<String>, replacement: &'static str, span: Span) {
        let line = self.module.file_span(span).resolve_span().begin.line + 1;
        self.left.push(Left { line, name: name.into(), replacement });
    }

    /// Tells it of a name that is among these.
    fn leave_removed(&mut self, names: &[RemovedName], name: &str, span: Span) {
        if let Some(removed) = names.iter().find(|removed| removed.name == name) {
            self.leave(name, removed.replacement, span);
        }
    }

    /// Whether there is a comment between two places, which would be lost.
    fn has_comment(&self, from: Pos, to: Pos) -> bool {
        self.module.comments().iter().any(|comment| from <= comment.begin() && comment.begin() < to)
    }

    /// What the lines of a statement begin with, if there is nothing else in them but it and comments.
    fn indentation(&self, statement: &AstStmt) -> Option<String> {
        let (before, after) = (&self.text[..at(statement.span.begin())], &self.text[at(statement.span.end())..]);
        let indentation = &before[before.rfind('\n').map_or(0, |end| end + 1)..];
        let rest = after.split('\n').next().unwrap_or_default().trim();
        let is_alone = indentation.trim().is_empty() && (rest.is_empty() || rest.starts_with('#'));
        is_alone.then(|| indentation.to_owned())
    }
}

fn at(position: Pos) -> usize {
    position.get() as usize
}
