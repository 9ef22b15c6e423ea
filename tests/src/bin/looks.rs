//! `looks FOLDER [SHEETS]`: two licences of each type as PDF and as OFD, poppler's picture of the one measured against ours of the
//! other, and librsvg's of our drawing against our points. The files stay in FOLDER, and a sheet for people of each type in SHEETS. Ends with 1 where more differs than may.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use tests::looks::{Measured, compare, each, sheet};

/// What may differ: two renderers smooth edges in other ways, and no more.
const MOST: Measured = Measured {
    mean: 0.025,
    worst: 0.16,
    seal: 0.1,
    drawing: 0.04,
};

fn main() -> anyhow::Result<ExitCode> {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let folder = arguments.first().context("usage: looks FOLDER [SHEETS]")?;
    let sheets = arguments.get(1).map(Path::new);
    if let Some(sheets) = sheets {
        std::fs::create_dir_all(sheets)?;
    }
    let (mut alike, mut unlike) = (0, 0);
    let mut most = Measured {
        mean: 0.0,
        worst: 0.0,
        seal: 0.0,
        drawing: 0.0,
    };
    let mut pair = Vec::new();
    each(Path::new(folder), |look| {
        let found = compare(&look)?;
        let good = found.mean <= MOST.mean && found.worst <= MOST.worst && found.seal <= MOST.seal;
        let good = good && found.drawing <= MOST.drawing;
        println!("{}: {}", look.name, told(&found));
        if good {
            alike += 1;
        } else {
            unlike += 1;
            println!("REFUSED {}", look.name);
        }
        most.mean = most.mean.max(found.mean);
        most.worst = most.worst.max(found.worst);
        most.seal = most.seal.max(found.seal);
        most.drawing = most.drawing.max(found.drawing);
        pair.push(look);
        if let [first, _] = pair.as_slice() {
            let key = first.name.split('-').next().unwrap_or_default();
            if let Some(sheets) = sheets {
                std::fs::write(sheets.join(format!("{key}.png")), sheet(&pair))?;
            }
            pair.clear();
        }
        Ok(())
    })?;
    println!("most: {}", told(&most));
    println!("{alike} passed, {unlike} failed");
    Ok(match unlike {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}

fn told(one: &Measured) -> String {
    format!(
        "{:.2} % off in the middle, {:.1} % in the worst square of 2 mm, the seal {:.3} mm, the drawing {:.1} % in its worst square",
        one.mean * 100.0,
        one.worst * 100.0,
        one.seal,
        one.drawing * 100.0
    )
}
