//! Files of one page of 20 × 10 millimetres, and the colours of their drawn places.

use std::io::Cursor;

use render::{Drawn, File, Settings};

const NAMESPACE: &str = "http://www.ofdspec.org/2016";

/// Ten points a millimetre.
pub(crate) const FINE: f64 = 254.0;

/// A file whose page has this content, with these resources and files.
pub(crate) fn file(content: &str, resources: &str, files: &[(&str, &[u8])]) -> Vec<u8> {
    let part = |name: &str, inner: &str| {
        format!("<{name} xmlns=\"{NAMESPACE}\">{inner}</{name}>").into_bytes()
    };
    let mut package = ofd::Change::empty();
    let root = "<DocBody><DocInfo/><DocRoot>Document.xml</DocRoot></DocBody>";
    package.put("OFD.xml", part("OFD", root));
    let document = "<CommonData><PageArea><PhysicalBox>0 0 20 10</PhysicalBox></PageArea><PublicRes>Res.xml</PublicRes>\
                    </CommonData><Pages><Page ID=\"1\" BaseLoc=\"Page.xml\"/></Pages>";
    package.put("Document.xml", part("Document", document));
    package.put("Res.xml", part("Res", resources));
    let layer = format!("<Content><Layer>{content}</Layer></Content>");
    package.put("Page.xml", part("Page", &layer));
    for (name, octets) in files {
        package.put_stored(name, octets.to_vec());
    }
    package.finish().expect("plain names")
}

pub(crate) fn drawn(octets: &[u8], resolution: f64) -> Drawn {
    let mut file = File::open(Cursor::new(octets)).expect("it is read");
    file.draw(0, &Settings::at(resolution))
        .expect("it is drawn")
}

/// The colour at a place in millimetres.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "places on a small page"
)]
pub(crate) fn at(drawn: &Drawn, (x, y): (f64, f64)) -> [u8; 3] {
    let (width, _) = drawn.size();
    let point = |length: f64| (length * 10.0) as usize;
    let found = drawn.points().get(point(y) * width + point(x));
    *found.expect("a place on the page")
}

/// A path of this data, filled with a colour.
pub(crate) fn filled(boundary: &str, attributes: &str, colour: &str, data: &str) -> String {
    format!(
        "<PathObject ID=\"1\" Boundary=\"{boundary}\" Stroke=\"false\" Fill=\"true\" {attributes}><FillColor Value=\"{colour}\"/>\
         <AbbreviatedData>{data}</AbbreviatedData></PathObject>"
    )
}
