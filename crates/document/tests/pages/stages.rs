//! Stage documents: one of each form from the story's case, read back, pushed to their limits.

#![expect(clippy::indexing_slicing, reason = "members of JSON written here")]

use document::{Blank, Edition, Imprint, Paper, RenderPage, Template, Unsealed};
use serde_json::{Value, json};
use time::macros::{date, utc_datetime};

use crate::samples::ADDRESS;

/// The forms, each with what its document of the story says.
pub(crate) fn all() -> Vec<(&'static str, Value)> {
    let accepted = json!({
        "accepted_on": "2026年6月8日", "due_on": "2026年6月15日",
        "promised_days": "5个工作日", "statutory_days": "30个工作日",
        "sentences": ["你（单位）申请办理的“餐饮店“一业一证”行业综合许可”，申请材料齐全、符合法定形式，现予受理。",
            "下列容缺材料请在所列日期前补交；逾期未补交的，提请审批人员决定。",
            "下列材料以告知承诺方式办理；承诺不实的，依法撤销并记入信用记录。"],
        "closing": ["特此通知。"],
        "lists": [
            row("已收材料", "申请表", "申请人提交"), row("已收材料", "营业执照", "电子证照调取，免提交"),
            row("已收材料", "法定代表人身份证", "电子证照调取，免提交"),
            row("已收材料", "营业场所证明", "由电子证照信息核对，免提交"),
            row("已收材料", "场所平面布局图", "申请人提交"),
            row("告知承诺", "食品安全管理制度", "承诺书 CN-990102-2026-0001"),
            row("告知承诺", "消防安全承诺", "承诺书 CN-990102-2026-0002"),
            row("容缺材料", "从业人员健康证明", "2026年6月23日前补交")]
    });
    let asked = json!({
        "by": "2026年6月15日",
        "sentences": ["你（单位）的申请材料需要补正，现一次性告知下列全部内容。", "逾期未补正的，视为放弃申请。"],
        "closing": ["特此告知。"],
        "lists": [row("需补正的材料", "场所平面布局图", "请补交或更正")]
    });
    let ruling = |sentence: &str, closing: &[&str], reasons: Option<&str>| {
        let mut fields = json!({
            "decision": "临青审决〔2026〕17号", "decided_on": "2026年6月10日", "mode": "告知承诺",
            "sentences": [sentence],
            "closing": closing,
            "lists": [row("联办部分", "食品经营许可证", "准予（2026年6月10日）"),
                row("联办部分", "公众聚集场所投入使用、营业前消防安全检查合格证", "准予（2026年6月9日）"),
                row("告知承诺", "CN-990102-2026-0001", "经营场所符合食品安全要求，食品安全管理制度健全并执行"),
                row("告知承诺", "CN-990102-2026-0002", "消防设施完好有效，疏散通道畅通，符合消防技术标准")]
        });
        if let Some(reasons) = reasons {
            fields["reasons"] = json!(reasons);
            fields["lists"] = json!([]);
        }
        fields
    };
    let against = "如不服本决定，可以依法申请行政复议或者提起行政诉讼。";
    let handed = json!({
        "decision": "临青审决〔2026〕17号", "delivered_on": "2026年6月10日",
        "sentences": ["下列文书已送达申请人。"],
        "closing": ["受送达人（签名或者盖章）：", "收到日期：　　　　年　　月　　日"],
        "lists": [row("送达文书", "准予行政许可决定书", "已送达"), row("送达文书", "行业综合许可证", "已送达")]
    });
    let granted = "你（单位）申请的“餐饮店“一业一证”行业综合许可”，经审查，本机关决定准予许可。";
    let refused = "你（单位）申请的“餐饮店“一业一证”行业综合许可”，经审查，本机关决定不予许可。";
    let ended = "你（单位）申请的“餐饮店“一业一证”行业综合许可”，经审查，本机关决定终止办理。";
    let kept = "上列承诺由本机关依法核查；承诺不实的，依法撤销本决定并记入信用记录。";
    let because = Some("经营场所位于居民住宅楼内，未设专用烟道，不符合规定条件。");
    vec![
        ("acceptance-notice", accepted),
        ("supplement-request", asked),
        ("decision-granted", ruling(granted, &[kept], None)),
        ("decision-refused", ruling(refused, &[against], because)),
        ("decision-discontinued", ruling(ended, &[against], because)),
        ("delivery-receipt", handed),
    ]
}

/// The document with so many rows in its list, numbered, so that none is like another.
pub(crate) fn with_rows(fields: &Value, count: usize, name: &str) -> Value {
    let first = &fields["lists"][0];
    let (list, said) = (&first["list"], &first["said"]);
    let one =
        |number: usize| json!({"list": list, "what": format!("{number}号{name}"), "said": said});
    let mut fields = fields.clone();
    fields["lists"] = (1..=count).map(one).collect();
    fields
}

fn row(list: &str, what: &str, said: &str) -> Value {
    json!({"list": list, "what": what, "said": said})
}

/// `document.json` with these fields.
pub(crate) fn data(code: &str, fields: &Value) -> Vec<u8> {
    let mut fields = fields.clone();
    for (name, value) in [
        ("case", "BJ-990102-20260608-00017"),
        ("matter", "餐饮店“一业一证”行业综合许可（990102-XK-0001）"),
        ("applicant", "临溪青石区云上小馆餐饮有限公司"),
        ("applicant_code", "91990102FAKE0A0109"),
    ] {
        fields[name] = json!(value);
    }
    let data = json!({
        "addressee": "临溪青石区云上小馆餐饮有限公司", "case": "BJ-990102-20260608-00017", "edition": 2,
        "fields": fields, "issuer": {"name": "临溪市青石区行政审批服务局"},
        "template": {"key": code, "version": "2"},
    });
    serde_json::to_vec(&data).expect("JSON writes")
}

/// The form of this code, made ready.
pub(crate) fn blank(code: &str, edition: Edition) -> Blank {
    let imprint = Imprint {
        address: ADDRESS.to_owned(),
        edition,
    };
    let form = Template::form(code).expect("a form of this code");
    Blank::prepare(form, &imprint).expect("the form is sound")
}

/// The document as an office would write it.
pub(crate) fn written(
    code: &str,
    edition: Edition,
    fields: &Value,
) -> Result<Unsealed, RenderPage> {
    blank(code, edition).render_paper(&Paper {
        data: &data(code, fields),
        on: match code {
            "acceptance-notice" | "supplement-request" => date!(2026 - 06 - 08),
            _ => date!(2026 - 06 - 10),
        },
        moment: utc_datetime!(2026-06-10 08:42:10),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::{strings, words};

    #[test]
    fn every_form_has_its_document_and_each_is_one_clean_page() {
        let forms: Vec<&str> = Template::forms().collect();
        assert_eq!(forms.len(), all().len());
        std::fs::create_dir_all(crate::folder()).expect("a folder");
        for (code, fields) in all() {
            assert!(forms.contains(&code));
            let page = written(code, Edition::Real, &fields).expect("it fits");
            let again = written(code, Edition::Real, &fields).expect("it fits");
            assert_eq!(page.bytes, again.bytes, "{code}: R8");
            std::fs::write(crate::folder().join(format!("{code}.pdf")), &page.bytes)
                .expect("a file");
            let source = page.bytes.as_slice();
            let file = pdf::read(&source).expect("the strict reader takes it");
            let attached = file.attachments_at(0).expect("an attachment");
            assert_eq!(attached.len(), 1, "{code}");
            assert_eq!(attached[0].name, "document.json");
            assert_eq!(attached[0].bytes, data(code, &fields), "{code}");
            let found = affix::preflight::preflight(&source).expect("it can be read");
            assert_eq!((found.pages, found.findings.len()), (1, 0), "{code}");
        }
    }

    #[test]
    fn all_that_a_stage_document_carries_can_be_read_on_it() {
        for (code, fields) in all() {
            let page = words(
                &written(code, Edition::Real, &fields)
                    .expect("it fits")
                    .bytes,
            );
            let whole: Value = serde_json::from_slice(&data(code, &fields)).expect("JSON");
            let said = [&whole["fields"], &whole["addressee"], &whole["issuer"]];
            for text in said.into_iter().flat_map(strings) {
                // What is left free for a hand to fill in is no word.
                let mut words = text.split(['\u{3000}', ' ']);
                assert!(words.all(|word| page.contains(word)), "{code}: {text}");
            }
        }
    }

    #[test]
    fn what_has_no_place_or_is_missing_is_refused_by_its_name() {
        let (code, fields) = all().remove(0);
        let mut more = fields.clone();
        more["fee"] = json!("100元");
        let refused = written(code, Edition::Real, &more);
        assert!(matches!(refused, Err(RenderPage::Unplaced { field }) if field == "fee"));
        let mut fewer = fields.clone();
        fewer.as_object_mut().expect("an object").remove("due_on");
        let refused = written(code, Edition::Real, &fewer);
        assert!(matches!(refused, Err(RenderPage::Missing { field }) if field == "due_on"));
        let mut odd = fields;
        odd["sentences"] = json!(["一", 2]);
        let refused = written(code, Edition::Real, &odd);
        assert!(matches!(refused, Err(RenderPage::WrongShape { field }) if field == "sentences"));
    }

    #[test]
    fn a_stage_document_on_another_form_is_refused() {
        let (code, fields) = all().remove(0);
        let paper = data(code, &fields);
        let refused = blank("delivery-receipt", Edition::Real).render_paper(&Paper {
            data: &paper,
            on: date!(2026 - 06 - 10),
            moment: utc_datetime!(2026-06-10 08:42:10),
        });
        assert!(matches!(refused, Err(RenderPage::OtherTemplate { .. })));
    }

    #[test]
    fn an_empty_list_and_absent_reasons_are_left_out() {
        let (code, mut fields) = all().remove(2);
        assert_eq!(code, "decision-granted");
        fields["lists"] = json!([]);
        let page = words(
            &written(code, Edition::Real, &fields)
                .expect("it fits")
                .bytes,
        );
        assert!(!page.contains("理由") && !page.contains("类别"), "{page}");
    }
}
