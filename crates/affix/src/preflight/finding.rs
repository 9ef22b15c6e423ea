//! What keeps a caller's file from being sealed, each thing by name and place.

/// Findings that are told; a file with more is no better known.
pub const MAX_FINDINGS: usize = 1_000;

/// One thing found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub kind: Active,
    /// The page it belongs to, from 1, where it belongs to one.
    pub page: Option<u32>,
    /// The object that holds it.
    pub object: Option<u32>,
}

/// What a file can hold that shows or does, later or elsewhere, other things than were approved.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Active {
    /// A JavaScript action, or a script by name.
    Script,
    /// An action that starts a program or opens a file.
    Launch,
    /// Something that happens by itself: an open action that is more than a destination, or a trigger (/AA).
    Automatic,
    /// An action that goes into another file (GoToR, GoToE).
    OtherFile,
    /// An action that sends or fetches the form's data (SubmitForm, ImportData).
    FormData,
    /// An action that shows or hides fields or layers, or changes values (Hide, SetOCGState, ResetForm).
    Showing,
    /// An action or annotation with sound, film or three dimensions.
    Multimedia,
    /// An XFA form, or a file that says it must be rendered by a program.
    Xfa,
    /// A stream whose data are in another file.
    ExternalStream,
    /// A form XObject that stands for a page of another file, or an image that a print shop replaces (OPI).
    ReferencedContent,
    /// An image with alternates, of which a reader chooses.
    AlternateImage,
    /// A PostScript XObject.
    PostScript,
    /// A layer that is hidden, or is shown and hidden by circumstances.
    HiddenLayer,
    /// An annotation that can cover what the page says.
    Annotation {
        /// Its kind, as the file names it.
        subtype: String,
    },
    /// A field that can be filled in.
    FormField,
    /// Fields whose look a reader makes up (/NeedAppearances).
    MadeUpAppearances,
    /// A portfolio: readers show attached files in place of the pages.
    Portfolio,
    /// Another presentation of the pages.
    OtherPresentation,
    /// A signature in the file that forbids every change.
    Final,
}

impl Active {
    /// A stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Active::Script => "preflight.script",
            Active::Launch => "preflight.launch",
            Active::Automatic => "preflight.automatic-action",
            Active::OtherFile => "preflight.other-file",
            Active::FormData => "preflight.form-data",
            Active::Showing => "preflight.show-or-hide",
            Active::Multimedia => "preflight.multimedia",
            Active::Xfa => "preflight.xfa",
            Active::ExternalStream => "preflight.external-stream",
            Active::ReferencedContent => "preflight.referenced-content",
            Active::AlternateImage => "preflight.alternate-image",
            Active::PostScript => "preflight.postscript",
            Active::HiddenLayer => "preflight.hidden-layer",
            Active::Annotation { .. } => "preflight.annotation",
            Active::FormField => "preflight.form-field",
            Active::MadeUpAppearances => "preflight.need-appearances",
            Active::Portfolio => "preflight.portfolio",
            Active::OtherPresentation => "preflight.other-presentation",
            Active::Final => "preflight.final-signature",
        }
    }
}
