//! Lays a template out on a sheet, writes it as PDF and as OFD.

mod imported;
mod layout;
mod ofd;
mod page;
mod pdf;
mod photo;
mod raster;
mod sheet;
mod template;

// Pages: from a template and licence data to a file.
pub use canvas::ReadFont;
pub use layout::RenderPage;
pub use layout::fill::Note;
pub use layout::plan::{Edition, Imprint};
pub use ofd::document::UnsealedOfd;
pub use page::{Page, Paper};
pub use pdf::write::document::{Blank, PrepareBlank, Unsealed};
pub use photo::drawn::sample_photo;
pub use photo::{Photo, ReadPhoto};
pub use sheet::Modules;
pub use template::{ReadTemplate, Template};

// Seals: what they show.
pub use canvas::{ReadPicture, is_tinted};
pub use imported::{ImportPicture, import_seal, inspect_seal};
pub use pdf::appearance::{Appearance, DrawAppearance};
pub use raster::seal_png;
