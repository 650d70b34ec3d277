//! What variables are, as far as a file shows it.

use starlark_syntax::syntax::ast::{AstExpr, AstNoPayload, DefP, Expr};

/// What gives a distribution.
const DISTRIBUTIONS: [&str; 2] = ["default_python_distribution", "PythonDistribution"];
/// What only distributions have.
const OF_DISTRIBUTIONS: [&str; 3] =
    ["to_python_executable", "make_python_packaging_policy", "make_python_interpreter_config"];

/// Variables of a function that are known up to some statement of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scope {
    distributions: Vec<String>,
    executables: Vec<String>,
}

impl Scope {
    /// That at the beginning of a function: its parameters hide variables of the file.
    pub(crate) fn of_function(&self, def: &DefP<AstNoPayload>) -> Self {
        let mut scope = Self { distributions: self.distributions.clone(), executables: Vec::new() };
        for name in def.params.iter().filter_map(|parameter| Some(&parameter.node.ident()?.node.ident)) {
            scope.forget(name);
            let mut is_distribution = false;
            def.body.visit_expr(|expression| is_distribution |= uses_as_distribution(expression, name));
            if is_distribution {
                scope.distributions.push(name.clone());
            }
        }
        scope
    }

    /// A variable has a new value.
    pub(crate) fn assign(&mut self, name: &str, value: &AstExpr) {
        self.forget(name);
        let Expr::Call(callee, _) = &value.node else { return };
        match &callee.node {
            Expr::Identifier(function) if DISTRIBUTIONS.contains(&&*function.ident) => {
                self.distributions.push(name.to_owned());
            }
            Expr::Dot(_, method) if method.node == "to_python_executable" => self.executables.push(name.to_owned()),
            _ => {}
        }
    }

    fn forget(&mut self, name: &str) {
        self.distributions.retain(|known| known != name);
        self.executables.retain(|known| known != name);
    }

    /// Whether an expression is a variable that is a distribution.
    pub(crate) fn is_distribution(&self, expression: &AstExpr) -> bool {
        matches!(&expression.node, Expr::Identifier(name) if self.distributions.contains(&name.ident))
    }

    /// The variable that is a distribution, if there is one alone.
    pub(crate) fn distribution(&self) -> Option<&str> {
        only(&self.distributions)
    }

    /// The variable that is a program, if there is one alone.
    pub(crate) fn executable(&self) -> Option<&str> {
        only(&self.executables)
    }
}

fn only(names: &[String]) -> Option<&str> {
    match names {
        [name] => Some(name),
        _ => None,
    }
}

fn uses_as_distribution(expression: &AstExpr, variable: &str) -> bool {
    let mut found = match &expression.node {
        Expr::Dot(receiver, method) => {
            let is_variable = matches!(&receiver.node, Expr::Identifier(name) if name.ident == variable);
            is_variable && OF_DISTRIBUTIONS.contains(&&*method.node)
        }
        _ => false,
    };
    expression.visit_expr(|child| found |= uses_as_distribution(child, variable));
    found
}
