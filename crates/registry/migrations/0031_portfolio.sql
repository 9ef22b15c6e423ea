-- Until when the files of each department can be proven, as they were gone over last, and whose turn it is to go over them. The
-- row without a department speaks of all of them together.
CREATE TABLE portfolio_turn (
    name TEXT NOT NULL PRIMARY KEY,
    held_until BIGINT NOT NULL,
    done BIGINT
);
CREATE TABLE portfolio_standing (
    department TEXT NOT NULL PRIMARY KEY,
    standing TEXT NOT NULL,
    found BIGINT NOT NULL
);
