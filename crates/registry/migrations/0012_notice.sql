-- What stands on an authority's own page (公告). Nothing in a notice names a person whole: its content is what
-- everybody may read.

CREATE TABLE notice (
    number TEXT NOT NULL PRIMARY KEY,
    department TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    published TEXT,
    content TEXT NOT NULL,
    changed BIGINT NOT NULL,
    UNIQUE (department, number)
);
CREATE INDEX notice_page ON notice (published, number) WHERE state = 'published';
