//! Stage documents of many pages: every row once and in order, a head and a number on each page, the seal with text.

use document::{Edition, RenderPage, Unsealed};
use serde_json::{Value, json};

use crate::reading::words_of_pages;
use crate::stages::{all, with_rows, written};

/// The longest name that a catalogue may give a material.
fn longest_name() -> String {
    "临溪经济开发区归舟晨光白鹿青禾听雨半亩九溪长风石桥松间渡口春和柳桥商贸投资有限公司"
        .chars()
        .cycle()
        .take(200 - "200号".chars().count())
        .collect()
}

fn notice(count: usize, name: &str) -> Result<Unsealed, RenderPage> {
    let (code, fields) = all().remove(0);
    written(code, Edition::Real, &with_rows(&fields, count, name))
}

/// What holds of every document, and how many pages it has.
fn sound(page: &Unsealed, (count, name): (usize, &str)) -> usize {
    let pages = words_of_pages(&page.bytes);
    let whole = pages.concat();
    let mut from = 0;
    for number in 1..=count {
        let row = format!("{number}号{name}");
        let at = whole[from..]
            .find(&row)
            .expect("each row, after the one before it");
        from += at + row.len();
    }
    for (place, words) in pages.iter().enumerate() {
        let number = format!("第{}页共{}页", place + 1, pages.len());
        assert!(words.ends_with(&number), "{words}");
        let is_last = place + 1 == pages.len();
        assert_eq!(
            words.contains("2026年6月8日临溪市") || words.contains("审批服务局2026年6月8日"),
            is_last
        );
        // Nothing of the list stands under no head.
        let rows = words.contains(&format!("号{name}"));
        assert_eq!(words.contains("类别材料说明"), rows, "{words}");
        assert!(words.contains("BJ-990102-20260608-00017"));
    }
    let last = &pages[pages.len() - 1];
    assert!(
        last.contains("特此通知。"),
        "text stands with the seal: {last}"
    );
    assert_eq!(page.page as usize, pages.len());
    pages.len()
}

#[test]
fn a_list_of_any_length_goes_on_from_page_to_page() {
    std::fs::create_dir_all(crate::folder()).expect("a folder");
    for (count, pages) in [(1, 1), (14, 2), (15, 2), (40, 3), (200, 8)] {
        let name = "从业人员健康证明";
        let page = notice(count, name).expect("it fits");
        let file = crate::folder().join(format!("acceptance-notice-{count}.pdf"));
        std::fs::write(file, &page.bytes).expect("a file");
        assert_eq!(sound(&page, (count, name)), pages, "{count} rows");
        let again = notice(count, name).expect("it fits");
        assert_eq!(page.bytes, again.bytes, "R8");
        let source = page.bytes.as_slice();
        let found = affix::preflight::preflight(&source).expect("it can be read");
        assert_eq!((found.pages, found.findings.len()), (pages, 0));
    }
}

#[test]
fn two_hundred_materials_of_the_longest_name_fit() {
    let name = longest_name();
    let page = notice(200, &name).expect("it fits");
    let pages = sound(&page, (200, &name));
    assert!((50..=100).contains(&pages), "{pages}");
    std::fs::write(
        crate::folder().join("acceptance-notice-longest.pdf"),
        &page.bytes,
    )
    .expect("a file");
}

#[test]
fn a_document_has_a_hundred_pages_at_most() {
    // One row takes a page whatever the size, and the first none beside the facts.
    let name = "长".repeat(600);
    assert_eq!(
        sound(&notice(99, &name).expect("it fits"), (99, &name)),
        100
    );
    assert!(matches!(
        notice(100, &name),
        Err(RenderPage::TooManyPages { most: 100 })
    ));
}

#[test]
fn a_row_that_is_taller_than_a_page_is_refused_by_its_number() {
    let (code, fields) = all().remove(0);
    let mut fields = with_rows(&fields, 5, "材料");
    fields["lists"][3]["what"] = json!("长".repeat(1_400));
    let refused = written(code, Edition::Real, &fields).expect_err("it is too tall");
    assert_eq!(
        refused.to_string(),
        "row 4 of field `lists` is taller than a page"
    );
}

#[test]
fn the_last_row_and_the_seal_share_a_page_or_are_refused() {
    let last = |closing: Value| {
        let (code, fields) = all().remove(2);
        let mut fields = with_rows(&fields, 5, "材料");
        fields["lists"][4]["said"] = json!("长".repeat(1_000));
        fields["closing"] = closing;
        written(code, Edition::Real, &fields)
    };
    assert!(matches!(
        last(json!([])),
        Err(RenderPage::RowTooTall { field, row: 5 }) if field == "lists"
    ));
    let page = last(json!(["上列承诺由本机关依法核查。"])).expect("the seal has text of its own");
    let pages = words_of_pages(&page.bytes);
    let last = &pages[pages.len() - 1];
    assert!(
        last.contains("上列承诺由本机关依法核查。") && !last.contains("类别"),
        "{last}"
    );
}

/// A reason and a duty have a thousand characters at most.
#[test]
fn the_longest_reasons_and_duties_fit() {
    let long: String = longest_name().chars().cycle().take(1_000).collect();
    for (code, mut fields) in all() {
        if !code.starts_with("decision") {
            continue;
        }
        fields["reasons"] = json!(long);
        fields["lists"] = (1..=3)
            .map(|number| json!({"list": "告知承诺", "what": format!("CN-990102-2026-000{number}"), "said": long}))
            .collect();
        let page = written(code, Edition::Real, &fields).expect("it fits");
        // No row is broken, so each stands whole on its page; reasons may go on from one page to the next.
        let whole = words_of_pages(&page.bytes).concat();
        assert!(whole.matches(&long).count() >= 3, "{code}");
    }
}

#[test]
fn forty_pages_of_each_form_are_as_sound_as_one() {
    for (code, mut fields) in all() {
        if fields["lists"] == json!([]) {
            fields["lists"] = json!([{"list": "联办部分", "what": "", "said": "不予"}]);
        }
        let page = written(
            code,
            Edition::Sample,
            &with_rows(&fields, 40, "食品经营许可证"),
        );
        let page = page.expect("it fits");
        std::fs::write(crate::folder().join(format!("{code}-40.pdf")), &page.bytes)
            .expect("a file");
        let pages = words_of_pages(&page.bytes);
        assert!(pages.len() > 1, "{code}");
        assert!(
            pages.iter().all(|words| words.contains("样例SAMPLE")),
            "{code}"
        );
    }
}

/// GB/T 9704-2012 7.3.5.1: the seal stands within a line under the text.
#[test]
fn the_place_for_the_seal_follows_the_text() {
    let up = |count: usize| {
        let page = notice(count, "从业人员健康证明").expect("it fits");
        (page.page, page.seal_centre.1 + page.seal_side / 2.0)
    };
    let ((page, one), (other, three)) = (up(1), up(3));
    assert_eq!((page, other), (1, 1));
    assert!(three < one, "two rows more push it down");
}

#[test]
fn a_name_of_forty_characters_wraps_and_stays_whole() {
    let long: String = longest_name().chars().take(40).collect();
    for (code, fields) in all() {
        let mut data: Value =
            serde_json::from_slice(&crate::stages::data(code, &fields)).expect("JSON");
        data["addressee"] = json!(long);
        data["fields"]["applicant"] = json!(long);
        let data = serde_json::to_vec(&data).expect("JSON");
        let page = crate::stages::blank(code, Edition::Real).render_paper(&document::Paper {
            data: &data,
            on: time::macros::date!(2026 - 06 - 10),
            moment: crate::samples::MOMENT,
        });
        let page = page.expect("it fits");
        let whole = words_of_pages(&page.bytes).concat();
        assert_eq!(whole.matches(&long).count(), 2, "{code}");
    }
}
