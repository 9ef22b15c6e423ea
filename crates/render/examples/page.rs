//! Draws a page of an OFD file: `cargo run --release -p render --example page -- FILE PAGE DPI OUT.png`, the page from 1.
//! What is not drawn is written to the standard output.

use std::io::Cursor;

use render::{File, Settings, Tint};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, page, resolution, out] = arguments.as_slice() else {
        return Err("usage: page FILE PAGE DPI OUT.png".into());
    };
    let mut file = File::open(Cursor::new(std::fs::read(file)?))?;
    let settings = Settings::at(resolution.parse()?);
    let page: usize = page.parse()?;
    let drawn = file.draw(page.saturating_sub(1), &settings)?;
    for omission in &drawn.omissions {
        println!("{omission}");
    }
    std::fs::write(out, drawn.png(Tint::Colour))?;
    Ok(())
}
