//! Large files, and how much memory they take: the same in a test and in a measurement.

use std::fs::File;
use std::io::{BufWriter, Seek as _, Write as _};
use std::path::Path;

/// A file of so many pages of 100 KB each, with a table.
pub(crate) fn write(path: &Path, pages: usize) {
    let mut file = BufWriter::new(File::create(path).expect("created"));
    file.write_all(b"%PDF-1.7\n").expect("written");
    let mut places = Vec::new();
    let mut object = |body: &str| {
        places.push(file.stream_position().expect("a file"));
        write!(file, "{} 0 obj\n{body}\nendobj\n", places.len()).expect("written");
    };
    let kids: String = (0..pages)
        .map(|page| format!("{} 0 R ", 3 + 2 * page))
        .collect();
    object("<</Type/Catalog/Pages 2 0 R>>");
    object(&format!(
        "<</Type/Pages/Kids[{kids}]/Count {pages}/MediaBox[0 0 600 800]>>"
    ));
    let data = "0 0 m 1 1 l S\n".repeat(7_200);
    let stream = format!("<</Length {}>>stream\n{data}\nendstream", data.len());
    for page in 0..pages {
        let content = 4 + 2 * page;
        object(&format!(
            "<</Type/Page/Parent 2 0 R/Resources<<>>/Contents {content} 0 R>>"
        ));
        object(&stream);
    }
    let start = file.stream_position().expect("a file");
    write!(file, "xref\n0 {}\n0000000000 65535 f \n", places.len() + 1).expect("written");
    for place in &places {
        writeln!(file, "{place:010} 00000 n ").expect("written");
    }
    write!(
        file,
        "trailer\n<</Size {}/Root 1 0 R/ID[<0102><0304>]>>\nstartxref\n{start}\n%%EOF\n",
        places.len() + 1
    )
    .expect("written");
    file.flush().expect("written");
}

/// proc(5): the most that was resident since the last time that it was forgotten.
pub(crate) fn peak() -> u64 {
    let told = std::fs::read_to_string("/proc/self/status").expect("this is Linux");
    let line = told.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.trim().strip_suffix("kB"));
    let kibibytes = kibibytes.expect("a figure in kB").trim();
    kibibytes.parse::<u64>().expect("a number") << 10
}

/// proc(5): writing 5 lets it begin anew.
pub(crate) fn forget_peak() {
    std::fs::write("/proc/self/clear_refs", "5").expect("our own process");
}
