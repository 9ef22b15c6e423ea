//! What a caller's own file holds that no sealed file may hold, and why it is not flattened, as problems.

use papers::documents::{Finding, FlattenPdf};
use wire::problem::{Code, Defect, Problem};

/// What a file holds that a sealed or signed one may not (T-S5).
pub(crate) fn active(findings: &[Finding]) -> Problem {
    let defects = findings.iter().map(|finding| Defect {
        at: finding
            .page
            .map_or_else(String::new, |page| format!("page {page}")),
        code: finding.kind.code().to_owned(),
        text: format!("{:?}", finding.kind),
        rule: None,
    });
    Problem::new(Code::DocumentRefused).with(defects.collect())
}

/// Why a file is not flattened: a reason and, where it has one, its page.
pub(crate) fn unflattened(cause: &FlattenPdf) -> Problem {
    let page = match cause {
        FlattenPdf::Uncertain { page, .. } => *page,
        _ => None,
    };
    Problem::new(Code::DocumentRefused).with(vec![Defect {
        at: page.map_or_else(String::new, |page| format!("page {page}")),
        code: cause.code().to_owned(),
        text: cause.to_string(),
        rule: None,
    }])
}
