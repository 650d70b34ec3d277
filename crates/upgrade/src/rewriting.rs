//! The walk through a file.

use std::ops::Range;

use starlark_syntax::codemap::{Pos, Span};
use starlark_syntax::syntax::AstModule;
use starlark_syntax::syntax::ast::{AssignTarget, AstExpr, AstNoPayload, AstStmt, Expr, Stmt};
use starlark_syntax::syntax::uniplate::Visit;

use crate::Left;
use crate::removed::{GLOBALS, RemovedName};
use crate::scope::Scope;

/// A piece of the text and what takes its place. Edits do not overlap.
pub(crate) struct Edit {
    pub(crate) range: Range<usize>,
    pub(crate) text: String,
}

/// What has come of a file so far.
pub(crate) struct Rewriting<'t> {
    pub(crate) text: &'t str,
    module: &'t AstModule,
    edits: Vec<Edit>,
    left: Vec<Left>,
}

impl<'t> Rewriting<'t> {
    /// What is to be changed in a file, and what cannot be, in no order.
    pub(crate) fn of(text: &'t str, module: &'t AstModule) -> (Vec<Edit>, Vec<Left>) {
        let mut rewriting = Self { text, module, edits: Vec::new(), left: Vec::new() };
        rewriting.statement(module.statement(), &mut Scope::default());
        (rewriting.edits, rewriting.left)
    }

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

    pub(crate) fn expression(&mut self, expression: &AstExpr, scope: &Scope) {
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
    pub(crate) fn replace(&mut self, from: Pos, to: Pos, text: impl Into<String>) {
        self.edits.push(Edit { range: at(from)..at(to), text: text.into() });
    }

    pub(crate) fn source(&self, span: Span) -> &str {
        &self.text[at(span.begin())..at(span.end())]
    }

    /// Tells that something cannot be rewritten.
    pub(crate) fn leave(&mut self, name: impl Into<String>, replacement: &'static str, span: Span) {
        let line = self.module.file_span(span).resolve_span().begin.line + 1;
        self.left.push(Left { line, name: name.into(), replacement });
    }

    /// Tells it of a name that is among these.
    pub(crate) fn leave_removed(&mut self, names: &[RemovedName], name: &str, span: Span) {
        if let Some(removed) = names.iter().find(|removed| removed.name == name) {
            self.leave(name, removed.replacement, span);
        }
    }

    /// Whether there is a comment between two places, which would be lost.
    pub(crate) fn has_comment(&self, from: Pos, to: Pos) -> bool {
        self.module.comments().iter().any(|comment| from <= comment.begin() && comment.begin() < to)
    }

    /// What the lines of a statement begin with, if there is nothing else in them but it and comments.
    pub(crate) fn indentation(&self, statement: &AstStmt) -> Option<String> {
        let (before, after) = (&self.text[..at(statement.span.begin())], &self.text[at(statement.span.end())..]);
        let indentation = &before[before.rfind('\n').map_or(0, |end| end + 1)..];
        let rest = after.split('\n').next().unwrap_or_default().trim();
        let is_alone = indentation.trim().is_empty() && (rest.is_empty() || rest.starts_with('#'));
        is_alone.then(|| indentation.to_owned())
    }
}

/// A position as an index.
pub(crate) fn at(position: Pos) -> usize {
    position.get() as usize
}
