//! A change, by its kind, its place and whether it is permitted.

/// How far a change goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Validation material, document time-stamps, what describes the file: allowed at every level.
    Upkeep,
    /// Another signature, or a field that was filled in.
    Signing,
    /// A remark.
    Annotating,
    /// Anything else: never allowed.
    Other,
}

/// Something that an update changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What it is.
    pub kind: ChangeKind,
    /// Whether the signatures before it allow it.
    pub permitted: bool,
    /// The revision that made it, from 0.
    pub revision: usize,
    /// The object that changed, if it is one.
    pub object: Option<u32>,
    /// How the object is reached, or which octets are meant.
    pub path: String,
    /// Pages that look different or may do so, from 1.
    pub pages: Vec<u32>,
    /// The form field concerned.
    pub field: Option<String>,
    /// What a field said before, if it was filled in; at most 200 characters.
    pub before: Option<String>,
    /// What it says now, or what a remark says; at most 200 characters.
    pub after: Option<String>,
    /// Whether what was added lies over something that the page said before.
    pub covers: bool,
}

impl Change {
    pub(crate) fn new(kind: ChangeKind, revision: usize) -> Change {
        Change {
            kind,
            permitted: false,
            revision,
            object: None,
            path: String::new(),
            pages: Vec::new(),
            field: None,
            before: None,
            after: None,
            covers: false,
        }
    }

    /// How far it goes.
    #[must_use]
    pub fn level(&self) -> Level {
        self.kind.level()
    }
}

/// What a change is. It follows from where something is reached and what it is, never from a name that the
/// writer chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChangeKind {
    /// The document security store took up validation material.
    StoreGrown,
    /// A document time-stamp was added.
    TimeStampAdded,
    /// Information dictionary or metadata of the document changed.
    MetadataChanged,
    /// Extensions were declared or the version raised.
    VersionRaised,
    /// A signature was added that shows nothing.
    SignatureAdded,
    /// A signature was added in a new field that shows something on a page.
    VisibleSignatureAdded,
    /// A field that waited for a signature was signed.
    FieldSigned,
    /// A signature stands in a field that an earlier one had locked.
    LockedFieldSigned,
    /// A field was filled in; value and look say the same.
    FieldFilled,
    /// A field was filled in that an earlier signature had locked, or in a document certified against it.
    LockedFieldFilled,
    /// The look of a field that was filled in says something else than its value, or it cannot be told.
    FieldLook,
    /// The look of a field hides words of its page that were to be seen.
    FieldCovers,
    /// A remark that nobody signed was taken back where the certification permits it.
    Withdrawn,
    /// A remark was added where the certification permits it, over nothing that it would hide.
    Annotated,
    /// An annotation lies over what the page said before.
    AnnotationCovers,
    /// A new field lies over something that a page of a certified document says.
    CertifiedPageCovered,
    /// A new field is larger than a quarter of its page.
    PageCovered,
    /// The trailer names another catalog.
    RootReplaced,
    /// Another entry of the trailer changed.
    TrailerChanged,
    /// An entry of the catalog changed.
    CatalogChanged,
    /// The document is certified or restricted anew.
    PermissionsChanged,
    /// The version was lowered, or extensions hold what they have no room for.
    VersionChanged,
    /// Metadata of another form than metadata have.
    MetadataForm,
    /// The document security store lost something.
    StoreShrunk,
    /// The document security store holds something that is no material.
    StoreForm,
    /// An entry of a page changed, or its place in the page tree.
    PageChanged,
    /// Something that a page shows or uses changed.
    ContentChanged,
    /// An annotation that is no new signature was added.
    AnnotationAdded,
    /// Annotations were removed or ordered anew.
    AnnotationRemoved,
    /// An entry of the interactive form changed.
    FormChanged,
    /// A field that is no signature was added, or one with entries that a signature field needs not.
    FieldAdded,
    /// A new field has the name of another, or none.
    FieldNameTaken,
    /// Fields were removed or ordered anew.
    FieldRemoved,
    /// A field, its value or its look changed.
    FieldChanged,
    /// The value of a signed field changed, or its dictionary.
    SignatureChanged,
    /// A signature was added that breaks the rules of its form.
    BrokenSignatureAdded,
    /// A signature's look holds what can change by itself: actions, layers, other files.
    ActiveAppearance,
    /// An object was replaced.
    ObjectReplaced,
    /// An object was freed.
    ObjectFreed,
    /// An entry points at octets of an earlier revision.
    ObjectMoved,
    /// A new object appears where the earlier revision referred to nothing, or on another path than the one that a
    /// rule cleared.
    PreparedReference,
    /// An object was added that nothing reaches.
    ObjectUnreached,
    /// An object stream holds objects that no entry names, or was itself replaced.
    ObjectStreamChanged,
    /// Objects lie in each other.
    ObjectsOverlap,
    /// Octets belong to nothing that the update's section reaches.
    BytesUnaccounted,
    /// Octets stand behind the end of the last revision.
    BytesBehindEnd,
    /// Something could not be read, or there is too much to compare.
    Unreadable,
}

impl ChangeKind {
    /// How far it goes.
    #[must_use]
    pub fn level(self) -> Level {
        match self {
            Self::StoreGrown
            | Self::TimeStampAdded
            | Self::MetadataChanged
            | Self::VersionRaised => Level::Upkeep,
            Self::SignatureAdded
            | Self::VisibleSignatureAdded
            | Self::FieldSigned
            | Self::FieldFilled => Level::Signing,
            Self::Annotated | Self::Withdrawn => Level::Annotating,
            _ => Level::Other,
        }
    }

    /// The code of the finding, stable.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::StoreGrown => "change.store-grown",
            Self::TimeStampAdded => "change.time-stamp-added",
            Self::MetadataChanged => "change.metadata",
            Self::VersionRaised => "change.version-raised",
            Self::SignatureAdded => "change.signature-added",
            Self::VisibleSignatureAdded => "change.visible-signature-added",
            Self::FieldSigned => "change.field-signed",
            Self::LockedFieldSigned => "change.locked-field-signed",
            Self::FieldFilled => "change.field-filled",
            Self::LockedFieldFilled => "change.locked-field-filled",
            Self::FieldLook => "change.field-look",
            Self::FieldCovers => "change.field-covers",
            Self::Withdrawn => "change.annotation-withdrawn",
            Self::Annotated => "change.annotated",
            Self::AnnotationCovers => "change.annotation-covers",
            Self::CertifiedPageCovered => "change.certified-page-covered",
            Self::PageCovered => "change.page-covered",
            Self::RootReplaced => "change.root",
            Self::TrailerChanged => "change.trailer",
            Self::CatalogChanged => "change.catalog",
            Self::PermissionsChanged => "change.permissions",
            Self::VersionChanged => "change.version",
            Self::MetadataForm => "change.metadata-form",
            Self::StoreShrunk => "change.store-shrunk",
            Self::StoreForm => "change.store-form",
            Self::PageChanged => "change.page",
            Self::ContentChanged => "change.content",
            Self::AnnotationAdded => "change.annotation-added",
            Self::AnnotationRemoved => "change.annotation-removed",
            Self::FormChanged => "change.form",
            Self::FieldAdded => "change.field-added",
            Self::FieldNameTaken => "change.field-name",
            Self::FieldRemoved => "change.field-removed",
            Self::FieldChanged => "change.field",
            Self::SignatureChanged => "change.signature",
            Self::BrokenSignatureAdded => "change.broken-signature",
            Self::ActiveAppearance => "change.active-appearance",
            Self::ObjectReplaced => "change.object-replaced",
            Self::ObjectFreed => "change.object-freed",
            Self::ObjectMoved => "change.object-moved",
            Self::PreparedReference => "change.prepared-reference",
            Self::ObjectUnreached => "change.object-unreached",
            Self::ObjectStreamChanged => "change.object-stream",
            Self::ObjectsOverlap => "change.objects-overlap",
            Self::BytesUnaccounted => "change.bytes-unaccounted",
            Self::BytesBehindEnd => "change.bytes-behind-end",
            Self::Unreadable => "change.unreadable",
        }
    }
}
