//! Stage documents: what the acceptance notice, the supplement request, the decision and the
//! delivery receipt say, and from which facts. How they look is `document`'s.

use catalogue::key::{DepartmentKey, MatterCode};
use catalogue::matter::Matter;
use catalogue::{Catalogue, DocumentPurpose};
use time::Date;

use crate::commitment::CommitmentState;
use crate::decision::{Decision, Mode, Outcome};
use crate::dossier::Dossier;
use crate::material::{How, Item, Standing};
use crate::number::CaseNumber;
use crate::scene::Scene;

/// The edition of the wording below; a document names the edition it was made from (R8).
pub const EDITION: u16 = 2;

/// What a stage document says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageDocument {
    /// Which document it is: by it the seal is chosen (D19).
    pub purpose: DocumentPurpose,
    /// The code of the form on which it is written: `acceptance-notice`, `decision-granted`, …
    pub form: &'static str,
    /// The edition of the wording.
    pub edition: u16,
    /// Its title, Chinese and English.
    pub title: (&'static str, &'static str),
    /// The case.
    pub case: CaseNumber,
    /// The matter, by which the seal's scope is asked.
    pub matter: MatterCode,
    /// To whom it is written.
    pub addressee: String,
    /// Facts under their labels, in the order of the page.
    pub lines: Vec<Line>,
    /// Lists of materials.
    pub lists: Vec<List>,
    /// Sentences before facts and lists, in Chinese.
    pub sentences: Vec<String>,
    /// Sentences after them, above the seal.
    pub closing: Vec<String>,
    /// The body whose seal stands on it, and its name.
    pub issuer: (DepartmentKey, String),
    /// Its day.
    pub on: Date,
}

/// A fact under its label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its name in data.
    pub name: &'static str,
    /// Its label, Chinese and English.
    pub label: (&'static str, &'static str),
    /// What it says.
    pub value: String,
}

/// A list of materials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// Its name in data.
    pub name: &'static str,
    /// Its label, Chinese and English.
    pub label: (&'static str, &'static str),
    /// Its rows: what, and what is said of it.
    pub rows: Vec<(String, String)>,
}

fn line(name: &'static str, label: (&'static str, &'static str), value: String) -> Line {
    Line { name, label, value }
}

/// A day as documents write it: `2026年6月8日`.
#[must_use]
pub fn day_zh(day: Date) -> String {
    format!("{}年{}月{}日", day.year(), u8::from(day.month()), day.day())
}

struct Frame<'a> {
    dossier: &'a Dossier,
    matter: &'a Matter,
    issuer: (DepartmentKey, String),
}

impl<'a> Frame<'a> {
    fn of(dossier: &'a Dossier, catalogue: &'a Catalogue, on: Date) -> Option<Self> {
        let matter = catalogue.matter(&dossier.terms.matter)?;
        let body = catalogue.deciding_body(matter, on);
        Some(Self {
            dossier,
            matter,
            issuer: (body.clone(), catalogue.department(body)?.name_zh.clone()),
        })
    }

    /// What every stage document begins with. The code of a person is masked (R16).
    fn head(&self) -> Vec<Line> {
        let applicant = &self.dossier.applicant;
        vec![
            line(
                "case",
                ("办件编号", "Case"),
                self.dossier.case.as_str().to_owned(),
            ),
            line(
                "matter",
                ("事项", "Matter"),
                format!("{}（{}）", self.matter.name_zh, self.matter.code),
            ),
            line(
                "applicant",
                ("申请人", "Applicant"),
                applicant.name().to_owned(),
            ),
            line(
                "applicant_code",
                ("证件号码", "Code"),
                applicant.masked_code(),
            ),
        ]
    }

    fn finish(
        self,
        (purpose, form, title): (DocumentPurpose, &'static str, (&'static str, &'static str)),
        (lines, lists): (Vec<Line>, Vec<List>),
        (sentences, closing): (Vec<String>, Vec<String>),
        on: Date,
    ) -> StageDocument {
        let mut all = self.head();
        all.extend(lines);
        StageDocument {
            purpose,
            form,
            edition: EDITION,
            title,
            case: self.dossier.case.clone(),
            matter: self.matter.code.clone(),
            addressee: self.dossier.applicant.name().to_owned(),
            lines: all,
            lists: lists
                .into_iter()
                .filter(|list| !list.rows.is_empty())
                .collect(),
            sentences,
            closing,
            issuer: self.issuer,
            on,
        }
    }
}

/// 受理通知书, once the case is accepted: what was received and how, what follows by when, what was
/// promised, until when the case is decided.
#[must_use]
pub fn acceptance_notice(dossier: &Dossier, scene: &Scene<'_>) -> Option<StageDocument> {
    let clock = dossier.clock.as_ref()?;
    let on = clock.accepted;
    let frame = Frame::of(dossier, scene.catalogue, on)?;
    let reading = clock.read(scene.calendar, on);
    let mut lines = vec![
        line("accepted_on", ("受理日期", "Accepted on"), day_zh(on)),
        line(
            "promised_days",
            ("承诺办结时限", "Promised time"),
            format!("{}个工作日", clock.promised),
        ),
    ];
    if let Some(due) = reading.due {
        lines.push(line(
            "due_on",
            ("办结期限", "To be decided by"),
            day_zh(due),
        ));
    }
    lines.push(line(
        "statutory_days",
        ("法定办结时限", "Time allowed by law"),
        format!("{}个工作日", clock.statutory),
    ));
    let had = rows(dossier, |item| match &item.standing {
        Standing::Had(having) => Some(how_zh(&having.how).to_owned()),
        _ => None,
    });
    let promised = rows(dossier, |item| match &item.standing {
        Standing::Promised(number) => Some(format!("承诺书 {number}")),
        _ => None,
    });
    let deferred = rows(dossier, |item| match &item.standing {
        Standing::Deferred(due) => Some(format!("{}前补交", day_zh(*due))),
        _ => None,
    });
    let mut sentences = vec![format!(
        "你（单位）申请办理的“{}”，申请材料齐全、符合法定形式，现予受理。",
        frame.matter.name_zh
    )];
    if !deferred.is_empty() {
        sentences
            .push("下列容缺材料请在所列日期前补交；逾期未补交的，提请审批人员决定。".to_owned());
    }
    if !promised.is_empty() {
        sentences
            .push("下列材料以告知承诺方式办理；承诺不实的，依法撤销并记入信用记录。".to_owned());
    }
    Some(frame.finish(
        (
            DocumentPurpose::AcceptanceNotice,
            "acceptance-notice",
            ("受理通知书", "Notice of acceptance"),
        ),
        (
            lines,
            vec![
                list("had", ("已收材料", "Materials received"), had),
                list("promised", ("告知承诺", "Promised"), promised),
                list("deferred", ("容缺材料", "To follow"), deferred),
            ],
        ),
        (sentences, vec!["特此通知。".to_owned()]),
        on,
    ))
}

/// 补正告知书, once a supplement is asked for on `on`: all of it at once, by one day.
#[must_use]
pub fn supplement_request(dossier: &Dossier, scene: &Scene<'_>, on: Date) -> Option<StageDocument> {
    let supplement = dossier.supplement.as_ref()?;
    let frame = Frame::of(dossier, scene.catalogue, on)?;
    let asked = rows(dossier, |item| {
        supplement
            .materials
            .contains(&item.number)
            .then(|| "请补交或更正".to_owned())
    });
    let lines = vec![line(
        "by",
        ("补正期限", "To be given by"),
        day_zh(supplement.by),
    )];
    Some(frame.finish(
        (
            DocumentPurpose::SupplementRequest,
            "supplement-request",
            ("补正告知书", "Request for supplements"),
        ),
        (
            lines,
            vec![list("asked", ("需补正的材料", "Asked for"), asked)],
        ),
        (
            vec![
                "你（单位）的申请材料需要补正，现一次性告知下列全部内容。".to_owned(),
                "逾期未补正的，视为放弃申请。".to_owned(),
            ],
            vec!["特此告知。".to_owned()],
        ),
        on,
    ))
}

/// 准予、不予 or 终止 as a document: the decision, its reasons, what one may do against it.
#[must_use]
pub fn decision(dossier: &Dossier, scene: &Scene<'_>) -> Option<StageDocument> {
    let decision = dossier.decision.as_ref()?;
    let ruled = &decision.ruled;
    let frame = Frame::of(dossier, scene.catalogue, decision.on)?;
    let (form, title) = match ruled.outcome {
        Outcome::Granted => (
            "decision-granted",
            ("准予行政许可决定书", "Decision to grant"),
        ),
        Outcome::Refused => (
            "decision-refused",
            ("不予行政许可决定书", "Decision to refuse"),
        ),
        Outcome::Discontinued => (
            "decision-discontinued",
            ("终止办理决定书", "Decision to discontinue"),
        ),
    };
    let sentences = vec![format!(
        "你（单位）申请的“{}”，经审查，本机关决定{}。",
        frame.matter.name_zh,
        match ruled.outcome {
            Outcome::Granted => "准予许可",
            Outcome::Refused => "不予许可",
            Outcome::Discontinued => "终止办理",
        }
    )];
    let promised = promise_rows(dossier);
    let mut closing = Vec::new();
    if !promised.is_empty() && ruled.outcome == Outcome::Granted {
        // R20: what follows from a promise that is broken.
        closing.push(
            "上列承诺由本机关依法核查；承诺不实的，依法撤销本决定并记入信用记录。".to_owned(),
        );
    }
    if ruled.outcome != Outcome::Granted {
        closing.push("如不服本决定，可以依法申请行政复议或者提起行政诉讼。".to_owned());
    }
    Some(frame.finish(
        (DocumentPurpose::Decision, form, title),
        (
            ruled_lines(decision),
            vec![
                list("parts", ("联办部分", "Parts"), part_rows(dossier, scene)),
                list("promised", ("告知承诺", "Promised"), promised),
            ],
        ),
        (sentences, closing),
        decision.on,
    ))
}

fn ruled_lines(decision: &Decision) -> Vec<Line> {
    let ruled = &decision.ruled;
    let mut lines = vec![
        line(
            "decision",
            ("决定文号", "Decision"),
            ruled.number.as_str().to_owned(),
        ),
        line(
            "decided_on",
            ("决定日期", "Decided on"),
            day_zh(decision.on),
        ),
        line(
            "mode",
            ("办理方式", "Way of deciding"),
            mode_zh(&ruled.mode),
        ),
    ];
    if let Some(reasons) = &ruled.reasons {
        lines.push(line(
            "reasons",
            ("理由", "Reasons"),
            reasons.as_str().to_owned(),
        ));
    }
    lines
}

fn part_rows(dossier: &Dossier, scene: &Scene<'_>) -> Vec<(String, String)> {
    dossier
        .parts
        .iter()
        .filter_map(|part| {
            let name = scene.catalogue.licence_type(&part.licence_type)?;
            let decided = part.decision.as_ref()?;
            Some((
                name.name_zh.clone(),
                format!("{}（{}）", decided.ruled.outcome.zh(), day_zh(decided.on)),
            ))
        })
        .collect()
}

fn promise_rows(dossier: &Dossier) -> Vec<(String, String)> {
    dossier
        .commitments
        .iter()
        .filter(|commitment| commitment.state != CommitmentState::Offered)
        .map(|commitment| {
            (
                commitment.number.as_str().to_owned(),
                commitment.terms.duty.as_str().to_owned(),
            )
        })
        .collect()
}

/// 送达回证, for what is handed over on `on`: `handed` names each document.
#[must_use]
pub fn delivery_receipt(
    dossier: &Dossier,
    scene: &Scene<'_>,
    (handed, on): (&[String], Date),
) -> Option<StageDocument> {
    let decision = dossier.decision.as_ref()?;
    let frame = Frame::of(dossier, scene.catalogue, on)?;
    let rows = handed
        .iter()
        .map(|name| (name.clone(), "已送达".to_owned()))
        .collect();
    let lines = vec![
        line(
            "decision",
            ("决定文号", "Decision"),
            decision.ruled.number.as_str().to_owned(),
        ),
        line("delivered_on", ("送达日期", "Delivered on"), day_zh(on)),
    ];
    Some(frame.finish(
        (
            DocumentPurpose::DeliveryReceipt,
            "delivery-receipt",
            ("送达回证", "Receipt of delivery"),
        ),
        (
            lines,
            vec![list("handed", ("送达文书", "Handed over"), rows)],
        ),
        (
            vec!["下列文书已送达申请人。".to_owned()],
            vec![
                "受送达人（签名或者盖章）：".to_owned(),
                "收到日期：　　　　年　　月　　日".to_owned(),
            ],
        ),
        on,
    ))
}

fn list(
    name: &'static str,
    label: (&'static str, &'static str),
    rows: Vec<(String, String)>,
) -> List {
    List { name, label, rows }
}

fn rows(dossier: &Dossier, said: impl Fn(&Item) -> Option<String>) -> Vec<(String, String)> {
    dossier
        .items
        .iter()
        .filter_map(|item| Some((item.name.as_str().to_owned(), said(item)?)))
        .collect()
}

fn how_zh(how: &How) -> &'static str {
    match how {
        How::HandedIn { .. } => "申请人提交",
        How::Reused { .. } => "复用已有材料，免提交",
        How::Fetched { .. } => "电子证照调取，免提交",
        How::Derived { .. } => "由电子证照信息核对，免提交",
        How::Shared { .. } => "数据共享核验，免提交",
        How::Checked { .. } => "部门内部核验，免提交",
    }
}

fn mode_zh(mode: &Mode) -> String {
    match mode {
        Mode::Ordinary => "一般程序".to_owned(),
        Mode::Commitment => "告知承诺".to_owned(),
        Mode::Automatic { rule, .. } => format!("自动决定（规则{}）", rule.as_str()),
    }
}
