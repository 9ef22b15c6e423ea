//! Rows over as many pages as they need: what may be parted from what, and that the seal never stands without text.

use std::mem::discriminant;

use crate::layout::RenderPage;
use crate::layout::fill::{Setting, Signature};
use crate::layout::flow::{Fitted, Measured};
use crate::layout::region::{Content, PlannedCell, PlannedRegion};
use crate::layout::table::{HEAD_HEIGHT, Head, TablePart, table_row_height};
use crate::sheet::{Mm, Point};
use crate::template::Pages;

/// Pages of one document.
const MOST_PAGES: usize = 100;
/// Space between paragraphs, facts and a table.
const BETWEEN: Mm = Mm(3.0);
/// How many of the last strips go with the seal where they can.
const WITH_SEAL: usize = 2;

/// What stands on one page as a whole.
#[derive(Debug)]
struct Strip {
    what: What,
    /// Space above it, but at the top of a page.
    before: Mm,
    height: Mm,
    parted: Parted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    /// A row of cells, by its place.
    Row(usize),
    /// A line of the paragraphs in a row.
    Line(usize, usize),
    /// A row of the table in a row.
    TableRow(usize, usize),
    /// The place for the seal.
    Seal,
}

/// Whether a page may end before a strip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Parted {
    Freely,
    /// Where no other place is left.
    Reluctantly,
    Never,
}

/// The strips of a page: the first, and where the top of each lies.
#[derive(Debug)]
struct Leaf {
    begin: usize,
    tops: Vec<Mm>,
}

impl Setting<'_> {
    /// Sets a region's rows on as many pages as they need, and tells how the authority stands on the last.
    ///
    /// A document that fits on one page at any of the sizes is one page; one that does not has the largest at which
    /// it has few enough.
    pub(crate) fn over_pages(
        &mut self,
        region: &PlannedRegion,
        rows: &[Vec<PlannedCell>],
        pages: Pages,
    ) -> Result<Signature, RenderPage> {
        let mut several = None;
        let mut refused = RenderPage::TooManyPages { most: MOST_PAGES };
        for step in 0..region.sizes.len() {
            let fitted = self.at_step(region, rows, (step, Mm(0.0)))?;
            let strips = self.strips(region, &fitted, pages);
            match parted(&strips, Room::of(region, pages)) {
                Ok(leaves) if leaves.len() == 1 => {
                    let at = self.draw_leaves(region, &fitted, (&strips, &leaves));
                    return Ok(self.signature(region, (step, at)));
                }
                Ok(leaves) => {
                    several.get_or_insert((step, fitted, strips, leaves));
                }
                Err(Beyond::Pages) => refused = RenderPage::TooManyPages { most: MOST_PAGES },
                Err(Beyond::Page(strip)) => refused = too_tall(&strips, strip, &fitted),
            }
        }
        let (step, fitted, strips, leaves) = several.ok_or(refused)?;
        let at = self.draw_leaves(region, &fitted, (&strips, &leaves));
        Ok(self.signature(region, (step, at)))
    }

    /// The authority is written as the text above it is.
    fn signature(&self, region: &PlannedRegion, (step, at): (usize, Point)) -> Signature {
        let [first, ..] = region.sizes;
        let size = region.sizes.get(step).copied().unwrap_or(first);
        let nominal = Mm::from_points(self.template.layout.authority.size);
        Signature {
            at,
            size: nominal * (size / first),
        }
    }

    fn strips(
        &self,
        region: &PlannedRegion,
        fitted: &[Vec<Fitted<'_>>],
        pages: Pages,
    ) -> Vec<Strip> {
        let mut strips = Vec::new();
        let kind = |row: &[Fitted<'_>]| row.first().map(|cell| discriminant(&cell.measured));
        let mut above = None;
        for (place, row) in fitted.iter().enumerate() {
            let mut before = match kind(row) == above {
                true => region.inner_space(),
                false => BETWEEN,
            };
            above = kind(row);
            let mut strip = |what, height, parted| {
                strips.push(Strip {
                    what,
                    before: std::mem::take(&mut before),
                    height,
                    parted,
                });
            };
            match row.first().map(|cell| &cell.measured) {
                Some(Measured::Paragraphs(set)) => {
                    for (number, line) in set.lines.iter().enumerate() {
                        let parted = match line.clings {
                            true => Parted::Reluctantly,
                            false => Parted::Freely,
                        };
                        strip(What::Line(place, number), set.leading, parted);
                    }
                }
                Some(Measured::Table(rows)) => {
                    for (number, row) in rows.iter().enumerate() {
                        let what = What::TableRow(place, number);
                        strip(what, table_row_height(row), Parted::Freely);
                    }
                }
                _ => {
                    let height = region.row_height(row) - region.inner_space();
                    strip(What::Row(place), height, Parted::Freely);
                }
            }
        }
        for last in strips.iter_mut().rev().take(WITH_SEAL) {
            last.parted = Parted::Reluctantly;
        }
        strips.push(Strip {
            what: What::Seal,
            before: pages.gap,
            height: self.template.layout.authority.seal,
            parted: Parted::Never,
        });
        strips
    }

    fn draw_leaves(
        &mut self,
        region: &PlannedRegion,
        fitted: &[Vec<Fitted<'_>>],
        (strips, leaves): (&[Strip], &[Leaf]),
    ) -> Point {
        let mut authority = self.template.layout.authority.at;
        for (number, leaf) in leaves.iter().enumerate() {
            if number > 0 {
                self.turn();
            }
            let placed = strips.iter().skip(leaf.begin).zip(&leaf.tops);
            for (at, (strip, &top)) in placed.enumerate() {
                let begins = is_head(strips, leaf.begin, leaf.begin + at);
                let left = Point {
                    x: region.area.x,
                    y: top,
                };
                match strip.what {
                    What::Row(place) => {
                        let row = fitted.get(place).map_or(&[][..], Vec::as_slice);
                        self.draw_row(region, (row, strip.height), left);
                    }
                    What::Line(place, line) => self.draw_line(fitted.get(place), line, left),
                    What::TableRow(place, row) if begins => {
                        let last = leaf.begin + leaf.tops.len();
                        let rows = row..row + rows_below(strips, leaf.begin + at, last);
                        self.draw_part(fitted.get(place), rows, left);
                    }
                    What::TableRow(..) => {}
                    What::Seal => {
                        let place = self.template.layout.authority;
                        authority.y = top + place.seal / 2.0 - place.sink();
                    }
                }
            }
        }
        authority
    }

    fn draw_row(
        &mut self,
        region: &PlannedRegion,
        (row, height): (&[Fitted<'_>], Mm),
        mut at: Point,
    ) {
        for cell in row {
            self.draw_cell(region, cell, at, height);
            at.x = at.x + cell.width;
        }
    }

    fn draw_line(&mut self, row: Option<&Vec<Fitted<'_>>>, line: usize, at: Point) {
        let Some(cell) = row.and_then(|row| row.first()) else {
            return;
        };
        if let Measured::Paragraphs(set) = &cell.measured
            && let Some(line) = set.lines.get(line)
        {
            self.write_line(cell.cell.element, (set, line), at);
        }
    }

    /// The rows of a table that stand on a page; the top of the first is at `at`.
    fn draw_part(
        &mut self,
        row: Option<&Vec<Fitted<'_>>>,
        rows: std::ops::Range<usize>,
        at: Point,
    ) {
        let Some(cell) = row.and_then(|row| row.first()) else {
            return;
        };
        if let (Content::Table(table), Measured::Table(all)) = (&cell.cell.content, &cell.measured)
        {
            let part = TablePart {
                element: cell.cell.element,
                table,
                head: match rows.start {
                    0 => Head::First,
                    _ => Head::Again,
                },
                rows: all.get(rows).unwrap_or_default(),
                width: cell.width,
            };
            let top = at.y - HEAD_HEIGHT;
            self.table(&part, Point { x: at.x, y: top });
        }
    }
}

/// Why strips cannot be parted.
#[derive(Debug, PartialEq, Eq)]
enum Beyond {
    /// This one alone, or with the seal under it, is taller than a page.
    Page(usize),
    /// There are more pages than a document may have.
    Pages,
}

/// Where text begins on the first page and on further ones, and where it ends.
#[derive(Clone, Copy)]
struct Room {
    first: Mm,
    further: Mm,
    bottom: Mm,
}

impl Room {
    fn of(region: &PlannedRegion, pages: Pages) -> Room {
        Room {
            first: region.area.y,
            further: pages.top,
            bottom: region.area.bottom(),
        }
    }
}

/// Where each page begins and where its strips stand.
fn parted(strips: &[Strip], room: Room) -> Result<Vec<Leaf>, Beyond> {
    let mut leaves: Vec<Leaf> = Vec::new();
    let mut begin = 0;
    while begin < strips.len() {
        if leaves.len() == MOST_PAGES {
            return Err(Beyond::Pages);
        }
        let top = if leaves.is_empty() {
            room.first
        } else {
            room.further
        };
        let mut tops = stacked(strips, begin, (top, room.bottom));
        let end = begin + tops.len();
        if end < strips.len() {
            let next = break_before(strips, begin, end).ok_or(Beyond::Page(begin))?;
            tops.truncate(next - begin);
        }
        let count = tops.len();
        leaves.push(Leaf { begin, tops });
        begin += count;
    }
    Ok(leaves)
}

/// The tops of the strips from `begin` on that stand under each other on a page.
fn stacked(strips: &[Strip], begin: usize, (top, bottom): (Mm, Mm)) -> Vec<Mm> {
    let mut tops = Vec::new();
    let mut y = top;
    for (place, strip) in strips.iter().enumerate().skip(begin) {
        if place > begin {
            y = y + strip.before;
        }
        if is_head(strips, begin, place) {
            y = y + HEAD_HEIGHT;
        }
        if y + strip.height > bottom + Mm(0.01) {
            break;
        }
        tops.push(y);
        y = y + strip.height;
    }
    tops
}

/// The latest strip, `end` at most, that may begin the page after one that begins with `begin`.
fn break_before(strips: &[Strip], begin: usize, end: usize) -> Option<usize> {
    let latest = |least: Parted| {
        let may = |place: &usize| strips.get(*place).is_some_and(|one| one.parted == least);
        (begin + 1..=end).rev().find(may)
    };
    latest(Parted::Freely).or_else(|| latest(Parted::Reluctantly))
}

/// Whether the head of a table stands over this strip on a page that begins with `begin`.
fn is_head(strips: &[Strip], begin: usize, place: usize) -> bool {
    let table = |place: usize| match strips.get(place)?.what {
        What::TableRow(table, _) => Some(table),
        What::Row(_) | What::Line(..) | What::Seal => None,
    };
    let here = table(place);
    let above = place.checked_sub(1).filter(|above| *above >= begin);
    here.is_some() && above.and_then(table) != here
}

/// How many rows of one table stand under each other from `place` on, before `end`.
fn rows_below(strips: &[Strip], place: usize, end: usize) -> usize {
    let further = (place + 1..end).take_while(|&next| {
        matches!(
            strips.get(next).map(|strip| strip.what),
            Some(What::TableRow(..))
        ) && !is_head(strips, place, next)
    });
    1 + further.count()
}

fn too_tall(strips: &[Strip], strip: usize, fitted: &[Vec<Fitted<'_>>]) -> RenderPage {
    let row = |place: usize| fitted.get(place).map_or(&[][..], Vec::as_slice);
    let (place, number) = match strips.get(strip).map(|strip| strip.what) {
        Some(What::TableRow(place, number)) => (place, Some(number)),
        Some(What::Row(place) | What::Line(place, _)) => (place, None),
        Some(What::Seal) | None => (usize::MAX, None),
    };
    let cells = row(place).iter();
    let tallest = cells.max_by(|one, other| one.height().0.total_cmp(&other.height().0));
    let field = tallest.map_or_else(String::new, |cell| cell.cell.name().to_owned());
    match number {
        Some(number) => RenderPage::RowTooTall {
            field,
            row: number + 1,
        },
        None => RenderPage::DoesNotFit { field },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Parted::{Freely, Never, Reluctantly};

    /// Pages of 100 mm, the first of 50.
    const ROOM: Room = Room {
        first: Mm(50.0),
        further: Mm(0.0),
        bottom: Mm(100.0),
    };

    fn strips(rows: &[(f64, Parted)]) -> Vec<Strip> {
        let strip = |(place, &(height, parted)): (usize, &(f64, Parted))| Strip {
            what: What::Line(0, place),
            before: Mm(0.0),
            height: Mm(height),
            parted,
        };
        rows.iter().enumerate().map(strip).collect()
    }

    fn begins(rows: &[(f64, Parted)]) -> Result<Vec<usize>, Beyond> {
        let leaves = parted(&strips(rows), ROOM)?;
        Ok(leaves.iter().map(|leaf| leaf.begin).collect())
    }

    #[test]
    fn a_page_ends_before_what_does_not_fit() {
        let rows = [
            (25.0, Freely),
            (25.0, Freely),
            (60.0, Freely),
            (40.0, Freely),
            (0.1, Freely),
        ];
        assert_eq!(begins(&rows).ok(), Some(vec![0, 2, 4]));
    }

    #[test]
    fn a_page_ends_where_it_may_and_elsewhere_only_where_it_must() {
        let rows = [
            (25.0, Freely),
            (20.0, Freely),
            (5.0, Reluctantly),
            (5.0, Reluctantly),
        ];
        assert_eq!(begins(&rows).ok(), Some(vec![0, 1]));
        let rows = [(45.0, Freely), (5.0, Reluctantly), (5.0, Reluctantly)];
        assert_eq!(begins(&rows).ok(), Some(vec![0, 2]));
    }

    #[test]
    fn the_seal_never_stands_alone() {
        let rows = [(25.0, Freely), (20.0, Freely), (48.0, Never)];
        assert_eq!(begins(&rows).ok(), Some(vec![0, 1]));
        // The row above it and the seal are together taller than a page.
        let rows = [(25.0, Freely), (60.0, Freely), (48.0, Never)];
        assert_eq!(begins(&rows).err(), Some(Beyond::Page(1)));
    }

    #[test]
    fn what_is_taller_than_a_page_is_named_and_pages_are_counted() {
        let rows = [(25.0, Freely), (100.2, Freely), (10.0, Freely)];
        assert_eq!(begins(&rows).err(), Some(Beyond::Page(1)));
        let mut rows = vec![(50.0, Freely)];
        rows.resize(MOST_PAGES, (100.0, Freely));
        assert_eq!(
            begins(&rows).map(|begins| begins.len()).ok(),
            Some(MOST_PAGES)
        );
        rows.push((100.0, Freely));
        assert_eq!(begins(&rows).err(), Some(Beyond::Pages));
    }
}
