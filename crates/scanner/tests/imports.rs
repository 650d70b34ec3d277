//! Imports of the files of standard libraries, compared with what the `ast` module of each Python finds.

use pyox_distribution::{Installed, Python as _};
use pyox_scanner::imports;
use serde_json::{Value, json};

use crate::common::{pythons, run};

/// Prints a line for each file that parses: its path and its imports.
const AST: &str = r#"
import ast, json, os, sys, warnings
warnings.simplefilter("ignore")

class Visitor(ast.NodeVisitor):
    def __init__(self, source):
        self.found, self.deferred = [], False
        # Without such calls only statements matter, which takes half of the time.
        self.calls = b"__import__" in source or b"import_module" in source

    def generic_visit(self, node):
        for field in node._fields if self.calls else ("body", "orelse", "finalbody", "handlers", "cases"):
            value = getattr(node, field, None)
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    self.visit(child)

    def add(self, module, level=0, names=()):
        self.found.append([module, level, list(names), self.deferred])

    def visit_Import(self, node):
        for alias in node.names:
            self.add(alias.name)

    def visit_ImportFrom(self, node):
        self.add(node.module or "", node.level, [alias.name for alias in node.names])

    def visit_Call(self, node):
        name = getattr(node.func, "id", getattr(node.func, "attr", None))
        if name in ("__import__", "import_module") and node.args and isinstance(node.args[0], ast.Constant):
            if isinstance(node.args[0].value, str) and node.args[0].value:
                module = node.args[0].value.lstrip(".")
                self.add(module, len(node.args[0].value) - len(module))
        self.generic_visit(node)

    def defer(self, nodes):
        before, self.deferred = self.deferred, True
        for node in nodes:
            self.visit(node)
        self.deferred = before

    def visit_FunctionDef(self, node):
        for part in [*node.decorator_list, node.args, *([node.returns] if node.returns else [])]:
            self.visit(part)
        self.defer(node.body)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node):
        self.defer([node.args, node.body])

    def visit_If(self, node):
        test = ast.dump(node.test)
        if test == ast.dump(ast.parse("__name__ == '__main__'", mode="eval").body):
            self.defer(node.body)
        elif not (isinstance(node.test, (ast.Name, ast.Attribute)) and test.count("TYPE_CHECKING")):
            self.visit(node.test)
            for part in node.body:
                self.visit(part)
        for part in node.orelse:
            self.visit(part)

for directory, directories, files in os.walk(sys.argv[1]):
    directories[:] = sorted(set(directories) - {"site-packages", "dist-packages"})
    for name in sorted(files):
        path = os.path.join(directory, name)
        if name.endswith(".py"):
            try:
                with open(path, "rb") as file:
                    source = file.read()
                visitor = Visitor(source)
                visitor.visit(ast.parse(source, path))
            except (SyntaxError, ValueError, RecursionError):
                continue
            print(json.dumps([path, visitor.found]))
"#;

#[test]
fn as_ast_finds_them() {
    let pythons = pythons();
    std::thread::scope(|scope| {
        for python in &pythons {
            scope.spawn(|| compare(python));
        }
    });
}

/// Compares all files of a standard library that parse.
fn compare(python: &Installed) {
    let (mut files, mut total) = (0, 0);
    for line in run(python, AST, &[python.stdlib_dir()]).lines() {
        let (path, expected): (String, Vec<Value>) = serde_json::from_str(line).unwrap();
        let found: Vec<Value> = imports(&std::fs::read(&path).unwrap())
            .into_iter()
            .map(|import| json!([import.module, import.level, import.names, import.deferred]))
            .collect();
        files += 1;
        total += found.len();
        // A visitor does not go through a call in the order of the text.
        assert_eq!(sorted(found), sorted(expected), "{path}");
    }
    assert!(files > 500 && total > 3000, "{}: {total} imports in {files} files", python.info().version);
}

fn sorted(mut imports: Vec<Value>) -> Vec<Value> {
    imports.sort_by_key(ToString::to_string);
    imports
}
