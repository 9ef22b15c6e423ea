//! What all pages of a template share: border, title, labels, rules, small print; and the places
//! that each page's values go to.

use canvas::{Face, Typefaces};

use crate::layout::region::PlannedRegion;
use crate::layout::text::{centred, count, measured};
use crate::layout::{RenderPage, frame};
use crate::sheet::{Area, Colour, Item, Kind, Mark, Mm, Pitch, Point, Role, Sheet, Text, Weight};
use crate::template::{Layout, Template};

/// What a page says about where it comes from, the same on every page of an office.
#[derive(Clone, Debug)]
pub struct Imprint {
    /// Where a reader checks, such as `https://licences.example`.
    pub address: String,
    /// Whether pages are marked as samples.
    pub edition: Edition,
}

/// Whether pages are for use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edition {
    /// For use.
    Real,
    /// Marked 样例 SAMPLE across the page.
    Sample,
}

/// The shared part of a template's pages, and the places of what differs.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) sheet: Sheet,
    /// What further pages share, where a document may have them.
    pub(crate) further: Option<Vec<Item>>,
    pub(crate) regions: Vec<PlannedRegion>,
    pub(crate) code: Option<usize>,
    pub(crate) photo: Option<(usize, Area)>,
    pub(crate) authority: usize,
    pub(crate) signature: usize,
    pub(crate) notes: usize,
}

/// Lays out what the template's pages share.
pub(crate) fn plan(
    template: &Template,
    imprint: &Imprint,
    typefaces: &Typefaces,
) -> Result<Plan, RenderPage> {
    let layout = &template.layout;
    let mut plan = Plan {
        sheet: Sheet::new(layout.width, layout.height),
        further: None,
        regions: Vec::new(),
        code: None,
        photo: None,
        authority: 0,
        signature: 0,
        notes: 0,
    };
    for place in &layout.underprints {
        frame::underprint(&mut plan.sheet, *place, template.colour);
    }
    if imprint.edition == Edition::Sample {
        watermark(&mut plan.sheet, layout, SAMPLE, typefaces)?;
    }
    if let Some(border) = layout.frame {
        frame::border(&mut plan.sheet, border, template.colour);
    }
    for card in &layout.cards {
        frame::card(&mut plan.sheet, card, template.colour);
    }
    title(&mut plan.sheet, template, typefaces)?;
    for region in &layout.regions {
        if let Some(rows) = template.regions.get(&region.name) {
            let planned = PlannedRegion::plan(&mut plan.sheet, region, rows, typefaces)?;
            plan.regions.push(planned);
        }
    }
    if template.code {
        plan.code = Some(plan.sheet.figure("本证照的二维码，可扫码核验"));
    }
    if let (Some(_), Some(area)) = (&template.photo, layout.photo) {
        plan.photo = Some((plan.sheet.figure("持证人照片"), area));
    }
    plan.authority = plan.sheet.element(Kind::Paragraph, 0);
    plan.signature = plan.sheet.element(Kind::Form, 0);
    plan.notes = plan.sheet.element(Kind::Paragraph, 0);
    let element = plan.sheet.element(Kind::Paragraph, 0);
    let small_print = Mark::Text(small_print(template, imprint, typefaces)?);
    plan.sheet.draw(element, small_print.clone());
    if layout.pages.is_some() {
        let mut further = Sheet::new(layout.width, layout.height);
        if imprint.edition == Edition::Sample {
            watermark(&mut further, layout, SAMPLE, typefaces)?;
        }
        further.items.push(Item {
            role: Role::Footer,
            mark: small_print,
        });
        plan.further = Some(further.items);
    }
    Ok(plan)
}

/// What is written across pages that are not for use.
const SAMPLE: &str = "样例 SAMPLE";

fn title(sheet: &mut Sheet, template: &Template, typefaces: &Typefaces) -> Result<(), RenderPage> {
    let place = &template.layout.title;
    let heading = sheet.element(Kind::Heading, 0);
    let lines = &template.title;
    let subtitle = |text: &str| text.starts_with('（');
    // Two full lines are smaller than one; a line in brackets is smaller than its title.
    let full = lines.iter().filter(|text| !subtitle(text)).count();
    let size = Mm::from_points(place.size) * if full > 1 { 0.84 } else { 1.0 };
    let size_of = |text: &str| if subtitle(text) { size * 0.6 } else { size };
    let height: Mm = lines.iter().skip(1).map(|text| size_of(text) * 1.4).sum();
    let most = lines.iter().map(|text| text.chars().count()).max();
    let widest = if most.unwrap_or(0) <= 5 { 0.9 } else { 0.3 };
    let mut at = Point {
        x: place.at.x,
        y: place.at.y - height / 2.0,
    };
    for (number, text) in lines.iter().enumerate() {
        let size = size_of(text);
        if number > 0 {
            at.y = at.y + size * 1.4;
        }
        // Titles stand wide: a third to one em between characters, as the width allows.
        let natural = measured("title", typefaces, Face::Song, text, size)?;
        let gaps = (count(&text.chars().collect::<Vec<_>>()) - 1.0).max(1.0);
        let room = (place.width - natural) / gaps;
        let widest = size * widest;
        let spacing = if room < widest { room } else { widest };
        if spacing < Mm(0.0) {
            return Err(RenderPage::DoesNotFit {
                field: "title".to_owned(),
            });
        }
        let begin = Point {
            x: at.x - (natural + spacing * gaps) / 2.0,
            y: at.y,
        };
        let line = Text::plain(text, (Face::Song, size), begin);
        let line = Text {
            weight: Weight::Bold,
            pitch: Pitch::Natural(spacing),
            ..line
        };
        sheet.draw(heading, Mark::Text(line));
    }
    if let Some(english) = &template.english {
        let small = Mm::from_points(place.size * 0.36);
        let below = Point {
            x: at.x,
            y: at.y + small * 1.5,
        };
        let line = centred("title", typefaces, (Face::Song, small), english, below)?;
        sheet.draw(
            heading,
            Mark::Text(Text {
                colour: Colour::LABEL,
                ..line
            }),
        );
    }
    Ok(())
}

/// The sentence at the foot that says what the page is and how to check it.
fn small_print(
    template: &Template,
    imprint: &Imprint,
    typefaces: &Typefaces,
) -> Result<Text, RenderPage> {
    let address = imprint.address.trim_end_matches('/');
    let text = template.small_print.replace("{address}", address);
    let mut size = Mm::from_points(8.0);
    let natural = measured("small print", typefaces, Face::Hei, &text, size)?;
    if natural > template.layout.small_print_width {
        size = size * (template.layout.small_print_width / natural);
    }
    let line = centred(
        "small print",
        typefaces,
        (Face::Hei, size),
        &text,
        template.layout.small_print,
    )?;
    Ok(Text {
        colour: Colour::LABEL,
        ..line
    })
}

/// Words across the page, or across each card that may be cut out of it, in 12 % grey (looks 1).
pub(crate) fn watermark(
    sheet: &mut Sheet,
    layout: &Layout,
    words: &str,
    typefaces: &Typefaces,
) -> Result<(), RenderPage> {
    let whole = Area {
        x: Mm(0.0),
        y: Mm(0.0),
        width: sheet.width,
        height: sheet.height,
    };
    let natural = measured("watermark", typefaces, Face::Hei, words, Mm(1.0))?;
    let cards = layout.cards.iter().map(|card| card.area);
    let areas: Vec<Area> = if layout.cards.is_empty() {
        vec![whole]
    } else {
        cards.collect()
    };
    for area in areas {
        let diagonal = area.width.0.hypot(area.height.0);
        let size = Mm((diagonal * 0.58 / natural.0).min(30.0));
        let angle = (area.height / area.width).atan();
        let half = natural * size.0 / 2.0;
        let (across, up) = (angle.cos(), angle.sin());
        let sink = size * 0.35;
        let at = Point {
            x: area.x + area.width / 2.0 - half * across + sink * up,
            y: area.y + area.height / 2.0 + half * up + sink * across,
        };
        let line = Text::plain(words, (Face::Hei, size), at);
        sheet.decorate(Mark::Text(Text {
            colour: Colour::FAINT,
            turn: angle.to_degrees(),
            ..line
        }));
    }
    Ok(())
}
