//! Draws a page of an OFD file: `cargo run --release -p render --example page -- FILE PAGE DPI OUT`, the page from 1, `OUT`
//! ending in `.png` or `.svg`. What is not drawn is written to the standard output.

use std::io::Cursor;

use render::{File, Settings, Tint};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, page, resolution, out] = arguments.as_slice() else {
        return Err("usage: page FILE PAGE DPI OUT.png|OUT.svg".into());
    };
    let mut file = File::open(Cursor::new(std::fs::read(file)?))?;
    let settings = Settings::at(resolution.parse()?);
    let place = page.parse::<usize>()?.saturating_sub(1);
    let (octets, omissions) = if out.ends_with(".svg") {
        let drawing = file.vector(place, &settings)?;
        (drawing.svg.into_bytes(), drawing.omissions)
    } else {
        let drawn = file.draw(place, &settings)?;
        (drawn.png(Tint::Colour), drawn.omissions)
    };
    for omission in &omissions {
        println!("{omission}");
    }
    std::fs::write(out, octets)?;
    Ok(())
}
