-- Pages whose document is still kept: a round of upkeep looks for those that have ended, and for nothing else.
CREATE INDEX pad_document ON pad (deadline) WHERE object <> '';
