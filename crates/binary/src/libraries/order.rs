//! The order in which libraries are loaded: what is needed comes first.

/// Sorts the nodes of a graph so that each comes after those it points to, and finds the groups that point to each
/// other.
///
/// `edges[n]` are the nodes that node `n` needs. Returns the groups in order: one node each, or all the nodes of a
/// cycle in the order in which they were found. (Tarjan's strongly connected components, without recursion.)
pub(crate) fn groups(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut walk = Walk { edges, low: vec![None; edges.len()], done: vec![false; edges.len()], ..Walk::default() };
    for node in 0..edges.len() {
        walk.visit(node);
    }
    walk.groups
}

#[derive(Default)]
struct Walk<'a> {
    edges: &'a [Vec<usize>],
    /// The earliest visit that each node leads back to.
    low: Vec<Option<usize>>,
    /// Whether the group of each node is complete.
    done: Vec<bool>,
    visits: usize,
    /// Visited nodes whose group is not complete, in order.
    open: Vec<usize>,
    groups: Vec<Vec<usize>>,
}

impl Walk<'_> {
    fn visit(&mut self, root: usize) {
        if self.low[root].is_some() {
            return;
        }
        // Each frame: the node, its own number, and how many of its edges were followed.
        let mut stack = vec![self.enter(root)];
        while let Some((node, number, followed)) = stack.pop() {
            if let Some(&next) = self.edges[node].get(followed) {
                stack.push((node, number, followed + 1));
                match self.low[next] {
                    None => stack.push(self.enter(next)),
                    Some(low) if !self.done[next] => self.lower(node, low),
                    Some(_) => {}
                }
                continue;
            }
            if self.low[node] == Some(number) {
                self.close(node);
            }
            if let (Some(&(parent, ..)), Some(low), false) = (stack.last(), self.low[node], self.done[node]) {
                self.lower(parent, low);
            }
        }
    }

    fn enter(&mut self, node: usize) -> (usize, usize, usize) {
        let number = self.visits;
        self.visits += 1;
        self.low[node] = Some(number);
        self.open.push(node);
        (node, number, 0)
    }

    fn lower(&mut self, node: usize, low: usize) {
        self.low[node] = self.low[node].map(|own| own.min(low));
    }

    /// Ends the group that begins with this node.
    fn close(&mut self, node: usize) {
        let start = self.open.iter().rposition(|&open| open == node).unwrap_or_default();
        let group = self.open.split_off(start);
        for &member in &group {
            self.done[member] = true;
        }
        self.groups.push(group);
    }
}

#[cfg(test)]
mod tests {
    use super::groups;

    #[test]
    fn what_is_needed_comes_first() {
        assert_eq!(groups(&[vec![1, 2], vec![2], vec![]]), [vec![2], vec![1], vec![0]]);
        assert_eq!(groups(&[vec![], vec![0], vec![1, 0]]), [vec![0], vec![1], vec![2]]);
        assert!(groups(&[]).is_empty());
    }

    #[test]
    fn cycles_are_groups() {
        // 0 needs 1 and 3; 1 and 2 need each other; 2 needs 3.
        assert_eq!(groups(&[vec![1, 3], vec![2], vec![1, 3], vec![]]), [vec![3], vec![1, 2], vec![0]]);
        assert_eq!(groups(&[vec![0]]), [vec![0]]);
    }

    #[test]
    fn long_chains_need_no_stack() {
        let count = 200_000;
        let edges: Vec<_> = (0..count).map(|node| if node + 1 < count { vec![node + 1] } else { vec![] }).collect();
        let groups = groups(&edges);
        assert_eq!((groups.len(), &groups[0]), (count, &vec![count - 1]));
    }
}
