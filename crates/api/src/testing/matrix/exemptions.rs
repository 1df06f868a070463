//! What may be otherwise, and why: `exemptions.txt`, in which every line must be needed.

use std::cell::RefCell;
use std::collections::BTreeSet;

const LINES: &str = include_str!("exemptions.txt");

/// The lines of one part, and those of them that were needed.
pub(super) struct Exemptions {
    lines: Vec<(&'static str, &'static str)>,
    needed: RefCell<BTreeSet<(&'static str, &'static str)>>,
}

impl Exemptions {
    /// Of `rest`, `graph` or `edges`: lines like `rest me.get permission: everybody may ask who they are`.
    pub(super) fn of(part: &str) -> Self {
        let lines = LINES.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let lines = lines.filter_map(|line| {
            let (of, rest) = line.split_once(' ').expect("a part");
            let (name, rest) = rest.split_once(' ').expect("a name");
            let (case, reason) = rest.split_once(": ").expect("a case and a reason");
            assert!(reason.len() > 10, "{line}: say why");
            (of == part).then_some((name, case))
        });
        Self { lines: lines.collect(), needed: RefCell::default() }
    }

    /// Whether a case of an operation need not be.
    pub(super) fn has(&self, name: &str, case: &str) -> bool {
        let line = self.lines.iter().find(|line| line.0 == name && line.1 == case);
        self.needed.borrow_mut().extend(line);
        line.is_some()
    }

    pub(super) fn assert_needed(&self) {
        let needed = self.needed.borrow();
        let idle: Vec<_> = self.lines.iter().filter(|line| !needed.contains(*line)).collect();
        assert!(idle.is_empty(), "these exemptions excuse nothing: {idle:?}");
    }
}
