//! What a file says about itself: XMP, and the information dictionary that agrees with it.

use time::UtcDateTime;

use crate::pdf::write::text_string;

/// What a file says about itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Described<'a> {
    pub(crate) title: &'a str,
    pub(crate) issuer: &'a str,
    pub(crate) moment: UtcDateTime,
}

const PRODUCER: &str = "Yinxin";

/// The XMP packet (ISO 16684-1), with the claim of PDF/A-3 level U (ISO 19005-3, 6.6.4).
pub(crate) fn packet(described: &Described<'_>) -> String {
    let (title, issuer) = (escaped(described.title), escaped(described.issuer));
    let moment = xmp_date(described.moment);
    format!(
        "<?xpacket begin=\"\u{FEFF}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n\
<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n\
<rdf:Description rdf:about=\"\" xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\" \
xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" \
xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\">\n\
<pdfaid:part>3</pdfaid:part><pdfaid:conformance>U</pdfaid:conformance>\n\
<dc:format>application/pdf</dc:format><dc:language><rdf:Bag><rdf:li>zh-CN</rdf:li></rdf:Bag></dc:language>\n\
<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">{title}</rdf:li></rdf:Alt></dc:title>\n\
<dc:creator><rdf:Seq><rdf:li>{issuer}</rdf:li></rdf:Seq></dc:creator>\n\
<xmp:CreateDate>{moment}</xmp:CreateDate><xmp:ModifyDate>{moment}</xmp:ModifyDate>\n\
<pdf:Producer>{PRODUCER}</pdf:Producer>\n\
</rdf:Description></rdf:RDF></x:xmpmeta>\n\
<?xpacket end=\"r\"?>"
    )
}

/// The information dictionary (ISO 19005-3, 6.1.5).
pub(crate) fn information(described: &Described<'_>) -> String {
    let date = pdf_date(described.moment);
    format!(
        "<</Title {}/Author {}/Producer({PRODUCER})/CreationDate({date})/ModDate({date})>>",
        text_string(described.title),
        text_string(described.issuer)
    )
}

/// ISO 32000-1, 7.9.4, in UTC.
pub(crate) fn pdf_date(moment: UtcDateTime) -> String {
    let (date, time) = (moment.date(), moment.time());
    format!(
        "D:{:04}{:02}{:02}{:02}{:02}{:02}Z",
        date.year(),
        u8::from(date.month()),
        date.day(),
        time.hour(),
        time.minute(),
        time.second()
    )
}

/// ISO 16684-1, 8.2.1.2, in UTC.
fn xmp_date(moment: UtcDateTime) -> String {
    let (date, time) = (moment.date(), moment.time());
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        date.year(),
        u8::from(date.month()),
        date.day(),
        time.hour(),
        time.minute(),
        time.second()
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
